// Incidents as marks on a canvas: clusters where they are many, else each place with how many were reported there.

import { decimal } from "../net/words.js";
import { CanvasOverlay } from "./canvas_overlay.js";
import { FONT, mapColours } from "./colours.js";

const DOT_PX = [2.2, 3, 4, 5]; // radius of a single report at zoom 12, 14, 16, 18
const AREA_PX = 1.35; // the area of a mark grows with its count
const MOST_PX = 22;
const NUMBER_FROM_PX = 8.5; // a smaller mark has no room for its number
const NUMBERED_ZOOM = 16; // from here on every pile has its number
const GRASP_PX = 6; // beyond the mark, for fingers and unsteady hands

export class Points {
  // onMoved(bounds, zoom): other ground has come into view.
  constructor(map, { onMoved }) {
    this.map = map;
    this.answer = null;
    this.marks = [];
    this.overlay = new CanvasOverlay((...how) => this.draw(...how), { pane: "points" });
    this.overlay.on("moved", () => onMoved(this.overlay.reach(), map.getZoom()));
  }

  show(visible) {
    if (visible) this.overlay.addTo(this.map);
    else this.overlay.remove();
  }

  // The server's answer: columns lon, lat, count, kind; null where there is nothing to ask.
  set(answer) {
    this.answer = answer;
    this.overlay.again();
  }

  paint() {
    this.overlay.again();
  }

  // The mark under a place on the screen (px in the map), with `index` of the answer; the topmost, null for none.
  at({ x, y }) {
    if (!this.answer || !this.map.hasLayer(this.overlay)) return null;
    let found = null;
    for (const index of this.marks) {
      const mark = this.map.latLngToContainerPoint([this.answer.lat[index], this.answer.lon[index]]);
      if (Math.hypot(mark.x - x, mark.y - y) <= Math.max(GRASP_PX, this.radius(this.answer.count[index])) + 2) found = index;
    }
    return found === null ? null : this.about(found);
  }

  about(index) {
    const { lon, lat, count, kind, kinds, mode } = this.answer;
    return { lon: lon[index], lat: lat[index], count: count[index], kind: kinds[kind[index]] || null, isCluster: mode === "clusters" };
  }

  radius(count) {
    const zoom = Math.min(18, Math.max(12, this.map.getZoom()));
    const step = Math.min(2, Math.floor((zoom - 12) / 2));
    const dot = DOT_PX[step] + ((DOT_PX[step + 1] - DOT_PX[step]) * (zoom - 12 - 2 * step)) / 2;
    const radius = Math.min(MOST_PX, Math.sqrt(dot * dot + (count - 1) * AREA_PX * dot * 2));
    return count > 1 && zoom >= NUMBERED_ZOOM ? Math.max(NUMBER_FROM_PX, radius) : radius;
  }

  draw(ctx, spot) {
    this.marks = [];
    if (!this.answer) return;
    const { lon, lat, count, mode } = this.answer;
    const colours = mapColours();
    // the many small ones first: a large mark is never buried
    this.marks = [...count.keys()].sort((a, b) => count[a] - count[b]);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const index of this.marks) {
      const [x, y] = spot(lon[index], lat[index]);
      const radius = this.radius(count[index]);
      if (count[index] > 1 && mode === "places" && radius >= NUMBER_FROM_PX) disc(ctx, x + 2.5, y - 2.5, radius, colours); // a pile
      disc(ctx, x, y, radius, colours);
      if (radius >= NUMBER_FROM_PX) write(ctx, x, y, count[index], colours);
    }
  }
}

function disc(ctx, x, y, radius, colours) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fillStyle = colours.place;
  ctx.globalAlpha = 0.88;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.strokeStyle = colours.onPlace;
  ctx.lineWidth = radius > 4 ? 1.5 : 0.8;
  ctx.stroke();
}

function write(ctx, x, y, count, colours) {
  const text = short(count);
  ctx.font = `600 ${text.length > 3 ? 10 : 11}px ${FONT}`;
  ctx.fillStyle = colours.onPlace;
  ctx.fillText(text, x, y + 0.5);
}

function short(count) {
  if (count < 1000) return String(count);
  return `${decimal(count / 1000, count < 10000 ? 1 : 0)}k`;
}
