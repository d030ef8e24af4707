// The report of the tab "Gatherings": sentences a person can act on. What is new stands first; the plain list of most
// incidents says what it is.

import { decimal, lang, number, t, tn } from "../net/words.js";
import { dayName, instantName, toDay } from "../ui/dates.js";
import { byId, el } from "../ui/dom.js";
import { leavesOf, nameOf } from "../ui/kind_tree.js";
import { isOpen } from "../ui/rights.js";

const dayOf = (text) => dayName(toDay(text));

export function drawReport(gatherings) {
  const { standing, view } = gatherings;
  const { report } = standing;
  byId("gatherings-work").replaceChildren(...work(gatherings));
  const isTold = report && !report.reason;
  byId("gatherings-view").hidden = !isTold;
  byId("gatherings-said").replaceChildren(...(report ? said(report, view) : []));
  byId("gatherings-rows").replaceChildren(...(isTold ? rows(gatherings, report) : []));
  byId("gatherings-about").replaceChildren(...(isTold ? about(gatherings, report) : []));
}

// What is being done just now, and what can be done about it.
function work(gatherings) {
  const { state, job, report } = gatherings.standing;
  const mayAsk = isOpen("api.ask");
  const again = (text) => (mayAsk ? el("button", { type: "button", class: "button", onclick: () => gatherings.begin() }, text) : null);
  if (state === "queued" || state === "running") {
    const text = state === "queued" ? t("The report waits for its turn …") : t("The report is being made …");
    return [el("div", { class: "gatherings__work" },
      el("p", { id: "gatherings-doing" }, text, el("span", { class: "gatherings__share" }, `${Math.floor(100 * job.progress)} %`)),
      el("progress", { max: 1, value: job.progress, "aria-labelledby": "gatherings-doing" }),
      mayAsk ? el("button", { type: "button", class: "button", onclick: () => gatherings.cancel(), disabled: job.cancel_requested }, t("Cancel")) : null)];
  }
  if (state === "failed") return [told(t("The report could not be made. The cause is written in the server's log."), again(t("Try again")), "gatherings__work--bad")];
  if (state === "cancelled" && !(report && gatherings.standing.is_current)) return [told(t("The report was cancelled."), again(t("Make it now")))];
  if (state === "none" && gatherings.standing.newest_on) return [told(t("There is no report yet."), again(t("Make it now")))];
  if (state === "none") return [told(gatherings.page.situation.counts.incidents ? REASONS.no_days() : t("There are no incidents yet"))];
  return [];
}

function told(text, button, more = "") {
  return el("div", { class: `gatherings__work ${more}` }, el("p", {}, text), button);
}

const REASONS = {
  no_grids: () => t("There are no grids yet: a gathering is looked for grid by grid."),
  no_days: () => t("Of no incident more than the month is known: what is new within weeks cannot be told."),
  short_past: ({ least_past_days: n }) => tn("The data reach back too short a time: at least {n} day of past tells what is usual.", "The data reach back too short a time: at least {n} days of past tell what is usual.", n),
};

function said(report, view) {
  if (report.reason) return [el("p", { class: "gatherings__verdict" }, REASONS[report.reason](report))];
  const span = t("{from} to {to}", { from: dayOf(report.from), to: dayOf(report.to) });
  if (view === "most") {
    return [
      el("p", { class: "gatherings__verdict" }, t("Where most incidents are")),
      el("p", { class: "gatherings__note" }, span),
      el("p", { class: "gatherings__note" }, t("A plain count: large and busy grids always stand here, and nothing is tested.")),
    ];
  }
  const more = report.rows.filter(({ direction }) => direction === "more").length;
  return [
    el("p", { class: "gatherings__verdict" }, more ? tn("{n} new gathering", "{n} new gatherings", more) : t("Nothing gathers beyond chance")),
    el("p", { class: "gatherings__note" }, span),
    more ? null : el("p", { class: "gatherings__note" }, t("Every grid and kind was compared with its own past year. What there is more or less of is what chance brings.")),
  ].filter(Boolean);
}

function rows(gatherings, report) {
  if (gatherings.view === "most") return [busiest(gatherings, report)];
  const list = (direction) => report.rows.filter((row) => row.direction === direction);
  const fewer = list("fewer");
  return [
    el("ol", { class: "gathered" }, ...list("more").map((row) => entry(gatherings, report, row))),
    fewer.length ? el("h3", { class: "gatherings__heading" }, t("Grown quiet")) : null,
    fewer.length ? el("ol", { class: "gathered" }, ...fewer.map((row) => entry(gatherings, report, row))) : null,
  ].filter(Boolean);
}

function entry(gatherings, report, row) {
  const { tree } = gatherings.page;
  const kind = nameOf(tree, row.kind, lang) || row.kind;
  const most = Math.max(row.count, row.usual);
  const bar = (value, name) => {
    const drawn = el("span", { class: `gathered__bar gathered__bar--${name}` });
    drawn.style.width = `${Math.max(2, (100 * value) / most)}%`;
    return drawn;
  };
  const codes = row.grids.map(({ code }) => code);
  const button = el("button", { type: "button", class: "gathered__where", onclick: () => look(gatherings, report, { kind: row.kind, codes }) },
    el("strong", {}, kind), el("span", {}, places(row)));
  return el("li", { class: `gathered__row gathered__row--${row.direction}` },
    button,
    el("p", { class: "gathered__said" }, sentence(report, row)),
    el("div", { class: "gathered__bars", "aria-hidden": "true" },
      el("span", {}, t("Now")), el("span", {}, bar(row.count, "now")), el("b", {}, number(row.count)),
      el("span", {}, t("Usual")), el("span", {}, bar(row.usual, "usual")), el("b", {}, decimal(row.usual, row.usual < 10 ? 1 : 0))),
    el("p", { class: "gathered__sure" }, sure(row.p)));
}

function places({ grids }) {
  const beside = grids.length - 1;
  return beside ? tn("{name} and {n} grid beside it", "{name} and {n} grids beside it", beside, { name: grids[0].name }) : grids[0].name;
}

function sentence(report, row) {
  const usual = row.usual < 0.5 ? t("usually hardly any") : t("usually about {n}", { n: decimal(row.usual, row.usual < 10 ? 1 : 0) });
  const what = tn("{n} incident in {days} days, {usual}.", "{n} incidents in {days} days, {usual}.", row.count, { days: report.days, usual });
  if (!row.since) return what;
  return sentences(what, row.direction === "more" ? t("More since about {day}.", { day: dayOf(row.since) }) : t("Fewer since about {day}.", { day: dayOf(row.since) }));
}

const RAREST = 1e6; // a longer number says nothing more

function sure(p) {
  const cases = Math.min(RAREST, Math.round(1 / p));
  const text = t("Chance alone brings this about in at most 1 of {n} cases.", { n: number(cases) });
  return sentences(p <= 0.0001 ? t("Very sure.") : t("Sure."), text);
}

function sentences(...texts) {
  return texts.join(lang === "zh" ? "" : " ");
}

function busiest(gatherings, { busiest: places, days }) {
  const line = ({ grid, name, count, usual }) => el("tr", {},
    el("th", { scope: "row" }, el("button", { type: "button", class: "busiest__where", onclick: () => look(gatherings, null, { codes: [grid] }) }, name)),
    el("td", {}, number(count)), el("td", { class: "quiet" }, decimal(usual, usual < 10 ? 1 : 0)));
  return el("table", { class: "busiest" },
    el("caption", { class: "unseen" }, t("Most incidents, by grid")),
    el("thead", {}, el("tr", {}, ...[t("Grid"), tn("{n} day", "{n} days", days), t("Usual")].map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, ...places.map(line)));
}

// On the map: the days and the kind of the report, the grids framed.
function look(gatherings, report, { kind, codes }) {
  const { page, outline } = gatherings;
  const chosen = kind && find(page.tree, kind);
  if (report) page.state.set({ from: toDay(report.from), to: toDay(report.to), kinds: chosen ? new Set(leavesOf(chosen)) : null }, { push: true });
  outline.goTo(codes);
}

function find(kinds, code) {
  for (const kind of kinds) {
    const inside = kind.code === code ? kind : find(kind.children || [], code);
    if (inside) return inside;
  }
  return null;
}

function about(gatherings, report) {
  const { standing, page } = gatherings;
  const zone = page.situation.project.time_zone;
  const isOld = !standing.is_current || standing.seq < page.situation.seq;
  const isBusy = standing.state === "queued" || standing.state === "running";
  const lines = [
    t("Compared are the last {days} days with the {past} days before, each of {kinds} kinds in each of {grids} grids together with its neighbours: {tests} tests, {incidents} incidents.", {
      days: report.days, past: report.past_days, kinds: number(report.kinds.length), grids: number(report.grids), tests: number(report.tests), incidents: number(report.incidents),
    }),
    t("A season that lifts a kind everywhere is no gathering, nor are many calls about one place on one day."),
    t("The dates of the incidents were dealt out anew {n} times; what is listed comes about so seldom that, over all tests together, about 1 entry in 20 is a false alarm (Gi*, permutation, false discovery rate).", { n: number(report.permutations) }),
    report.exact_below ? t("What fewer than {n} of these came up to was compared with all ways of dealing them out, counted exactly: so a lone gathering is found among any number of grids.", { n: report.exact_below }) : null,
    report.outside ? tn("{n} incident lies in no grid and takes no part.", "{n} incidents lie in no grid and take no part.", report.outside) : null,
    report.month_only ? tn("{n} incident is known by month only and takes no part.", "{n} incidents are known by month only and take no part.", report.month_only) : null,
    report.too_few.length ? t("Too few to tell anything (under {n}): {kinds}.", { n: report.least_events, kinds: report.too_few.map((code) => nameOf(page.tree, code, lang) || code).join(t(", ")) }) : null,
  ];
  return [
    el("div", { class: "gatherings__made" },
      el("p", {}, t("Made {at}, plan: {plan}.", { at: instantName(report.made_at, zone), plan: report.plan || "–" }),
        isOld ? el("span", { class: "gatherings__old" }, t("The data have changed since.")) : null),
      isBusy ? null : el("button", { type: "button", class: "button", onclick: () => gatherings.begin() }, t("Make it anew"))),
    el("details", { class: "gatherings__how" }, el("summary", {}, t("How this was found")),
      ...lines.filter(Boolean).map((text) => el("p", {}, text))),
  ];
}
