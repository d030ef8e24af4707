// Incidents a day over all time, with the period as a window to move. Others read the days from `page.timeline` and
// hear of new ones by "timeline".

import { getJson, latest } from "../net/api.js";
import { wireTimeline } from "../ui/timeline.js";
import { SELECTION } from "./selection.js";

const EMPTY = { first_on: null, daily: [], months: [] };
const PERIOD = ["from", "to"];

export const timeline = {
  wire(page) {
    const bars = wireTimeline(page.state, () => page.span(), { onMoved: () => page.writeAddress({ push: true }) });
    const ask = latest((values, how) => getJson("/api/v1/timeline", values, how));
    page.timeline = EMPTY;
    const draw = () => page.guarded("timeline", draw, async () => {
      const words = page.selection({ except: PERIOD });
      page.timeline = words ? await ask(words) : EMPTY;
      bars.set(page.timeline);
      page.emit("timeline");
    });
    page.onSettled(SELECTION.filter((name) => !PERIOD.includes(name)), draw);
    page.on("renew", draw);
    page.first.push(draw);
  },
};
