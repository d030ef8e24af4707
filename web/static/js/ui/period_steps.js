// A period moved by its own step: whole months by a month and still whole, days by a day, weeks by a week, more by 30
// days. At either end it goes on from the other.

import { firstOfMonth, lastOfMonth, nextMonth } from "./dates.js";

const WEEK_FROM_DAYS = 14;
const MONTH_FROM_DAYS = 92;

// null where the period is the whole span already.
export function movedBy({ from, to }, { first, today }, direction) {
  const length = to - from + 1;
  if (length >= today - first + 1) return null;
  if (from === firstOfMonth(from) && to === lastOfMonth(to)) return wholeMonths(from, to, { first, today }, direction);
  const step = direction * (length < WEEK_FROM_DAYS ? 1 : length < MONTH_FROM_DAYS ? 7 : 30);
  if (direction > 0) {
    if (to >= today) return { from: first, to: first + length - 1 };
    const end = Math.min(to + step, today);
    return { from: end - length + 1, to: end };
  }
  if (from <= first) return { from: today - length + 1, to: today };
  const start = Math.max(from + step, first);
  return { from: start, to: start + length - 1 };
}

// So many whole months, the last of them the newest that is over.
export function wholeMonthsTo(today, months) {
  const end = firstOfMonth(today + 1);
  return { from: addMonths(end, -months), to: end - 1 };
}

function wholeMonths(from, to, { first, today }, direction) {
  let months = 0;
  for (let day = from; day <= to; day = nextMonth(day)) months += 1;
  const whole = (start) => ({ from: start, to: addMonths(start, months) - 1 });
  const begin = firstOfMonth(first);
  const next = whole(addMonths(from, direction));
  if (next.to > today && direction > 0) return whole(begin);
  if (next.from < begin) return wholeMonthsTo(today, months);
  return next;
}

function addMonths(day, months) {
  const date = new Date(day * 86400000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / 86400000;
}
