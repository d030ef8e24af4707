// The difference of the two sides in words: the counts always, and whether chance may explain it where that can be asked.

import { decimal, number, t } from "../net/words.js";
import { dayName, toDay } from "../ui/dates.js";

const WEEK = 7;
const MONDAY = 3; // 1970-01-01 was a Thursday

// How long a period lasts: its days, or with chosen hours of the week those of it.
export function exposure({ from, to }, hours) {
  if (!hours) return to - from + 1;
  const perDay = Array(WEEK).fill(0);
  for (const part of hours.split(",")) {
    const [weekday, first, last] = part.split(/[.-]/).map(Number);
    perDay[weekday - 1] += (last === undefined ? first : last) - first + 1;
  }
  let sum = 0;
  for (let day = from; day <= to; day += 1) sum += perDay[(day + MONDAY) % WEEK];
  return sum;
}

// Why no test is made, null where one can be.
export function untestable({ left, right, isOtherKinds, exposures, firstOn, lastOn }) {
  if (isOtherKinds) return t("Different kinds: only counted, not tested.");
  if (left.from <= right.to && right.from <= left.to) return t("The two periods share days: not tested.");
  const first = Math.min(left.from, right.from);
  if (firstOn !== null && first < firstOn) return t("The data begin on {day}: one side is not whole, so it is not tested.", { day: dayName(firstOn) });
  if (Math.max(left.to, right.to) > lastOn) return t("The data end on {day}: one side is not whole, so it is not tested.", { day: dayName(lastOn) });
  return exposures.every((length) => length > 0) ? null : t("One side has none of the chosen hours: not tested.");
}

export function differenceText(first, second, exposures, days) {
  const by = Math.abs(first - second);
  const values = { a: number(first), b: number(second), n: number(by) };
  const texts = [first === second
    ? t("{a} on the left, {b} on the right: as many.", values)
    : first > second ? t("{a} on the left, {b} on the right: {n} more on the left.", values) : t("{a} on the left, {b} on the right: {n} more on the right.", values)];
  if (exposures[0] !== exposures[1]) {
    const [a, b] = [first / days[0], second / days[1]].map((rate) => decimal(rate, rate < 10 ? 2 : 1));
    texts.push(t("The periods differ in length: {a} a day against {b}.", { a, b }));
  }
  return texts.join(" ");
}

export function verdictText({ p, significant }) {
  const text = p < 0.001 ? "p\u00a0<\u00a00.001" : `p\u00a0=\u00a0${decimal(p, p < 0.1 ? 3 : 2)}`;
  return significant ? t("More than chance explains ({p}, exact test).", { p: text }) : t("Chance may explain it ({p}, exact test).", { p: text });
}

// The days the data reach, as the project knows them.
export function reach({ first_on: firstOn, project }) {
  return { firstOn: toDay(firstOn), lastOn: toDay(project.now_on) };
}
