// Measuring on the map: the tool's button; everything else is fetched when it is pressed.

import { loadStyle } from "../ui/late.js";
import { t } from "../net/words.js";

const RULER = "M3.5 15.5 15.5 3.5l5 5-12 12zM7 12l2 2M10 9l2.5 2.5M13 6l2 2";

export const measure = {
  wire(page) {
    const button = page.tools.add({ id: "measure", icon: RULER, label: t("Measure"), toggles: true, press: () => toggle() });
    let ruler = null;
    const end = () => {
      if (!ruler) return;
      ruler.end();
      ruler = null;
      button.setAttribute("aria-pressed", "false");
    };
    const toggle = () => page.guarded("measure", toggle, async () => {
      if (ruler) return end();
      if (page.state.get().compare) page.state.set({ compare: null }); // one map is measured, not two
      const [{ Ruler }] = await Promise.all([import("../measure/ruler.js"), loadStyle("css/measure.css")]);
      ruler = new Ruler(page.map, { onEnd: end });
      button.setAttribute("aria-pressed", "true");
    });
    page.on("mode", () => { if (ruler) ruler.draw(); });
    page.state.on(["compare", "wall"], ({ compare, wall }) => { if (compare || wall) end(); });
  },
};
