// The figures behind the timeline: a row a day of the period, or a month where it is long; the newest first.

import { number, t } from "../net/words.js";
import { dayWithWeekday, firstOfMonth, lastOfMonth, monthName, nextMonth, toDay, toText } from "./dates.js";
import { figuresTable } from "./figures_table.js";

const MOST_DAYS = 92;

export function dayTable(page) {
  const { from, to } = page.state.get();
  const { first_on: firstOn, daily, months } = page.timeline;
  const begun = toDay(firstOn);
  const countOn = (day) => (begun === null ? 0 : daily[day - begun] || 0);
  const byMonth = new Map(months.map(({ month, count }) => [month, count]));
  const coarse = (day) => byMonth.get(toText(day).slice(0, 7)) || 0;
  const rows = [];
  if (to - from < MOST_DAYS) {
    for (let day = to; day >= from; day -= 1) rows.push([dayWithWeekday(day), number(countOn(day))]);
    for (let month = firstOfMonth(to); month >= firstOfMonth(from); month = firstOfMonth(month - 1)) {
      if (coarse(month)) rows.push([t("{month}, by month only", { month: monthName(month) }), number(coarse(month))]);
    }
    return figuresTable(t("Incidents of each day of the period."), [t("Day"), t("Incidents")], rows);
  }
  for (let month = firstOfMonth(from); month <= to; month = nextMonth(month)) {
    let sum = 0;
    for (let day = Math.max(from, month); day <= Math.min(to, lastOfMonth(month)); day += 1) sum += countOn(day);
    rows.unshift([monthName(month), number(sum), number(coarse(month))]);
  }
  return figuresTable(t("Incidents of each month, as far as it lies in the period."), [t("Month"), t("By day"), t("By month only")], rows);
}
