// The wall: the situation on a large screen that nobody operates. `wall=1`; `cycle=30` shows another view every 30 s.
// What it is made of is fetched when it is used.

import { loadStyle } from "../ui/late.js";
import { t } from "../net/words.js";

const SCREEN = "M3.5 5h17v11.5h-17zM9 20h6M12 16.5V20";
const SHORTEST_S = 5;
const LONGEST_S = 3600;

export const wall = {
  address: {
    read(asked) {
      const seconds = Number(asked.get("cycle"));
      return { wall: asked.get("wall") === "1", cycle: seconds >= SHORTEST_S && seconds <= LONGEST_S ? seconds : null };
    },
    write: ({ wall: isOn, cycle }) => ({ wall: isOn ? "1" : null, cycle: isOn ? cycle : null }),
  },
  wire(page) {
    let shown = null;
    let spot = null; // where the map was when the wall was asked for, null: the wall came first
    const leave = () => page.state.set({ wall: false });
    const draw = () => page.guarded("wall", draw, async () => {
      const isWanted = () => page.state.get().wall && Boolean(page.layers.features);
      if (isWanted() && !shown) {
        const [{ Wall }] = await Promise.all([import("../wall/wall.js"), loadStyle("css/wall.css")]);
        if (isWanted() && !shown) shown = new Wall(page, { spot, onLeave: leave });
      }
      if (!page.state.get().wall && shown) {
        shown.remove();
        shown = null;
        document.getElementById("tool-wall").focus({ preventScroll: true });
      }
    });
    page.tools.add({
      id: "wall", icon: SCREEN, label: t("Wall screen"), press: () => {
        const { documentElement: root } = document;
        spot = page.spot();
        if (root.requestFullscreen) root.requestFullscreen().catch(() => {}); // a browser that will not still shows the wall
        page.state.set({ wall: true }, { push: true });
      },
    });
    page.state.on(["wall"], draw);
    page.on("grids", draw);
    page.on("renew", () => { if (shown) shown.renew(); });
    page.on("mode", () => { if (shown) shown.paint(); });
    page.on("scales", () => { if (shown) shown.paint(); });
  },
};
