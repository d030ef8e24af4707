// Incidents as marks on a canvas: clusters where they are many, else each place with how many were reported there.

import { decimal } from "../net/words.js";
import { CanvasOverlay } from "./canvas_overlay.js";
import { FONT, mapColours } from "./colours.js";

const DOT_PX = [2.2, 3, 4, 5]; // radius of a single report at zoom 12, 14, 16, 18
const AREA_PX = 1.35; // the area of a mark grows with its count
const MOST_PX = 22;
const CLUSTER_PX = [9, MOST_PX]; // radius of the smallest cluster and of one of MANY incidents or more, at every zoom
const MANY = 2000;
const NUMBERS_PANE = "numbers";
const ABOVE_LABELS = "455"; // a mark with a number hides a name rather than being hidden; the others lie below the labels
const NUMBER_FROM_PX = 8.5; // a smaller mark has no room for its number
const NUMBERED_ZOOM = 16; // from here on every pile has its number
const GRASP_PX = 6; // beyond the mark, for fingers and unsteady hands

const NOTHING = { lon: [], lat: [], count: [], mode: null };

export class Points {
  // onMoved(bounds, zoom): other ground has come into view. onDrawn({ mode, numbered }): other marks are drawn than before;
  // `mode` is "clusters", "places" or null, `numbered` says that a mark in view has its number.
  constructor(map, { onMoved, onDrawn }) {
    this.map = map;
    this.answer = null;
    this.marks = [];
    this.drawn = { mode: null, numbered: false };
    this.onDrawn = onDrawn;
    const { style } = map.createPane(NUMBERS_PANE);
    Object.assign(style, { zIndex: ABOVE_LABELS, opacity: map.getPane("points").style.opacity });
    this.overlay = new CanvasOverlay((...how) => this.draw(...how), { pane: "points" });
    this.numbers = new CanvasOverlay((...how) => this.drawNumbered(...how), { pane: NUMBERS_PANE });
    this.overlay.on("moved", () => onMoved(this.overlay.reach(), map.getZoom()));
  }

  show(visible) {
    for (const overlay of [this.overlay, this.numbers]) {
      if (visible) overlay.addTo(this.map);
      else overlay.remove();
    }
  }

  // The server's answer: columns lon, lat, count, kind; null where there is nothing to ask.
  set(answer) {
    this.answer = answer;
    this.paint();
  }

  paint() {
    this.overlay.again();
    this.numbers.again();
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

  isClustered() {
    return Boolean(this.answer) && this.answer.mode === "clusters";
  }

  radius(count) {
    if (this.isClustered() && count > 1) return clusterRadius(count);
    const zoom = Math.min(18, Math.max(12, this.map.getZoom()));
    const step = Math.min(2, Math.floor((zoom - 12) / 2));
    const dot = DOT_PX[step] + ((DOT_PX[step + 1] - DOT_PX[step]) * (zoom - 12 - 2 * step)) / 2;
    const radius = Math.min(MOST_PX, Math.sqrt(dot * dot + (count - 1) * AREA_PX * dot * 2));
    return count > 1 && zoom >= NUMBERED_ZOOM ? Math.max(NUMBER_FROM_PX, radius) : radius;
  }

  // The marks without a number; that there are marks is told by what is in view.
  draw(ctx, spot) {
    const { lon, lat, count, mode } = this.answer || NOTHING;
    // the many small ones first: a large mark is never buried
    this.marks = [...count.keys()].sort((a, b) => count[a] - count[b]);
    const colours = mapColours();
    const bounds = this.map.getBounds();
    let numbered = false;
    for (const index of this.marks) {
      const radius = this.radius(count[index]);
      if (radius >= NUMBER_FROM_PX) {
        numbered = numbered || bounds.contains([lat[index], lon[index]]);
        continue;
      }
      const [x, y] = spot(lon[index], lat[index]);
      if (mode === "clusters") ring(ctx, x, y, radius, colours);
      disc(ctx, x, y, radius, colours);
    }
    this.tell(mode, numbered);
  }

  drawNumbered(ctx, spot) {
    const { lon, lat, count, mode } = this.answer || NOTHING;
    const colours = mapColours();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const index of this.marks) {
      const radius = this.radius(count[index]);
      if (radius < NUMBER_FROM_PX) continue;
      const [x, y] = spot(lon[index], lat[index]);
      if (mode === "places") disc(ctx, x + 2.5, y - 2.5, radius, colours); // a pile
      else ring(ctx, x, y, radius, colours);
      disc(ctx, x, y, radius, colours);
      write(ctx, x, y, count[index], radius, colours);
    }
  }

  tell(mode, numbered) {
    if (mode === this.drawn.mode && numbered === this.drawn.numbered) return;
    this.drawn = { mode, numbered };
    this.onDrawn(this.drawn);
  }
}

// The area grows evenly with the count.
function clusterRadius(count) {
  const [least, most] = CLUSTER_PX.map((px) => px * px);
  return Math.sqrt(least + (most - least) * Math.min(1, count / MANY));
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

// Around a cluster: the ground shows through, so that discs that touch stay apart.
function ring(ctx, x, y, radius, colours) {
  ctx.beginPath();
  ctx.arc(x, y, radius + 2, 0, 2 * Math.PI);
  ctx.strokeStyle = colours.place;
  ctx.globalAlpha = 0.25;
  ctx.lineWidth = 3;
  ctx.stroke();
  ctx.globalAlpha = 1;
}

function write(ctx, x, y, count, radius, colours) {
  const text = short(count);
  ctx.font = `600 ${text.length > 3 || (text.length === 3 && radius < 12) ? 10 : 11}px ${FONT}`;
  ctx.fillStyle = colours.onPlace;
  ctx.fillText(text, x, y + 0.5);
}

function short(count) {
  if (count < 1000) return String(count);
  return `${decimal(count / 1000, count < 10000 ? 1 : 0)}k`;
}
