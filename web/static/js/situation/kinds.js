// The tree of kinds. Each kind's figure is that of the period, chosen or not: it says what choosing it would bring.

import { getJson, latest } from "../net/api.js";
import { wireKinds } from "../ui/kinds.js";

export const kinds = {
  wire(page) {
    const list = wireKinds(page.state, page.tree);
    const ask = latest((values, how) => getJson("/api/v1/counts", values, how));
    const draw = () => page.guarded("kinds", draw, async () => {
      const isChosen = page.state.get().kinds !== null;
      list.count((isChosen ? await ask(page.selection({ except: ["kinds"] })) : page.counts).by_kind);
    });
    page.on("counts", draw);
  },
};
