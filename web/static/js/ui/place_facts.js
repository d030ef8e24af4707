// The facts of a place: its figure and share, households against the band, who is responsible.

import { decimal, number, t, tn } from "../net/words.js";
import { el } from "./dom.js";

const dedicatedNames = () => ({
  estate: t("Industrial estate"), station: t("Station"), hospital: t("Hospital"), park: t("Park"), market: t("Market"),
  school: t("School campus"), campus: t("School campus"),
});
const roleNames = () => ({ full_time_worker: t("Full-time worker"), backing_worker: t("Backing worker") });

export function factTitle(text, mark = null) {
  return el("h3", { class: "fact__title" }, text, mark);
}

export function dedicatedName(grid) {
  return [t("Dedicated grid"), dedicatedNames()[grid.kind]].filter(Boolean).join(" · ");
}

// The figure of the period, with its share of what lies above. The kinds it is made of stand in the tree of kinds.
export function drawFigure(section, { total, days, shares }) {
  const daily = total / days;
  const mean = daily >= 0.1 && days > 1 ? t("{n} a day", { n: decimal(daily, daily < 10 ? 1 : 0) }) : ""; // less reads as none
  section.replaceChildren(
    factTitle(t("Incidents in the period"), el("span", { class: "fact__aside" }, [tn("{n} day", "{n} days", days), mean].filter(Boolean).join(" · "))),
    el("p", { class: "fact__figure" }, el("span", { class: "figure", id: "detail-total" }, number(total)), el("small", { id: "detail-share" }, shares.join(" · "))),
  );
}

// A part of a whole in words: "12.3 % of the district"; nothing where there is no whole.
export function shareOf(count, whole, name) {
  return whole ? t("{share} % of {name}", { share: decimal((100 * count) / whole, 1), name }) : "";
}

// Of a grid: households, against the band of the plan where it holds for this grid.
export function householdsOf(grid, plan) {
  const figure = el("p", { class: "fact__figure" }, el("span", { class: "figure" }, number(grid.households)), el("small", {}, areaOf(grid)));
  if (grid.dedicated || !plan) {
    const mark = grid.dedicated ? el("span", { class: "tag" }, t("outside the band")) : null;
    return el("section", { class: "fact" }, factTitle(t("Households"), mark), figure);
  }
  const inside = grid.households >= plan.low && grid.households <= plan.high;
  const word = inside ? t("within {low}–{high}", plan) : grid.households < plan.low ? t("below {low}", plan) : t("above {high}", plan);
  const mark = el("span", { class: `tag ${inside ? "tag--good" : "tag--warning"}` }, word);
  return el("section", { class: "fact" }, factTitle(t("Households"), mark), figure, band(grid.households, plan));
}

// A count of nothing would read as a grid that nobody lives in.
export function noHouseholds(grid) {
  return el("section", { class: "fact" }, factTitle(t("Households"), el("span", { class: "tag" }, t("no households imported"))),
    el("p", { class: "quiet" }, areaOf(grid)));
}

export function peopleOf({ workers }) {
  const rows = Object.entries(roleNames()).map(([role, name]) => {
    const held = (workers || []).filter((worker) => worker.role === role).map((worker) => worker.name).filter(Boolean);
    return el("div", {}, el("dt", {}, name), el("dd", {}, held.join("、") || t("vacant")));
  });
  return el("section", { class: "fact" }, factTitle(t("Responsible")), el("dl", { class: "people" }, ...rows));
}

function areaOf(grid) {
  return [tn("{n} block", "{n} blocks", grid.blocks), `${decimal(grid.area_km2, 2)} km²`].join(" · ");
}

// A ruler from 0 to half as much again as the upper bound, the band marked on it.
function band(value, { low, high }) {
  const end = Math.max(high * 1.5, value * 1.05);
  const at = (n) => `${Math.min(100, (100 * n) / end)}%`;
  const range = el("span", { class: "band__range" });
  range.style.left = at(low);
  range.style.right = `${100 - (100 * high) / end}%`;
  const mark = el("span", { class: "band__mark" });
  mark.style.left = at(value);
  const label = (n) => {
    const node = el("span", { class: "band__label" }, number(n));
    node.style.left = at(n);
    return node;
  };
  return el("div", { class: "band", "aria-hidden": "true" }, el("span", { class: "band__track" }), range, mark, label(low), label(high));
}
