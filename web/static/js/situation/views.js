// Saved views, as a tool of the map.

import { t, tn } from "../net/words.js";
import { toText } from "../ui/dates.js";
import { wholeLayerWords } from "./layer_words.js";

const STAR = "m12 4 2.5 5.1 5.6.8-4 4 .9 5.6-5-2.6-5 2.6.9-5.6-4-4 5.6-.8z";
const OWN = ["lang", "theme"]; // of who looks, not of the view

export const views = {
  wire(page) {
    page.tools.add({ id: "views", icon: STAR, label: t("Saved views"), press: () => show(page) });
  },
};

async function show(page) {
  const { openViews } = await import("../ui/views_dialog.js");
  const { from, to } = page.state.get();
  const days = to - from + 1;
  await openViews({
    now: {
      name: `${page.place.here.name} · ${tn("{n} day", "{n} days", days)}`,
      address: viewAddress(page),
      days: to === page.span().today ? days : null,
    },
    onOpen: (view) => openView(page, view),
  });
}

// The view without who looks at it, whole: "?from=...&surface=heat&layers=grids,...#14/30.18/114.96".
export function viewAddress(page) {
  const [path, hash] = page.address().split("#");
  const asked = new URLSearchParams(path.split("?")[1] || "");
  for (const name of OWN) asked.delete(name);
  for (const [name, value] of Object.entries(wholeLayerWords(page.state.get()))) if (value !== null) asked.set(name, value);
  return `?${asked.toString().replace(/%2C/g, ",")}${hash ? `#${hash}` : ""}`;
}

// As if the browser had gone back to it: every part of the page reads its own words.
function openView(page, { address, days }) {
  const [query, hash] = address.split("#");
  const asked = new URLSearchParams(query);
  const mine = new URLSearchParams(location.search);
  for (const name of OWN) if (mine.has(name)) asked.set(name, mine.get(name));
  if (days) {
    const { today } = page.span();
    asked.set("from", toText(today - days + 1));
    asked.set("to", toText(today));
  }
  history.pushState(null, "", `${location.pathname}?${asked.toString().replace(/%2C/g, ",")}${hash ? `#${hash}` : ""}`);
  window.dispatchEvent(new PopStateEvent("popstate"));
}
