// What the right side of a comparison shows, worked out from the page's state, and the usual choices for it.

import { firstOfMonth, nextMonth, toDay, toText } from "../ui/dates.js";
import { fromCodes, nameOf } from "../ui/kind_tree.js";
import { lang, t } from "../net/words.js";
import { wordsOf } from "../situation/selection.js";

export const PRESETS = {
  before: { label: () => t("The period before"), of: periodBefore },
  year: { label: () => t("A year earlier"), of: ({ from, to }) => ({ from: yearBefore(from), to: yearBefore(to) }) },
  same: { label: () => t("The same days"), of: ({ from, to }) => ({ from, to }) },
};

// As long as the period and just before it; whole months before whole months.
export function periodBefore({ from, to }) {
  if (firstOfMonth(from) !== from || nextMonth(to) !== to + 1) return { from: from - (to - from + 1), to: from - 1 };
  const months = monthNumber(to) - monthNumber(from) + 1;
  return { from: firstOfMonthNumber(monthNumber(from) - months), to: from - 1 };
}

// The same date a year earlier; 29 February becomes the 28th.
export function yearBefore(day) {
  const [year, rest] = [Number(toText(day).slice(0, 4)), toText(day).slice(4)];
  const before = `${year - 1}${rest}`;
  return toDay(before) === null ? toDay(`${year - 1}-02-28`) : toDay(before);
}

// The days of the right side.
export function daysOf(view) {
  return view.from2 === null ? periodBefore(view) : { from: view.from2, to: view.to2 };
}

// What the page's state would be if the right side were the left one.
export function viewOf(page) {
  const view = page.state.get();
  const { kinds2 } = view;
  const kinds = kinds2 === null ? view.kinds : fromCodes(page.tree, kinds2 === "all" ? null : kinds2);
  return { ...view, ...daysOf(view), kinds };
}

// The usual choice that these days are, null for days of somebody's own.
export function presetOf(view) {
  const { from, to } = daysOf(view);
  return Object.keys(PRESETS).find((name) => {
    const days = PRESETS[name].of(view);
    return days.from === from && days.to === to;
  }) || null;
}

// The words of a question about the right side, less those named; null where no kind is chosen.
export function otherWords(page, { except = [] } = {}) {
  const view = page.state.get();
  const { from, to } = daysOf(view);
  const words = { ...wordsOf(view, page.tree, except), from: toText(from), to: toText(to) };
  if (view.kinds2 !== null && !except.includes("kinds")) words.kinds = view.kinds2 === "all" ? null : view.kinds2;
  return words.kinds === "none" ? null : words;
}

export function isOtherKinds(page) {
  const { kinds, kinds2 } = page.state.get();
  return kinds2 !== null && (kinds2 === "all" ? null : kinds2) !== wordsOf({ kinds, from: 0, to: 0 }, page.tree).kinds;
}

// Codes with commas between them (null: all) as names.
export function kindsText(page, codes) {
  if (codes === null) return t("All kinds");
  if (codes === "none") return t("No kind");
  const names = codes.split(",").map((code) => nameOf(page.tree, code, lang) || code);
  return names.length > 3 ? t("{first} and {n} more", { first: names.slice(0, 2).join(t(", ")), n: names.length - 2 }) : names.join(t(", "));
}

function monthNumber(day) {
  const [year, month] = toText(day).split("-").map(Number);
  return year * 12 + month - 1;
}

function firstOfMonthNumber(number) {
  return toDay(`${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}-01`);
}
