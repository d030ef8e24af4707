// The drawer of the calendar: incidents a day over all time, and the days that are looked at.

import { number, t, tn } from "../net/words.js";
import { byId, el } from "../ui/dom.js";
import { loadStyle } from "../ui/late.js";
import { dayName, dayWithWeekday, lastOfMonth, monthName, nextMonth, firstOfMonth, toDay, toText } from "../ui/dates.js";

export const calendar = {
  wire(page) {
    page.calendar = new Calendar(page);
  },
};

class Calendar {
  constructor(page) {
    this.page = page;
    page.dock.add({ id: "calendar", label: t("Calendar"), element: byId("dock-calendar"), onShow: () => this.draw() });
    page.on("timeline", () => this.draw());
    page.state.on(["from", "to"], () => this.drawChosen());
    byId("calendar-table").addEventListener("toggle", () => this.drawTable());
    byId("calendar-earlier").addEventListener("click", () => this.turn("earlier"));
    byId("calendar-later").addEventListener("click", () => this.turn("later"));
  }

  async draw() {
    if (!this.page.dock.isShown("calendar")) return;
    await this.page.guarded("calendar", () => this.draw(), async () => {
      const [{ CalendarChart }, { drawClasses }] = await Promise.all([
        import("../ui/calendar_chart.js"), import("../ui/cell_scale.js"), loadStyle("css/patterns.css"),
      ]);
      if (!this.chart) await this.make(CalendarChart, drawClasses);
      const { first, today } = this.page.span();
      const begun = toDay(this.page.timeline.first_on);
      const daily = begun === null ? [] : [...new Array(Math.max(0, begun - first)).fill(0), ...this.page.timeline.daily];
      this.data = { first, daily, last: today };
      this.chart.set(this.data, this.period());
      this.redrawClasses();
      this.say();
      this.drawTable();
      this.drawChosen();
    });
  }

  async make(CalendarChart, drawClasses) {
    this.chart = new CalendarChart(byId("calendar-chart"), {
      onChoose: (days) => this.choose(days),
      onClear: () => this.page.state.set({ from: this.data.first, to: this.data.last }, { push: true }),
      onRead: (days) => { byId("calendar-read").textContent = this.chart.describe(days).join(t(", ")); },
    });
    this.redrawClasses = () => drawClasses(byId("calendar-classes"), this.chart.classes, { whole: true });
    this.page.on("mode", () => this.redrawClasses());
    await this.chart.start();
  }

  period() {
    const { from, to } = this.page.state.get();
    return [from, to];
  }

  choose(days) {
    const all = [...days];
    this.page.state.set({ from: all[0], to: all[all.length - 1] }, { push: true });
  }

  turn(way) {
    this.chart.turnTo(this.chart.place[way]);
    this.drawTurns();
  }

  drawTurns() {
    const { earlier, later } = this.chart.place || {};
    byId("calendar-earlier").hidden = !earlier;
    byId("calendar-later").hidden = !later;
  }

  drawChosen() {
    const [from, to] = this.period();
    byId("calendar-chosen").textContent = from === to ? dayWithWeekday(from) : `${dayName(from)} – ${dayName(to)}`;
    if (!this.chart || !this.data) return;
    this.chart.choose([from, to]);
    requestAnimationFrame(() => this.drawTurns());
  }

  // The busiest day, and what is known by month only.
  say() {
    const { first, daily } = this.data;
    const months = this.page.timeline.months.reduce((sum, { count }) => sum + count, 0);
    const most = daily.reduce((a, b) => Math.max(a, b), 0);
    byId("calendar-body").hidden = !most;
    byId("calendar-none").hidden = most > 0;
    const parts = [];
    if (most) parts.push(t("Most on {day}: {n}.", { day: dayWithWeekday(first + daily.indexOf(most)), n: number(most) }));
    if (months && most) parts.push(tn("{n} known by month only stands on no day.", "{n} known by month only stand on no day.", months));
    byId("calendar-said").textContent = parts.join(" ");
    byId("calendar-none").textContent = months
      ? tn("The {n} incident of this choice is known by month only: it stands on no day.", "The {n} incidents of this choice are known by month only: they stand on no day.", months)
      : t("There are no incidents of this choice.");
    if (!most && months) byId("calendar-table").open = true;
  }

  // A row a month; pressing its name chooses it.
  drawTable() {
    const table = byId("calendar-table");
    if (!table.open || !this.data) return;
    const { first, daily, last } = this.data;
    const byMonth = new Map(this.page.timeline.months.map(({ month, count }) => [month, count]));
    const rows = [];
    for (let day = firstOfMonth(first); day <= last; day = nextMonth(day)) {
      const days = daily.slice(Math.max(0, day - first), lastOfMonth(day) - first + 1);
      const busiest = days.reduce((best, n, i) => (n > days[best] ? i : best), 0);
      const choose = el("button", { type: "button", class: "link", onclick: () => this.choose([Math.max(day, first), Math.min(lastOfMonth(day), last)]) }, monthName(day));
      rows.unshift(el("tr", {}, el("th", { scope: "row" }, choose), el("td", {}, number(days.reduce((sum, n) => sum + n, 0))),
        el("td", {}, number(byMonth.get(toText(day).slice(0, 7)) || 0)),
        el("td", {}, days[busiest] ? t("{day}: {n}", { day: dayWithWeekday(Math.max(day, first) + busiest), n: number(days[busiest]) }) : "–")));
    }
    const names = [t("Month"), t("By day"), t("By month only"), t("Busiest day")];
    const head = el("tr", {}, ...names.map((name) => el("th", { scope: "col" }, name)));
    byId("calendar-rows").replaceChildren(el("table", { class: "figures figures--months" }, el("caption", {}, t("Incidents of each month; press a month to choose it.")), el("thead", {}, head), el("tbody", {}, ...rows)));
  }
}
