// The map page: takes over the map that folium made and keeps screen, server and address in step. What the page can do
// stands in its features; each wires itself to the page's state, map, toolbar, panel and dock.

import { getJson, isAbort } from "../net/api.js";
import { loadWords, t } from "../net/words.js";
import { onModeChange } from "../map/colours.js";
import { fit, placeControls, takeOverMap } from "../map/stage.js";
import { addressOf, readAddress, readPlace, writeAddress } from "../ui/address.js";
import { byId } from "../ui/dom.js";
import { wireNav } from "../ui/nav.js";
import { dismiss, explain, notify } from "../ui/notices.js";
import { createState } from "../ui/state.js";
import { wireLanguage, wireTheme } from "../ui/theme.js";
import { defaultsOf, spanOf, treeOf } from "../ui/view_defaults.js";
import { change } from "../situation/change.js";
import { browserPrint } from "../situation/browser_print.js";
import { calendar } from "../situation/calendar.js";
import { chips } from "../situation/chips.js";
import { compare } from "../situation/compare.js";
import { counts } from "../situation/counts.js";
import { download } from "../situation/download.js";
import { frame } from "../situation/frame.js";
import { gatherings } from "../situation/gatherings.js";
import { kinds } from "../situation/kinds.js";
import { layers } from "../situation/layers.js";
import { legend } from "../situation/legend.js";
import { live } from "../situation/live.js";
import { mapWords } from "../situation/map_words.js";
import { mark, markedPlace } from "../situation/mark.js";
import { measure } from "../situation/measure.js";
import { period } from "../situation/period.js";
import { place } from "../situation/place.js";
import { plans } from "../situation/plans.js";
import { play } from "../situation/play.js";
import { pointer } from "../situation/pointer.js";
import { print } from "../situation/print.js";
import { search } from "../situation/search.js";
import { FOCUS, isNone, selection, wordsOf } from "../situation/selection.js";
import { share } from "../situation/share.js";
import { tables } from "../situation/tables.js";
import { timeline } from "../situation/timeline.js";
import { today } from "../situation/today.js";
import { views } from "../situation/views.js";
import { wall } from "../situation/wall.js";
import { week } from "../situation/week.js";

// In the order in which their buttons and tabs stand.
const FEATURES = [selection, frame, today, counts, period, kinds, layers, plans, legend, pointer, timeline, week, calendar, tables, mapWords, play, place, change, gatherings, search, mark, compare, measure, wall, views, share, download, print, browserPrint, chips, live];

const SETTLE_MS = 60;
const ADDRESS_MS = 250;
const PLACE_ZOOM = 17;

class MapPage {
  constructor(situation) {
    this.situation = situation;
    this.tree = treeOf(situation);
    this.defaults = defaultsOf(situation);
    this.listeners = new Map();
    this.first = []; // what the features ask for the first view
    this.parts = FEATURES.map(({ address }) => address).filter(Boolean);
    this.state = createState(readAddress(this.parts, this));
    this.map = takeOverMap({ isHome: () => this.isHome(), goHome: () => this.goHome() });
    placeControls(this.map, () => this.goHome());
    for (const { wire } of FEATURES) if (wire) wire(this);
    this.wireAddress();
    onModeChange(() => this.emit("mode"));
    wireTheme();
    wireLanguage();
    wireNav();
  }

  // "renew" ({ before, now }: other data), "mode" (light or dark), "counts" (new figures), "grids" (other grids)
  on(name, hear) {
    this.listeners.set(name, [...(this.listeners.get(name) || []), hear]);
  }

  emit(name, about) {
    for (const hear of this.listeners.get(name) || []) hear(about);
  }

  // As state.on, once a flurry of changes is over.
  onSettled(names, hear) {
    this.state.on(names, debounce(() => hear(this.state.get()), SETTLE_MS));
  }

  // The words of a question about what is chosen, less those named; null where no kind is chosen: nothing to ask.
  selection({ except = [] } = {}) {
    const view = this.state.get();
    return isNone(view.kinds) && !except.includes("kinds") ? null : wordsOf(view, this.tree, except);
  }

  // Look into one place, { area } or { grid } or { block }; any of them null for the whole district.
  look(focus, how = { push: true }) {
    this.state.set({ ...Object.fromEntries(FOCUS.map((name) => [name, null])), ...focus }, how);
  }

  // The days that can be chosen.
  span() {
    return spanOf(this.situation);
  }

  showAll() {
    const { first, today } = this.span();
    this.state.set({ from: first, to: today, kinds: null, hours: null }, { push: true });
  }

  // A failure is shown with a way to try again; a question that was overtaken is no failure.
  async guarded(key, again, work) {
    try {
      await work();
      dismiss(key);
    } catch (error) {
      this.tell(key, error, again);
    }
  }

  tell(key, error, again) {
    if (error.code === "unknown_plan") this.leavePlan();
    else if (error.code === "unknown_place" && !this.place.isKnown) dismiss(key); // said once, by the place itself
    else if (!isAbort(error)) explain(key, error, again);
  }

  // A plan of an old link that is stored no more: said once, and today's is shown.
  leavePlan() {
    this.state.set({ plan: null });
    notify("unknown-plan", { text: t("The plan of this link is not stored here."), hint: t("Shown are the grids of today.") });
  }

  wireAddress() {
    const replace = debounce(() => this.writeAddress(), ADDRESS_MS);
    this.state.on(null, (view, { push, quiet }) => {
      if (quiet) return;
      if (push) this.writeAddress({ push: true });
      else replace();
    });
    this.map.on("moveend", replace);
    window.addEventListener("popstate", () => {
      this.state.set(readAddress(this.parts, this), { quiet: true });
      this.goTo(readPlace());
    });
  }

  // Where the map begins is known from the grids, so no tile of another place is fetched and drawn.
  async open() {
    const figures = Promise.all(this.first.map((draw) => draw()));
    this.goTo(readPlace());
    this.panel.reveal();
    await this.layers.loadGrids(() => {
      if (!this.asked) this.begin();
      this.layers.basemap.addTo(this.map);
      this.layers.drawHeat();
    });
    await figures;
    this.dock.reveal();
    this.writeAddress(); // whoever gets this address sees the same days
    this.follow();
  }

  // Without a view in the address: the place that it marks, the one it looks into, else everything.
  begin() {
    const marked = markedPlace(this.state.get());
    if (marked) return this.goTo({ ...marked, zoom: PLACE_ZOOM });
    const bounds = this.place.bounds();
    return bounds ? fit(this.map, bounds, { maxZoom: 16, isClear: true }) : this.goHome();
  }

  goHome() {
    if (this.home) fit(this.map, this.home);
    else this.map.setZoom(Math.round(this.map.getZoom()), { animate: false });
    this.homeSpot = this.spot();
  }

  // Whether the map still shows everything, as it does at first.
  isHome() {
    const { homeSpot: home, map } = this;
    const { wall, paper } = this.state.get();
    return Boolean(home) && !wall && !paper && map.getZoom() === home.zoom && distancePx(map, map.getCenter(), home) < 1;
  }

  goTo(spot) {
    this.asked = spot;
    if (spot) this.map.setView([spot.lat, spot.lon], Math.round(spot.zoom), { animate: false });
  }

  // Where the map is; the very place that was asked for while it is still the same pixel, or a link would creep.
  spot() {
    const { asked, map } = this;
    const zoom = map.getZoom();
    const centre = map.getCenter();
    if (asked && asked.zoom === zoom && distancePx(map, centre, asked) < 1) return asked;
    return { zoom, lat: centre.lat, lon: centre.lng };
  }

  // This view as an address that reproduces it.
  address() {
    return addressOf(this.parts, this, this.spot());
  }

  writeAddress(how) {
    writeAddress(this.address(), how);
  }
}

function distancePx(map, centre, { zoom, lat, lon }) {
  return map.project(centre, zoom).distanceTo(map.project([lat, lon], zoom));
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
