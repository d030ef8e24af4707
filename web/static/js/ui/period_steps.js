// A period moved by its own step: whole months by a month and still whole, days by a day, weeks by a week, more by 30
// days. It ends where the data end, on either side.

import { firstOfMonth, lastOfMonth, nextMonth } from "./dates.js";

const WEEK_FROM_DAYS = 14;
const MONTH_FROM_DAYS = 92;

// null where there is nothing further in that direction.
export function movedBy({ from, to }, { first, today }, direction) {
  if (isWholeMonths(from, to)) return movedMonths(from, to, { first, today }, direction);
  const length = to - from + 1;
  const step = length < WEEK_FROM_DAYS ? 1 : length < MONTH_FROM_DAYS ? 7 : 30;
  if (direction > 0) {
    const end = Math.min(to + step, today);
    return end > to ? { from: end - length + 1, to: end } : null;
  }
  const start = Math.max(from - step, first);
  return start < from ? { from: start, to: start + length - 1 } : null;
}

// The first period of the same length; null where the period is the whole span already.
export function firstOf({ from, to }, { first, today }) {
  const length = to - from + 1;
  if (length >= today - first + 1) return null;
  if (isWholeMonths(from, to)) return wholeFrom(firstOfMonth(first), monthsIn(from, to));
  return { from: first, to: first + length - 1 };
}

// So many whole months, the last of them the newest that is over.
export function wholeMonthsTo(today, months) {
  const end = firstOfMonth(today + 1);
  return { from: addMonths(end, -months), to: end - 1 };
}

function isWholeMonths(from, to) {
  return from === firstOfMonth(from) && to === lastOfMonth(to);
}

function movedMonths(from, to, { first, today }, direction) {
  const next = wholeFrom(addMonths(from, direction), monthsIn(from, to));
  const isBeyond = direction > 0 ? next.to > today : next.from < firstOfMonth(first);
  return isBeyond ? null : next;
}

function wholeFrom(start, months) {
  return { from: start, to: addMonths(start, months) - 1 };
}

function monthsIn(from, to) {
  let months = 0;
  for (let day = from; day <= to; day = nextMonth(day)) months += 1;
  return months;
}

function addMonths(day, months) {
  const date = new Date(day * 86400000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / 86400000;
}
