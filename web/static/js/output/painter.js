// A part of the page painted into a canvas: grounds, borders, texts, canvases, pictures and simple drawings, as the
// browser has laid them out. What comes from elsewhere than this server would spoil the canvas: it is to be in `except`.

import { hatch } from "../map/hatch.js";
import { mapColours } from "../map/colours.js";

const SIDES = ["Top", "Right", "Bottom", "Left"];

// -> a canvas of `root`'s box or of a part of it ({ left, top, width, height } in px), `ratio` pixels to one of the page;
// `except` (a selector) is left out.
export function paint(root, ratio, { except = null, part = null } = {}) {
  const box = root.getBoundingClientRect();
  const { left, top, width, height } = part || { left: 0, top: 0, width: box.width, height: box.height };
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  ctx.translate(-box.left - left, -box.top - top);
  paintElement(ctx, root, 1, except);
  return canvas;
}

function paintElement(ctx, node, above, except) {
  if (except && node.matches(except)) return;
  const style = getComputedStyle(node);
  const opacity = above * Number(style.opacity);
  if (style.display === "none" || style.visibility === "hidden" || !opacity) return;
  ctx.save();
  ctx.globalAlpha = opacity;
  if (node instanceof SVGSVGElement) paintDrawing(ctx, node);
  else {
    paintBox(ctx, node, style);
    if (node instanceof HTMLCanvasElement || node instanceof HTMLImageElement) paintPicture(ctx, node);
    for (const child of node.childNodes) if (child.nodeType === Node.TEXT_NODE) paintText(ctx, child, style);
  }
  ctx.restore();
  if (!(node instanceof SVGSVGElement)) for (const child of inOrder(node)) paintElement(ctx, child, opacity, except);
}

// From the lowest to the uppermost.
function inOrder(node) {
  const order = (child) => Number(getComputedStyle(child).zIndex) || 0;
  return [...node.children].map((child) => [order(child), child]).sort(([a], [b]) => a - b).map(([, child]) => child);
}

function paintPicture(ctx, node) {
  const { left, top, width, height } = node.getBoundingClientRect();
  const isEmpty = node instanceof HTMLImageElement ? !node.complete || !node.naturalWidth : !node.width || !node.height;
  if (!isEmpty && width && height) ctx.drawImage(node, left, top, width, height);
}

// Turned boxes are painted about their middle.
function paintBox(ctx, node, style) {
  const ground = style.backgroundColor;
  const isHatched = style.backgroundImage.startsWith("repeating-linear-gradient");
  const widths = SIDES.map((side) => (style[`border${side}Style`] === "none" ? 0 : parseFloat(style[`border${side}Width`])));
  const isBare = /^transparent$|, 0\)$/.test(ground) && !isHatched && !widths.some(Boolean);
  if (isBare) return;
  const { left, top, width, height } = node.getBoundingClientRect();
  const isTurned = /^matrix\(/.test(style.transform) && Math.abs(new DOMMatrix(style.transform).b) > 0.01;
  const [w, h] = isTurned ? [node.offsetWidth, node.offsetHeight] : [width, height];
  ctx.save();
  ctx.translate(left + width / 2, top + height / 2);
  if (isTurned) {
    const { a, b } = new DOMMatrix(style.transform);
    ctx.rotate(Math.atan2(b, a));
  }
  traceBox(ctx, w, h, Math.min(parseFloat(style.borderTopLeftRadius) * (style.borderTopLeftRadius.endsWith("%") ? w / 100 : 1) || 0, w / 2, h / 2));
  ctx.fillStyle = ground;
  ctx.fill();
  if (isHatched) {
    ctx.fillStyle = hatch(ctx, mapColours().hatch);
    ctx.fill();
  }
  if (widths.every((side) => side === widths[0])) {
    ctx.strokeStyle = style.borderTopColor;
    ctx.lineWidth = widths[0];
    if (widths[0]) ctx.stroke();
  } else paintSides(ctx, w, h, widths, style);
  ctx.restore();
}

function traceBox(ctx, w, h, r) {
  ctx.beginPath();
  if (!r) return ctx.rect(-w / 2, -h / 2, w, h);
  ctx.moveTo(-w / 2 + r, -h / 2);
  ctx.arcTo(w / 2, -h / 2, w / 2, h / 2, r);
  ctx.arcTo(w / 2, h / 2, -w / 2, h / 2, r);
  ctx.arcTo(-w / 2, h / 2, -w / 2, -h / 2, r);
  ctx.arcTo(-w / 2, -h / 2, w / 2, -h / 2, r);
  return ctx.closePath();
}

function paintSides(ctx, w, h, [top, right, bottom, left], style) {
  const side = (name, x, y, width, height) => {
    const isDashed = style[`border${name}Style`] === "dashed" && width > height;
    ctx.fillStyle = style[`border${name}Color`];
    for (const [from, length] of isDashed ? dashes(width, 2 * height) : [[0, width]]) ctx.fillRect(x + from, y, length, height);
  };
  side("Top", -w / 2, -h / 2, w, top);
  side("Bottom", -w / 2, h / 2 - bottom, w, bottom);
  side("Left", -w / 2, -h / 2, left, h);
  side("Right", w / 2 - right, -h / 2, right, h);
}

// An odd number of dashes and gaps as long as each other: [from, length] of the dashes.
function dashes(whole, wished) {
  const parts = 2 * Math.round((whole / wished - 1) / 2) + 1;
  return Array.from({ length: (parts + 1) / 2 }, (_, i) => [(2 * i * whole) / parts, whole / parts]);
}

// Line by line, where the browser has broken it.
function paintText(ctx, node, style) {
  if (!node.data.trim()) return;
  ctx.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  ctx.fillStyle = style.color;
  ctx.textBaseline = "alphabetic";
  const range = document.createRange();
  let line = null;
  const write = () => {
    if (!line || !line.text.trim()) return;
    const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = ctx.measureText(line.text);
    const middle = line.top + line.height / 2;
    const size = parseFloat(style.fontSize);
    ctx.fillText(line.text, line.left, ascent === undefined ? middle + 0.36 * size : middle + (ascent - descent) / 2);
  };
  for (let i = 0; i < node.data.length; i += 1) {
    range.setStart(node, i);
    range.setEnd(node, i + 1);
    const [box] = range.getClientRects();
    if (!box || (!box.width && !line)) continue;
    if (line && Math.abs(line.top - box.top) < line.height / 2) line.text += node.data[i];
    else {
      write();
      line = { text: node.data[i], left: box.left, top: box.top, height: box.height };
    }
  }
  write();
}

// Paths and circles, as far as icons and pins are made of them.
function paintDrawing(ctx, svg) {
  for (const part of svg.querySelectorAll("path, circle")) {
    const style = getComputedStyle(part);
    const { a, b, c, d, e, f } = part.getScreenCTM();
    const path = new Path2D(part.tagName === "path" ? part.getAttribute("d") : undefined);
    if (part.tagName === "circle") path.arc(part.cx.baseVal.value, part.cy.baseVal.value, part.r.baseVal.value, 0, 2 * Math.PI);
    ctx.save();
    ctx.transform(a, b, c, d, e, f);
    if (style.fill !== "none") {
      ctx.fillStyle = style.fill;
      ctx.fill(path);
    }
    if (style.stroke !== "none") {
      ctx.strokeStyle = style.stroke;
      ctx.lineWidth = parseFloat(style.strokeWidth);
      ctx.stroke(path);
    }
    ctx.restore();
  }
}
