// Drawing the timeline: a bar a day, months that have no days as hatched bars of their own row, years and months below.

import { number } from "../net/words.js";
import { FONT } from "../map/colours.js";
import { firstOfMonth, monthAlone, nextMonth, toText } from "./dates.js";

const AXIS_PX = 16;
const MONTH_ROW_PX = 10;

export function drawBars(canvas, data, view, scale) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const floor = height - AXIS_PX;
  const months = data.months.length ? (data.most ? MONTH_ROW_PX : floor) : 0;
  drawAxis(ctx, scale, width, floor, colour);
  if (data.most) drawDays(ctx, data, view, scale, { top: months + 2, floor, width }, colour);
  if (data.most) drawMost(ctx, number(data.most), months + 2, colour);
  if (months) drawMonths(ctx, data, view, scale, { top: 0, floor: data.most ? months : floor }, colour);
}

function drawDays(ctx, { first, daily, most }, view, scale, { top, floor, width }, colour) {
  const bar = Math.max(1, scale.perDay - (scale.perDay >= 3 ? 1 : 0));
  const rise = (floor - top) / most;
  const inside = colour("bar-in");
  const outside = colour("bar-out");
  for (let i = 0; i < daily.length; i++) {
    if (!daily[i]) continue;
    const x = scale.x(first + i);
    if (x > width) break;
    ctx.fillStyle = first + i >= view.from && first + i <= view.to ? inside : outside;
    const tall = Math.max(1, daily[i] * rise);
    ctx.fillRect(x, floor - tall, bar, tall);
  }
}

// How many the tallest bar stands for.
function drawMost(ctx, text, top, colour) {
  ctx.font = `11px ${FONT}`;
  ctx.textBaseline = "top";
  ctx.lineWidth = 3;
  ctx.lineJoin = "round";
  ctx.strokeStyle = colour("panel");
  ctx.strokeText(text, 2, top);
  ctx.fillStyle = colour("muted");
  ctx.fillText(text, 2, top);
}

function drawMonths(ctx, { months, mostInMonth }, view, scale, { top, floor }, colour) {
  for (const { day, next, count } of months) {
    if (!count) continue;
    const inside = day >= view.from && next - 1 <= view.to;
    const x = scale.x(day) + 0.5;
    const wide = Math.max(1, scale.x(next) - scale.x(day) - 1);
    const tall = Math.max(2, ((floor - top - 1) * count) / mostInMonth);
    const ink = colour(inside ? "bar-in" : "bar-out");
    ctx.fillStyle = hatch(ctx, ink);
    ctx.fillRect(x, floor - tall, wide, tall);
    ctx.strokeStyle = ink;
    ctx.lineWidth = 1;
    ctx.strokeRect(x, floor - tall + 0.5, wide - 1, tall - 1);
  }
}

function hatch(ctx, ink) {
  const tile = document.createElement("canvas");
  tile.width = 6;
  tile.height = 6;
  const pen = tile.getContext("2d");
  pen.strokeStyle = ink;
  pen.globalAlpha = 0.5;
  pen.beginPath();
  pen.moveTo(-1, 7);
  pen.lineTo(7, -1);
  pen.stroke();
  return ctx.createPattern(tile, "repeat");
}

// A tick where a month begins, its number where there is room, the year in January.
function drawAxis(ctx, scale, width, floor, colour) {
  ctx.font = `11px ${FONT}`;
  ctx.textBaseline = "top";
  ctx.strokeStyle = colour("line");
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(0, floor + 0.5);
  ctx.lineTo(width, floor + 0.5);
  const perMonth = scale.perDay * 30.4;
  const every = [1, 3, 6, 12].find((months) => perMonth * months >= 44) || 12;
  let written = -Infinity;
  for (let day = firstOfMonth(scale.first); day <= scale.last; day = nextMonth(day)) {
    const [year, month] = toText(day).split("-").map(Number);
    const x = Math.round(scale.x(day)) + 0.5;
    if (x < 0 || (month - 1) % every) continue;
    ctx.moveTo(x, floor);
    ctx.lineTo(x, floor + 4);
    const label = month === 1 ? String(year) : monthAlone(day);
    const wide = ctx.measureText(label).width;
    if (x - written < wide + 8 || x + wide > width) continue;
    ctx.fillStyle = month === 1 ? colour("ink") : colour("muted");
    ctx.fillText(label, x + 3, floor + 3);
    written = x;
  }
  ctx.stroke();
}
