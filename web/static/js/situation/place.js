// The tab of what is looked into: the chosen grid, who looks after it and what happened there.

import { getJson, latest, query } from "../net/api.js";
import { t } from "../net/words.js";
import { boundsOf } from "../map/grid_extent.js";
import { fit } from "../map/stage.js";
import { byId } from "../ui/dom.js";
import { drawGridCounts, drawRecent, hideDetail, showDetail, wireDetail } from "../ui/detail.js";
import { dismiss, notify } from "../ui/notices.js";
import { SELECTION } from "./selection.js";

const RECENT = 6;

export const place = {
  wire(page) {
    page.place = new Place(page);
  },
};

class Place {
  constructor(page) {
    this.page = page;
    this.askRecent = latest((values, how) => getJson("/api/v1/incidents", values, how));
    page.panel.add({ id: "place", label: t("Place"), element: byId("panel-place") });
    wireDetail({ onClose: () => this.close() });
    page.state.on(["grid"], () => this.draw());
    page.on("grids", () => this.draw());
    page.on("counts", () => this.drawFigures());
  }

  close() {
    this.page.look({ grid: null });
    byId("grid-search").focus({ preventScroll: true });
    byId("grid-search").blur();
  }

  // A press on the map: in a grid, or beside all of them (null).
  press(grid) {
    this.page.look({ grid });
  }

  // Show where it is, and put the keyboard into its panel.
  find(code) {
    this.page.look({ grid: code });
    const bounds = this.page.layers.grids.bounds(code);
    if (bounds) fit(this.page.map, bounds.pad(0.6), { maxZoom: 16 });
    byId("detail-name").focus({ preventScroll: true });
  }

  // Where a view begins that names a grid and no place.
  bounds() {
    const { grid } = this.page.state.get();
    const bounds = grid && boundsOf(this.page.layers.features.filter(({ properties }) => properties.code === grid));
    return bounds && bounds.pad(0.6);
  }

  draw() {
    const { page } = this;
    const { grid } = page.state.get();
    const { grids, basemap } = page.layers;
    const found = grid && grids.find(grid);
    grids.select(found ? grid : null);
    basemap.select(found ? grid : null);
    dismiss("unknown-grid");
    if (!found) {
      hideDetail();
      if (grid && page.layers.features) notify("unknown-grid", { text: t("There is no grid {code} in the plan in force.", { code: grid }) });
      return;
    }
    showDetail(found, page.situation);
    page.sheet.rise();
    this.drawFigures();
  }

  async drawFigures() {
    const { page } = this;
    const { grid } = page.state.get();
    if (!grid || !byId("detail-counts")) return;
    drawGridCounts(page.counts, page.wholeCounts.total, page.tree);
    await page.guarded("grid", () => this.drawFigures(), async () => {
      const words = page.selection({ except: SELECTION.filter((name) => !["from", "to", "kinds", "grid"].includes(name)) });
      const recent = words ? await this.askRecent({ ...words, limit: RECENT }) : { items: [] };
      drawRecent(recent, page.tree, page.situation.project.time_zone, `/incidents?${query({ ...words, kinds: null })}`);
    });
  }
}
