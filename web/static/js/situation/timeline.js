// Incidents a day over all time, with the period as a window to move.

import { getJson, latest } from "../net/api.js";
import { wireTimeline } from "../ui/timeline.js";
import { FOCUS } from "./selection.js";

const EMPTY = { first_on: null, daily: [], months: [] };

export const timeline = {
  wire(page) {
    const bars = wireTimeline(page.state, () => page.span());
    const ask = latest((values, how) => getJson("/api/v1/timeline", values, how));
    const draw = () => page.guarded("timeline", draw, async () => {
      const words = page.selection({ except: ["from", "to", "hours", "plan", ...FOCUS] });
      bars.set(words ? await ask(words) : EMPTY);
    });
    page.state.on(["kinds"], draw);
    page.on("renew", draw);
    page.first.push(draw);
  },
};
