// The drawer of the hours of the week: when in the week it happens, and the hours that are looked at.

import { getJson, latest } from "../net/api.js";
import { decimal, number, t, tn } from "../net/words.js";
import { byId, el } from "../ui/dom.js";
import { loadStyle } from "../ui/late.js";
import { weekdayLong } from "../ui/dates.js";
import { cellOf, DAYS, HOURS, nameHours, readHours, writeHours } from "../ui/week_hours.js";
import { SELECTION } from "./selection.js";

const OTHERS = SELECTION.filter((name) => name !== "hours");
const isNight = (day, hour) => hour >= 22 || hour < 6;
const isWeekend = (day) => day >= 5;
const isWork = (day, hour) => day < 5 && hour >= 9 && hour < 18;
const PRESETS = { night: isNight, weekend: isWeekend, work: isWork };

export const week = {
  wire(page) {
    page.week = new Week(page);
  },
};

class Week {
  constructor(page) {
    this.page = page;
    this.ask = latest((values, how) => getJson("/api/v1/patterns", values, how));
    page.dock.add({ id: "week", label: t("By hour"), element: byId("dock-week"), onShow: () => this.draw() });
    page.onSettled(OTHERS, () => this.draw());
    page.on("renew", () => this.draw());
    page.state.on(["hours"], () => this.drawChosen());
    byId("week-reset").addEventListener("click", () => this.set(null));
    for (const button of byId("week-presets").querySelectorAll("button")) {
      button.addEventListener("click", () => this.choose(preset(button.dataset.hours), {}));
    }
    byId("week-table").addEventListener("toggle", () => this.drawTable());
  }

  async draw() {
    if (!this.page.dock.isShown("week")) return;
    await this.page.guarded("week", () => this.draw(), async () => {
      const words = this.page.selection({ except: ["hours"] });
      const [{ WeekChart }, { classesOf, drawClasses }, answer] = await Promise.all([
        import("../ui/week_chart.js"), import("../ui/cell_scale.js"), words ? this.ask(words) : null, loadStyle("css/patterns.css"),
      ]);
      if (!this.chart) await this.make(WeekChart);
      this.answer = answer || { hours: new Array(DAYS * HOURS).fill(0), weekdays: new Array(DAYS).fill(0), day_rows: 0, month_rows: 0, total: 0 };
      this.chart.set(this.answer.hours, this.answer.weekdays, this.chosen());
      this.redrawClasses = () => drawClasses(byId("week-classes"), classesOf(this.chart.values, { whole: false }), { whole: false });
      this.redrawClasses();
      this.say();
      this.drawTable();
      this.drawChosen();
    });
  }

  async make(WeekChart) {
    this.chart = new WeekChart(byId("week-chart"), {
      onChoose: (cells, how) => this.choose(cells, how),
      onClear: () => this.set(null),
      onRead: (position) => { byId("week-read").textContent = this.chart.describe(position).join(t(", ")); },
    });
    this.page.on("mode", () => this.redrawClasses());
    await this.chart.start();
  }

  chosen() {
    return readHours(this.page.state.get().hours);
  }

  // Choosing again what is chosen takes it back.
  choose(cells, { adds = false }) {
    const now = this.chosen();
    const isIn = now && [...cells].every((cell) => now.has(cell));
    if (!adds) this.set(isIn && now.size === cells.size ? null : cells);
    else if (isIn) this.set(new Set([...now].filter((cell) => !cells.has(cell))));
    else this.set(new Set([...(now || []), ...cells]));
  }

  set(cells) {
    this.page.state.set({ hours: writeHours(cells) }, { push: true });
  }

  drawChosen() {
    const cells = this.chosen();
    const text = writeHours(cells);
    byId("week-chosen").textContent = cells ? t("Chosen: {hours}", { hours: nameHours(cells) }) : t("All hours");
    byId("week-reset").hidden = !cells;
    for (const button of byId("week-presets").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(text !== null && writeHours(preset(button.dataset.hours)) === text));
    }
    if (this.chart && this.chart.counts) this.chart.choose(cells);
  }

  // When most happens, and what has no hour.
  say() {
    const { hours, day_rows: days, month_rows: months, total } = this.answer;
    const timed = hours.reduce((sum, n) => sum + n, 0);
    byId("week-body").hidden = !timed;
    byId("week-none").hidden = timed > 0;
    byId("week-presets").hidden = !timed;
    byId("week-said").textContent = timed ? [this.busiest(), this.untimed()].filter(Boolean).join(" ") : "";
    if (timed) return;
    byId("week-none-why").textContent = total ? t("None of these incidents has a time of day ({parts}).", { parts: this.coarse() }) : t("There are no incidents of this choice in the period.");
    byId("week-none-what").textContent = days + months
      ? t("A time of day is not guessed, so there is nothing to draw. The calendar and the timeline show what is known.") : "";
  }

  busiest() {
    const { hours } = this.answer;
    const { values } = this.chart;
    const top = values.reduce((best, value, cell) => (value > values[best] ? cell : best), values.findIndex((value) => value !== null));
    const hour = top % HOURS;
    return t("Most on {day}, {from}–{to} h: {n} in the period, {mean} in an average week.", {
      day: weekdayLong(Math.floor(top / HOURS)), from: hour, to: hour + 1, n: number(hours[top]), mean: decimal(values[top], 2),
    });
  }

  untimed() {
    const parts = this.coarse();
    return parts ? t("Not among the hours: {parts}.", { parts }) : "";
  }

  coarse() {
    const { day_rows: days, month_rows: months } = this.answer;
    const parts = [];
    if (days) parts.push(tn("{n} is known by day only", "{n} are known by day only", days));
    if (months) parts.push(tn("{n} by month only", "{n} by month only", months));
    return parts.join(t(", "));
  }

  drawTable() {
    const table = byId("week-table");
    if (!table.open || !this.answer) return;
    const { hours, weekdays } = this.answer;
    const sum = (cells) => cells.reduce((total, cell) => total + hours[cell], 0);
    const all = Array.from({ length: DAYS }, (_, day) => day);
    const across = Array.from({ length: HOURS }, (_, hour) => hour);
    const row = (name, figures) => el("tr", {}, el("th", { scope: "row" }, name), ...figures.map((n) => el("td", {}, number(n))));
    const body = all.map((day) => row(`${weekdayLong(day)} ×${weekdays[day]}`, [...across.map((hour) => hours[cellOf(day, hour)]), sum(across.map((hour) => cellOf(day, hour)))]));
    const foot = row(t("Sum"), [...across.map((hour) => sum(all.map((day) => cellOf(day, hour)))), sum(hours.map((_, cell) => cell))]);
    const head = el("tr", {}, el("td", {}), ...across.map((hour) => el("th", { scope: "col" }, String(hour))), el("th", { scope: "col" }, t("Sum")));
    const caption = el("caption", {}, t("Incidents of the period by weekday and hour; × says how many such days there are."));
    byId("week-rows").replaceChildren(el("table", { class: "figures" }, caption, el("thead", {}, head), el("tbody", {}, ...body), el("tfoot", {}, foot)));
  }
}

function preset(name) {
  const cells = new Set();
  for (let day = 0; day < DAYS; day++) for (let hour = 0; hour < HOURS; hour++) if (PRESETS[name](day, hour)) cells.add(cellOf(day, hour));
  return cells;
}
