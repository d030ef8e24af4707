// What the page says about what was just done, above its content: good, warning, error.

import { t } from "../net/words.js";
import { byId, el, icon } from "./dom.js";

const SIGNS = {
  good: "m5 12.5 4.5 4.5L19 7.5",
  warning: "M12 4 3 19.5h18zM12 10v4.5M12 17v.01",
  error: "M12 4 3 19.5h18zM12 10v4.5M12 17v.01",
};

export function tell(kind, text, hint = "") {
  const words = el("div", {}, el("p", {}, text), hint ? el("p", { class: "small" }, hint) : null);
  byId("said").replaceChildren(el("div", { class: `told told--${kind}`, role: kind === "error" ? "alert" : null }, icon(SIGNS[kind]), words));
}

export function untell() {
  byId("said").replaceChildren();
}

// The server's own words are English; what can happen to a person here is said in the page's language.
const known = () => ({
  unreachable: [t("The server does not answer."), t("Nothing was stored. Try again in a moment.")],
  csrf: [t("The page is out of date."), t("Load the page again.")],
  store_busy: [t("The database is busy"), t("Nothing was stored. Try again in a moment.")],
  outside_extent: [t("This place lies outside the district."), t("Check the order (longitude first) and the place on the map.")],
  only_some_places: [t("This place is in none of the places of your posts."), t("Check the point; if it is right, hand this on to the district centre.")],
  too_often: [t("It was asked for too often."), t("Try again in an hour.")],
  conflict: [t("This was stored before, with another place or time."), t("Load the page again.")],
  internal: [t("Something went wrong on the server"), t("The cause is written in the server's log; gridmap doctor checks the installation.")],
});

export function tellError(error) {
  const [text, hint] = known()[error.isUnreachable ? "unreachable" : error.code] || [error.message || t("The server could not answer."), error.hint];
  tell("error", text, hint);
}

// What is wrong with a field, beside it; an empty text takes it away.
export function mark(name, text) {
  byId(`${name}-wrong`).textContent = text;
  byId(name).setAttribute("aria-invalid", String(Boolean(text)));
}
