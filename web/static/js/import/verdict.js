// What a check found out: how many rows, what was noticed, what is wrong with which rows.

import { number, t, tn } from "../net/words.js";
import { el, icon } from "../ui/dom.js";

const WARNING = "M12 4 3 19.5h18zM12 10v4.5M12 17v.01";
const CHECK = "m5 12.5 4.5 4.5L19 7.5";
const INFO = "M12 11v5M12 8v.01M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z";
const ROWS_AT_ONCE = 50;

// How many rows could be stored now: new ones and those that replace others.
export const storable = (found) => found.counts.read - found.counts.bad - found.counts.known;

export function drawVerdict(found) {
  const { counts } = found;
  const fresh = storable(found);
  const list = el("dl", { class: "import__counts" });
  const put = (name, value, kind) => list.append(el("div", { class: kind ? `is-${kind}` : null }, el("dt", {}, name), el("dd", {}, number(value))));
  put(t("read"), counts.read);
  put(t("to be stored"), fresh, "good");
  if (counts.updated) put(t("of these replacing others"), counts.updated);
  if (counts.known) put(t("known already"), counts.known);
  put(t("bad rows"), counts.bad, counts.bad ? "bad" : null);
  if (counts.outside) put(t("in no grid"), counts.outside);
  return el("div", {}, sentence(found, fresh), found.error ? "" : list);
}

function sentence(found, fresh) {
  const { counts, missing, error } = found;
  if (missing.length) return told("error", WARNING, t("Some columns were not recognised: choose them below."));
  if (error) return told("error", WARNING, error.message, error.hint);
  if (!counts.read) return told("warning", WARNING, t("The file has no rows."));
  if (!counts.bad && !fresh) return told("", INFO, t("All rows are stored already; there is nothing to add."));
  if (!counts.bad) return told("good", CHECK, tn("{n} row can be stored.", "All rows can be stored: {n}.", fresh));
  if (!fresh && counts.known) return told("warning", WARNING, t("{known} rows are stored already, {bad} cannot be stored.", { known: number(counts.known), bad: number(counts.bad) }));
  if (!fresh) return told("error", WARNING, t("No row can be stored as it is. See below what is wrong."));
  return told("warning", WARNING, t("{good} rows can be stored, {bad} cannot.", { good: number(fresh), bad: number(counts.bad) }));
}

function told(kind, path, text, hint = "") {
  return el("p", { class: `told ${kind ? `told--${kind}` : ""}` }, icon(path), el("span", {}, el("b", {}, text), hint && ` ${hint}`));
}

// `show(lon, lat)` moves the map there; rows without a readable place have no button.
export function drawTold(found, show) {
  const parts = [];
  if (found.questions.length) parts.push(remarks(t("To be said yes to"), found.questions, "warning", WARNING));
  if (found.warnings.length) parts.push(remarks(t("Warnings"), found.warnings, "warning", WARNING));
  if (found.causes.length) parts.push(causes(found));
  if (found.bad_rows.length) parts.push(badRows(found, show));
  if (found.findings.length) parts.push(findings(found, show));
  if (found.notes.length) parts.push(remarks(t("Notes"), found.notes, "", INFO));
  if (!found.error) parts.push(el("p", { class: "muted small" }, t("Coordinates: {crs}", { crs: found.crs || "–" })));
  return parts;
}

function remarks(title, texts, kind, path) {
  return el("section", {}, el("h3", { class: "import__title" }, title),
    el("ul", { class: "import__remarks" }, ...texts.map((text) => el("li", { class: kind ? `is-${kind}` : null }, icon(path), el("span", {}, text)))));
}

function causes(found) {
  const body = el("tbody", {}, ...found.causes.map(({ text, count, examples }) => el("tr", {},
    el("td", { class: "table__number" }, number(count)),
    el("td", {}, text, el("small", { class: "import__examples" }, examples.map(example).join("; ") + (count > examples.length ? " …" : ""))),
  )));
  return el("section", {}, el("h3", { class: "import__title" }, t("What is wrong")),
    el("table", { class: "table import__causes" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col", class: "table__number" }, t("Rows")), el("th", { scope: "col" }, t("Reason")))), body));
}

const example = ([row, detail]) => (detail ? t("row {row}: {detail}", { row: number(row), detail }) : t("row {row}", { row: number(row) }));

function badRows(found, show) {
  const list = el("ol", { class: "import__rows" });
  let shown = 0;
  const more = el("button", { type: "button", class: "button" });
  const grow = () => {
    for (const row of found.bad_rows.slice(shown, shown + ROWS_AT_ONCE)) list.append(badRow(row, show));
    shown = Math.min(shown + ROWS_AT_ONCE, found.bad_rows.length);
    more.hidden = shown >= found.bad_rows.length;
    more.textContent = t("Show more");
  };
  more.addEventListener("click", grow);
  grow();
  const rest = found.counts.bad - found.bad_rows.length;
  const closing = rest > 0 ? el("p", { class: "muted small" }, t("The first {n} are listed here; all are in the file of rejected rows.", { n: number(found.bad_rows.length) })) : null;
  return el("details", { class: "import__bad" }, el("summary", {}, t("Bad rows one by one")), list, more, closing);
}

function badRow({ row, reason, lon, lat }, show) {
  const where = lon === null || lat === null ? null : el("button", { type: "button", class: "link", onclick: () => show(lon, lat, row) }, t("On the map"));
  return el("li", {}, el("b", {}, t("row {row}", { row: number(row) })), " ", reason, where);
}

function findings(found, show) {
  const items = found.findings.map(({ text, lon, lat, refuses }) => el("li", { class: refuses ? "is-warning" : null },
    el("span", {}, text), el("button", { type: "button", class: "link", onclick: () => show(lon, lat) }, t("On the map"))));
  const rest = found.findings_total - found.findings.length;
  return el("section", {}, el("h3", { class: "import__title" }, t("About the shapes")), el("ul", { class: "import__remarks import__findings" }, ...items),
    rest > 0 ? el("p", { class: "muted small" }, t("and {n} more", { n: number(rest) })) : null);
}
