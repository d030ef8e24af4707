// The map on paper: print=a4-landscape|a4-portrait|a3-landscape|a3-portrait, scale=25000 (1:n), title=. What it is made
// of is fetched when it is used. What the browser's own command prints: situation/browser_print.js.

import { t } from "../net/words.js";
import { byId } from "../ui/dom.js";
import { loadStyle } from "../ui/late.js";
import { SELECTION } from "./selection.js";

const PRINTER = "M7 9V3.5h10V9M7 17H4V9.5h16V17h-3M7 14h10v6.5H7z";
const PAPERS = ["a4-landscape", "a4-portrait", "a3-landscape", "a3-portrait"];
const TITLE_CHARS = 80;

export const print = {
  address: {
    read(asked) {
      const scale = Number(asked.get("scale"));
      return {
        paper: PAPERS.includes(asked.get("print")) ? asked.get("print") : null,
        paperScale: Number.isInteger(scale) && scale >= 500 && scale <= 5e6 ? scale : null,
        paperTitle: (asked.get("title") || "").slice(0, TITLE_CHARS) || null,
      };
    },
    write: ({ paper, paperScale, paperTitle }) => ({ print: paper, scale: paper ? paperScale : null, title: paper ? paperTitle : null }),
  },
  wire(page) {
    let shown = null;
    const close = () => {
      shown.remove();
      shown = null;
    };
    const leave = () => page.state.set({ paper: null, paperScale: null });
    const draw = () => page.guarded("print", draw, async () => {
      const isWanted = () => {
        const { paper, compare } = page.state.get();
        return Boolean(paper && page.layers.features && Boolean(compare) === Boolean(page.comparison)); // a comparison comes late
      };
      if (shown && shown.comparison !== page.comparison) close();
      if (page.state.get().paper) page.state.set({ wall: false });
      if (isWanted() && !shown) {
        const [{ Paper }] = await Promise.all([import("../output/paper.js"), loadStyle("css/leaf.css"), loadStyle("css/paper.css")]);
        if (isWanted() && !shown) shown = new Paper(page, { bounds: seen(page), onLeave: leave });
      } else if (shown && !page.state.get().paper) {
        close();
        byId("tool-print").focus({ preventScroll: true });
      } else if (shown) shown.lay();
    });
    const tell = () => { if (shown) shown.lay(); };
    page.tools.add({ id: "print", icon: PRINTER, label: t("Print"), press: () => page.state.set({ paper: suited(page) }, { push: true }) });
    page.state.on(["paper", "paperScale"], draw);
    page.state.on(["paperTitle", ...SELECTION], tell);
    for (const event of ["counts", "scales"]) page.on(event, tell);
    for (const event of ["grids", "compared"]) page.on(event, draw);
  },
};

// What the screen shows; where that is more than everything, everything.
function seen({ map, home }) {
  const bounds = map.getBounds();
  return home && bounds.contains(home) ? home : bounds;
}

function suited(page) {
  const bounds = seen(page);
  const { x, y } = page.map.project(bounds.getSouthEast()).subtract(page.map.project(bounds.getNorthWest()));
  return (page.comparison ? 2 * x : x) >= y ? "a4-landscape" : "a4-portrait";
}
