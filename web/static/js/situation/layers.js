// What is drawn on the map and when it is drawn anew: the ground, one surface that colours it, and the layers upon it.

import { latest, getJson } from "../net/api.js";
import { t } from "../net/words.js";
import { AreaColours } from "../map/area_colours.js";
import { Basemap } from "../map/basemap.js";
import { isDark } from "../map/colours.js";
import { boundsOf } from "../map/grid_extent.js";
import { GridLabels } from "../map/grid_labels.js";
import { Grids } from "../map/grids.js";
import { Heat } from "../map/heat.js";
import { OwnTiles, creditOf } from "../map/own_tiles.js";
import { Again } from "../ui/again.js";
import { wireLayers } from "../ui/layers.js";
import { dismiss, notify, setBusy } from "../ui/notices.js";
import { byId } from "../ui/dom.js";
import { firstAndLast } from "../ui/pace.js";
import { markReady } from "../ui/ready.js";
import { gridClasses } from "./grid_classes.js";
import { opacityOf } from "../ui/layer_list.js";
import { layerWords, remember } from "./layer_words.js";
import { LATE } from "./late_layers.js";
import { FOCUS, SELECTION } from "./selection.js";

// Layers with a pane of their own fade as a whole; the others are drawn fainter.
const PANES = { heat: "heat", choropleth: "choropleth", households: "households", points: ["points", "numbers"], cameras: "cameras", grids: "grids", borders: "borders", streets: "roads", own: "own" };
const DRAWN = ["layers", "opacity"];

export const layers = {
  address: layerWords,
  wire(page) {
    page.layers = new Layers(page);
  },
};

class Layers {
  constructor(page) {
    this.page = page;
    this.scales = {}; // what the legend tells: heat, choropleth, households
    this.late = {};
    this.common = null;
    this.ownScale = null;
    this.ask = {
      legend: latest((values, how) => getJson("/api/v1/legend", values, how)),
      choropleth: latest((values, how) => getJson("/api/v1/choropleth", values, how)),
    };
    this.drawOwn();
    this.drawGround();
    this.drawData();
    wireLayers(page);
    page.state.on(["from", "to", "kinds", "hours", "bandwidth", "surface"], () => this.drawHeat());
    page.state.on(["kinds", "bandwidth", "surface"], () => this.drawLegend());
    page.state.on(["from", "to"], (view) => { if (scaleDaysOf(view) !== this.scaleDays) this.drawLegend(); });
    page.state.on([...SELECTION, "surface", "by"], firstAndLast(() => this.drawChoropleth()));
    page.state.on(["plan"], () => this.loadGrids());
    page.state.on([...DRAWN, "surface"], () => this.showAll());
    page.state.on([...DRAWN, "surface", "by"], (view) => { if (!view.wall) remember(view); });
    page.on("renew", ({ before, now }) => {
      this.drawHeat();
      this.drawChoropleth();
      if ((before.plan || {}).version !== (now.plan || {}).version) this.loadGrids();
    });
    page.on("mode", () => this.repaint());
    page.first.push(() => this.drawLegend());
    this.showAll();
  }

  // The organisation's own base map, where the settings name one.
  drawOwn() {
    const { map, situation: { own_basemap: own } } = this.page;
    if (!own) return;
    this.ownAgain = new Again(() => this.own.retry(), () => this.tellFailed("own", t("The own base map could not be drawn."), this.ownAgain));
    this.own = new OwnTiles(map, own, { onFailed: () => this.ownAgain.failed(), onDrawn: () => { if (!this.ownAgain.isWaiting) this.drawn("own", this.ownAgain); } });
    byId("own-credit").textContent = creditOf(own);
    byId("own-credit").title = creditOf(own);
  }

  drawGround() {
    this.gridLabels = new GridLabels();
    this.basemap = new Basemap(this.page.situation.basemap, this.gridLabels, this.shown());
    const { ground, roads, borders, labels } = this.basemap;
    this.baseAgain = new Again(() => this.basemap.retry(), () => this.tellFailed("base", t("Parts of the base map could not be drawn."), this.baseAgain));
    for (const [name, layer] of Object.entries({ ground, roads, borders, labels })) {
      layer.on("load", () => {
        markReady(name);
        if (!this.baseAgain.isWaiting && !this.basemap.layers.some((one) => one.isLoading())) this.drawn("base", this.baseAgain);
      });
      layer.on("tileerror", () => this.baseAgain.failed());
    }
  }

  drawData() {
    const { page } = this;
    this.heatAgain = new Again(() => this.heat.retry(), () => this.tellFailed("heat", t("Parts of the heat map could not be drawn."), this.heatAgain));
    this.heat = new Heat(page.map, page.situation.project.extent, {
      onBusy: setBusy,
      onDrawn: () => {
        markReady("heat");
        this.drawn("heat", this.heatAgain);
      },
      onFailed: () => this.heatAgain.failed(),
    });
    this.choropleth = new AreaColours(page.map, { pane: "choropleth" });
    this.grids = new Grids(page.map);
  }

  repaint() {
    this.basemap.paint();
    this.grids.paint();
    this.choropleth.paint();
    for (const layer of Object.values(this.late)) layer.paint();
    this.drawLegend();
    this.drawHeat();
  }

  tellFailed(key, text, again) {
    if (this.page.state.get().wall) return; // nobody is there to press a button
    const action = () => {
      dismiss(key);
      again.byHand();
    };
    notify(key, { text, isError: true, action, label: t("Try again") });
  }

  drawn(key, again) {
    again.succeeded();
    dismiss(key);
  }

  // `begin` is done as soon as it is known what there is, before it is drawn.
  async loadGrids(begin = () => {}) {
    const { page } = this;
    const { plan } = page.situation;
    const asked = page.state.get().plan;
    let features = [];
    await page.guarded("grids", () => this.loadGrids(), async () => {
      if (asked) ({ features } = await getJson("/api/v1/grids.geojson", { plan: asked }));
      else if (plan) ({ features } = await getJson("/api/v1/grids.geojson", { v: plan.version }));
    });
    this.features = features;
    page.home = boundsOf(features);
    this.gridLabels.set(features);
    this.basemap.gridsChanged(features.length > 0);
    if (!page.home) page.home = await this.ground();
    begin();
    this.grids.set(features);
    this.grids.onceDrawn(() => markReady("grids"));
    this.drawChoropleth();
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

  // What the base map draws itself, and how strongly.
  shown() {
    const view = this.page.state.get();
    const show = (id) => view.layers.has(id);
    const opacity = Object.fromEntries(["buildings", "blocks", "sites", "labels"].map((id) => [id, opacityOf(view, id)]));
    return {
      buildings: show("buildings"), roads: show("streets"), borders: show("borders"), labels: show("labels"), grids: show("grids"),
      blocks: show("blocks"), sites: show("sites"), own: Boolean(this.own) && show("own"), isColoured: view.surface === "choropleth", opacity,
    };
  }

  // After another choice of layers, or of how strong they are.
  showAll() {
    const { page } = this;
    const view = page.state.get();
    for (const [id, names] of Object.entries(PANES)) {
      const panes = [names].flat().map((name) => page.map.getPane(name)).filter(Boolean); // some come with their layer
      for (const { style } of panes) style.opacity = opacityOf(view, id);
    }
    const shown = this.shown();
    if (JSON.stringify(shown) !== this.wasShown) this.basemap.show(shown);
    this.wasShown = JSON.stringify(shown);
    this.grids.show(shown.grids);
    if (this.own) this.own.show(shown.own);
    byId("own-credit").hidden = !shown.own;
    for (const id of Object.keys(LATE)) this.showLate(id, view.layers.has(id));
  }

  // What most visits do not show is fetched when it is switched on.
  async showLate(id, isShown) {
    if (isShown && !this.late[id]) {
      await this.page.guarded(id, () => this.showLate(id, true), async () => {
        const layer = await LATE[id](this.page);
        this.late[id] = this.late[id] || layer;
      });
    }
    if (this.late[id]) this.late[id].show(this.page.state.get().layers.has(id));
  }

  drawHeat() {
    const { page } = this;
    const { bandwidth, surface } = page.state.get();
    const { counts, heat } = page.situation;
    const words = surface !== "heat" || !counts.incidents ? null : page.selection({ except: [...FOCUS, "plan"] });
    const top = this.common ? this.common.max : null;
    this.heat.show(words && { ...words, top, bw: bandwidth, theme: isDark() ? "dark" : "light", v: heat.version });
    if (!words) markReady("heat");
  }

  // Heat that is set beside other heat is drawn on a scale (an answer of /api/v1/legend) for both; null: on its own.
  scaleTo(scale) {
    const key = (legend) => legend && `${legend.max} ${legend.land}`;
    if (key(scale) === key(this.common)) return;
    this.common = scale;
    this.scales.heat = scale || this.ownScale;
    this.drawHeat();
    this.page.emit("scales");
  }

  async drawLegend() {
    const { page } = this;
    const words = page.selection();
    if (!words || page.state.get().surface !== "heat") return;
    await page.guarded("legend", () => this.drawLegend(), async () => {
      this.scaleDays = scaleDaysOf(page.state.get());
      this.ownScale = await this.ask.legend(scaleWords(page, words.kinds, this.scaleDays));
      this.scales.heat = this.common || this.ownScale;
      page.emit("scales");
    });
  }

  async drawChoropleth() {
    const { page } = this;
    const { surface, by } = page.state.get();
    this.choropleth.show(surface === "choropleth");
    this.grids.overColour(surface === "choropleth");
    const words = page.selection({ except: FOCUS });
    if (surface !== "choropleth" || !words || !this.features) return;
    await page.guarded("choropleth", () => this.drawChoropleth(), async () => {
      const scale = await this.ask.choropleth({ ...words, by });
      this.scales.choropleth = scale;
      this.choropleth.set(this.grids.shapes, gridClasses(this.features, scale), scale.diverging ? "change" : "choropleth");
      page.emit("scales");
    });
  }
}

const LONG_DAYS = 365; // periods that are longer yet share one scale

// How long a period is, as far as the heat's scale depends on it.
export function scaleDaysOf({ from, to }) {
  return Math.min(to - from + 1, LONG_DAYS);
}

// What the heat's scale (/api/v1/legend) goes by.
export function scaleWords(page, kinds, days) {
  return { kinds, days, bw: page.state.get().bandwidth, theme: isDark() ? "dark" : "light" };
}
