// Whose grids are shown: the plan in force, or another one, where there is another. Others read the plans, the newest
// first, from `page.plans` and hear of them by "plans".

import { getJson } from "../net/api.js";
import { t } from "../net/words.js";
import { dayName, toDay } from "../ui/dates.js";
import { byId, el } from "../ui/dom.js";

const states = () => ({ draft: t("draft"), submitted: t("submitted"), published: t("published"), superseded: t("superseded") });

export const plans = {
  wire(page) {
    page.plans = [];
    const field = byId("plan");
    const draw = () => {
      const { plan } = page.state.get();
      const inForce = page.plans.find((one) => one.in_force);
      byId("plans").hidden = page.plans.length < 2;
      field.replaceChildren(
        el("option", { value: "" }, inForce ? t("Today's: {name}", { name: inForce.name }) : t("Today's plan")),
        ...page.plans.filter((one) => !one.in_force).map((one) => el("option", { value: one.uid }, [one.name, whenOf(one)].filter(Boolean).join(" · "))),
      );
      field.value = plan && plan !== (inForce || {}).uid ? plan : "";
    };
    // what fails is asked for with the next change: until then there is the plan of the address
    const ask = async () => {
      try {
        ({ items: page.plans } = await getJson("/api/v1/plans"));
      } catch {
        return;
      }
      page.emit("plans");
      draw();
    };
    field.addEventListener("change", () => page.state.set({ plan: field.value || null }, { push: true }));
    page.state.on(["plan"], draw);
    page.on("grids", () => { if (!page.plans.length) ask(); });
    page.on("renew", ({ entries = [] }) => { if (entries.some(({ entity }) => entity !== "incident")) ask(); });
  },
};

// From when to when it holds; what does not hold has its state instead.
function whenOf({ status, from, to }) {
  if (!from && !to) return states()[status] || status;
  if (!to) return t("from {day}", { day: dayName(toDay(from)) });
  return from ? `${dayName(toDay(from))} – ${dayName(toDay(to))}` : t("until {day}", { day: dayName(toDay(to)) });
}
