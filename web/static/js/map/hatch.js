// Slanted lines where there is nothing to colour a ground by. 8 px repeat evenly in a tile of 512.

const SIDE_PX = 8;

export function hatch(ctx, colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE_PX * 2; // fine on dense screens too
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const from of [-SIDE_PX, 0, SIDE_PX]) {
    pen.moveTo(from, SIDE_PX);
    pen.lineTo(from + SIDE_PX, 0);
  }
  pen.stroke();
  const pattern = ctx.createPattern(canvas, "repeat");
  pattern.setTransform(new DOMMatrix([0.5, 0, 0, 0.5, 0, 0]));
  return pattern;
}
