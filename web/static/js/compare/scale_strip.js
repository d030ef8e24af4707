// The colour scale of both sides, small, in each side's head.

import { scaleColours } from "../map/colours.js";
import { decimal, t } from "../net/words.js";
import { el } from "../ui/dom.js";

const UNITS = { incidents: () => t("incidents"), per_100_households: () => t("per 100 households"), percent: () => "%" };

// `heat` is an answer of /api/v1/legend.
export function heatStrip({ classes }) {
  return strip(classes.map(({ composited, color }) => composited || color), classes.map(({ from }) => from), t("per km² in 30 days"));
}

// `scale` is an answer of /api/v1/choropleth.
export function choroplethStrip({ breaks, unit, diverging }) {
  return strip(scaleColours(diverging ? "change" : "choropleth"), [null, ...breaks], (UNITS[unit] || (() => unit))());
}

function strip(colours, edges, unit) {
  const text = (edge) => (edge === null || edge === undefined ? "" : decimal(edge, Math.abs(edge) >= 10 ? 0 : 1));
  const parts = colours.map((colour, i) => {
    const part = el("li", {}, el("span", {}, text(edges[i])));
    part.style.background = colour;
    return part;
  });
  return el("div", { class: "strip" }, el("ol", { class: "strip__classes" }, ...parts), el("span", { class: "strip__unit" }, unit));
}
