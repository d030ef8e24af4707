// Grid borders on a canvas: a halo below, a violet line above; hover tints, selection is the accent.

import { mapColours } from "./colours.js";
import { widthAtZero } from "./grid_extent.js";
import { GRID, HALO } from "./widths.js";

const SEEN_PX = 14; // a grid as wide as this has a border at any zoom
const USUAL_PX = 0.006; // how wide a town's grid is at zoom 0; line widths are made for it
const THIN = 0.5;

export class Grids {
  constructor(map, { onSelect, describe }) {
    Object.assign(this, { map, onSelect, describe });
    this.renderer = L.canvas({ pane: "grids", padding: 0.3, tolerance: 0 });
    this.pickedRenderer = L.canvas({ pane: "selected", padding: 0.3 });
    this.halo = null;
    this.lines = null;
    this.picked = L.layerGroup().addTo(map);
    this.byCode = new Map();
    this.widths = new Map(); // code -> px at zoom 0
    this.nearness = 0; // wards ten times as wide as a town's grids are drawn as if looked at from nearer
    this.selected = null;
    this.hovered = null;
    this.visible = true;
    map.on("zoomend", () => this.paint());
    map.on("click", (event) => {
      if (!event.gridTaken) onSelect(null, event.latlng);
    });
  }

  set(collection) {
    for (const layer of [this.halo, this.lines]) if (layer) layer.remove();
    this.byCode.clear();
    this.widths = new Map(collection.features.map((feature) => [feature.properties.code, widthAtZero(feature)]));
    const sorted = [...this.widths.values()].sort((a, b) => a - b);
    this.nearness = sorted.length ? Math.max(0, Math.log2(sorted[Math.floor(sorted.length / 2)] / USUAL_PX)) : 0;
    const options = { renderer: this.renderer, pane: "grids", smoothFactor: 0.6 };
    this.halo = L.geoJSON(collection, { ...options, interactive: false });
    this.lines = L.geoJSON(collection, { ...options, onEachFeature: (feature, layer) => this.prepare(feature, layer) });
    this.halo.addTo(this.map);
    this.lines.addTo(this.map);
    this.paint();
    this.select(this.selected);
  }

  prepare(feature, layer) {
    this.byCode.set(feature.properties.code, { feature, layer });
    layer.on("click", (event) => {
      event.originalEvent.gridTaken = true;
      L.DomEvent.stopPropagation(event);
      this.onSelect(feature.properties.code, event.latlng);
    });
    if (L.Browser.mobile) return;
    layer.bindTooltip(() => this.describe(feature.properties), {
      sticky: true, className: "grid-tip", direction: "right", offset: [14, 0], opacity: 1,
    });
    layer.on("mouseover", () => this.hover(feature.properties.code));
    layer.on("mouseout", () => this.hover(null));
  }

  find(code) {
    const found = this.byCode.get(code);
    return found ? found.feature.properties : null;
  }

  bounds(code) {
    const found = this.byCode.get(code);
    return found ? found.layer.getBounds() : null;
  }

  show(visible) {
    this.visible = visible;
    this.paint();
  }

  hover(code) {
    const before = this.byCode.get(this.hovered);
    this.hovered = code;
    if (before) before.layer.setStyle({ fillOpacity: 0 });
    const now = this.byCode.get(code);
    if (now) now.layer.setStyle({ fillOpacity: 0.08 });
  }

  paint() {
    if (!this.lines) return;
    const colours = mapColours();
    const line = { opacity: 1, lineJoin: "round" };
    this.halo.setStyle((grid) => {
      const width = this.lineWidth(grid);
      return { ...line, stroke: width > 0, fill: false, color: colours.halo, weight: width + 2 * Math.min(HALO, width * 2), opacity: 0.75 };
    });
    this.lines.setStyle((grid) => {
      const width = this.lineWidth(grid);
      return { ...line, stroke: width > 0, color: colours.border, weight: width, fill: true, fillColor: colours.border, fillOpacity: 0 };
    });
    this.paintPicked(colours);
  }

  // Whether it has a line at all goes by its own size.
  lineWidth({ properties }) {
    if (!this.visible) return 0;
    const zoom = this.map.getZoom();
    const isSeen = this.widths.get(properties.code) * 2 ** zoom >= SEEN_PX;
    return isSeen ? Math.max(THIN, GRID(zoom + this.nearness)) : 0;
  }

  select(code) {
    this.selected = code;
    this.paintPicked(mapColours());
  }

  paintPicked(colours) {
    this.picked.clearLayers();
    const found = this.byCode.get(this.selected);
    if (!found) return;
    const options = { renderer: this.pickedRenderer, pane: "selected", interactive: false, smoothFactor: 0.6 };
    const line = (color, weight, fillOpacity) => L.geoJSON(found.feature, {
      ...options, style: { color, weight, opacity: 1, lineJoin: "round", fill: fillOpacity > 0, fillColor: color, fillOpacity },
    });
    this.picked.addLayer(line(colours.halo, 7, 0));
    this.picked.addLayer(line(colours.accent, 3.5, 0.06));
  }
}
