// The report of the tab "Change": a sentence that says what it is worth, then the counts of both periods. Only what is
// more than chance is marked; a percentage alone never is.

import { getJson, latest } from "../net/api.js";
import { decimal, lang, number, signed, t, tn } from "../net/words.js";
import { beyondData } from "../ui/beyond_data.js";
import { dayName, toDay } from "../ui/dates.js";
import { byId, el, icon } from "../ui/dom.js";
import { leavesOf, nameOf } from "../ui/kind_tree.js";
import { FOCUS } from "./selection.js";

const SHOWN = 40;
const UP = "M12 19V5m-6 6 6-6 6 6";
const DOWN = "M12 5v14m-6-6 6 6 6-6";

const ask = latest((values, how) => getJson("/api/v1/change", values, how));

export async function drawChange(page) {
  const [basis, level, by] = page.state.get().change.split(".");
  if (!page.situation.counts.incidents) return drawRefusal(page, { reason: "empty" });
  try {
    // the whole district and all kinds, whatever is looked into: one report is one family of tests
    const report = await ask({ ...page.selection({ except: ["kinds", ...FOCUS] }), basis, level, by });
    byId("change-said").replaceChildren(...said(report));
    byId("change-rows").replaceChildren(...table(page, report, false));
  } catch (error) {
    if (error.code !== "beyond_data") throw error;
    drawRefusal(page, error.more);
  }
}

function drawRefusal(page, why) {
  byId("change-said").replaceChildren(refused(page, why));
  byId("change-rows").replaceChildren();
}

function said(report) {
  const { alarms, tests, now, before, total_now: totalNow, total_before: totalBefore } = report;
  return [
    el("p", { class: "change__verdict" }, verdict(report)),
    el("p", { class: "change__worth" }, alarms
      ? t("An arrow marks what chance alone hardly explains; at most about 1 arrow in 20 is a false alarm.")
      : t("Percentages of small counts swing widely by themselves; none of those below is a sign of anything.")),
    el("dl", { class: "change__periods" },
      el("dt", {}, t("Now")), el("dd", {}, el("span", {}, days(now)), el("b", {}, number(totalNow))),
      el("dt", {}, t("Before")), el("dd", {}, el("span", {}, days(before)), el("b", {}, number(totalBefore)))),
    report.basis === "year" ? null : el("p", { class: "change__note" }, t("Seasons are not taken out; a comparison year on year does.")),
    ...report.notes.map(({ code, count }) => el("p", { class: "change__note" }, NOTES[code](count, report))),
  ].filter(Boolean);
}

const NOTES = {
  no_area: (n) => tn("{n} incident lies in no such area and is left out.", "{n} incidents lie in no such area and are left out.", n),
  month_rows: (n) => tn("{n} incident is known by month only and counts in whole months only.", "{n} incidents are known by month only and count in whole months only.", n),
  unequal_periods: (n, { now, before }) => t("The periods have {now} and {before} days: percentages are per day.", { now: now.days, before: before.days }),
};

function verdict({ alarms, tests, total_now: totalNow, total_before: totalBefore }) {
  if (!tests && totalNow + totalBefore) return t("None of the incidents lies in a place of this level. Choose another level.");
  if (!tests) return t("No incident in either period.");
  const compared = tn("{n} comparison was made", "{n} comparisons were made", tests);
  if (!alarms) return t("{compared}; none shows a change beyond chance.", { compared });
  return t("{compared}; {changed}.", { compared, changed: tn("{n} shows a change beyond chance", "{n} show a change beyond chance", alarms) });
}

function days({ from, to }) {
  return t("{from} to {to}", { from: dayName(toDay(from)), to: dayName(toDay(to)) });
}

function table(page, report, isWhole) {
  const rows = isWhole ? report.rows : report.rows.slice(0, Math.max(SHOWN, report.alarms));
  if (!rows.length) return [];
  const head = [t("Where and what"), t("Now"), t("Before"), t("Change")];
  const body = el("tbody", {}, ...rows.map((row) => line(page, report, row)));
  const whole = el("table", { class: "changes" },
    el("caption", { class: "unseen" }, t("Incidents now and before, by area and kind")),
    el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))), body);
  const more = report.rows.length - rows.length;
  const unlisted = report.row_count - report.rows.length;
  return [
    whole,
    more ? el("button", { type: "button", class: "button change__more", onclick: () => byId("change-rows").replaceChildren(...table(page, report, true)) },
      t("Show {n} more", { n: number(more) })) : null,
    !more && unlisted ? el("p", { class: "change__note" }, t("{n} more rows, less remarkable than these, are not listed.", { n: number(unlisted) })) : null,
  ].filter(Boolean);
}

function line(page, report, row) {
  const name = row.name || t("Whole district");
  const kind = row.kind ? nameOf(page.tree, row.kind, lang) || row.kind : t("All kinds");
  const isMore = row.change_pct === null || row.change_pct > 0;
  const worth = row.significant ? (isMore ? t("more, beyond chance") : t("fewer, beyond chance")) : t("within chance");
  const told = t("{name}, {kind}: {now} now, {before} before, {worth}. Look there.", { name, kind, now: number(row.now), before: number(row.before), worth });
  const title = t("Chance alone: p = {p}; among all rows of the report q = {q}", { p: small(row.p), q: small(row.q) });
  return el("tr", { class: row.significant ? "changes__row--real" : null, title },
    el("th", { scope: "row" }, el("button", { type: "button", class: "changes__where", "aria-label": told, onclick: () => look(page, report, row) },
      el("span", {}, report.by === "total" ? name : kind), report.by === "total" ? null : el("small", {}, name))),
    el("td", {}, number(row.now)),
    el("td", {}, number(row.before)),
    el("td", { class: "changes__pct" }, row.significant ? icon(isMore ? UP : DOWN) : null, percent(row)));
}

function percent({ change_pct: pct, now }) {
  if (pct === null) return now ? t("new") : "–";
  return `${pct > 0 ? "+" : ""}${signed(pct, Math.abs(pct) < 10 ? 1 : 0)} %`;
}

function small(value) {
  return value < 0.001 ? "< 0.001" : decimal(value, 3);
}

function find(kinds, code) {
  for (const kind of kinds) {
    const inside = kind.code === code ? kind : find(kind.children, code);
    if (inside) return inside;
  }
  return null;
}

function look(page, report, row) {
  const kind = row.kind && find(page.tree, row.kind);
  const kinds = kind ? new Set(leavesOf(kind)) : null;
  page.state.set({ kinds, from: toDay(report.now.from), to: toDay(report.now.to) });
  page.look(row.area ? { [report.level === "grid" ? "grid" : "area"]: row.area } : {});
}

// Periods of which too little is known: what is missing, and what can be compared instead.
function refused(page, why) {
  const [text, hint] = beyondData(why);
  if (why.reason === "empty") {
    return el("div", { class: "change__refused" }, el("p", {}, text), el("a", { class: "button", href: "/import" }, t("Bring incidents in")));
  }
  const toEnd = () => {
    const { from, to } = page.state.get();
    const last = toDay(why.last_on);
    page.state.set({ from: last - (to - from), to: last }, { push: true });
  };
  return el("div", { class: "change__refused" }, el("p", {}, text), el("p", { class: "quiet" }, hint),
    why.reason === "after" ? el("button", { type: "button", class: "button", onclick: toEnd }, t("To the end of the data")) : null);
}
