// What the wall's map shows: the last 7 days, or with a cycle one view after the other, the saved ones among them.

import { layerWords } from "../situation/layer_words.js";
import { FOCUS, selection } from "../situation/selection.js";
import { t, tn } from "../net/words.js";
import { savedViews } from "../ui/saved_views.js";

const LAYERS = new Set(["borders", "streets"]); // large names are the wall's own; points and buildings are nobody's to see
const PLAIN = { hours: null, plan: null, ...Object.fromEntries(FOCUS.map((name) => [name, null])), tab: "none", dock: null, compare: null, layers: LAYERS };
const QUIET = { quiet: true };

export class Cycle {
  constructor(page, map, onName) {
    Object.assign(this, { page, map, onName, at: 0 });
    this.kinds = page.state.get().kinds;
    this.begin();
  }

  // From the first view, by the seconds of the state.
  begin() {
    const { cycle } = this.page.state.get();
    this.stop();
    this.at = 0;
    this.show();
    this.timer = cycle ? setInterval(() => this.next(), 1000 * cycle) : 0;
  }

  views() {
    const week = { name: tn("Heat, last {n} day", "Heat, last {n} days", 7), days: 7, surface: "heat" };
    if (!this.page.state.get().cycle) return [week];
    return [
      week,
      { name: tn("Heat, last {n} day", "Heat, last {n} days", 1), days: 1, surface: "heat" },
      { name: t("Incidents a grid, last {n} days", { n: 30 }), days: 30, surface: "choropleth", by: "count" },
      ...savedViews().map((view) => this.saved(view)),
    ];
  }

  // Days, kinds and surface of a saved view.
  saved({ name, address, days }) {
    const asked = new URLSearchParams(address.split("#")[0]);
    const { from, to, kinds } = selection.address.read(asked, this.page);
    const { surface, by, bandwidth } = layerWords.read(asked, this.page);
    return { name, days, from, to, kinds, surface, by, bandwidth };
  }

  show() {
    const views = this.views();
    const { name, days, from, to, kinds = this.kinds, surface, by = "count", bandwidth } = views[this.at % views.length];
    const { page } = this;
    const { today } = page.span();
    page.state.set({
      ...PLAIN, from: days ? today - days + 1 : from, to: days ? today : to, kinds, surface, by, bandwidth: bandwidth || page.state.get().bandwidth,
    }, QUIET);
    this.map.show(null);
    this.onName(name);
  }

  // The same view after other data: its days end today.
  again() {
    this.show();
  }

  next() {
    if (document.visibilityState !== "visible") return;
    this.at += 1;
    this.show();
  }

  stop() {
    clearInterval(this.timer);
  }
}
