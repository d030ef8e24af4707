// Incidents a day as a calendar: rows of a year, half a year or a quarter, the newest on top. A position is a pair of
// days, [first, last]: one day, or a month at its name.

import { t, tn } from "../net/words.js";
import { CalendarRows } from "./calendar_rows.js";
import { CellChart } from "./cell_chart.js";
import { classesOf, colourOf, token } from "./cell_scale.js";
import { dayWithWeekday, firstOfMonth, lastOfMonth, monthAlone, monthName, nextMonth, toText, weekdayName } from "./dates.js";

const STEPS = { ArrowLeft: -7, ArrowRight: 7, ArrowUp: -1, ArrowDown: 1 };
const SUNDAY_FIRST = [6, 0, 1, 2, 3, 4, 5];

export class CalendarChart extends CellChart {
  // `daily` from the day `first` on, `last` the last day there can be, `period` [from, to].
  set({ first, daily, last }, period) {
    Object.assign(this, { first, daily, last, classes: classesOf(daily, { whole: true }) });
    this.choose(period);
  }

  choose(period) {
    this.period = period;
    if (this.place && !this.place.rowOf(period[1])) this.shownTo = undefined;
    this.again();
  }

  // Other years: the rows up to a day.
  turnTo(day) {
    this.shownTo = day;
    this.paint();
  }

  height(width) {
    const day = this.shownTo === undefined ? this.period[1] : this.shownTo;
    this.place = new CalendarRows(width, { first: this.first, last: this.last, day });
    this.chosen = this.cells(this.period, this.period);
    return this.place.height;
  }

  at(x, y) {
    return this.place.at(x, y);
  }

  box(day) {
    return this.place.box(day);
  }

  // A row's end is a border, also where the next day stands in another row.
  sides(day) {
    const row = this.place.rowOf(day);
    const inRow = (other) => (other >= row.start && other <= row.end ? other : null);
    const [above, below] = [day - 1, day + 1].map((other) => {
      const box = inRow(other) !== null && this.box(other);
      return box && box[0] === this.box(day)[0] ? other : null;
    });
    return [inRow(day - 7), inRow(day + 7), above, below];
  }

  cells(from, to) {
    const cells = new Set();
    for (let day = Math.max(this.first, Math.min(from[0], to[0])); day <= Math.min(this.last, Math.max(from[1], to[1])); day++) cells.add(day);
    return cells;
  }

  step(position, { key }) {
    const [day] = position || [this.period[1]];
    const inside = (next) => {
      const kept = Math.max(this.first, Math.min(this.last, next));
      return [kept, kept];
    };
    if (STEPS[key]) return inside(position ? day + STEPS[key] : day);
    if (key === "PageUp") return inside(firstOfMonth(firstOfMonth(day) - 1));
    if (key === "PageDown") return inside(nextMonth(day));
    if (key === "Home") return inside(firstOfMonth(day));
    if (key === "End") return inside(lastOfMonth(day));
    if (key.toLowerCase() === "m") return [Math.max(this.first, firstOfMonth(day)), Math.min(this.last, lastOfMonth(day))];
    return null;
  }

  describe([from, to]) {
    let count = 0;
    for (let day = from; day <= to; day++) count += this.daily[day - this.first] || 0;
    return [from === to ? dayWithWeekday(from) : monthName(from), tn("{n} incident", "{n} incidents", count)];
  }

  option() {
    const { rows, left, w, h } = this.place;
    const muted = { color: token("muted"), fontFamily: token("font"), fontSize: 11 };
    const calendar = rows.map(({ start, end, top }) => ({
      range: [toText(start), toText(end)], orient: "horizontal", cellSize: [w, h], left, top,
      dayLabel: { ...muted, firstDay: 1, margin: 6, nameMap: SUNDAY_FIRST.map((day) => (day % 2 ? "" : weekdayName(day))) },
      monthLabel: { show: false }, yearLabel: { show: false }, splitLine: { show: false }, itemStyle: { color: "transparent", borderWidth: 0 },
    }));
    const series = rows.map(({ start, end }, calendarIndex) => {
      const days = daysOf(Math.max(start, this.first), Math.min(end, this.last));
      return {
        type: "custom", coordinateSystem: "calendar", calendarIndex, data: days.map((day) => [toText(day), this.daily[day - this.first] || 0]),
        renderItem: ({ dataIndex }) => this.drawn(days[dataIndex]),
        tooltip: { formatter: ({ dataIndex }) => this.describe([days[dataIndex], days[dataIndex]]).join("\n") },
      };
    });
    return { calendar, series, tooltip: this.tip() };
  }

  drawn(day) {
    const box = this.box(day);
    if (!box) return null;
    const [x, y, width, height] = box;
    return {
      type: "rect", shape: { x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1 },
      style: { fill: colourOf(this.classes, this.daily[day - this.first]) },
    };
  }

  // The names of months and years; a month's is pressed as the days are.
  marks() {
    const style = { fill: token("muted"), font: `11px ${token("font")}`, verticalAlign: "middle" };
    const months = this.place.monthNames().map(({ day, x, y }) => ({ x, y, style: { ...style, text: monthAlone(day), align: "center" } }));
    const years = this.place.rows.map(({ start, top }) => ({
      x: 0, y: top - 10, style: { ...style, text: toText(start).slice(0, 4), fill: token("ink"), font: `600 12px ${token("font")}` },
    }));
    return [...months, ...years];
  }
}

function daysOf(first, last) {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}
