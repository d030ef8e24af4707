// The panel of the selected grid: who looks after it, how many households, what happened there in the period.

import { decimal, lang, number, t, tn } from "../net/words.js";
import { byId, el } from "./dom.js";
import { dayName, instantName, monthName, toDay } from "./dates.js";
import { countOf, nameOf } from "./kind_tree.js";

const dedicatedNames = () => ({
  estate: t("Industrial estate"), station: t("Station"), hospital: t("Hospital"), park: t("Park"), market: t("Market"),
  school: t("School campus"), campus: t("School campus"),
});
const roleNames = () => ({ full_time_worker: t("Full-time worker"), backing_worker: t("Backing worker") });

export function wireDetail({ onClose }) {
  byId("detail-close").addEventListener("click", onClose);
  byId("detail").addEventListener("keydown", (event) => {
    if (event.key === "Escape") onClose();
  });
}

export function hideDetail() {
  byId("detail").hidden = true;
}

export function showDetail(grid, { plan, counts }) {
  const panel = byId("detail");
  byId("detail-code").textContent = grid.code;
  byId("detail-name").textContent = grid.name;
  byId("detail-where").textContent = [grid.street, grid.community].filter(Boolean).join(" · ");
  const kind = byId("detail-kind");
  kind.hidden = !grid.dedicated;
  kind.textContent = [t("Dedicated grid"), dedicatedNames()[grid.kind]].filter(Boolean).join(" · ");
  byId("detail-body").replaceChildren(
    el("section", { class: "fact", id: "detail-counts" }, title(t("Incidents in the period")), el("p", { class: "figure is-waiting" }, "0")),
    counts.households ? households(grid, plan) : noHouseholds(grid),
    people(grid.workers || []),
    el("section", { class: "fact", id: "detail-recent", hidden: true }),
  );
  panel.hidden = false;
}

function title(text, mark) {
  return el("h3", { class: "fact__title" }, text, mark);
}

function households(grid, plan) {
  const figure = el("p", { class: "fact__figure" }, el("span", { class: "figure" }, number(grid.households)), el("small", {}, areaOf(grid)));
  if (grid.dedicated || !plan) {
    const mark = grid.dedicated ? el("span", { class: "tag" }, t("outside the band")) : null;
    return el("section", { class: "fact" }, title(t("Households"), mark), figure);
  }
  const inside = grid.households >= plan.low && grid.households <= plan.high;
  const word = inside ? t("within {low}–{high}", plan) : grid.households < plan.low ? t("below {low}", plan) : t("above {high}", plan);
  const mark = el("span", { class: `tag ${inside ? "tag--good" : "tag--warning"}` }, word);
  return el("section", { class: "fact" }, title(t("Households"), mark), figure, band(grid.households, plan));
}

// A count of nothing would read as a grid that nobody lives in.
function noHouseholds(grid) {
  return el("section", { class: "fact" }, title(t("Households"), el("span", { class: "tag" }, t("no households imported"))),
    el("p", { class: "quiet" }, areaOf(grid)));
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

function people(workers) {
  const rows = Object.entries(roleNames()).map(([role, name]) => {
    const held = workers.filter((worker) => worker.role === role).map((worker) => worker.name).filter(Boolean);
    return el("div", {}, el("dt", {}, name), el("dd", {}, held.join("、") || t("vacant")));
  });
  return el("section", { class: "fact" }, title(t("Responsible")), el("dl", { class: "people" }, ...rows));
}

export function drawGridCounts(counts, whole, tree) {
  const section = byId("detail-counts");
  if (!section) return;
  const rows = tree.map((kind) => ({ kind, n: countOf(kind, counts.by_kind) })).filter(({ n }) => n).sort((a, b) => b.n - a.n);
  const most = Math.max(1, ...rows.map(({ n }) => n));
  const bars = rows.map(({ kind, n }) => {
    const bar = el("i");
    bar.style.transform = `scaleX(${n / most})`;
    return el("li", {}, el("span", { title: kind[lang] }, kind[lang]), el("span", { class: "shares__bar" }, bar), el("span", {}, number(n)));
  });
  const share = whole ? t("{share} % of the district", { share: decimal((100 * counts.total) / whole, 1) }) : "";
  section.replaceChildren(
    title(t("Incidents in the period")),
    el("p", { class: "fact__figure" }, el("span", { class: "figure", id: "detail-total" }, number(counts.total)), el("small", {}, share)),
    rows.length ? el("ul", { class: "shares" }, ...bars) : el("p", { class: "quiet" }, t("None in this period.")),
  );
}

export function drawRecent({ items }, tree, timeZone, address) {
  const section = byId("detail-recent");
  if (!section) return;
  section.hidden = !items.length;
  const rows = items.map((item) => el("li", {},
    el("p", { class: "recent__head" }, el("a", { href: `/incidents/${item.uid}` }, nameOf(tree, item.kind, lang) || item.kind), el("time", {}, when(item, timeZone))),
    el("p", { class: "recent__place", title: item.address }, item.address || t("no address text"))));
  const more = el("a", { class: "link", href: address }, t("All of them"));
  section.replaceChildren(title(t("From this grid"), more), el("ol", { class: "recent" }, ...rows));
}

function when(item, timeZone) {
  if (item.precision === "month") return monthName(toDay(item.occurred_on));
  return item.precision === "minute" && item.occurred_at ? instantName(item.occurred_at, timeZone) : dayName(toDay(item.occurred_on));
}
