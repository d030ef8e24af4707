// What the maps on the screen show, as a PNG of twice the screen's resolution with all that a map needs. It is put
// together for itself: the room that the screen keeps for its panels is left out.

import { markedPlace } from "../situation/mark.js";
import { loadStyle } from "../ui/late.js";
import { inFineLines, mapsOf } from "./fine_map.js";
import { Leaf } from "./leaf.js";
import { metresPerPx } from "./map_scale.js";
import { paint } from "./painter.js";
import { planOf } from "./plan.js";

const FINER = 2;
const BAR_PX = 160;
const MARGIN_PX = 24;
const LEAST_PX = 240;
const GAP_PX = 12; // as css/leaf.css has it between two maps
const NOT_THE_MAP = ".leaflet-control-container, .leaflet-tooltip-pane, .leaflet-popup-pane, .own-tiles--elsewhere, button";

// -> a Blob.
export async function pictureOf(page) {
  const [plan] = await Promise.all([planOf(page), loadStyle("css/leaf.css")]);
  const ratio = Math.max(FINER, window.devicePixelRatio || 1);
  const part = shownPart(page);
  const maps = mapsOf(page);
  const drawings = await inFineLines(page, ratio, () => maps.map((map) => paint(map.getContainer(), ratio, { part, except: NOT_THE_MAP })));
  const width = maps.length * part.width + (maps.length - 1) * GAP_PX;
  const leaf = new Leaf({ size: part.height > width ? "picture-beside" : "picture", barPx: BAR_PX, maps: maps.length });
  drawings.forEach((drawing, i) => {
    Object.assign(drawing.style, { width: `${part.width}px`, height: `${part.height}px` });
    leaf.slots[i].append(drawing);
  });
  leaf.node.style.setProperty("--map-width", `${width + 2 * maps.length}px`); // with the edges
  leaf.draw(page, { title: null, plan, perPx: metresPerPx(page.map.getCenter().lat, page.map.getZoom()), scale: null, isPicture: true });
  document.body.append(leaf.node);
  try {
    const whole = paint(leaf.node, ratio);
    return await new Promise((resolve, reject) => {
      whole.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large for this browser."))), "image/png");
    });
  } finally {
    leaf.node.remove();
  }
}

// The part of the map in which there is something to see, in px of its container.
function shownPart(page) {
  const { map, home } = page;
  const { x: width, y: height } = map.getSize();
  if (!home || !home.intersects(map.getBounds())) return { left: 0, top: 0, width, height };
  const seen = L.latLngBounds(home.getSouthWest(), home.getNorthEast());
  const { incident_bounds: box } = page.situation;
  const marked = markedPlace(page.state.get());
  if (box && page.state.get().layers.has("points")) seen.extend([box[1], box[0]]).extend([box[3], box[2]]); // some lie in no grid
  if (marked) seen.extend([marked.lat, marked.lon]);
  const [low, high] = [seen.getNorthWest(), seen.getSouthEast()].map((corner) => map.latLngToContainerPoint(corner));
  const [left, right] = within(low.x, high.x, width);
  const [top, bottom] = within(low.y, high.y, height);
  return { left, top, width: right - left, height: bottom - top };
}

// From `low` to `high` with a margin, inside of 0 to `size` and never less than a map needs.
function within(low, high, size) {
  const from = Math.max(0, Math.round(low) - MARGIN_PX);
  const to = Math.min(size, Math.round(high) + MARGIN_PX);
  if (to - from >= LEAST_PX) return [from, to];
  const length = Math.min(LEAST_PX, size);
  const begin = Math.max(0, Math.min(size - length, Math.round((from + to - length) / 2)));
  return [begin, begin + length];
}
