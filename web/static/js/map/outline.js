// Some grids framed together, to find them on the map.

import { mapColours } from "./colours.js";
import { boundsOf } from "./grid_extent.js";
import { fit } from "./stage.js";

export class Outline {
  constructor(grids) {
    this.grids = grids;
    this.drawn = L.layerGroup().addTo(grids.map);
  }

  clear() {
    this.drawn.clearLayers();
  }

  show(codes) {
    this.clear();
    const { halo, accent } = mapColours();
    const found = codes.map((code) => this.grids.byCode.get(code)).filter(Boolean);
    for (const feature of found) {
      this.drawn.addLayer(this.grids.outline(feature, { color: halo, weight: 7, fill: false }));
      this.drawn.addLayer(this.grids.outline(feature, { color: accent, weight: 3.5, dashArray: "9 6", fill: false }));
    }
    return found;
  }

  goTo(codes) {
    const found = this.show(codes);
    const bounds = found.length && boundsOf(found);
    if (bounds) fit(this.grids.map, bounds.pad(0.8), { maxZoom: 16 });
  }
}
