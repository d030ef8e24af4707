// What is looked into, on the map: its outline, the rest slightly veiled, and what a row of the panel points at.

import { mapColours } from "./colours.js";

const WORLD = [[[-85, -360], [-85, 360], [85, 360], [85, -360]]];
const VEIL = 0.42;

export class FocusOutline {
  constructor(map) {
    this.map = map;
    map.createPane("veil").style.zIndex = "425"; // above borders, below the selected grid and the labels
    map.getPane("veil").style.pointerEvents = "none";
    this.veils = L.canvas({ pane: "veil", padding: 0.3 });
    this.lines = L.canvas({ pane: "selected", padding: 0.3 });
    this.shown = L.layerGroup().addTo(map);
    this.hinted = L.layerGroup().addTo(map);
    this.show([]);
  }

  // `features`: the shapes that make up the place, [] for none; `blocks`: what it is divided into; `isOutlined` false
  // where somebody else draws its line.
  show(features, { blocks = [], isOutlined = true } = {}) {
    Object.assign(this, { features, blocks, isOutlined });
    this.paint();
  }

  paint() {
    this.shown.clearLayers();
    if (!this.features.length) return;
    const colours = mapColours();
    const holes = this.features.flatMap(({ geometry }) => outerRings(geometry)).map((ring) => ring.map(([lon, lat]) => [lat, lon]));
    this.shown.addLayer(L.polygon([...WORLD, ...holes], {
      pane: "veil", renderer: this.veils, interactive: false, stroke: false, fill: true, fillColor: colours.beyond, fillOpacity: VEIL,
    }));
    for (const style of [{ color: colours.halo, weight: 2.5, opacity: 0.7 }, { color: colours.border, weight: 1, opacity: 0.9 }]) {
      if (this.blocks.length) this.shown.addLayer(this.line(this.blocks, { ...style, dashArray: "3 3" }));
    }
    if (!this.isOutlined) return;
    this.shown.addLayer(this.line(this.features, { color: colours.halo, weight: 7 }));
    this.shown.addLayer(this.line(this.features, { color: colours.accent, weight: 3.5 }));
  }

  // The place under the pointer or with the focus in the panel's list; [] for none.
  hint(features) {
    this.hinted.clearLayers();
    if (!features.length) return;
    const { accent, halo } = mapColours();
    this.hinted.addLayer(this.line(features, { color: halo, weight: 5 }));
    this.hinted.addLayer(this.line(features, { color: accent, weight: 2, fill: true, fillColor: accent, fillOpacity: 0.14 }));
  }

  line(features, style) {
    return L.geoJSON(features, { pane: "selected", renderer: this.lines, interactive: false, smoothFactor: 0.6, style: { opacity: 1, lineJoin: "round", fill: false, ...style } });
  }
}

function outerRings({ type, coordinates }) {
  return type === "Polygon" ? [coordinates[0]] : coordinates.map(([outer]) => outer);
}
