// The figures of the selection, asked once for all parts: `page.counts` of what is looked into, `page.wholeCounts` of
// the whole district. Whoever shows them listens to "counts".

import { getJson, latest } from "../net/api.js";
import { sayIfEmpty } from "../ui/notices.js";
import { firstAndLast } from "../ui/pace.js";
import { drawSummary, saySummary, waitForSummary } from "../ui/summary.js";
import { FOCUS, SELECTION } from "./selection.js";

export const NOTHING = { total: 0, in_grids: 0, outside: 0, month_rows: 0, by_kind: {}, by_grid: {} };

export const counts = {
  wire(page) {
    const ask = { focus: asking(), whole: asking() };
    page.counts = NOTHING;
    page.wholeCounts = NOTHING;
    page.drawCounts = () => page.guarded("counts", () => page.drawCounts(), async () => {
      const words = page.selection();
      const isFocused = FOCUS.some((name) => page.state.get()[name]);
      // awaited as one: a question that is overtaken must not leave the other's refusal to nobody
      const [focused, whole] = await Promise.all([
        words ? ask.focus(words) : NOTHING,
        words && isFocused ? ask.whole(page.selection({ except: FOCUS })) : null,
      ]);
      page.counts = focused;
      page.wholeCounts = whole || focused;
      drawSummary(page.state.get(), focused, { isSaid: !page.isPlaying });
      sayIfEmpty(page.state.get(), focused, page.situation.counts, () => page.showAll());
      page.emit("counts");
    });
    page.state.on(SELECTION, firstAndLast(() => page.drawCounts())); // before the heat's many pictures are asked for
    page.state.on(SELECTION, () => !page.isPlaying && waitForSummary());
    page.on("stopped", () => saySummary(page.state.get(), page.counts));
    page.on("renew", () => page.drawCounts());
    page.first.push(() => page.drawCounts());
  },
};

function asking() {
  return latest((values, how) => getJson("/api/v1/counts", values, how));
}
