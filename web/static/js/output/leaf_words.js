// What a printed map or a picture of one says about itself: title, the facts of the selection, who made it and when.

import { lang, number, t, tn } from "../net/words.js";
import { dayName, instantName, toDay } from "../ui/dates.js";
import { byId } from "../ui/dom.js";
import { beforeText } from "../ui/legend.js";
import { nameOf, toCodes } from "../ui/kind_tree.js";
import { nameHours, readHours } from "../ui/week_hours.js";
import { viewOf } from "../compare/other_side.js";
import { creditOf } from "../map/own_tiles.js";
import { FOCUS, isNone } from "../situation/selection.js";

// The title where nobody has written another.
export function usualTitle(page) {
  const { surface } = page.state.get();
  const what = surface === "none" ? t("Grid map") : byId("legend-title").textContent;
  return [placeName(page), what].filter(Boolean).join(" · ");
}

export function placeName(page) {
  const { here } = page.place;
  return isFocused(page) ? here.name : page.situation.project.name || here.name;
}

function isFocused(page) {
  return FOCUS.some((name) => page.state.get()[name]);
}

// Below the title: the period, of a comparison the difference in words.
export function leadText(page) {
  return page.comparison ? byId("compare-said").textContent : periodText(page.state.get());
}

// What each map of a comparison shows, left and right: [period, kinds, incidents, of changes what they are measured from].
export function sidesOf(page) {
  const { comparison, tree } = page;
  if (!comparison) return [];
  const isColoured = page.state.get().surface === "choropleth";
  const sides = [[page.state.get(), page.counts, page.layers.scales.choropleth], [viewOf(page), comparison.counts, comparison.second.scale]];
  return sides.map(([view, counts, scale]) => [
    periodText(view), view.kinds === null ? t("All kinds") : kindsText(tree, view.kinds),
    counts && `${t("Incidents")} ${countText(counts, view)}`, isColoured && beforeText(scale),
  ].filter(Boolean));
}

function periodText({ from, to }) {
  return `${dayName(from)} – ${dayName(to)} (${tn("{n} day", "{n} days", to - from + 1)})`;
}

// [name, text] in the order in which they are read, of a comparison what holds for both sides; `plan` is one of /api/v1/plans, null where there is none.
export function factsOf(page, plan, isPicture) {
  const view = page.state.get();
  const own = page.comparison ? [] : [[t("Incidents"), countText(page.counts, view)], [t("Kinds"), kindsText(page.tree, view.kinds)]];
  return [
    ...own,
    [t("Hours of the week"), view.hours ? nameHours(readHours(view.hours)) : null],
    [t("Place"), isFocused(page) ? page.place.here.name : t("The whole district")],
    [t("Smoothing radius"), view.surface === "heat" ? t("{n} m", { n: number(view.bandwidth) }) : null],
    [t("Grid plan"), plan && planText(plan)],
    [t("Own base map"), view.layers.has("own") ? ownText(page.situation.own_basemap, isPicture) : null],
  ].filter(([, text]) => text);
}

function ownText(own, isPicture) {
  return isPicture && own.is_elsewhere ? t("not in a picture: it comes from another server") : creditOf(own);
}

function countText({ total, month_rows: months }, view) {
  const coarse = months && !view.hours ? t("{n} by month only", { n: number(months) }) : null;
  return [number(total), coarse].filter(Boolean).join(" · ");
}

function kindsText(tree, kinds) {
  if (kinds === null) return t("All");
  return isNone(kinds) ? t("No kind") : toCodes(tree, kinds).split(",").map((code) => nameOf(tree, code, lang)).join(t(", "));
}

function planText({ name, from, grids }) {
  const since = toDay(from);
  return [name, since === null ? null : t("from {day}", { day: dayName(since) }), tn("{n} grid", "{n} grids", grids)].filter(Boolean).join(" · ");
}

// Of the project: what nobody may overlook, and the small print. An empty approval number leaves room to write it in.
export function noticeOf({ is_synthetic: isSynthetic, is_demo: isDemo }) {
  return isSynthetic || isDemo ? t("Demo data: shapes and incidents are synthetic") : null;
}

export function madeAt({ time_zone: zone }) {
  return t("Made {at} ({zone})", { at: instantName(new Date().toISOString(), zone), zone });
}
