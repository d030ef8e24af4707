// Local dates as whole days since 1970-01-01, so that no time zone can shift them.

import { lang, locale } from "../net/words.js";

const DAY_MS = 86400000;

export function toDay(text) {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text || "");
  if (!match) return null;
  const ms = Date.UTC(+match[1], +match[2] - 1, +match[3]);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text ? null : ms / DAY_MS;
}

export function toText(day) {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function firstOfMonth(day) {
  return toDay(`${toText(day).slice(0, 7)}-01`);
}

export function nextMonth(day) {
  return firstOfMonth(firstOfMonth(day) + 31);
}

export function lastOfMonth(day) {
  return nextMonth(day) - 1;
}

// 0 is Monday.
export function weekdayOf(day) {
  return (((day + 3) % 7) + 7) % 7; // 1970-01-01 was a Thursday
}

const length = lang === "zh" ? "long" : "short";
const withWeekday = new Intl.DateTimeFormat(locale, { timeZone: "UTC", year: "numeric", month: length, day: "numeric", weekday: "short" });
const plain = new Intl.DateTimeFormat(locale, { timeZone: "UTC", year: "numeric", month: length, day: "numeric" });
const month = new Intl.DateTimeFormat(locale, { timeZone: "UTC", year: "numeric", month: length });
const alone = new Intl.DateTimeFormat(locale, { timeZone: "UTC", month: "short" });

const shortWeekday = new Intl.DateTimeFormat(locale, { timeZone: "UTC", weekday: "short" });
const longWeekday = new Intl.DateTimeFormat(locale, { timeZone: "UTC", weekday: "long" });
const MONDAY = 4; // 1970-01-05

export const weekdayName = (weekday) => shortWeekday.format((MONDAY + weekday) * DAY_MS);
export const weekdayLong = (weekday) => longWeekday.format((MONDAY + weekday) * DAY_MS);
export const dayWithWeekday = (day) => withWeekday.format(day * DAY_MS);
export const dayName = (day) => plain.format(day * DAY_MS);
export const monthName = (day) => month.format(day * DAY_MS);
export const monthAlone = (day) => alone.format(day * DAY_MS);

// An instant of the server (UTC) as the project's clock shows it.
export function instantName(text, timeZone) {
  return new Intl.DateTimeFormat(locale, {
    timeZone, year: "numeric", month: lang === "zh" ? "2-digit" : "short", day: lang === "zh" ? "2-digit" : "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).format(new Date(text));
}
