// A table of figures: the first column names the rows.

import { el } from "./dom.js";

// `names` of the columns; `rows` as [head, ...cells], heads and cells texts or nodes.
export function figuresTable(caption, names, rows) {
  const head = el("tr", {}, ...names.map((name) => el("th", { scope: "col" }, name)));
  const body = rows.map(([first, ...cells]) => el("tr", {}, el("th", { scope: "row" }, first), ...cells.map((cell) => el("td", {}, cell))));
  return el("table", { class: "figures figures--months" }, el("caption", {}, caption), el("thead", {}, head), el("tbody", {}, ...body));
}
