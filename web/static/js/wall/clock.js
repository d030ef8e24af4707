// The time by the project's clock. In the demo, whose last day counts as today, the day of the data stands beside it.

import { locale, t } from "../net/words.js";
import { dayName, toDay } from "../ui/dates.js";

const EVERY_MS = 1000;

// -> the timer. `onDay` is called when another day has begun.
export function startClock(page, clock, date, onDay) {
  const { time_zone: timeZone, is_demo: isDemo, now_on: nowOn } = page.situation.project;
  const time = new Intl.DateTimeFormat(locale, { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat(locale, { timeZone, year: "numeric", month: "long", day: "numeric", weekday: "long" });
  const dataEnd = [...dayName(toDay(nowOn)).replace(/ /g, "\u00a0")].join("\u2060"); // a date is not broken
  let shown = "";
  const tick = () => {
    const now = new Date();
    const text = day.format(now);
    clock.textContent = time.format(now);
    date.textContent = isDemo ? t("Demo: the data end on {day}", { day: dataEnd }) : text;
    if (shown && shown !== text && !isDemo) onDay();
    shown = text;
  };
  tick();
  return setInterval(tick, EVERY_MS);
}
