// The last 24 hours and 7 days, large, with what was to be expected.

import { decimal, number, t } from "../net/words.js";
import { el, icon } from "../ui/dom.js";

const SIGNS = { usual: "M5 9h14M5 15h14", more: "M12 19V5m-6 6 6-6 6 6", fewer: "M12 5v14m-6-6 6 6 6-6", unknown: "M12 17v.01M9.5 9a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 2.2" };
const NAMES = { 24: () => t("Last 24 hours"), 168: () => t("Last 7 days") };
const VERDICTS = {
  usual: () => t("As usual"), more: () => t("More than usual"), fewer: () => t("Fewer than usual"), unknown: () => t("Cannot be judged"),
};

// `outlook` is an answer of /api/v1/expectation.
export function drawFigures(node, { windows }) {
  node.replaceChildren(...windows.map(({ hours, count, expected, low, high, verdict }) => el("section", { class: `number number--${verdict}` },
    el("h3", { class: "number__name" }, NAMES[hours]()),
    el("p", { class: "number__verdict" }, icon(SIGNS[verdict]), VERDICTS[verdict]()),
    el("p", { class: "number__count" }, number(count)),
    expected === null ? null : el("p", { class: "number__usual" },
      el("span", {}, t("expected {n}", { n: decimal(expected, expected < 10 ? 1 : 0) })),
      el("span", {}, t("usual {low} to {high}", { low: number(low), high: number(high) }))),
  )));
}
