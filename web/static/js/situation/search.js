// The search in the bar.

import { wireSearch } from "../ui/search.js";

export const search = {
  wire(page) {
    wireSearch({
      grids: () => [...page.layers.grids.byCode.values()].map(({ feature }) => feature.properties),
      countOf: (code) => page.wholeCounts.by_grid[code] || 0,
      onPick: (code) => page.place.find(code),
    });
  },
};
