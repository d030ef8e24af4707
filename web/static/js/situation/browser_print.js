// What the browser's own command prints of the page (css/print.css): the map as it stands, in light colours, with a line
// that says what it shows, on the side of the paper on which it is larger.

import { heatColours, isDark } from "../map/colours.js";
import { HeatTurned } from "../map/heat_turned.js";
import { isUrgent } from "../map/turns.js";
import { number, t } from "../net/words.js";
import { dayName } from "../ui/dates.js";
import { byId } from "../ui/dom.js";

const PAGES_PX = { lying: [1056, 690], upright: [730, 1016] }; // what css/print.css leaves of A4 for the map
const LARGEST = 1.5; // of the screen's pixels: larger they would be seen

export const browserPrint = {
  wire(page) {
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "p" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || !isDark()) return;
      event.preventDefault();
      printLight(page);
    });
    window.addEventListener("beforeprint", () => layOut(page));
    wireHeat(page);
  },
};

// By the browser's menu there is no time to fetch the light pictures of a dark map's heat: those that are there are
// turned, and its scale with them.
function wireHeat(page) {
  let dark = isDark() ? heatColours() : null;
  let turned = [];
  page.on("mode", () => {
    for (const one of turned) one.undo();
    turned = [];
    if (isDark()) dark = heatColours();
    if (!isUrgent() || !dark) return;
    const { layers, comparison } = page;
    const between = { from: dark, to: heatColours() };
    turned = [layers.heat, ...(comparison ? [comparison.second.heat] : [])].map((heat) => new HeatTurned(heat, between));
    if (!layers.scales.heat) return;
    layers.scales.heat = turned[0].scale(layers.scales.heat);
    page.emit("scales");
  });
}

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

// Above the map what it shows, and its size on the paper.
function layOut(page) {
  const view = page.state.get();
  const region = byId("map-region");
  byId("printed-head").textContent = [
    page.place.here.name, `${dayName(view.from)} – ${dayName(view.to)}`, `${t("Incidents")} ${number(page.counts.total)}`,
    ...[...byId("chips-list").querySelectorAll(".chip__text")].map((chip) => chip.textContent),
  ].join(" · ");
  region.style.setProperty("--screen-width", `${region.clientWidth}px`);
  region.style.setProperty("--screen-height", `${region.clientHeight}px`);
  const shares = Object.entries(PAGES_PX).map(([name, [width, height]]) => [name, Math.min(LARGEST, width / region.clientWidth, height / region.clientHeight)]);
  const [sheet, share] = shares.reduce((best, one) => (one[1] > best[1] ? one : best));
  document.documentElement.dataset.sheet = sheet;
  region.style.setProperty("--share", String(share));
}
