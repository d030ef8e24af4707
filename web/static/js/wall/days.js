// Eight weeks of days as bars, those that the map shows in the accent; weeks are marked by the date of their first day.

import { FONT } from "../map/colours.js";
import { lang, number, locale, t } from "../net/words.js";
import { toDay } from "../ui/dates.js";

const DAYS = 56;
const WEEK = 7;
const LABEL = 0.16; // of the height: the dates, and the figure above the bars

// `timeline` is an answer of /api/v1/timeline; `today` the last day shown, `from` to `to` the days of the map.
export function drawDays(canvas, { first_on: firstOn, daily }, { today, from, to }) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!width || !height) return;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const begin = toDay(firstOn);
  const first = today - DAYS + 1;
  const counts = Array.from({ length: DAYS }, (_, i) => daily[first + i - begin] || 0);
  const isOnMap = (i) => first + i >= from && first + i <= to;
  const most = Math.max(1, ...counts);
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  const label = Math.max(11, height * LABEL);
  const floor = height - 1.4 * label;
  const step = width / DAYS;
  ctx.font = `${label}px ${FONT}`;
  ctx.textBaseline = "alphabetic";
  const date = new Intl.DateTimeFormat(locale, { timeZone: "UTC", month: lang === "zh" ? "numeric" : "short", day: "numeric" });
  counts.forEach((count, i) => {
    const tall = ((floor - 1.3 * label) * count) / most;
    ctx.fillStyle = colour(isOnMap(i) ? "--bar-in" : "--bar-out");
    ctx.fillRect(i * step + step * 0.12, floor - tall, step * 0.76, tall);
    if (i % WEEK === 0) {
      ctx.fillStyle = colour("--muted");
      ctx.textAlign = "left";
      ctx.fillText(date.format((first + i) * 86400000), i * step + step * 0.12, height - 0.2 * label);
    }
  });
  ctx.fillStyle = colour("--line");
  ctx.fillRect(0, floor, width, Math.max(1, label / 12));
  const peak = counts.indexOf(most);
  ctx.fillStyle = colour("--ink");
  ctx.textAlign = peak < 3 ? "left" : peak > DAYS - 4 ? "right" : "center";
  if (Math.max(...counts)) ctx.fillText(number(most), (peak + 0.5) * step, label);
  canvas.setAttribute("aria-label", t("Incidents a day in 8 weeks: {n} on the days that the map shows, at most {most} on one day", {
    n: number(counts.reduce((sum, count, i) => sum + (isOnMap(i) ? count : 0), 0)), most: number(Math.max(...counts)),
  }));
}
