// The period: presets that end today, and two dates, with what is wrong with them in words. Where incidents are known
// by month only the presets are whole months: others would leave those at either end out.

import { byId } from "./dom.js";
import { dayName, toDay, toText } from "./dates.js";
import { wholeMonthsTo } from "./period_steps.js";
import { t } from "../net/words.js";

// `begin` gives the first day of the data, null before there are any.
export function wirePeriod(state, span, begin) {
  const buttons = [...byId("presets").querySelectorAll("button")];
  const from = byId("from");
  const to = byId("to");
  const said = byId("dates-said");

  const periodOf = (button) => {
    const { first, today } = span();
    if (button.dataset.days === "all") return { from: first, to: today };
    if (button.dataset.months) return wholeMonthsTo(today, Number(button.dataset.months));
    return { from: today - Number(button.dataset.days) + 1, to: today };
  };

  for (const button of buttons) {
    button.addEventListener("click", () => state.set(periodOf(button), { push: true }));
    button.hidden = Boolean(button.dataset.months);
  }

  const mark = (bad) => {
    to.setCustomValidity(bad ? "?" : "");
    said.classList.toggle("dates__said--wrong", bad);
    for (const field of [from, to]) field.setAttribute("aria-invalid", String(bad));
  };

  const typed = () => {
    const first = toDay(from.value);
    const last = toDay(to.value);
    const bad = first === null || last === null || first > last;
    mark(bad);
    if (!bad) {
      state.set({ from: first, to: last }, { push: true });
      draw(state.get()); // also where these are the days that were shown all along
      return;
    }
    const { from: shownFrom, to: shownTo } = state.get();
    const wrong = first === null || last === null ? t("Both days are needed.") : t("The first day is after the last.");
    said.textContent = `${wrong} ${t("The figures are still those of {from} – {to}.", { from: dayName(shownFrom), to: dayName(shownTo) })}`;
  };
  from.addEventListener("change", typed);
  to.addEventListener("change", typed);

  const draw = (view) => {
    from.value = toText(view.from);
    to.value = toText(view.to);
    mark(false);
    const first = begin();
    said.textContent = first !== null && view.from < first ? t("The data begin on {day}.", { day: dayName(first) }) : "";
    const pressed = buttons.filter((button) => !button.hidden).find((button) => {
      const period = periodOf(button);
      return period.from === view.from && period.to === view.to;
    });
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === pressed));
  };
  state.on(["from", "to"], draw);
  draw(state.get());

  return {
    byMonth(on) {
      for (const button of buttons) if (button.dataset.days !== "all") button.hidden = on !== Boolean(button.dataset.months);
      draw(state.get());
    },
  };
}
