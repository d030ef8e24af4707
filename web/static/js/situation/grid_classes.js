// The class of each grid in an answer of /api/v1/choropleth, for map/area_colours.js.

import { NO_DATA, UNSURE } from "../map/area_colours.js";

export function gridClasses(features, { by, values }) {
  return features.map(({ properties: { code } }) => {
    const found = values[code];
    if (!found || found.class === null) return NO_DATA;
    return by === "change" && !found.significant ? UNSURE : found.class;
  });
}
