// What is drawn on the map: base map, heat, grids; which of it is shown; what the colours mean.

import { getJson, latest } from "../net/api.js";
import { number, t, tn } from "../net/words.js";
import { Basemap } from "../map/basemap.js";
import { isDark } from "../map/colours.js";
import { boundsOf } from "../map/grid_extent.js";
import { GridLabels } from "../map/grid_labels.js";
import { Grids } from "../map/grids.js";
import { Heat } from "../map/heat.js";
import { el } from "../ui/dom.js";
import { wireLayers } from "../ui/layers.js";
import { drawLegend, wireBandwidth } from "../ui/legend.js";
import { dismiss, notify, setBusy } from "../ui/notices.js";
import { markReady } from "../ui/ready.js";
import { FOCUS } from "./selection.js";

const HIDEABLE = ["heat", "grids", "borders", "roads", "buildings", "labels"];

export const layers = {
  address: {
    read(asked, { defaults }) {
      const bandwidth = Number(asked.get("bw"));
      const hide = (asked.get("hide") || "").split(",");
      return {
        bandwidth: defaults.bandwidths.includes(bandwidth) ? bandwidth : defaults.bandwidth,
        hidden: new Set(hide.filter((name) => HIDEABLE.includes(name))),
      };
    },
    write({ bandwidth, hidden }, { defaults }) {
      const hide = HIDEABLE.filter((name) => hidden.has(name));
      return { bw: bandwidth === defaults.bandwidth ? null : bandwidth, hide: hide.length ? hide.join(",") : null };
    },
  },
  wire(page) {
    page.layers = new Layers(page);
  },
};

class Layers {
  constructor(page) {
    this.page = page;
    this.askLegend = latest((values, how) => getJson("/api/v1/legend", values, how));
    this.drawGround();
    this.drawData();
    wireLayers(page.state);
    wireBandwidth(page.state, page.defaults.bandwidths);
    page.state.on(["from", "to", "kinds", "hours", "bandwidth", "hidden"], () => this.drawHeat());
    page.state.on(["kinds", "bandwidth"], () => this.drawLegend());
    page.state.on(["hidden"], () => {
      this.basemap.show(this.shown());
      this.grids.show(this.shown().grids);
    });
    page.on("renew", ({ before, now }) => {
      this.drawHeat();
      if ((before.plan || {}).version !== (now.plan || {}).version) this.loadGrids();
    });
    page.on("mode", () => {
      this.basemap.paint();
      this.grids.paint();
      this.drawLegend();
      this.drawHeat();
    });
    page.first.push(() => this.drawLegend());
  }

  drawGround() {
    this.gridLabels = new GridLabels();
    this.basemap = new Basemap(this.page.situation.basemap, this.gridLabels, this.shown());
    const { ground, roads, borders, labels } = this.basemap;
    for (const [name, layer] of Object.entries({ ground, roads, borders, labels })) {
      layer.on("load", () => markReady(name));
      layer.on("tileerror", () => this.tellBaseFailed());
    }
  }

  drawData() {
    const { page } = this;
    this.heat = new Heat(page.map, page.situation.project.extent, {
      onBusy: setBusy,
      onDrawn: () => {
        markReady("heat");
        dismiss("heat");
      },
      onFailed: () => notify("heat", {
        text: t("Parts of the heat map could not be drawn."), isError: true, action: () => this.heat.retry(), label: t("Try again"),
      }),
    });
    this.grids = new Grids(page.map, { onSelect: (code, at) => page.place.press(code, at), describe: (grid) => this.describe(grid) });
  }

  tellBaseFailed() {
    const action = () => {
      dismiss("base");
      this.basemap.retry();
    };
    notify("base", { text: t("Parts of the base map could not be drawn."), isError: true, action, label: t("Try again") });
  }

  // `begin` is done as soon as it is known what there is, before it is drawn.
  async loadGrids(begin = () => {}) {
    const { page } = this;
    const { plan } = page.situation;
    let features = [];
    await page.guarded("grids", () => this.loadGrids(), async () => {
      if (plan) ({ features } = await getJson("/api/v1/grids.geojson", { v: plan.version }));
    });
    this.features = features;
    page.home = boundsOf(features);
    this.gridLabels.set(features);
    this.basemap.gridsChanged(features.length > 0);
    if (!page.home) page.home = await this.ground();
    begin();
    this.grids.show(this.shown().grids);
    this.grids.set({ type: "FeatureCollection", features });
    markReady("grids");
    page.emit("grids");
  }

  // Where there are no grids: all that can be drawn, or the project's extent.
  async ground() {
    const { project, incident_bounds: box } = this.page.situation;
    const bounds = L.latLngBounds([]);
    const drawn = await this.basemap.bounds();
    if (drawn) bounds.extend(drawn);
    if (box) bounds.extend([box[1], box[0]]).extend([box[3], box[2]]);
    if (bounds.isValid()) return bounds;
    return project.extent && L.latLngBounds([project.extent[1], project.extent[0]], [project.extent[3], project.extent[2]]);
  }

  shown() {
    const { hidden } = this.page.state.get();
    const show = (name) => !hidden.has(name);
    return { buildings: show("buildings"), roads: show("roads"), borders: show("borders"), labels: show("labels"), grids: show("grids") };
  }

  drawHeat() {
    const { page } = this;
    const { bandwidth, hidden } = page.state.get();
    const { counts, heat } = page.situation;
    const words = hidden.has("heat") || !counts.incidents ? null : page.selection({ except: [...FOCUS, "plan"] });
    this.heat.show(words && { ...words, bw: bandwidth, theme: isDark() ? "dark" : "light", v: heat.version });
    if (!words) markReady("heat");
  }

  async drawLegend() {
    const { page } = this;
    const words = page.selection();
    if (!words) return;
    await page.guarded("legend", () => this.drawLegend(), async () => {
      drawLegend(await this.askLegend({ kinds: words.kinds, bw: page.state.get().bandwidth, theme: isDark() ? "dark" : "light" }));
    });
  }

  describe(grid) {
    const count = this.page.wholeCounts.by_grid[grid.code] || 0;
    return el("div", {}, el("b", {}, grid.name), el("span", {}, grid.code), el("br"),
      el("strong", {}, tn("{n} incident", "{n} incidents", count)),
      this.page.situation.counts.households ? el("span", {}, ` · ${t("{n} households", { n: number(grid.households) })}`) : null);
  }
}
