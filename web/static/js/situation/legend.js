// The legend follows what is drawn.

import { drawLegend, wireFold } from "../ui/legend.js";

export const legend = {
  wire(page) {
    const draw = () => drawLegend(page.state.get(), page.layers.scales, page.map.getZoom());
    wireFold();
    page.state.on(["surface", "by", "layers", "opacity"], draw);
    page.on("scales", draw);
    page.on("mode", draw);
    page.map.on("zoomend", draw);
    draw();
  },
};
