// Making elements without strings of HTML: el("p", { class: "quiet" }, "text", child).

export const byId = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const CHEVRON = "m9 5 7 7-7 7";
export const CROSS = "M6 6l12 12M18 6 6 18";

// The event's work at most once a frame, with the newest values.
export function oncePerFrame(work) {
  let queued = false;
  let values;
  return (...now) => {
    values = now;
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      work(...values);
    });
  };
}
