// The card on the map that says what its colours and marks mean. Colours look as they do over the ground.

import { mapColours, over, scaleColours } from "../map/colours.js";
import { decimal, lang, number, signed, t, tn } from "../net/words.js";
import { dayName, toDay } from "./dates.js";
import { byId, el } from "./dom.js";
import { LAYERS, opacityOf } from "./layer_list.js";

const KEPT_AS = "gridmap-legend";
const ROOM_PX = 536; // of the map: what the legend covers, and as much as a place needs to be shown beside it

export function wireFold() {
  const button = byId("legend-fold");
  const fold = (isOpen) => {
    button.setAttribute("aria-expanded", String(isOpen));
    byId("legend").classList.toggle("legend--folded", !isOpen);
  };
  const wish = kept();
  fold(wish ? wish === "open" : byId("map-region").clientWidth >= ROOM_PX);
  button.addEventListener("click", () => {
    const isOpen = button.getAttribute("aria-expanded") !== "true";
    fold(isOpen);
    try {
      localStorage.setItem(KEPT_AS, isOpen ? "open" : "folded");
    } catch {
      // a browser that keeps nothing folds it anew each time
    }
  });
}

function kept() {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}

const TITLES = {
  heat: () => [t("Incident density"), t("per km² in 30 days")],
  count: () => [t("Incidents by grid"), t("in the period")],
  rate: () => [t("Incidents by grid"), t("per 100 households")],
  change: () => [t("Change by grid"), t("% against the period before")],
  none: () => [t("Legend"), ""],
};

// What colours the map, and its unit.
export function titleOf({ surface, by }) {
  return TITLES[surface === "choropleth" ? by : surface]();
}

const UNIT_DAYS = 30; // what densities are scaled to
const FEW_DAYS = 7; // in a shorter period one incident weighs so much that it must be said

const NOTES = {
  heat: ({ heat }, view, counts) => [scalingNote(view), heat && scaleNote(heat), leftOutNote(counts.left_out)],
  count: ({ choropleth }) => [leftOutNote(leftOut(choropleth, "count"))],
  rate: ({ choropleth }) => [
    t("Smoothed: small grids lean towards the mean, so that few households do not mislead."),
    leftOutNote(leftOut(choropleth, "rate")),
  ],
  change: ({ choropleth }) => [
    isAllChance(choropleth) ? t("No grid differs beyond chance.") : t("Grey: the difference may be chance."),
    leftOut(choropleth, "change") ? tn("{n} incident is known by month only and counts in whole months only.", "{n} incidents are known by month only and count in whole months only.", choropleth.left_out) : "",
  ],
};

// What must be said of the picture, a sentence each; the words are those of `drawLegend`.
export function notesOf(view, scales, counts) {
  const notes = NOTES[view.surface === "choropleth" ? view.by : view.surface];
  return notes ? notes(scales, view, counts).filter(Boolean) : [];
}

export const joined = (sentences) => sentences.join(lang === "zh" ? "" : " ");

// The days that a change is measured from, null where none is drawn; `scale` is an answer of /api/v1/choropleth.
export function beforeText(scale) {
  const before = scale && scale.before;
  return before ? t("Compared with {from} – {to}.", { from: dayName(toDay(before.from)), to: dayName(toDay(before.to)) }) : null;
}

function scalingNote({ from, to }) {
  const days = to - from + 1;
  if (!(days < FEW_DAYS)) return "";
  return tn("{n} day is scaled to 30: 1 incident counts as {m}.", "{n} days are scaled to 30: 1 incident counts as {m}.", days, { m: decimal(UNIT_DAYS / days, 1) });
}

function scaleNote({ widened }) {
  return widened
    ? t("For a short period or a rare kind the scale ends higher, so that a lone incident is no hot spot.")
    : t("The scale stays the same at every zoom and for every longer period.");
}

function leftOutNote(n) {
  return n ? tn("{n} incident known by month only is not in this picture: the period has only part of its month.", "{n} incidents known by month only are not in this picture: the period has only part of their months.", n) : "";
}

function leftOut(scale, by) {
  return scale && scale.by === by ? scale.left_out : 0;
}

// A change from nothing has a class and no value.
export function isAllChance(scale) {
  if (!scale || scale.by !== "change") return false;
  const found = Object.values(scale.values).filter((one) => one.class !== null);
  return found.length > 0 && !found.some(({ significant }) => significant);
}

// `scales`: { heat, choropleth, households }, the server's answers as far as they have come, and { points }, what
// marks are drawn; `zoom` is the map's, `counts` the figures of the whole map.
export function drawLegend(view, scales, zoom, counts) {
  const [title, unit] = titleOf(view);
  byId("legend-title").textContent = title;
  byId("legend-unit").textContent = unit;
  const isChange = view.surface === "choropleth" && view.by === "change" && !view.compare; // a comparison has it on either side
  byId("legend-note").textContent = joined([isChange && beforeText(scales.choropleth), ...notesOf(view, scales, counts)].filter(Boolean));
  const parts = { heat: () => heatScale(scales.heat, opacityOf(view, "heat")), choropleth: () => gridScale(scales.choropleth, view) };
  const scale = parts[view.surface] ? parts[view.surface]() : null;
  byId("legend-scale").replaceChildren(...[scale].flat().filter(Boolean));
  const shown = Object.keys(LAYERS).filter((id) => view.layers.has(id) && !(view.compare && NOT_COMPARED.includes(id)));
  byId("legend-layers").replaceChildren(...shown.map((id) => entry(id, view, scales, zoom)));
}

function heatScale(scale, strength) {
  if (!scale) return null;
  const { land } = mapColours();
  return bar(scale.classes.map(({ from, to, color, opacity }) => ({ from, to, colour: over(color, opacity * strength, land) })));
}

function gridScale(scale, view) {
  if (!scale || scale.by !== view.by) return null;
  const ground = mapColours();
  const strength = opacityOf(view, "choropleth");
  const colours = scaleColours(scale.diverging ? "change" : "choropleth").map((colour) => over(colour, strength, ground.land));
  const classes = isAllChance(scale) ? null : bar(classesOf(scale.breaks, colours), scale.diverging); // colours that are nowhere
  return [classes, restOf(strength, { isUnsure: scale.diverging, isBare: true, isWet: true })];
}

// The grids that are in no class, those that chance may explain and those without data; and the water above them.
export function restOf(strength, { isUnsure, isBare, isWet }) {
  const { unsure, land } = mapColours();
  const grey = el("i", { class: "swatch" });
  grey.style.background = over(unsure, strength, land);
  return el("ul", { class: "legend__rest" },
    isUnsure ? el("li", {}, grey, t("not significant")) : null,
    isBare ? el("li", {}, el("i", { class: "swatch swatch--hatched" }), t("no data")) : null,
    isWet ? el("li", {}, el("i", { class: "swatch swatch--water" }), t("water")) : null);
}

function classesOf(breaks, colours) {
  return colours.map((colour, i) => ({ from: i ? breaks[i - 1] : null, to: i < breaks.length ? breaks[i] : null, colour }));
}

// Classes side by side, each break written where two of them meet.
function bar(classes, isDiverging = false) {
  const items = classes.map(({ from, to, colour }, i) => {
    const item = el("li", { title: range(from, to) }, el("span", {}, from === null || (i === 0 && from === 0) ? "" : tidy(from)));
    item.style.background = colour;
    return item;
  });
  return el("ol", { class: `legend__classes ${isDiverging ? "legend__classes--diverging" : ""}` }, ...items);
}

function range(from, to) {
  if (from === null) return `< ${tidy(to)}`;
  return to === null ? `≥ ${tidy(from)}` : `${tidy(from)} – ${tidy(to)}`;
}

// Where on the bar a value lies, 0 to 1; null where the bar is not drawn.
export function placeOn(value, { classes }) {
  const reached = classes.filter(({ from }) => value >= from).length - 1;
  if (reached < 0) return 0;
  const { from, to } = classes[reached];
  const within = to === null ? 0.5 : (value - from) / (to - from);
  return Math.min(1, (reached + within) / classes.length);
}

// [swatch, name, unit or remark]
const ENTRIES = {
  points: ({ points }) => pointsEntry(points),
  sites: () => [el("i", { class: "swatch swatch--site" }, "校"), t("Key sites"), ""],
  cameras: () => [mark("camera"), t("Cameras"), ""],
  grids: () => [mark("grid"), t("Grids"), ""],
  borders: ({ zoom }) => (zoom < COMMUNITIES_FROM ? [mark("border"), t("Borders"), ""] : [mark("borders"), t("Borders"), t("dashed: communities")]),
  streets: () => [mark("streets"), t("Streets"), ""],
  buildings: () => [el("i", { class: "swatch swatch--building" }), t("Buildings"), ""],
  blocks: () => [mark("blocks"), t("Blocks"), ""],
  households: () => [null, t("Household density"), t("households per hectare")],
  labels: () => [el("i", { class: "swatch swatch--label" }, "文"), t("Labels"), ""],
  own: () => [el("i", { class: "swatch swatch--own" }), t("Own base map"), ""],
};
const COMMUNITIES_FROM = 12; // map/basemap_rules.js draws their borders from this zoom on
const SEEN_FROM = { sites: 15, buildings: 15, blocks: 13 }; // zooms; the others are seen from anywhere
const WIDE = ["points", "borders", "households"];
const NOT_COMPARED = ["points", "cameras", "households"]; // css/compare.css hides them

// The last zoom up to this one from which more is seen.
export function seenFrom(zoom) {
  return Math.max(0, ...[...Object.values(SEEN_FROM), COMMUNITIES_FROM].filter((from) => from <= zoom));
}

function entry(id, view, scales, zoom) {
  const [swatch, name, remark] = ENTRIES[id]({ ...scales, zoom });
  const isUnseen = zoom < (SEEN_FROM[id] || 0);
  const more = isUnseen ? t("nearer") : remark;
  const words = el("span", { class: "legend__name" }, name, more ? el("small", {}, more) : null);
  const item = el("li", { class: `legend__layer ${WIDE.includes(id) ? "legend__layer--wide" : ""} ${isUnseen ? "legend__layer--unseen" : ""}`, "data-layer": id });
  if (swatch) {
    swatch.style.opacity = Math.max(0.2, opacityOf(view, id));
    item.append(swatch, words);
    return item;
  }
  const { land } = mapColours();
  const colours = scaleColours(id).map((colour) => over(colour, opacityOf(view, id), land));
  item.append(words, ...(scales[id] ? [bar(classesOf(scales[id].breaks, colours))] : []));
  return item;
}

function pointsEntry(drawn) {
  const name = t("Incident points");
  if (!drawn || !drawn.numbered) return [mark("dot"), name, drawn && drawn.mode === "places" ? t("the larger, the more at one place") : ""];
  if (drawn.mode === "clusters") return [mark("clusters", number(80)), name, t("a disc: incidents nearby; its size grows with their number")];
  return [mark("places", number(8)), name, t("number: reports at one place")];
}

function mark(kind, text = null) {
  return el("i", { class: `swatch swatch--${kind}` }, text);
}

function tidy(value) {
  return signed(value, Math.abs(value) >= 10 ? 0 : Math.abs(value) >= 1 ? 1 : 2);
}
