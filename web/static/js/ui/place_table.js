// The figures behind the map: a row a street office, community or grid, the most incidents first; where grids are
// coloured, what they are coloured by.

import { decimal, number, signed, t, tn } from "../net/words.js";
import { COMMUNITIES, STREETS } from "../situation/places.js";
import { dayName } from "./dates.js";
import { el } from "./dom.js";
import { figuresTable } from "./figures_table.js";

const LEVELS = { street: STREETS, community: COMMUNITIES };

export function placeTable(page, level) {
  const { wholeCounts: counts } = page;
  const { from, to } = page.state.get();
  const rows = placesOf(page, level).sort((a, b) => b.count - a.count);
  const more = level === "grid" ? colourColumns(page) : [];
  const caption = tn("{n} incident from {from} to {to}; press a place to look into it.", "{n} incidents from {from} to {to}; press a place to look into it.",
    counts.total, { from: dayName(from), to: dayName(to) });
  return figuresTable(caption, [t("Place"), t("Incidents"), t("Households"), t("per 100 households"), ...more.map(({ name }) => name)],
    rows.map((row) => [choose(page, row), number(row.count), number(row.households), rate(row), ...more.map(({ cell }) => cell(row.code))]));
}

function placesOf({ place: { places }, wholeCounts }, level) {
  const found = level === "grid"
    ? places.grids.map(({ code }) => places.gridPlace(code))
    : places.areas.filter((area) => LEVELS[level].includes(area.level)).map(({ code }) => places.areaPlace(code));
  const counts = level === "grid" ? wholeCounts.by_grid : wholeCounts.by_area || {};
  return found.map((row) => ({ ...row, count: counts[row.code] || 0 }));
}

function choose(page, { code, name, focus }) {
  return el("button", { type: "button", class: "link", "data-code": code, onclick: () => page.look(focus) }, name);
}

function rate({ count, households }) {
  return households ? decimal((100 * count) / households, 2) : "–";
}

// What the grids are coloured by, where that is neither their count nor heat.
function colourColumns(page) {
  const { surface, by } = page.state.get();
  const scale = page.layers.scales.choropleth;
  if (surface !== "choropleth" || by === "count" || !scale || scale.by !== by) return [];
  const told = (tell) => (code) => {
    const found = scale.values[code];
    return found && found.value !== null ? tell(found) : t("no data");
  };
  if (by === "rate") return [{ name: t("Smoothed rate"), cell: told(({ value }) => decimal(value, 2)) }];
  return [
    { name: t("Before"), cell: told(({ before }) => number(before)) },
    { name: t("Change, %"), cell: told(({ value }) => signed(value, 0)) },
    { name: t("More than chance"), cell: told(({ significant }) => (significant ? t("yes") : t("no"))) },
  ];
}
