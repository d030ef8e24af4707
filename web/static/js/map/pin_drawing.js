// The pin: its point is at 15, 38 of 30 x 40.

const SVG = "http://www.w3.org/2000/svg";

export function pinDrawing() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "pin__drawing");
  svg.setAttribute("viewBox", "0 0 30 40");
  svg.setAttribute("aria-hidden", "true");
  const body = document.createElementNS(SVG, "path");
  body.setAttribute("d", "M15 38C22 28 28 21 28 14a13 13 0 0 0-26 0c0 7 6 14 13 24z");
  const eye = document.createElementNS(SVG, "circle");
  eye.setAttribute("cx", "15");
  eye.setAttribute("cy", "14");
  eye.setAttribute("r", "4.5");
  svg.append(body, eye);
  return svg;
}
