// The class of each grid in an answer of /api/v1/choropleth.

import { NO_DATA, UNSURE, classOf } from "../map/area_colours.js";

export function gridClasses(features, { by, breaks, values }) {
  return features.map(({ properties: { code } }) => {
    const found = values[code];
    if (!found || found.value === null || found.value === undefined) return NO_DATA;
    if (by === "change" && !found.significant) return UNSURE;
    return classOf(found.value, breaks);
  });
}
