// The wall while it is shown: large figures, the newest incidents, the days, a clock, and the page's own map, which is
// given back as it was. Visitors see a wall: of an incident it tells kind, grid and time, no address and no point.

import { getJson, latest } from "../net/api.js";
import { lang, t } from "../net/words.js";
import { heatStrip, choroplethStrip } from "../compare/scale_strip.js";
import { withParameter, writeAddress } from "../ui/address.js";
import { CROSS, el, icon } from "../ui/dom.js";
import { isOpen } from "../ui/rights.js";
import { kindsText } from "../compare/other_side.js";
import { wordsOf } from "../situation/selection.js";
import { Cycle } from "./cycle.js";
import { drawDays } from "./days.js";
import { drawFigures } from "./figures.js";
import { drawNewest } from "./newest.js";
import { Screen } from "./screen.js";
import { MapOnWall } from "./map_on_wall.js";
import { startClock } from "./clock.js";

const NEWEST = 12; // as many as the tallest wall has room for
const SECONDS = [15, 30, 60, 300];
const AGAIN_MS = 60000; // time goes on also where nothing comes in
const asking = (path) => latest((values, how) => getJson(path, values, how));

export class Wall {
  constructor(page, { spot, onLeave }) {
    Object.assign(this, { page, before: page.state.get() });
    this.ask = { expectation: asking("/api/v1/expectation"), newest: asking("/api/v1/incidents"), days: asking("/api/v1/timeline") };
    page.writeAddress = () => {}; // the address stays that of the wall, whatever the wall shows
    this.build(onLeave);
    document.body.append(this.root);
    this.screen = new Screen(this.root, onLeave);
    this.map = new MapOnWall(page, spot, [this.caption, this.parts.scale]);
    this.cycle = new Cycle(page, this.map, (name) => {
      this.caption.textContent = name;
      this.drawTimeline();
    });
    this.clock = startClock(page, this.parts.clock, this.parts.date, () => this.newDay());
    this.timer = setInterval(() => this.draw(), AGAIN_MS);
    this.sizes = new ResizeObserver(() => this.drawTimeline());
    this.sizes.observe(this.parts.days);
    this.draw();
    this.paint();
  }

  build(onLeave) {
    const { project } = this.page.situation;
    const own = wordsOf(this.page.state.get(), this.page.tree).kinds;
    this.parts = {
      clock: el("p", { class: "wall__clock" }), date: el("p", { class: "wall__date" }), figures: el("div", { class: "wall__figures" }),
      newest: el("ol", { class: "wall__newest" }), days: el("canvas", { class: "wall__days", role: "img", "aria-label": t("Incidents a day, last 8 weeks") }), scale: el("div", { class: "wall__scale" }),
    };
    this.caption = el("p", { class: "wall__caption" });
    const { clock, date, figures, newest, days, scale } = this.parts;
    this.root = el("section", { class: "wall", id: "wall", "aria-label": t("Wall screen") },
      el("div", { class: "wall__side" },
        el("h2", { class: "wall__name" }, project.name || t("Grid map")), el("div", { class: "wall__time" }, clock, date),
        own === null ? null : el("p", { class: "wall__kinds" }, kindsText(this.page, own)),
        figures, isOpen("api.incidents") ? el("h3", { class: "wall__title" }, t("Newest incidents")) : null, newest),
      el("div", { class: "wall__over" }, this.caption, scale),
      el("div", { class: "wall__below" }, el("h3", { class: "wall__title" }, t("Incidents a day, last 8 weeks")), days),
      el("div", { class: "wall__ways" }, this.cycleField(),
        el("button", { type: "button", class: "wall__leave", onclick: onLeave, title: t("Leave the wall screen") }, icon(CROSS), el("span", { class: "unseen" }, t("Leave the wall screen")))));
  }

  // Whether another view is shown by itself, and how often; the address says so too.
  cycleField() {
    const { cycle: now } = this.page.state.get();
    const every = [...new Set([...SECONDS, now || SECONDS[0]])].sort((a, b) => a - b);
    const field = el("select", { class: "wall__cycle", "aria-label": t("Change of views") },
      el("option", { value: "" }, t("One view")), ...every.map((n) => el("option", { value: n }, t("Another view every {n} s", { n }))));
    field.value = now || "";
    field.addEventListener("change", () => {
      const cycle = Number(field.value) || null;
      this.page.state.set({ cycle }, { quiet: true });
      this.before = { ...this.before, cycle };
      writeAddress(withParameter("cycle", cycle));
      this.cycle.begin();
    });
    return field;
  }

  // The kinds that were chosen stay chosen.
  words() {
    return { kinds: wordsOf(this.page.state.get(), this.page.tree).kinds };
  }

  async draw() {
    const { page, parts } = this;
    await page.guarded("wall-figures", () => this.draw(), async () => {
      const words = this.words();
      const [outlook, newest, timeline] = await Promise.all([
        this.ask.expectation(words), isOpen("api.incidents") ? this.ask.newest({ ...words, limit: NEWEST }) : { items: [] }, this.ask.days(words),
      ]);
      drawFigures(parts.figures, outlook);
      if (isOpen("api.incidents")) drawNewest(parts.newest, newest.items, page, lang);
      this.timeline = timeline;
      this.drawTimeline();
    });
  }

  drawTimeline() {
    const { from, to } = this.page.state.get();
    if (this.timeline) drawDays(this.parts.days, this.timeline, { today: this.page.span().today, from, to });
  }

  // After a change of colours, or of the scale.
  paint() {
    this.parts.scale.replaceChildren(...[this.strip()].filter(Boolean));
    this.drawTimeline();
  }

  strip() {
    const view = this.page.state.get();
    const { scales: { heat, choropleth }, choropleth: { classes } } = this.page.layers;
    if (view.surface === "heat" && heat) return heatStrip(heat);
    return view.surface === "choropleth" && choropleth ? choroplethStrip(view, choropleth, null, classes) : null;
  }

  renew() {
    this.cycle.again();
    this.draw();
  }

  // Midnight has passed: which day is today is the server's to say.
  newDay() {
    const { page } = this;
    page.guarded("wall-day", () => this.newDay(), async () => {
      const before = page.situation;
      page.situation = await getJson("/api/v1/situation");
      page.emit("renew", { before, now: page.situation, entries: [] });
    });
  }

  remove() {
    clearInterval(this.timer);
    clearInterval(this.clock);
    this.sizes.disconnect();
    this.cycle.stop();
    this.screen.remove();
    this.root.remove();
    this.map.remove();
    delete this.page.writeAddress;
    this.page.state.set({ ...this.before, wall: false });
  }
}
