// The period: presets and two dates.

import { toDay } from "../ui/dates.js";
import { wirePeriod } from "../ui/period.js";

export const period = {
  wire(page) {
    const fields = wirePeriod(page.state, () => page.span(), () => toDay(page.situation.first_on));
    page.on("timeline", () => {
      const { daily, months } = page.timeline;
      if (daily.length || months.length) fields.byMonth(!daily.some((count) => count > 0) && months.length > 0);
    });
  },
};
