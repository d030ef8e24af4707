// Why two periods cannot be compared, and what can be: [text, hint] of a refusal with the code beyond_data.

import { t } from "../net/words.js";
import { dayName, toDay } from "./dates.js";

const WHY = {
  before: ({ needed, first }) => [
    t("Nothing is known of the period to compare with: it begins on {needed}, the data on {first}.", { needed, first }),
    t("Choose a later period, or another comparison."),
  ],
  after: ({ needed, last }) => [
    t("The data end on {last}, the period on {needed}: days without data are no quiet days.", { needed, last }),
    t("Choose a period that ends with the data."),
  ],
  months: () => [t("These incidents are known by month only, and the periods are no whole months."), t("Choose whole months.")],
  empty: () => [t("There are no incidents yet"), ""],
};

export function beyondData({ reason, needed_on: needed, first_on: first, last_on: last }) {
  const name = (day) => (day ? dayName(toDay(day)) : "");
  return WHY[reason]({ needed: name(needed), first: name(first), last: name(last) });
}
