// What the browser's own command prints of the page (css/print.css): the map as it stands, in light colours, with a line
// that says what it shows.

import { isDark } from "../map/colours.js";
import { number, t } from "../net/words.js";
import { dayName } from "../ui/dates.js";
import { byId } from "../ui/dom.js";

const PAGE_PX = [1056, 690]; // what css/print.css leaves of A4 for the map

export const browserPrint = {
  wire(page) {
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "p" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || !isDark()) return;
      event.preventDefault();
      printLight(page);
    });
    // by the browser's menu there is no time to draw anything: css/print.css turns a dark map light, its legend with it
    window.addEventListener("beforeprint", () => headLine(page));
  },
};

// Once the map is drawn in light colours, heat and all.
async function printLight(page) {
  const { dataset } = document.documentElement;
  if (dataset.printing) return;
  dataset.printing = "1";
  try {
    const { drawn } = await import("../output/fine_map.js");
    await drawn(page);
    window.print();
  } finally {
    delete dataset.printing;
  }
}

// Above the map, where the browser's own command prints the page.
function headLine(page) {
  const view = page.state.get();
  const region = byId("map-region");
  byId("printed-head").textContent = [
    page.place.here.name, `${dayName(view.from)} – ${dayName(view.to)}`, `${t("Incidents")} ${number(page.counts.total)}`,
    ...[...byId("chips-list").querySelectorAll(".chip__text")].map((chip) => chip.textContent),
  ].join(" · ");
  region.style.setProperty("--screen-width", `${region.clientWidth}px`);
  region.style.setProperty("--screen-height", `${region.clientHeight}px`);
  region.style.setProperty("--share", String(Math.min(1, PAGE_PX[0] / region.clientWidth, PAGE_PX[1] / region.clientHeight)));
}
