// The last 24 hours and 7 days beside what was to be expected, and what waits for somebody.

import { getJson, latest, query } from "../net/api.js";
import { decimal, number, t } from "../net/words.js";
import { dayName, instantName, toDay, toText } from "../ui/dates.js";
import { byId, el, icon } from "../ui/dom.js";
import { isOpen } from "../ui/rights.js";
import { FOCUS } from "./selection.js";

const AGAIN_MS = 300000; // time goes on also where nothing comes in
const SIGNS = { usual: "M5 9h14M5 15h14", more: "M12 19V5m-6 6 6-6 6 6", fewer: "M12 5v14m-6-6 6 6 6-6", unknown: "M12 17v.01M9.5 9a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 2.2" };
const NAMES = { 24: () => t("Last 24 hours"), 168: () => t("Last 7 days") };
const VERDICTS = {
  usual: () => t("As usual"), more: () => t("More than usual"), fewer: () => t("Fewer than usual"), unknown: () => t("Cannot be judged"),
};
const REASONS = {
  short_history: () => t("The data are younger than four weeks."),
  data_end: ({ data }) => t("The data end on {day}.", { day: dayName(toDay(data.to)) }),
  no_days: ({ data }) => (data ? t("No incident is known to the day.") : t("There are no incidents yet")),
};

export const today = {
  wire(page) {
    const ask = latest((values, how) => getJson("/api/v1/expectation", values, how));
    const draw = () => page.guarded("today", draw, async () => {
      const words = page.selection({ except: ["from", "to"] });
      if (words) show(page, await ask(words));
    });
    page.onSettled(["kinds", "hours", "plan", ...FOCUS], draw);
    page.on("renew", draw);
    page.first.push(draw);
    setInterval(() => {
      if (document.visibilityState === "visible") draw();
    }, AGAIN_MS);
  },
};

function show(page, outlook) {
  const { project } = page.situation;
  byId("today-at").textContent = t("as of {time}", { time: clock(outlook.at, project) });
  byId("today-windows").replaceChildren(...outlook.windows.map((beside) => drawWindow(page, outlook, beside)));
  drawWaiting(page, outlook);
  byId("today-how").textContent = how(page, outlook);
}

function drawWindow(page, outlook, beside) {
  const name = NAMES[beside.hours]();
  const isKnown = beside.expected !== null;
  return el("section", { class: `now now--${beside.verdict}` },
    el("h3", {}, el("button", { type: "button", class: "now__name", title: t("Show these days on the map"), onclick: () => look(page, outlook, beside) }, name)),
    el("p", { class: "now__count figure" }, number(beside.count)),
    el("p", { class: "now__usual" }, isKnown ? usual(beside) : (REASONS[beside.reason] || VERDICTS.unknown)(outlook)),
    isKnown ? scale(beside) : null,
    el("p", { class: "now__verdict" }, icon(SIGNS[beside.verdict]), VERDICTS[beside.verdict]()),
    beside.left_out ? el("p", { class: "now__left" }, t("{n} more known to the day only", { n: number(beside.left_out) })) : null,
  );
}

function usual({ low, high, expected }) {
  return t("expected {n}, usual {low} to {high}", { n: decimal(expected, expected < 10 ? 1 : 0), low: number(low), high: number(high) });
}

// Where the count lies beside the usual range; the words say the same.
function scale({ count, low, high }) {
  const most = Math.max(high, count, 1) * 1.15;
  const range = el("i", { class: "now__range" });
  range.style.left = `${(100 * low) / most}%`;
  range.style.width = `${Math.max(2, (100 * (high - low)) / most)}%`;
  const mark = el("i", { class: "now__mark" });
  mark.style.left = `${(100 * count) / most}%`;
  return el("span", { class: "now__scale", "aria-hidden": "true" }, range, mark);
}

function look(page, { week }, { hours, from, to }) {
  const { time_zone: timeZone } = page.situation.project;
  const end = toDay(week.to);
  const first = hours > 24 ? toDay(week.from) : Math.min(end, toDay(dayIn(from, timeZone)));
  const last = Math.min(end, toDay(dayIn(new Date(Date.parse(to) - 1), timeZone)));
  page.state.set({ from: first, to: last }, { push: true });
}

// What waits is listed on its own page, which counts by today's plan: figures of another one are no links.
function drawWaiting(page, { doubtful, outside, week }) {
  const { kinds, area, grid, block, hours, plan } = page.selection();
  const isListed = !plan && isOpen("pages.incidents");
  const link = (text, count, words) => (count && isListed ? el("a", { href: `/incidents?${query({ ...words, kind: kinds, area, grid, block, hours })}` }, text) : text);
  const waiting = [[t("Grid in doubt"), "doubtful", doubtful], [t("In no grid"), "outside", outside]];
  byId("today-waiting").replaceChildren(...waiting.map(([label, state, { recent, total }]) => el("span", {}, `${label} `,
    link(t("{n} in 7 days", { n: number(recent) }), recent, { state, from: week.from, to: week.to }), " · ",
    link(t("{n} in all", { n: number(total) }), total, { state }))));
}

function how(page, { weeks, windows }) {
  const { kinds, area, grid, block, hours } = page.state.get();
  const texts = [
    t("Expected is the mean of the same weekdays and hours in the {n} weeks before. A usual count lies in the range 19 times in 20, so now and then one lies outside without any cause.", { n: weeks }),
  ];
  if (windows.some(({ by_day_only: byDay }) => byDay)) texts.push(t("Of most incidents only the day is known: whole days are counted, up to the last midnight."));
  if (kinds || area || grid || block || hours) texts.push(t("Counted are the chosen kinds, hours and place only."));
  return texts.join(" ");
}

function clock(instant, { time_zone: timeZone, is_demo: isDemo }) {
  const end = new Date(Date.parse(instant) + 1000); // the demo's day ends at 24:00, which is the next day's 00:00
  if (isDemo) return t("the end of {day} (demo)", { day: dayName(toDay(dayIn(instant, timeZone))) });
  return instantName(end.toISOString(), timeZone);
}

function dayIn(instant, timeZone) {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  return parts.format(new Date(instant));
}
