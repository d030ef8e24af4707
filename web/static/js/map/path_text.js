// A street's name along the street, letter by letter, around gentle bends. Never upside down: names read from left to
// right, and Chinese on steep streets from top to bottom with upright characters, as on Chinese street maps.

import { FONT } from "./colours.js";

const STEEP = (52 * Math.PI) / 180;
const MAX_TURN = (24 * Math.PI) / 180; // between neighbouring letters
const HAN = /[\u3400-\u9fff]/;

export class PathText {
  constructor({ fill, halo, haloPx, sizePx, paddingPx, apartPx }) {
    Object.assign(this, { fill, halo, haloPx, sizePx, paddingPx, apartPx });
  }

  // protomaps-leaflet's label symbolizer: geom is lines in px of the display zoom.
  place(layout, geom, feature) {
    const name = feature.props.name;
    if (!name || name.length > 24) return undefined;
    const font = `${this.sizePx}px ${FONT}`;
    layout.scratch.font = font;
    const isHan = HAN.test(name);
    const letters = [...name].map((letter) => ({
      letter,
      width: layout.scratch.measureText(letter).width + (isHan ? this.sizePx * 0.35 : 0),
    }));
    const needed = letters.reduce((sum, { width }) => sum + width, 0);
    const labels = [];
    for (const line of geom) {
      for (const middle of middles(lengthOf(line), needed, this.apartPx)) {
        const glyphs = layOut(line, letters, middle - needed / 2, isHan);
        if (glyphs) labels.push(this.label(name, font, glyphs));
      }
    }
    return labels.length ? labels : undefined;
  }

  label(name, font, glyphs) {
    const anchor = glyphs[Math.floor(glyphs.length / 2)].at;
    const half = this.sizePx / 2 + this.paddingPx;
    return {
      anchor,
      bboxes: glyphs.map(({ at }) => ({ minX: at.x - half, minY: at.y - half, maxX: at.x + half, maxY: at.y + half })),
      deduplicationKey: name,
      deduplicationDistance: this.apartPx,
      draw: (ctx) => this.draw(ctx, font, glyphs, anchor),
    };
  }

  draw(ctx, font, glyphs, anchor) {
    ctx.globalAlpha = 1;
    ctx.font = font;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.lineWidth = this.haloPx * 2;
    ctx.strokeStyle = this.halo;
    ctx.fillStyle = this.fill;
    const write = (how) => {
      for (const { letter, at, angle } of glyphs) {
        ctx.save();
        ctx.translate(at.x - anchor.x, at.y - anchor.y);
        ctx.rotate(angle);
        ctx[how](letter, 0, 0);
        ctx.restore();
      }
    };
    write("strokeText");
    write("fillText");
  }
}

function lengthOf(line) {
  let sum = 0;
  for (let i = 1; i < line.length; i++) sum += line[i].dist(line[i - 1]);
  return sum;
}

// Where names stand on a line: in its middle, and again every `apart` px on long ones.
function middles(length, needed, apart) {
  if (length < needed * 1.15) return [];
  const count = Math.max(1, Math.floor(length / (needed + apart)));
  return Array.from({ length: count }, (_, i) => (length * (i + 0.5)) / count);
}

// Each letter's place and angle, or null where the line bends too much for reading.
function layOut(line, letters, start, isHan) {
  const walk = walker(line);
  const needed = letters.reduce((sum, { width }) => sum + width, 0);
  const a = walk(start);
  const b = walk(start + needed);
  if (!a || !b) return null;
  const overall = Math.atan2(b.y - a.y, b.x - a.x);
  const lean = Math.abs(Math.sin(overall));
  const upright = isHan && lean > Math.sin(STEEP);
  const backwards = upright ? overall < 0 : Math.cos(overall) < 0;
  const glyphs = [];
  let along = 0;
  let before = null;
  for (const { letter, width } of letters) {
    const where = along + width / 2;
    const at = walk(backwards ? start + needed - where : start + where);
    if (!at) return null;
    const tangent = at.angle + (backwards ? Math.PI : 0);
    if (before !== null && Math.abs(turn(tangent - before)) > MAX_TURN) return null;
    before = tangent;
    glyphs.push({ letter, at, angle: upright ? tangent - Math.PI / 2 : tangent });
    along += width;
  }
  return glyphs;
}

// distance -> point and direction there; a clone of the line's own points, so that they know dist().
function walker(line) {
  return (distance) => {
    let left = distance;
    for (let i = 1; i < line.length; i++) {
      const step = line[i].dist(line[i - 1]);
      if (left <= step && step > 0) {
        const at = line[i - 1].clone();
        const share = left / step;
        at.x += (line[i].x - line[i - 1].x) * share;
        at.y += (line[i].y - line[i - 1].y) * share;
        at.angle = Math.atan2(line[i].y - line[i - 1].y, line[i].x - line[i - 1].x);
        return at;
      }
      left -= step;
    }
    return null;
  };
}

function turn(angle) {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}
