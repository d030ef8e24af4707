// The drawer of the tables: the figures behind the map, by place, and those behind the timeline, by day or month.

import { t } from "../net/words.js";
import { byId } from "../ui/dom.js";
import { loadStyle } from "../ui/late.js";

export const tables = {
  wire(page) {
    page.tables = new Tables(page);
  },
};

class Tables {
  constructor(page) {
    Object.assign(this, { page, of: "map" });
    this.level = byId("table-level");
    page.dock.add({ id: "table", label: t("Tables"), element: byId("dock-table"), onShow: () => this.draw() });
    for (const event of ["counts", "scales", "grids", "timeline"]) page.on(event, () => this.draw());
    page.onSettled(["from", "to", "surface", "by"], () => this.draw());
    this.level.addEventListener("change", () => this.draw());
    for (const button of byId("table-of").querySelectorAll("button")) {
      button.addEventListener("click", () => {
        this.of = button.dataset.of;
        this.draw();
      });
    }
  }

  async draw() {
    if (!this.page.dock.isShown("table")) return;
    const [{ placeTable }, { dayTable }] = await Promise.all([import("../ui/place_table.js"), import("../ui/day_table.js"), loadStyle("css/patterns.css")]);
    for (const button of byId("table-of").querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.of === this.of));
    byId("table-by").hidden = this.of !== "map";
    const held = document.activeElement.dataset.code; // a place in the table that has the focus keeps it
    byId("table-rows").replaceChildren(this.of === "map" ? placeTable(this.page, this.level.value) : dayTable(this.page));
    if (held) (byId("table-rows").querySelector(`[data-code="${CSS.escape(held)}"]`) || byId("table-rows")).focus({ preventScroll: true });
  }
}
