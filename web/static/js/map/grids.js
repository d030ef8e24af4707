// Grid borders: a halo below, a violet line above; a tint under the pointer, the accent around the chosen one.

import { mapColours } from "./colours.js";
import { boundsOf } from "./grid_extent.js";
import { ShapeTiles } from "./shape_tiles.js";
import { Shapes } from "./shapes.js";
import { GRID, HALO } from "./widths.js";

const SEEN_PX = 14; // a grid as wide as this has a border at any zoom
const USUAL_PX = 0.006; // how wide a town's grid is at zoom 0; line widths are made for it
const THIN = 0.5;
const NEAR = 16; // where whoever sees one house alone sees it, however small it is

export class Grids {
  constructor(map) {
    this.map = map;
    this.lines = new ShapeTiles((...how) => this.draw(...how), {
      pane: "grids", isSeen: (i, zoom) => this.widths[i] * 2 ** zoom >= this.seenPx,
    });
    this.overlay = L.canvas({ pane: "selected", padding: 0.3 });
    this.hovered = L.layerGroup().addTo(map);
    this.picked = L.layerGroup().addTo(map);
    this.under = null;
    this.selected = null;
    this.isOnColour = false; // over grids in colour a wide halo would hide them
    this.colours = mapColours();
    this.set([]);
  }

  set(features) {
    this.shapes = new Shapes(features);
    this.byCode = new Map(features.map((feature) => [feature.properties.code, feature]));
    this.widths = features.map((_, i) => this.shapes.width(i));
    const sorted = [...this.widths].sort((a, b) => a - b);
    // wards ten times as wide as a town's grids are drawn as if looked at from nearer
    this.nearness = sorted.length ? Math.max(0, Math.log2(sorted[Math.floor(sorted.length / 2)] / USUAL_PX)) : 0;
    this.seenPx = Math.min(SEEN_PX, sorted.length ? sorted[sorted.length - 1] * 2 ** NEAR : SEEN_PX);
    this.lines.use(this.shapes);
    this.hover(null);
    this.select(this.selected);
  }

  // Calls back when all that is in view is drawn.
  onceDrawn(tell) {
    if (this.map.hasLayer(this.lines) && this.lines.isLoading()) this.lines.once("load", tell);
    else tell();
  }

  find(code) {
    const found = this.byCode.get(code);
    return found ? found.properties : null;
  }

  // The facts of the grid at a place, null where there is none.
  at({ lng, lat }) {
    const index = this.shapes.at(lng, lat);
    return index < 0 ? null : this.shapes.features[index].properties;
  }

  bounds(code) {
    const found = this.byCode.get(code);
    return found ? boundsOf([found]) : null;
  }

  show(visible) {
    if (visible) this.lines.addTo(this.map);
    else this.lines.remove();
  }

  overColour(isOnColour) {
    if (isOnColour === this.isOnColour) return;
    this.isOnColour = isOnColour;
    this.lines.again();
  }

  // After a change of colours.
  paint() {
    this.colours = mapColours();
    this.lines.again();
    this.select(this.selected);
  }

  draw(ctx, found, trace, zoom) {
    const width = Math.max(THIN, GRID(zoom + this.nearness));
    ctx.beginPath();
    found.forEach(trace);
    ctx.globalAlpha = this.isOnColour ? 0.5 : 0.75;
    ctx.strokeStyle = this.colours.halo;
    ctx.lineWidth = width + 2 * (this.isOnColour ? THIN : Math.min(HALO, width * 2));
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.strokeStyle = this.colours.border;
    ctx.lineWidth = width;
    ctx.stroke();
  }

  hover(code) {
    if (code === this.under) return;
    this.under = code;
    this.hovered.clearLayers();
    const found = this.byCode.get(code);
    if (found) this.hovered.addLayer(this.outline(found, { stroke: false, fill: true, fillColor: this.colours.border, fillOpacity: 0.1 }));
  }

  select(code) {
    this.selected = code;
    this.picked.clearLayers();
    const found = this.byCode.get(code);
    if (!found) return;
    const { halo, accent } = this.colours;
    this.picked.addLayer(this.outline(found, { color: halo, weight: 7, fill: false }));
    this.picked.addLayer(this.outline(found, { color: accent, weight: 3.5, fill: true, fillColor: accent, fillOpacity: 0.06 }));
  }

  outline(feature, style) {
    return L.geoJSON(feature, { renderer: this.overlay, pane: "selected", interactive: false, smoothFactor: 0.6, style: { opacity: 1, lineJoin: "round", ...style } });
  }
}
