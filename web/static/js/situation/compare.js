// Two periods or two kinds beside each other: compare=side|swipe, and what the right side shows: from2, to2 (absent: the
// period before the left one), kinds2 (codes, or "all"; absent: those of the left side). Everything but the address and
// the button is fetched when it is used.

import { toDay, toText } from "../ui/dates.js";
import { loadStyle } from "../ui/late.js";
import { SELECTION } from "./selection.js";
import { t } from "../net/words.js";

const HALVES = "M12 3.5v17M4 5.5h5.5v13H4zM14.5 5.5H20v13h-5.5z";
const WAYS = ["side", "swipe"];
const PHONE_PX = 760;
const LEFT_TO_THE_LEFT = { compare: null, from2: null, to2: null, kinds2: null };

export const compare = {
  address: {
    read(asked) {
      const way = asked.get("compare");
      if (!WAYS.includes(way)) return { ...LEFT_TO_THE_LEFT };
      const from2 = toDay(asked.get("from2"));
      const to2 = toDay(asked.get("to2"));
      const isPeriod = from2 !== null && to2 !== null && from2 <= to2;
      return { compare: fitting(way), from2: isPeriod ? from2 : null, to2: isPeriod ? to2 : null, kinds2: asked.get("kinds2") || null };
    },
    write({ compare: way, from2, to2, kinds2 }) {
      const day = (value) => (way && value !== null ? toText(value) : null);
      return { compare: way, from2: day(from2), to2: day(to2), kinds2: way ? kinds2 : null };
    },
  },
  wire(page) {
    const press = () => page.state.set(page.state.get().compare ? LEFT_TO_THE_LEFT : { compare: fitting("side") }, { push: true });
    const button = page.tools.add({ id: "compare", icon: HALVES, label: t("Compare"), toggles: true, press });
    page.comparison = null;
    const draw = () => page.guarded("compare", draw, async () => {
      const isWanted = () => Boolean(page.state.get().compare) && !page.state.get().wall && Boolean(page.layers.features);
      button.setAttribute("aria-pressed", String(isWanted()));
      if (isWanted() && !page.comparison) {
        const [{ Comparison }] = await Promise.all([import("../compare/comparison.js"), loadStyle("css/compare.css"), loadStyle("css/compare_low.css")]);
        if (isWanted() && !page.comparison) page.comparison = new Comparison(page, { onClose: () => page.state.set(LEFT_TO_THE_LEFT, { push: true }) });
      }
      if (!isWanted() && page.comparison) {
        page.comparison.remove();
        page.comparison = null;
      }
      page.emit("compared");
    });
    const tell = (work) => () => { if (page.comparison) work(page.comparison); };
    page.state.on(["compare", "wall"], draw);
    page.on("grids", draw); // both sides have the same grids: the comparison begins when they are there
    page.on("grids", tell((it) => it.second.setGrids()));
    page.state.on(["compare"], tell((it) => it.resize()));
    page.state.on(["layers", "opacity", "surface"], tell((it) => it.second.drawLayers()));
    page.state.on(["grid"], tell((it) => it.second.select()));
    page.onSettled([...SELECTION, "from2", "to2", "kinds2", "surface", "by", "bandwidth"], tell((it) => it.draw()));
    page.on("counts", tell((it) => it.tell()));
    page.on("scales", tell((it) => it.drawSurface()));
    page.on("renew", tell((it) => it.draw()));
    page.on("mode", tell((it) => it.repaint()));
  },
};

// On a phone the halves would be too narrow.
function fitting(way) {
  return window.innerWidth < PHONE_PX ? "swipe" : way;
}
