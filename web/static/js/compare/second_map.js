// The right side: a map of its own with the same ground, grids and surface as the page's, drawn on the page's scale.

import { getJson, latest } from "../net/api.js";
import { number, t, tn } from "../net/words.js";
import { AreaColours } from "../map/area_colours.js";
import { Basemap } from "../map/basemap.js";
import { isDark } from "../map/colours.js";
import { Grids } from "../map/grids.js";
import { Heat } from "../map/heat.js";
import { OwnTiles } from "../map/own_tiles.js";
import { gridClasses } from "../situation/grid_classes.js";
import { FOCUS } from "../situation/selection.js";
import { el } from "../ui/dom.js";
import { notify, dismiss, setBusy } from "../ui/notices.js";
import { otherWords } from "./other_side.js";

const PANES = { choropleth: 240, water: 245, heat: 250, roads: 300, blocks: 390, grids: 400, borders: 420, selected: 430, labels: 450 };

export class SecondMap {
  constructor(page, holder) {
    Object.assign(this, { page, counts: null, scale: null }); // the answers its grids are coloured by
    const { map } = page;
    this.map = L.map(holder, {
      center: map.getCenter(), zoom: map.getZoom(), minZoom: map.getMinZoom(), maxZoom: map.getMaxZoom(), zoomSnap: 1, zoomDelta: 1,
      zoomAnimation: false, fadeAnimation: false, zoomControl: false, attributionControl: false, keyboard: false,
    });
    holder.removeAttribute("tabindex"); // the page's map has the keyboard for both
    for (const [name, order] of Object.entries(PANES)) this.map.createPane(name).style.zIndex = String(order);
    this.askChoropleth = latest((values, how) => getJson("/api/v1/choropleth", values, how));
    this.drawParts();
    this.wirePointer();
  }

  drawParts() {
    const { page, map } = this;
    const { own_basemap: own } = page.situation;
    this.own = own && new OwnTiles(map, own);
    this.basemap = new Basemap(page.situation.basemap, page.layers.gridLabels, page.layers.shown());
    this.basemap.gridsChanged(page.layers.features.length > 0);
    this.basemap.addTo(map);
    this.heat = new Heat(map, page.situation.project.extent, {
      onBusy: setBusy,
      onDrawn: () => dismiss("heat2"),
      onFailed: () => notify("heat2", { text: t("Parts of the heat map could not be drawn."), isError: true, action: () => this.heat.retry(), label: t("Try again") }),
    });
    this.choropleth = new AreaColours(map, { pane: "choropleth" });
    this.grids = new Grids(map);
    this.setGrids();
  }

  setGrids() {
    this.grids.set(this.page.layers.features);
    this.drawLayers();
  }

  // What is shown and how strongly goes by the page's map.
  drawLayers() {
    const shown = this.page.layers.shown();
    this.basemap.show(shown);
    this.grids.show(shown.grids);
    if (this.own) this.own.show(shown.own);
    for (const name of [...Object.keys(PANES), ...(this.own ? ["own"] : [])]) this.map.getPane(name).style.opacity = this.page.map.getPane(name).style.opacity;
    this.select();
  }

  select() {
    const { grid } = this.page.state.get();
    const found = grid && this.grids.find(grid) ? grid : null;
    this.grids.select(found);
    this.basemap.select(found);
  }

  // `top` is where the heat's scale ends, null for the kinds' own.
  drawHeat(top) {
    const { surface, bandwidth } = this.page.state.get();
    const words = surface === "heat" ? otherWords(this.page, { except: [...FOCUS, "plan"] }) : null;
    this.heat.show(words && { ...words, top, bw: bandwidth, theme: isDark() ? "dark" : "light", v: this.page.situation.heat.version });
  }

  // In the classes of the left side's `scale`; done as soon as the grids have them.
  async drawChoropleth(scale) {
    const { surface, by } = this.page.state.get();
    const words = surface === "choropleth" && scale ? otherWords(this.page, { except: FOCUS }) : null;
    this.choropleth.show(words !== null);
    if (!words) this.scale = null;
    if (!words) return;
    await this.page.guarded("choropleth2", () => this.drawChoropleth(scale), async () => {
      this.scale = await this.askChoropleth({ ...words, by });
      const { values } = this.scale;
      this.choropleth.set(this.grids.shapes, gridClasses(this.page.layers.features, { ...scale, values }), scale.diverging ? "change" : "choropleth");
    });
  }

  repaint() {
    this.basemap.paint();
    this.grids.paint();
    this.choropleth.paint();
  }

  // A press looks into the grid, the pointer reads both sides' figures of it.
  wirePointer() {
    const { map, page } = this;
    const tip = L.tooltip({ className: "grid-tip", direction: "left", offset: [-14, 0], opacity: 1 });
    map.on("click", ({ latlng }) => {
      const grid = this.grids.at(latlng);
      page.look({ grid: grid ? grid.code : null });
    });
    if (L.Browser.mobile) return;
    map.on("mousemove", ({ latlng }) => {
      const grid = this.grids.at(latlng);
      this.grids.hover(grid ? grid.code : null);
      if (grid) tip.setLatLng(latlng).setContent(this.describe(grid)).openOn(map);
      else tip.remove();
    });
    map.on("mouseout movestart", () => {
      this.grids.hover(null);
      tip.remove();
    });
  }

  describe({ code, name }) {
    const of = (counts) => (counts ? counts.by_grid[code] || 0 : 0);
    return el("div", {}, el("b", {}, name), el("span", {}, code), el("br"),
      el("strong", {}, tn("{n} incident", "{n} incidents", of(this.counts))),
      el("span", {}, ` · ${t("on the left {n}", { n: number(of(this.page.wholeCounts)) })}`));
  }

  remove() {
    this.heat.clear();
    this.map.remove();
  }
}
