// Hours of the week as text: "1.8-11,5.18-23" is Monday 8 to 11 and Friday 18 to 23 o'clock, both hours in (ISO
// weekday, local hour). As cells they are a Set of 0..167, counted from Monday 00:00; null is every hour.

import { t } from "../net/words.js";
import { weekdayName } from "./dates.js";

export const DAYS = 7;
export const HOURS = 24;

export const cellOf = (day, hour) => day * HOURS + hour;

// null also for what is no such text.
export function readHours(text) {
  if (!text) return null;
  const cells = new Set();
  for (const part of text.split(",")) {
    const match = /^([1-7])\.(\d{1,2})(?:-(\d{1,2}))?$/.exec(part.trim());
    if (!match) return null;
    const [day, first, last] = [Number(match[1]) - 1, Number(match[2]), Number(match[3] === undefined ? match[2] : match[3])];
    if (first > last || last >= HOURS) return null;
    for (let hour = first; hour <= last; hour++) cells.add(cellOf(day, hour));
  }
  return normal(cells);
}

// The shortest text, always the same for the same hours; null where it chooses nothing.
export function writeHours(cells) {
  const chosen = cells && normal(cells);
  if (!chosen) return null;
  const parts = [];
  for (let day = 0; day < DAYS; day++) {
    for (const [first, last] of runs(chosen, day)) parts.push(`${day + 1}.${first}${last > first ? `-${last}` : ""}`);
  }
  return parts.join(",");
}

// In words, days of the same hours together: "Mon–Fri 8–12 h; Sat 18–24 h".
export function nameHours(cells) {
  const byHours = new Map();
  for (let day = 0; day < DAYS; day++) {
    const text = runs(cells, day).map(([first, last]) => `${first}–${last + 1}`).join(", ");
    if (text) byHours.set(text, [...(byHours.get(text) || []), day]);
  }
  return [...byHours].map(([hours, days]) => {
    const names = daysName(days);
    return hours === "0–24" ? t("{days} all day", { days: names }) : t("{days} {hours} h", { days: names, hours });
  }).join(t("; "));
}

function daysName(days) {
  if (days.length === DAYS) return t("daily");
  const isRun = days.length > 2 && days[days.length - 1] - days[0] === days.length - 1;
  return isRun ? `${weekdayName(days[0])}–${weekdayName(days[days.length - 1])}` : days.map(weekdayName).join(t(", "));
}

function runs(cells, day) {
  const found = [];
  for (let hour = 0; hour < HOURS; hour++) {
    if (!cells.has(cellOf(day, hour))) continue;
    const run = found[found.length - 1];
    if (run && run[1] === hour - 1) run[1] = hour;
    else found.push([hour, hour]);
  }
  return found;
}

function normal(cells) {
  return cells.size && cells.size < DAYS * HOURS ? cells : null;
}
