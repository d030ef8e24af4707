// What the map and the timeline show, in words for those who do not see them: read with the map and with the bars as
// their description. They are not spoken at each change: the figures are, where they stand (ui/summary.js).

import { isDark } from "../map/colours.js";
import { number, t, tn } from "../net/words.js";
import { dayName, dayWithWeekday, toDay } from "../ui/dates.js";
import { byId } from "../ui/dom.js";
import { titleOf } from "../ui/legend.js";

const NAMED_GRIDS = 3;

export const mapWords = {
  wire(page) {
    page.map.getContainer().setAttribute("aria-describedby", "map-said");
    const sayMap = () => { byId("map-said").textContent = mapText(page); };
    const sayDays = () => { byId("timeline-said").textContent = daysText(page); };
    for (const event of ["counts", "scales", "grids", "mode"]) page.on(event, sayMap);
    page.onSettled(["surface", "by"], sayMap);
    page.on("timeline", sayDays);
    page.onSettled(["from", "to"], sayDays);
  },
};

function mapText(page) {
  const { counts } = page;
  const view = page.state.get();
  const total = tn("{n} incident from {from} to {to}.", "{n} incidents from {from} to {to}.", counts.total, { from: dayName(view.from), to: dayName(view.to) });
  return [total, most(page), colours(view), t("The figures stand in the drawer Tables, below the map.")].filter(Boolean).join(" ");
}

function most({ counts, place }) {
  const first = Object.entries(counts.by_grid).filter(([, n]) => n).sort(([, a], [, b]) => b - a).slice(0, NAMED_GRIDS);
  if (!first.length) return "";
  const named = first.map(([code, n]) => `${nameOf(place.places, code)} ${number(n)}`);
  return t("Most in {grids}.", { grids: named.join(t(", ")) });
}

function nameOf({ features }, code) {
  return features.has(code) ? features.get(code).properties.name : code;
}

function colours(view) {
  if (view.surface === "none") return t("No colours lie over the map.");
  const [title, unit] = titleOf(view);
  return `${title} (${unit}): ${meaning(view)}`;
}

function meaning({ surface, by }) {
  if (surface === "choropleth" && by === "change") return t("blue is fewer, orange more than before, grey may be chance.");
  if (surface === "choropleth") return isDark() ? t("the lighter the blue, the more.") : t("the darker the blue, the more.");
  return isDark() ? t("from dark violet over red to pale yellow, the lighter the more.") : t("from pale yellow over red to dark violet, the darker the more.");
}

// The days of the period: how many, and the busiest.
function daysText(page) {
  const { from, to } = page.state.get();
  const { first_on: firstOn, daily } = page.timeline;
  const begun = toDay(firstOn);
  const days = begun === null ? [] : daily.slice(Math.max(0, from - begun), Math.max(0, to - begun + 1));
  const busiest = days.reduce((best, n, i) => (n > days[best] ? i : best), 0);
  if (!days[busiest]) return t("No day of the period has an incident.");
  return t("{from} to {to}: {n} known to the day, most on {day} with {most}.", {
    from: dayName(from), to: dayName(to), n: number(days.reduce((sum, n) => sum + n, 0)),
    day: dayWithWeekday(Math.max(from, begun) + busiest), most: number(days[busiest]),
  });
}
