// The colour scale of both sides, small, in each side's head.

import { scaleColours } from "../map/colours.js";
import { signed, t } from "../net/words.js";
import { el } from "../ui/dom.js";
import { opacityOf } from "../ui/layer_list.js";
import { isAllChance, restOf } from "../ui/legend.js";
import { NO_DATA, UNSURE } from "../map/area_colours.js";

const UNITS = { incidents: () => t("incidents"), per_100_households: () => t("per 100 households"), percent: () => "%" };

// `heat` is an answer of /api/v1/legend.
export function heatStrip({ classes }) {
  return strip(classes.map(({ composited, color }) => composited || color), classes.map(({ from }) => from), t("per km² in 30 days"));
}

// `left` and `right` are answers of /api/v1/choropleth, of which the left has the classes; `drawn` are the classes of
// both sides' grids, as map/area_colours.js has them.
export function choroplethStrip(view, left, right, drawn) {
  const { breaks, unit, diverging } = left;
  const rest = restOf(opacityOf(view, "choropleth"), { isUnsure: drawn.includes(UNSURE), isBare: drawn.includes(NO_DATA) });
  if ([left, right].every((scale) => !scale || isAllChance(scale))) return el("div", { class: "strip" }, rest); // colours that are nowhere
  return strip(scaleColours(diverging ? "change" : "choropleth"), [null, ...breaks], (UNITS[unit] || (() => unit))(), rest);
}

function strip(colours, edges, unit, rest = null) {
  const text = (edge) => (edge === null || edge === undefined ? "" : signed(edge, Math.abs(edge) >= 10 ? 0 : 1));
  const parts = colours.map((colour, i) => {
    const part = el("li", {}, el("span", {}, text(edges[i])));
    part.style.background = colour;
    return part;
  });
  return el("div", { class: "strip" }, el("ol", { class: "strip__classes" }, ...parts), el("span", { class: "strip__unit" }, unit), rest);
}
