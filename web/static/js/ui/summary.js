// The sum of the period, said aloud when it changes.

import { number, t, tn } from "../net/words.js";
import { byId } from "./dom.js";
import { dayName } from "./dates.js";

let timer = 0;

export function drawSummary(view, counts) {
  const days = view.to - view.from + 1;
  byId("total").textContent = number(counts.total);
  byId("total").classList.remove("is-waiting");
  byId("sum-period").textContent = tn("{n} day", "{n} days", days);
  const parts = [tn("{n} in a grid", "{n} in grids", counts.in_grids), t("{n} outside", { n: number(counts.outside) })];
  if (counts.month_rows) parts.push(t("{n} by month only", { n: number(counts.month_rows) }));
  byId("sum-parts").textContent = parts.join(" · ");
  clearTimeout(timer);
  timer = setTimeout(() => {
    byId("said").textContent = t("{n} incidents from {from} to {to}", {
      n: number(counts.total), from: dayName(view.from), to: dayName(view.to),
    });
  }, 600);
}

export function waitForSummary() {
  byId("total").classList.add("is-waiting");
}
