// The period: five presets that end today, and two dates.

import { byId } from "./dom.js";
import { toDay, toText } from "./dates.js";

export function wirePeriod(state, span) {
  const buttons = [...byId("presets").querySelectorAll("button")];
  const from = byId("from");
  const to = byId("to");

  const periodOf = (button) => {
    const { first, today } = span();
    if (button.dataset.days === "all") return { from: first, to: today };
    return { from: today - Number(button.dataset.days) + 1, to: today };
  };

  for (const button of buttons) {
    button.addEventListener("click", () => state.set(periodOf(button), { push: true }));
  }

  const typed = () => {
    const first = toDay(from.value);
    const last = toDay(to.value);
    const bad = first === null || last === null || first > last;
    to.setCustomValidity(bad ? "?" : "");
    if (!bad) state.set({ from: first, to: last }, { push: true });
  };
  from.addEventListener("change", typed);
  to.addEventListener("change", typed);

  const draw = (view) => {
    from.value = toText(view.from);
    to.value = toText(view.to);
    to.setCustomValidity("");
    const pressed = buttons.find((button) => {
      const period = periodOf(button);
      return period.from === view.from && period.to === view.to;
    });
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === pressed));
  };
  state.on(["from", "to"], draw);
  draw(state.get());
}
