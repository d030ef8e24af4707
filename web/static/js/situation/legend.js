// The legend follows what is drawn.

import { drawLegend, seenFrom, wireFold } from "../ui/legend.js";

export const legend = {
  wire(page) {
    const { map } = page;
    let zoom = null; // the last step at which something came into view
    const draw = () => {
      zoom = seenFrom(map.getZoom());
      drawLegend(page.state.get(), page.layers.scales, map.getZoom(), page.wholeCounts);
    };
    wireFold();
    page.state.on(["from", "to", "surface", "by", "layers", "opacity", "compare"], draw);
    for (const event of ["scales", "counts", "points", "mode"]) page.on(event, draw);
    map.on("zoomend", () => {
      if (seenFrom(map.getZoom()) !== zoom) draw();
    });
    draw();
  },
};
