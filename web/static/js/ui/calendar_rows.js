// Where the days of a calendar lie: a row for so many months as the width has room for, a column a week, Monday on top.

import { firstOfMonth, lastOfMonth, nextMonth, toText, weekdayOf } from "./dates.js";

const LEFT_PX = 56;
const RIGHT_PX = 8;
const HEAD_PX = 20; // month names
const GAP_PX = 10;
const LONGEST_WEEKS = { 12: 54, 6: 28, 3: 15 };
const MOST_ROWS = { 12: 5, 6: 8, 3: 8 };
const WEEK = 7;

export class CalendarRows {
  // As many rows as are shown at once, the last of them with `day` in it; days before `first` and after `last` are none.
  constructor(width, { first, last, day }) {
    Object.assign(this, { width, first, last, months: width >= 620 ? 12 : width >= 480 ? 6 : 3 });
    this.w = Math.floor(((width - LEFT_PX - RIGHT_PX) / LONGEST_WEEKS[this.months]) * 2) / 2;
    this.h = Math.max(12, Math.min(20, this.w));
    this.step = HEAD_PX + WEEK * this.h + GAP_PX;
    const starts = rowStarts(first, last, this.months);
    const at = Math.max(0, starts.findIndex((start) => endOfRow(start, this.months) >= Math.min(day, last)));
    const end = Math.min(starts.length, Math.max(at + 1, MOST_ROWS[this.months]));
    const shown = starts.slice(Math.max(0, end - MOST_ROWS[this.months]), end);
    this.earlier = shown[0] > starts[0] ? shown[0] - 1 : null;
    this.later = end < starts.length ? endOfRow(starts[Math.min(starts.length - 1, end + MOST_ROWS[this.months] - 1)], this.months) : null;
    // the newest on top
    this.rows = shown.reverse().map((start, i) => ({ start, end: endOfRow(start, this.months), top: HEAD_PX + i * this.step }));
  }

  get height() {
    return this.rows.length * this.step;
  }

  get left() {
    return LEFT_PX;
  }

  rowOf(day) {
    return this.rows.find(({ start, end }) => day >= start && day <= end);
  }

  box(day) {
    const row = day >= this.first && day <= this.last ? this.rowOf(day) : null;
    if (!row) return null;
    const week = Math.floor((day - row.start + weekdayOf(row.start)) / WEEK);
    return [LEFT_PX + week * this.w, row.top + weekdayOf(day) * this.h, this.w, this.h];
  }

  // The day at a point, or a whole month at its name: [first, last]; null beside the calendar.
  at(x, y) {
    const row = this.rows.find(({ top }) => y >= top - HEAD_PX && y < top + WEEK * this.h);
    if (!row || x < LEFT_PX) return null;
    const monday = row.start - weekdayOf(row.start) + Math.floor((x - LEFT_PX) / this.w) * WEEK;
    if (y < row.top) return this.within(firstOfMonth(Math.min(row.end, Math.max(row.start, monday + 3))), true);
    return this.within(monday + Math.min(WEEK - 1, Math.floor((y - row.top) / this.h)), false, row);
  }

  within(day, isMonth, row) {
    if (row && (day < row.start || day > row.end)) return null;
    const [from, to] = isMonth ? [day, lastOfMonth(day)] : [day, day];
    return to < this.first || from > this.last ? null : [Math.max(from, this.first), Math.min(to, this.last)];
  }

  // The months shown, with the middle of their names.
  monthNames() {
    const names = [];
    for (const { start, end, top } of this.rows) {
      for (let day = start; day <= end; day = nextMonth(day)) {
        if (lastOfMonth(day) < this.first || day > this.last) continue;
        const week = Math.floor((day + 14 - start + weekdayOf(start)) / WEEK);
        names.push({ day, x: LEFT_PX + (week + 0.5) * this.w, y: top - HEAD_PX / 2 });
      }
    }
    return names;
  }
}

function rowStarts(first, last, months) {
  const [year, month] = toText(first).split("-").map(Number);
  const starts = [];
  for (let at = year * 12 + Math.floor((month - 1) / months) * months; ; at += months) {
    const start = Date.UTC(Math.floor(at / 12), at % 12, 1) / 86400000;
    if (start > last) return starts;
    starts.push(start);
  }
}

function endOfRow(start, months) {
  let day = start;
  for (let i = 0; i < months; i++) day = nextMonth(day);
  return day - 1;
}
