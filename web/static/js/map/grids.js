// Grid borders on a canvas: a halo below, a violet line above; hover tints, selection is the accent.

import { mapColours } from "./colours.js";
import { nearnessOf } from "./grid_extent.js";
import { GRID, HALO } from "./widths.js";

export class Grids {
  constructor(map, { onSelect, describe }) {
    Object.assign(this, { map, onSelect, describe });
    this.renderer = L.canvas({ pane: "grids", padding: 0.3, tolerance: 0 });
    this.pickedRenderer = L.canvas({ pane: "selected", padding: 0.3 });
    this.halo = null;
    this.lines = null;
    this.picked = L.layerGroup().addTo(map);
    this.byCode = new Map();
    this.selected = null;
    this.hovered = null;
    this.visible = true;
    this.nearness = 0;
    map.on("zoomend", () => this.paint());
    map.on("click", (event) => {
      if (!event.gridTaken) onSelect(null);
    });
  }

  set(collection) {
    for (const layer of [this.halo, this.lines]) if (layer) layer.remove();
    this.byCode.clear();
    const options = { renderer: this.renderer, pane: "grids", smoothFactor: 0.6 };
    this.halo = L.geoJSON(collection, { ...options, interactive: false });
    this.lines = L.geoJSON(collection, { ...options, onEachFeature: (feature, layer) => this.prepare(feature, layer) });
    this.nearness = nearnessOf(collection.features);
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
      this.onSelect(feature.properties.code);
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
    const width = this.visible ? GRID(this.map.getZoom() + this.nearness) : 0;
    const drawn = width > 0.2;
    this.halo.setStyle({ stroke: drawn, fill: false, color: colours.halo, weight: width + 2 * Math.min(HALO, width * 2), opacity: 0.75, lineJoin: "round" });
    this.lines.setStyle({
      stroke: drawn, color: colours.border, weight: width, opacity: 1, lineJoin: "round",
      fill: true, fillColor: colours.border, fillOpacity: 0,
    });
    this.paintPicked(colours);
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
