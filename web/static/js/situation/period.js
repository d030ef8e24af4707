// The period: presets and two dates.

import { toDay } from "../ui/dates.js";
import { wirePeriod } from "../ui/period.js";

export const period = {
  wire(page) {
    wirePeriod(page.state, () => page.span(), () => toDay(page.situation.first_on));
  },
};
