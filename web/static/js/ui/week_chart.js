// The 168 hours of a week: weekdays down, hours across. A heading is at -1: a position (-1, 8) is every day's hour 8,
// (4, -1) the whole Friday, (-1, -1) the week.

import { decimal, number, t, tn } from "../net/words.js";
import { CellChart } from "./cell_chart.js";
import { classesOf, colourOf, token } from "./cell_scale.js";
import { weekdayLong, weekdayName } from "./dates.js";
import { cellOf, DAYS, HOURS } from "./week_hours.js";

const LEFT_PX = 44;
const TOP_PX = 20;
const RIGHT_PX = 52;
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export class WeekChart extends CellChart {
  // `counts` of 168 hours, `days` how often each weekday is in the period, `chosen` a Set of cells or null.
  set(counts, days, chosen) {
    Object.assign(this, { counts, days, chosen });
    this.values = counts.map((count, cell) => (days[Math.floor(cell / HOURS)] ? count / days[Math.floor(cell / HOURS)] : null));
    this.classes = classesOf(this.values, { whole: false });
    this.again();
  }

  choose(chosen) {
    this.chosen = chosen;
    this.again();
  }

  height(width) {
    return TOP_PX + DAYS * (width < 480 ? 30 : 22);
  }

  get unit() {
    return [(this.width - LEFT_PX - RIGHT_PX) / HOURS, (this.height(this.width) - TOP_PX) / DAYS];
  }

  at(x, y) {
    const [w, h] = this.unit;
    const day = Math.floor((y - TOP_PX) / h);
    const hour = Math.floor((x - LEFT_PX) / w);
    return { day: Math.max(-1, Math.min(DAYS - 1, day)), hour: Math.max(-1, Math.min(HOURS - 1, hour)) };
  }

  box(cell) {
    const [w, h] = this.unit;
    return [LEFT_PX + (cell % HOURS) * w, TOP_PX + Math.floor(cell / HOURS) * h, w, h];
  }

  sides(cell) {
    const hour = cell % HOURS;
    return [hour ? cell - 1 : -1, hour < HOURS - 1 ? cell + 1 : -1, cell - HOURS, cell + HOURS];
  }

  cells(from, to) {
    const between = (a, b, end) => (Math.min(a, b) < 0 ? [0, end - 1] : [Math.min(a, b), Math.max(a, b)]);
    const [firstDay, lastDay] = between(from.day, to.day, DAYS);
    const [firstHour, lastHour] = between(from.hour, to.hour, HOURS);
    const cells = new Set();
    for (let day = firstDay; day <= lastDay; day++) for (let hour = firstHour; hour <= lastHour; hour++) cells.add(cellOf(day, hour));
    return cells;
  }

  step(position, { key }) {
    const { day, hour } = position || { day: 0, hour: 0 };
    if (key === "Home") return { day, hour: 0 };
    if (key === "End") return { day, hour: HOURS - 1 };
    if (!STEPS[key]) return null;
    if (!position) return { day, hour };
    const [down, right] = STEPS[key];
    return { day: Math.max(-1, Math.min(DAYS - 1, day + down)), hour: Math.max(-1, Math.min(HOURS - 1, hour + right)) };
  }

  // A position in words: what it is, how many incidents, how many a week.
  describe({ day, hour }) {
    const cells = [...this.cells({ day, hour }, { day, hour })];
    const count = cells.reduce((sum, cell) => sum + this.counts[cell], 0);
    const a = cells.reduce((sum, cell) => sum + (this.values[cell] || 0), 0);
    const name = hour < 0 ? (day < 0 ? t("the whole week") : weekdayLong(day))
      : t("{day} {from}–{to} h", { day: day < 0 ? t("daily") : weekdayLong(day), from: hour, to: hour + 1 });
    if (day >= 0 && !this.days[day]) return [name, t("not in the period")];
    return [name, tn("{n} incident in the period", "{n} incidents in the period", count), t("{n} in an average week", { n: decimal(a, a < 10 ? 2 : 0) })];
  }

  marks() {
    const style = { text: t("Sum"), align: "left", verticalAlign: "middle", fill: token("muted"), font: `11px ${token("font")}` };
    return [{ x: this.width - RIGHT_PX + 8, y: TOP_PX / 2, style }];
  }

  option() {
    const label = { color: token("muted"), fontSize: 11, fontFamily: token("font") };
    const bare = { type: "category", axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false }, splitArea: { show: false } };
    const sums = weekSums(this.counts);
    const hours = { position: "top", data: names(HOURS, String), axisLabel: { ...label, margin: 5, interval: this.width < 560 ? 2 : 0 } };
    const days = { inverse: true, data: names(DAYS, weekdayName), axisLabel: { ...label, color: token("ink"), margin: 8, fontSize: 12 } };
    const totals = { inverse: true, position: "right", data: names(DAYS, (day) => number(sums[day])), axisLabel: { ...label, margin: 8, interval: 0 } };
    return {
      grid: { left: LEFT_PX, right: RIGHT_PX, top: TOP_PX, bottom: 0 },
      xAxis: { ...bare, ...hours },
      yAxis: [{ ...bare, ...days }, { ...bare, ...totals }],
      tooltip: { ...this.tip(), formatter: ({ dataIndex: cell }) => this.describe({ day: Math.floor(cell / HOURS), hour: cell % HOURS }).join("\n") },
      series: [{
        type: "custom", data: this.counts.map((count, cell) => [cell % HOURS, Math.floor(cell / HOURS), count]),
        renderItem: ({ dataIndex }) => this.drawn(dataIndex),
      }],
    };
  }

  // Weekdays that are not in the period have no cells.
  drawn(cell) {
    const value = this.values[cell];
    if (value === null) return null;
    const [x, y, width, height] = this.box(cell);
    return {
      type: "rect", shape: { x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1 },
      style: { fill: colourOf(this.classes, value), opacity: this.chosen && !this.chosen.has(cell) ? 0.4 : 1 },
    };
  }
}

function weekSums(counts) {
  return names(DAYS, (day) => counts.slice(day * HOURS, (day + 1) * HOURS).reduce((sum, n) => sum + n, 0));
}

function names(count, name) {
  return Array.from({ length: count }, (_, i) => name(i));
}
