// The map page: takes over the map that folium made, puts the parts together, keeps screen, server and address in step.

import { getJson } from "../net/api.js";
import { followChanges } from "../net/changes.js";
import { loadWords, number, t, tn } from "../net/words.js";
import { onModeChange } from "../map/colours.js";
import { Basemap } from "../map/basemap.js";
import { boundsOf } from "../map/grid_extent.js";
import { GridLabels } from "../map/grid_labels.js";
import { Grids } from "../map/grids.js";
import { Heat } from "../map/heat.js";
import { fit, placeControls, takeOverMap } from "../map/stage.js";
import { markedPlace, readAddress, readPlace, writeAddress } from "../ui/address.js";
import { hideDetail, showDetail, wireDetail } from "../ui/detail.js";
import { toDay } from "../ui/dates.js";
import { byId, el } from "../ui/dom.js";
import { Figures } from "../ui/figures.js";
import { leaves } from "../ui/kind_tree.js";
import { wireKinds } from "../ui/kinds.js";
import { wireLayers } from "../ui/layers.js";
import { wireBandwidth } from "../ui/legend.js";
import { wireNav } from "../ui/nav.js";
import { dismiss, explain, notify, setBusy, welcome } from "../ui/notices.js";
import { wirePeriod } from "../ui/period.js";
import { markReady } from "../ui/ready.js";
import { wireSearch } from "../ui/search.js";
import { wireSheet } from "../ui/sheet.js";
import { createState } from "../ui/state.js";
import { wireLanguage, wireTheme } from "../ui/theme.js";
import { wireTimeline } from "../ui/timeline.js";
import { defaultsOf, spanOf } from "../ui/view_defaults.js";

const SETTLE_MS = 60;
const ADDRESS_MS = 250;
const PLACE_ZOOM = 17;

class MapPage {
  constructor(situation) {
    this.situation = situation;
    this.tree = treeOf(situation);
    this.defaults = defaultsOf(situation);
    this.state = createState(readAddress(this.tree, this.defaults));
    this.map = takeOverMap();
    this.figures = new Figures(this);
    this.drawMap();
    this.wirePanels();
    this.wireState();
  }

  drawMap() {
    const { project, basemap } = this.situation;
    this.gridLabels = new GridLabels();
    this.basemap = new Basemap(basemap, this.gridLabels, this.shown());
    const parts = { ground: this.basemap.ground, roads: this.basemap.roads, borders: this.basemap.borders, labels: this.basemap.labels };
    for (const [name, layer] of Object.entries(parts)) {
      layer.on("load", () => markReady(name));
      layer.on("tileerror", () => this.tellBaseFailed());
    }
    this.heat = new Heat(this.map, project.extent, {
      onBusy: setBusy,
      onDrawn: () => {
        markReady("heat");
        dismiss("heat");
      },
      onFailed: () => notify("heat", {
        text: t("Parts of the heat map could not be drawn."), isError: true, action: () => this.heat.retry(), label: t("Try again"),
      }),
    });
    this.grids = new Grids(this.map, { onSelect: (code) => this.select(code), describe: (grid) => this.describe(grid) });
    placeControls(this.map, () => this.goHome());
  }

  tellBaseFailed() {
    const action = () => {
      dismiss("base");
      this.basemap.retry();
    };
    notify("base", { text: t("Parts of the base map could not be drawn."), isError: true, action, label: t("Try again") });
  }

  wirePanels() {
    const span = () => spanOf(this.situation);
    wirePeriod(this.state, span, () => toDay(this.situation.first_on));
    this.kindList = wireKinds(this.state, this.tree);
    wireLayers(this.state);
    wireBandwidth(this.state, this.defaults.bandwidths);
    this.timeline = wireTimeline(this.state, span);
    this.sheet = wireSheet();
    wireDetail({ onClose: () => this.closeDetail() });
    wireSearch({
      grids: () => [...this.grids.byCode.values()].map(({ feature }) => feature.properties),
      countOf: (code) => this.figures.counts.by_grid[code] || 0,
      onPick: (code) => this.find(code),
    });
    wireTheme();
    wireLanguage();
    wireNav();
    welcome(this.situation);
  }

  wireState() {
    const { state, figures } = this;
    const settled = debounce(() => {
      figures.drawCounts();
      figures.drawGrid();
    }, SETTLE_MS);
    const replace = debounce(() => this.writeAddress(), ADDRESS_MS);
    state.on(["from", "to", "kinds"], settled);
    state.on(["kinds"], () => figures.drawTimeline());
    state.on(["kinds", "bandwidth"], () => figures.drawLegend());
    state.on(["from", "to", "kinds", "bandwidth", "hidden"], () => this.drawHeat());
    state.on(["hidden"], () => {
      this.basemap.show(this.shown());
      this.grids.show(this.shown().grids);
    });
    state.on(["grid"], () => this.drawSelection());
    state.on(["at", "name"], () => this.drawMark());
    state.on(["from", "to", "kinds", "bandwidth", "hidden", "grid", "at"], (view, { push, quiet }) => {
      if (quiet) return;
      if (push) this.writeAddress({ push: true });
      else replace();
    });
    this.map.on("moveend", replace);
    window.addEventListener("popstate", () => {
      state.set(readAddress(this.tree, this.defaults), { quiet: true });
      this.goTo(readPlace());
    });
    onModeChange(() => {
      this.basemap.paint();
      this.grids.paint();
      figures.drawLegend();
      this.drawHeat();
    });
  }

  // Where the map begins is known from the grids, so no tile of another place is fetched and drawn.
  async open() {
    const figures = Promise.all([this.figures.drawCounts(), this.figures.drawTimeline(), this.figures.drawLegend()]);
    this.goTo(readPlace());
    await this.loadGrids(() => {
      if (!this.asked) this.begin();
      this.basemap.addTo(this.map);
      this.drawHeat();
    });
    if (this.state.get().grid) this.drawSelection();
    await Promise.all([figures, this.drawMark()]);
    this.writeAddress(); // whoever gets this address sees the same days
    followChanges(this.situation.seq, {
      onChange: () => this.renew(),
      onLost: (error) => explain("line", error),
      onFound: () => {
        dismiss("line");
        this.renew();
      },
    });
  }

  // Something was imported or received: the same view, with what is there now.
  async renew() {
    await this.figures.guarded("renew", () => this.renew(), async () => {
      const before = this.situation;
      const now = await getJson("/api/v1/situation");
      // another base map, other kinds or another extent are built into the parts: begin anew, at the same address
      const isFirst = !before.counts.incidents;
      const isOtherGround = before.basemap !== now.basemap
        || String(before.project.extent) !== String(now.project.extent)
        || String(leaves(this.tree)) !== String(leaves(treeOf(now)));
      if (isOtherGround) {
        if (isFirst) history.replaceState(null, "", location.pathname); // where and when the data are is known only now
        else this.writeAddress();
        location.reload();
        return;
      }
      this.situation = now;
      welcome(now);
      this.drawHeat();
      const planChanged = (before.plan || {}).version !== (now.plan || {}).version;
      await Promise.all([planChanged && this.loadGrids(), this.figures.drawCounts(), this.figures.drawTimeline()]);
      this.figures.drawGrid();
    });
  }

  // `begin` is done as soon as it is known what there is, before it is drawn.
  async loadGrids(begin = () => {}) {
    const { plan } = this.situation;
    let features = [];
    await this.figures.guarded("grids", () => this.loadGrids(), async () => {
      if (plan) ({ features } = await getJson("/api/v1/grids.geojson", { v: plan.version }));
    });
    this.features = features;
    this.home = boundsOf(features);
    this.gridLabels.set(features);
    this.basemap.gridsChanged(features.length > 0);
    if (!this.home) this.home = await this.ground();
    begin();
    this.grids.show(this.shown().grids);
    this.grids.set({ type: "FeatureCollection", features });
    markReady("grids");
  }

  // Where there are no grids: all that can be drawn, or the project's extent.
  async ground() {
    const { project, incident_bounds: box } = this.situation;
    const bounds = L.latLngBounds([]);
    const drawn = await this.basemap.bounds();
    if (drawn) bounds.extend(drawn);
    if (box) bounds.extend([box[1], box[0]]).extend([box[3], box[2]]);
    if (bounds.isValid()) return bounds;
    return project.extent && L.latLngBounds([project.extent[1], project.extent[0]], [project.extent[3], project.extent[2]]);
  }

  drawHeat() {
    const values = this.figures.heatValues();
    this.heat.show(values);
    if (!values) markReady("heat");
  }

  shown() {
    const { hidden } = this.state.get();
    const show = (name) => !hidden.has(name);
    return { buildings: show("buildings"), roads: show("roads"), borders: show("borders"), labels: show("labels"), grids: show("grids") };
  }

  select(code) {
    this.state.set({ grid: code }, { push: true });
  }

  // From the search: show where it is, and put the keyboard into its panel.
  find(code) {
    this.select(code);
    const bounds = this.grids.bounds(code);
    if (bounds) fit(this.map, bounds.pad(0.6), { maxZoom: 16 });
    byId("detail-name").focus({ preventScroll: true });
  }

  closeDetail() {
    this.select(null);
    byId("grid-search").focus({ preventScroll: true });
    byId("grid-search").blur();
  }

  drawSelection() {
    const { grid } = this.state.get();
    const found = grid && this.grids.find(grid);
    this.grids.select(found ? grid : null);
    this.basemap.select(found ? grid : null);
    dismiss("unknown-grid");
    if (!found) {
      hideDetail();
      if (grid) notify("unknown-grid", { text: t("There is no grid {code} in the plan in force.", { code: grid }) });
      return;
    }
    showDetail(found, this.situation);
    this.sheet.rise();
    this.figures.drawGrid();
  }

  describe(grid) {
    const count = this.figures.counts.by_grid[grid.code] || 0;
    return el("div", {}, el("b", {}, grid.name), el("span", {}, grid.code), el("br"),
      el("strong", {}, tn("{n} incident", "{n} incidents", count)),
      this.situation.counts.households ? el("span", {}, ` · ${t("{n} households", { n: number(grid.households) })}`) : null);
  }

  showAll() {
    const { first, today } = spanOf(this.situation);
    this.state.set({ from: first, to: today, kinds: null }, { push: true });
  }

  // What most visits do not need is fetched when there is a place to mark.
  async drawMark() {
    if (!this.mark && !markedPlace(this.state.get())) return;
    const { AskedPlace } = await import("../map/asked_place.js");
    this.mark = this.mark || new AskedPlace(this.map, () => this.state.set({ at: null, name: null }, { push: true }));
    this.mark.show(markedPlace(this.state.get()));
  }

  // Without a view in the address: the place that it marks, the grid that it names, beside its panel, else everything.
  begin() {
    const { grid } = this.state.get();
    const marked = markedPlace(this.state.get());
    if (marked) return this.goTo({ ...marked, zoom: PLACE_ZOOM });
    const bounds = grid && boundsOf(this.features.filter(({ properties }) => properties.code === grid));
    if (!bounds) return this.goHome();
    byId("detail").hidden = false;
    return fit(this.map, bounds.pad(0.6), { maxZoom: 16 });
  }

  goHome() {
    if (this.home) fit(this.map, this.home);
    else this.map.setZoom(Math.round(this.map.getZoom()), { animate: false });
  }

  goTo(place) {
    this.asked = place;
    if (place) this.map.setView([place.lat, place.lon], Math.round(place.zoom), { animate: false });
  }

  // Where the map is; the very place that was asked for while it is still the same pixel, or a link would creep.
  place() {
    const { asked, map } = this;
    const zoom = map.getZoom();
    const centre = map.getCenter();
    if (asked && asked.zoom === zoom && map.project(centre, zoom).distanceTo(map.project([asked.lat, asked.lon], zoom)) < 1) return asked;
    return { zoom, lat: centre.lat, lon: centre.lng };
  }

  writeAddress(how) {
    writeAddress(this.tree, this.defaults, this.state.get(), this.place(), how);
  }
}

// The kinds that occur; before there are incidents, those that are configured.
function treeOf({ kinds, counts }) {
  const occurring = (list) => list.filter((kind) => kind.count).map((kind) => ({ ...kind, children: occurring(kind.children) }));
  return counts.incidents ? occurring(kinds) : kinds.filter((kind) => kind.code !== "unspecified");
}

function debounce(work, ms) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, ms);
  };
}

async function start() {
  const embedded = byId("situation");
  const [situation] = await Promise.all([embedded ? JSON.parse(embedded.textContent) : getJson("/api/v1/situation"), loadWords()]);
  const page = new MapPage(situation);
  window.gridmap = page;
  await page.open();
}

start().catch((error) => {
  explain("start", error, () => location.reload());
  throw error;
});
