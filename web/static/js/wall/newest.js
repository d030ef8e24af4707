// The newest incidents: kind, grid and time, and nothing else of them.

import { locale, t } from "../net/words.js";
import { dayName, monthName, toDay } from "../ui/dates.js";
import { el } from "../ui/dom.js";
import { nameOf } from "../ui/kind_tree.js";

export function drawNewest(node, items, page, lang) {
  const { time_zone: timeZone, now_on: nowOn } = page.situation.project;
  const time = new Intl.DateTimeFormat(locale, { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat(locale, { timeZone: "UTC", month: lang === "zh" ? "numeric" : "short", day: "numeric" });
  const when = ({ precision, occurred_at: at, occurred_on: on }) => {
    if (precision === "month") return [monthName(toDay(on))];
    const parts = precision === "minute" ? [time.format(new Date(at))] : [];
    return on === nowOn && parts.length ? parts : [on === nowOn ? dayName(toDay(on)) : day.format(new Date(`${on}T00:00:00Z`)), ...parts];
  };
  const gridName = (code) => {
    const grid = code && page.layers.grids.find(code);
    return grid ? grid.name : code || t("In no grid");
  };
  node.replaceChildren(...items.map((item) => el("li", {},
    el("b", {}, nameOf(page.tree, item.kind, lang) || item.kind), el("time", {}, when(item).join(" ")), el("span", {}, gridName(item.grid)))));
  if (!items.length) node.append(el("li", {}, t("There are no incidents yet")));
}
