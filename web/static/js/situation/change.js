// The tab "Change": two periods by area and kind. What it compares is chosen in the tab and kept in the address as one
// word, such as month.street.top; the table is fetched when the tab is first looked at.

import { byId } from "../ui/dom.js";
import { loadStyle } from "../ui/late.js";
import { t } from "../net/words.js";

const BASES = ["year", "month", "weeks4"];
const LEVELS = ["district", "street", "community", "grid"];
const GROUPINGS = ["total", "top", "leaf"];
const USUAL = "month.street.top";

export const change = {
  address: {
    read(asked) {
      const word = asked.get("change") || USUAL;
      const [basis, level, by] = word.split(".");
      return { change: BASES.includes(basis) && LEVELS.includes(level) && GROUPINGS.includes(by) ? word : USUAL };
    },
    write: ({ change: word }) => ({ change: word === USUAL ? null : word }),
  },
  wire(page) {
    const draw = async () => {
      if (!page.panel.isShown("change")) return;
      await page.guarded("change-tab", draw, async () => {
        const [{ drawChange }] = await Promise.all([import("./change_report.js"), loadStyle("css/change.css")]);
        await drawChange(page);
      });
    };
    wireChoice(page);
    page.panel.add({ id: "change", label: t("Change"), element: byId("panel-change"), onShow: draw });
    page.onSettled(["change", "from", "to", "hours", "plan"], draw);
    page.on("renew", draw);
    page.first.push(draw);
  },
};

function wireChoice({ state }) {
  const buttons = [...byId("change-basis").children];
  const set = (part, value) => {
    const words = state.get().change.split(".");
    words[part] = value;
    state.set({ change: words.join(".") }, { push: true });
  };
  for (const button of buttons) button.addEventListener("click", () => set(0, button.dataset.basis));
  byId("change-level").addEventListener("change", (event) => set(1, event.target.value));
  byId("change-by").addEventListener("change", (event) => set(2, event.target.value));
  const draw = ({ change: word }) => {
    const [basis, level, by] = word.split(".");
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.basis === basis));
    byId("change-level").value = level;
    byId("change-by").value = by;
  };
  state.on(["change"], draw);
  draw(state.get());
}
