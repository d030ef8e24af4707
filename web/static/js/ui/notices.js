// What the page says over the map: nothing there yet, nothing in this period, a failure and the way out of it.

import { t } from "../net/words.js";
import { beyondData } from "./beyond_data.js";
import { byId, CROSS, el, icon } from "./dom.js";
import { isOpen } from "./rights.js";

const shown = new Map();

// One notice a key; showing a key again replaces it.
export function notify(key, { text, hint, isError = false, action, label }) {
  dismiss(key);
  const words = el("p", {}, text, hint ? el("small", {}, hint) : null);
  const button = action ? el("button", { type: "button", class: "button" }, label) : null;
  if (button) button.addEventListener("click", action);
  place(key, el("div", { class: `notice ${isError ? "notice--error" : ""}`, role: isError ? "alert" : null, "data-notice": key }, words, button));
}

export function dismiss(key) {
  if (shown.has(key)) shown.get(key).remove();
  shown.delete(key);
}

// What came while somebody looked on: one quiet line, with a way to see it and one to be rid of it.
export function tellNews(key, { text, hint, label, action, onClose }) {
  const name = t("Close");
  const before = shown.get(key);
  const hadFocus = before && before.contains(document.activeElement) && document.activeElement.className;
  dismiss(key);
  const show = el("button", { type: "button", class: "button", onclick: action }, label);
  const close = el("button", { type: "button", class: "button button--plain button--square", title: name, "aria-label": name, onclick: onClose }, icon(CROSS));
  place(key, el("div", { class: "notice notice--news", "data-notice": key }, el("p", {}, el("b", {}, text), el("small", {}, hint)), show, close));
  if (hadFocus) (hadFocus === show.className ? show : close).focus({ preventScroll: true });
}

// A notice that goes when it is closed; where it was closed before in this tab it stays away.
function strip(key, about, ...words) {
  const mark = `gridmap-closed-${key}`;
  if (sessionStorage.getItem(mark) === about) return;
  const name = t("Close");
  const button = el("button", { type: "button", class: "button button--plain button--square", title: name, "aria-label": name }, icon(CROSS));
  button.addEventListener("click", () => {
    sessionStorage.setItem(mark, about);
    dismiss(key);
  });
  place(key, el("div", { class: "notice notice--strip", "data-notice": key }, el("p", {}, ...words), button));
}

function place(key, node) {
  shown.set(key, node);
  byId("notices").append(node);
}

// The server's own words are English; what can happen to a person at the map is said in the page's language.
const said = () => ({
  store_busy: [t("The database is busy"), t("Try again in a moment.")],
  store_broken: [t("The database cannot be used as it is"), t("Run gridmap doctor on the server.")],
  internal: [t("Something went wrong on the server"), t("The cause is written in the server's log; gridmap doctor checks the installation.")],
  unreachable: [t("The server does not answer."), t("What is on the screen stays; it is asked again by itself.")],
});

export function explain(key, error, retry) {
  const known = error.code === "beyond_data" ? beyondData(error.more) : said()[error.isUnreachable ? "unreachable" : error.code];
  const [text, hint] = known || [error.message || t("The server could not answer."), error.hint];
  notify(key, { text, hint, isError: true, action: retry, label: t("Try again") });
}

// The designed empty states. A card only while there is nothing to look at: over a map it would cover what is there.
// Whoever cannot bring anything in is not told how.
export function welcome({ counts, plan, basemap }) {
  dismiss("welcome");
  if (!isOpen("pages.import")) {
    if (!plan && !counts.incidents) strip("welcome", "nothing", t("Nothing is here yet"));
    return;
  }
  const missing = [];
  if (!plan) missing.push([t("There are no grids yet"), t("Bring in the grids: polygons with a code and a name"), "scripts/gridmap import grids grids.gpkg"]);
  if (!basemap) missing.push([t("The map is still bare"), t("Bring in streets and buildings, so that the map is not bare"), "scripts/gridmap import streets streets.geojson"]);
  if (!counts.incidents) missing.push([t("There are no incidents yet"), t("Bring in the incidents: a table with longitude, latitude, kind and time"), "scripts/gridmap import incidents incidents.csv"]);
  if (!missing.length) return;
  if (plan || basemap || counts.incidents) {
    const [[title, , command]] = missing;
    strip("welcome", missing.map(([text]) => text).join(), title, " ", el("code", {}, command));
    return;
  }
  place("welcome", el("section", { class: "notice notice--card", "data-notice": "welcome" },
    el("h2", {}, t("Nothing is here yet")),
    el("p", {}, t("The page fills by itself as soon as data has been imported.")),
    el("ol", {}, ...missing.map(([, text, command]) => el("li", {}, text, el("code", {}, command)))),
  ));
}

export function sayIfEmpty(view, counts, whole, showAll) {
  if (counts.total || !whole.incidents) dismiss("period");
  else if (view.kinds && !view.kinds.size) notify("period", { text: t("No kind is chosen."), action: showAll, label: t("All kinds") });
  else notify("period", { text: t("No incidents of these kinds in this period."), action: showAll, label: t("Show all") });
}

let busy = 0;
let timer = 0;

// The bar on top of the map appears only when something takes longer than a blink.
export function setBusy(on) {
  busy = on;
  clearTimeout(timer);
  if (!on) byId("progress").hidden = true;
  else timer = setTimeout(() => { byId("progress").hidden = !busy; }, 250);
}
