// A comparison while it is on: a second map beside the page's or above it, both in step, and the head above them.

import { getJson, latest } from "../net/api.js";
import { t } from "../net/words.js";
import { byId, el } from "../ui/dom.js";
import { beforeText, notesOf } from "../ui/legend.js";
import { scaleDaysOf, scaleWords } from "../situation/layers.js";
import { FOCUS, wordsOf } from "../situation/selection.js";
import { Divider } from "./divider.js";
import { Head } from "./head.js";
import { keepInStep } from "./in_step.js";
import { differenceText, exposure, reach, untestable, verdictText } from "./difference.js";
import { PRESETS, daysOf, isOtherKinds, otherWords, presetOf, viewOf } from "./other_side.js";
import { choroplethStrip, heatStrip } from "./scale_strip.js";
import { SecondMap } from "./second_map.js";
import { isUrgent } from "../map/turns.js";

const NOTHING = { total: 0, month_rows: 0, by_grid: {} };
const asking = (path) => latest((values, how) => getJson(path, values, how));

export class Comparison {
  constructor(page, { onClose }) {
    Object.assign(this, { page, onClose, was: page.state.get(), divider: null, isAway: false, isOver: false });
    this.ask = { counts: asking("/api/v1/counts"), whole: asking("/api/v1/counts"), test: asking("/api/v1/compare"), legend: asking("/api/v1/legend") };
    this.region = byId("map-region");
    this.region.classList.add("map--compared");
    this.head = new Head(page, {
      onWay: (compare) => page.state.set({ compare }, { push: true }), onChoose: (patch) => page.state.set(patch, { push: true }),
      onSwap: () => this.swap(), onClose,
    });
    this.holder = el("div", { class: "compare__map", id: "map-2", role: "img" });
    page.map.getContainer().after(this.holder);
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.head.root);
    this.sizes.observe(this.region);
    this.onKey = (event) => {
      if (event.key === "Escape" && !this.isAway && !event.defaultPrevented && !event.target.closest("input, select, textarea")) onClose();
    };
    document.addEventListener("keydown", this.onKey);
    this.keepPlace(() => this.arrange());
    this.second = new SecondMap(page, this.holder);
    this.step = keepInStep(page.map, this.second.map);
    this.resize();
    this.draw();
  }

  // Whoever saw everything sees everything in the map's other size; else its middle stays where it is.
  keepPlace(work) {
    const { page } = this;
    const spot = page.spot();
    const isWhole = !page.asked && page.home && page.map.getBounds().contains(page.home);
    work();
    this.region.style.setProperty("--above", this.head.root.isConnected ? `${this.head.root.offsetHeight}px` : "0px");
    page.map.invalidateSize({ pan: false });
    if (isWhole) page.goHome();
    else page.map.setView([spot.lat, spot.lon], spot.zoom, { animate: false });
  }

  // Side by side, or the second above the first.
  arrange() {
    const { compare } = this.page.state.get();
    this.region.classList.toggle("map--side", compare === "side");
    if (compare === "swipe" && !this.divider) this.divider = new Divider(this.holder);
    if (compare !== "swipe" && this.divider) {
      this.divider.remove();
      this.divider = null;
    }
    this.head.drawChoice();
  }

  // After another way to compare, or another size of the window or of the head.
  resize() {
    if (!this.step || this.isAway) return;
    this.keepPlace(() => this.arrange());
    this.step.align();
  }

  // Both maps are on paper: their size and place are the paper's.
  lend() {
    this.isAway = true;
    this.holder.style.clipPath = "";
  }

  takeBack() {
    this.isAway = false;
    if (this.divider) this.divider.to(this.divider.percent);
    this.resize();
  }

  // After another choice on either side.
  draw() {
    if (this.follow()) return;
    const { page, head } = this;
    head.drawChoice();
    const view = page.state.get();
    const right = daysOf(view);
    this.holder.setAttribute("aria-label", t("Map of the right side, moved with the left one"));
    this.drawSurface();
    page.guarded("compare-counts", () => this.draw(), async () => {
      const words = otherWords(page);
      const isFocused = FOCUS.some((name) => view[name]);
      const [counts, whole] = await Promise.all([
        words ? this.ask.counts(words) : NOTHING, words && isFocused ? this.ask.whole(otherWords(page, { except: FOCUS })) : null,
      ]);
      this.counts = counts;
      this.second.counts = whole || counts;
      this.drawNotes();
      await this.tell(view, right);
    });
  }

  // A right side that is a year earlier stays so when the left one moves on.
  follow() {
    const view = this.page.state.get();
    const { was } = this;
    this.was = view;
    const isMoved = was.from !== view.from || was.to !== view.to;
    if (!isMoved || view.from2 === null || view.from2 !== was.from2 || view.to2 !== was.to2) return false;
    const preset = presetOf(was);
    if (!preset) return false;
    const { from, to } = PRESETS[preset].of(view);
    this.page.state.set({ from2: from, to2: to });
    return true;
  }

  // The totals and their difference; `page.counts` are those of the left.
  async tell(view = this.page.state.get(), right = daysOf(view)) {
    const { page, head, counts } = this;
    if (!counts) return;
    head.drawTotals(page.counts, counts);
    const exposures = [exposure(view, view.hours), exposure(right, view.hours)];
    const days = [view.to - view.from + 1, right.to - right.from + 1];
    const totals = [page.counts.total, counts.total];
    const text = differenceText(...totals, exposures, days);
    const why = untestable({ left: view, right, isOtherKinds: isOtherKinds(page), exposures, ...reach(page.situation) });
    head.say(text, why);
    if (!why && totals[0] + totals[1]) await page.guarded("compare-test", () => this.tell(), async () => {
      const found = await this.ask.test({ first: totals[0], second: totals[1], first_days: exposures[0], second_days: exposures[1] });
      head.say(text, verdictText(found));
    });
    page.emit("compared");
  }

  // One scale for both sides. For heat of different kinds, or of periods of different lengths, it is the longer of the
  // two, for grids that of the left.
  async drawSurface() {
    const { page, second } = this;
    const view = page.state.get();
    const { surface } = view;
    const { scales } = page.layers;
    if (isUrgent()) return this.drawStrips(); // what is asked for now would come too late
    await page.guarded("compare-scale", () => this.drawSurface(), async () => {
      const own = page.layers.ownScale;
      const words = otherWords(page);
      let common = null;
      const days = scaleDaysOf(daysOf(view));
      if (surface === "heat" && own && words && (isOtherKinds(page) || days !== scaleDaysOf(view))) {
        const other = await this.ask.legend(scaleWords(page, words.kinds, days));
        if (other.max !== own.max) common = other.max > own.max ? other : own;
      }
      if (this.isOver) return;
      page.layers.scaleTo(common);
      const heat = scales.heat;
      second.drawHeat(common ? common.max : null);
      await second.drawChoropleth(scales.choropleth || null);
      if (this.isOver) return;
      this.drawStrips();
      this.drawNotes();
    });
  }

  drawStrips() {
    const { page, second, head } = this;
    const view = page.state.get();
    const { scales: { heat, choropleth }, choropleth: { classes } } = page.layers;
    const strips = { heat: heat && (() => heatStrip(heat)), choropleth: choropleth && (() => choroplethStrip(view, choropleth, second.scale, [...classes, ...second.choropleth.classes])) };
    head.drawScale(strips[view.surface] ? strips[view.surface]() : null);
  }

  // That the scale is the same for both sides is seen: only one that ends higher than usual is spoken of.
  drawNotes() {
    const { page, second, head } = this;
    const view = page.state.get();
    const { heat, choropleth } = page.layers.scales;
    const told = heat && heat.widened ? heat : null;
    const [before, before2] = view.surface === "choropleth" ? [choropleth, second.scale].map(beforeText) : [];
    head.drawNotes(
      [before, ...notesOf(view, { heat: told, choropleth }, page.wholeCounts)].filter(Boolean),
      [before2, ...notesOf({ ...view, ...daysOf(view) }, { heat: told, choropleth: second.scale }, second.counts || NOTHING)].filter(Boolean),
    );
  }

  swap() {
    const { page } = this;
    const view = page.state.get();
    const { from, to, kinds } = viewOf(page);
    const own = wordsOf(view, page.tree).kinds;
    const kinds2 = view.kinds2 === null ? null : own === null ? "all" : own;
    this.was = { ...view, from, to };
    page.state.set({ from, to, kinds, from2: view.from, to2: view.to, kinds2 }, { push: true });
  }

  repaint() {
    this.second.repaint();
    this.drawSurface();
  }

  remove() {
    const { page } = this;
    this.isOver = true; // the scale is the page's own again
    this.sizes.disconnect();
    document.removeEventListener("keydown", this.onKey);
    this.step.stop();
    if (this.divider) this.divider.remove();
    this.second.remove();
    this.holder.remove();
    this.head.remove();
    page.layers.scaleTo(null);
    this.keepPlace(() => this.region.classList.remove("map--compared", "map--side"));
  }
}
