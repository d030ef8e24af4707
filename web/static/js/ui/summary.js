// The sum of the period, said aloud when it changes.

import { number, t, tn } from "../net/words.js";
import { byId } from "./dom.js";
import { dayName } from "./dates.js";

const SAY_MS = 600;
const SLOW_MS = 250; // a figure that is replaced sooner stays on the screen until then
let saying = 0;
let waiting = 0;

export function drawSummary(view, counts, { isSaid }) {
  const days = view.to - view.from + 1;
  clearTimeout(waiting);
  byId("total").textContent = number(counts.total);
  byId("total").classList.remove("is-waiting");
  byId("sum-period").textContent = tn("{n} day", "{n} days", days);
  const parts = [tn("{n} in a grid", "{n} in grids", counts.in_grids), t("{n} outside", { n: number(counts.outside) })];
  byId("sum-parts").textContent = [...parts, ...coarse(view, counts)].join(" · ");
  clearTimeout(saying);
  if (isSaid) saying = setTimeout(() => saySummary(view, counts), SAY_MS);
}

export function saySummary(view, counts) {
  byId("said").textContent = t("{n} incidents from {from} to {to}", {
    n: number(counts.total), from: dayName(view.from), to: dayName(view.to),
  });
}

// What is known by day or month only: part of the figure, or left out of it where hours are chosen.
function coarse(view, { month_rows: months, day_rows: days = 0, left_out: leftOut = 0 }) {
  if (!view.hours) {
    return [
      ...(months ? [t("{n} by month only", { n: number(months) })] : []),
      ...(leftOut ? [t("{n} more by month only are left out", { n: number(leftOut) })] : []),
    ];
  }
  return months + days ? [t("{n} without an hour are left out", { n: number(months + days) })] : [];
}

export function waitForSummary() {
  clearTimeout(waiting);
  waiting = setTimeout(() => byId("total").classList.add("is-waiting"), SLOW_MS);
}
