// What could not be done and what to do now, in the page's language: beside what it is about.

import { t } from "../net/words.js";
import { el } from "../ui/dom.js";

const known = () => ({
  store_busy: [t("The database is busy"), t("Try again in a few seconds.")],
  store_broken: [t("The database cannot be used as it is"), t("Run gridmap doctor on the server.")],
  internal: [t("Something went wrong on the server"), t("The cause is written in the server's log; gridmap doctor checks the installation.")],
  interrupted: [t("The server was stopped meanwhile."), t("Nothing was stored. Check the file again.")],
  csrf: [t("It did not come from a page of this server, or the page is out of date."), t("Load the page again.")],
  not_found: [t("The server does not hold this file any more."), t("Choose it again.")],
  unreachable: [t("The server does not answer."), t("Nothing was stored. Try again when it is back.")],
});

// `error` is a Refused, or { code, message, hint } of a state.
export function words(error) {
  return known()[error.isUnreachable ? "unreachable" : error.code] || [error.message || t("The server could not answer."), error.hint || ""];
}

export function tell(box, error) {
  const [text, hint] = words(error);
  box.lastElementChild.replaceChildren(el("p", {}, el("b", {}, text)), el("p", {}, hint));
  box.hidden = false;
}
