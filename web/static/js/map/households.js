// Blocks by how many households live on a hectare of them.

import { AreaColours, NO_DATA, UNDRAWN, classOf } from "./area_colours.js";
import { Shapes } from "./shapes.js";

// Households a hectare: farmland and villages, low houses, slabs, slabs close together, towers. The same everywhere, so
// that districts can be compared.
const BREAKS = [10, 40, 80, 160];

export class Households {
  constructor(map) {
    this.areas = new AreaColours(map, { pane: "households" });
  }

  // GeoJSON blocks with `households` and `area_ha` -> what the legend tells.
  set(features) {
    this.shapes = new Shapes(features);
    this.classes = features.map(({ properties }) => {
      const perHa = density(properties);
      if (perHa === null) return NO_DATA;
      return perHa > 0 ? classOf(perHa, BREAKS) : UNDRAWN; // nobody lives in parks and on water
    });
    this.areas.set(this.shapes, this.classes, "households");
    return { breaks: BREAKS };
  }

  show(visible) {
    this.areas.show(visible);
  }

  paint() {
    this.areas.paint();
  }

  // { households, perHa } of the block at a place, null where there is none.
  at({ lng, lat }) {
    const index = this.shapes ? this.shapes.at(lng, lat) : -1;
    if (index < 0) return null;
    const { properties } = this.shapes.features[index];
    return { households: properties.households, perHa: density(properties) };
  }
}

function density({ households, area_ha: areaHa }) {
  return areaHa > 0 && households !== null ? households / areaHa : null;
}
