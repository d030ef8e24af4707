// What a view is when its address says nothing, the span of days and the kinds that can be chosen.

import { toDay } from "./dates.js";

// Data that ended long ago are looked at from their own last day, not from an empty today.
export function spanOf({ project, first_on, last_on, period }) {
  const now = toDay(project.now_on);
  const last = toDay(last_on);
  const today = period.recent || last === null ? now : last;
  const first = toDay(first_on);
  return { first: first === null ? today - 364 : Math.min(first, today), today: Math.max(today, first || 0) };
}

export function defaultsOf({ period, heat }) {
  return { from: toDay(period.from), to: toDay(period.to), bandwidth: heat.bandwidth_m, bandwidths: heat.bandwidths_m };
}

// The kinds that occur; before there are incidents, those that are configured.
export function treeOf({ kinds, counts }) {
  const occurring = (list) => list.filter((kind) => kind.count).map((kind) => ({ ...kind, children: occurring(kind.children) }));
  return counts.incidents ? occurring(kinds) : kinds.filter((kind) => kind.code !== "unspecified");
}
