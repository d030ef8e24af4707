// The map as folium made it, with the panes this page needs; its buttons moved where no panel covers them.

import { byId } from "../ui/dom.js";
import { coveredPx } from "../ui/sheet.js";
import { t } from "../net/words.js";

// Below to above: ground (tilePane 200), what colours areas, heat, streets, lines, marks, labels, tooltips (650).
const PANES = {
  households: 230, choropleth: 240, water: 245, heat: 250, roads: 300, blocks: 390, grids: 400, borders: 420, selected: 430, cameras: 440, points: 445, labels: 450,
};
const PHONE_PX = 760;

// `isHome()` says whether all is shown, goHome() shows it.
export function takeOverMap({ isHome = () => false, goHome } = {}) {
  const holder = document.querySelector("[data-leaflet]");
  const map = window[holder.dataset.leaflet];
  for (const [name, order] of Object.entries(PANES)) map.createPane(name).style.zIndex = String(order);
  map.options.zoomSnap = 1; // tiles on canvas are drawn for whole zooms
  map.options.zoomDelta = 1;
  map._fadeAnimated = false; // four canvases a tile fading one by one cost half the time to the first view
  holder.setAttribute("role", "application");
  holder.setAttribute("aria-label", t("Map. Arrow keys move it, plus and minus zoom."));
  wireFocus();
  keepCentre(map, isHome, goHome);
  return map;
}

// When the map's place becomes larger or smaller (a drawer opens, the panel folds), what was in its middle stays there;
// who saw everything sees everything.
function keepCentre(map, isHome, goHome) {
  const holder = map.getContainer();
  new ResizeObserver(() => {
    if (map.getSize().equals([holder.clientWidth, holder.clientHeight])) return;
    const wasHome = isHome(); // asked before the map knows of its new size
    map.invalidateSize({ animate: false });
    if (wasHome) goHome();
  }).observe(holder);
}

// Leaflet focuses the map at each click; only who uses the keys wants to see where the focus is.
function wireFocus() {
  const root = document.documentElement;
  document.addEventListener("keydown", () => { root.dataset.by = "keys"; }, true);
  document.addEventListener("pointerdown", () => { root.dataset.by = "pointer"; }, true);
}

export function placeControls(map, goHome) {
  if (map.attributionControl) map.attributionControl.remove(); // credits stand in the page, with the approval number
  if (map.zoomControl) map.zoomControl.remove();
  const zoom = L.control.zoom({ position: "topleft", zoomInTitle: t("Zoom in"), zoomOutTitle: t("Zoom out") }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 110 }).addTo(map);
  const home = byId("zoom-home");
  zoom.getContainer().append(home);
  home.hidden = false;
  home.addEventListener("click", goHome);
}

const GAP_PX = 16;
const LEAST_PX = 240; // less is no room to show a place in

// Bounds in the map: on a phone above the sheet and the legend, on wider screens beside the legend, where that costs no
// zoom, or at any cost (`isClear`: a place that somebody asked for is not to lie beneath it).
export function fit(map, bounds, { maxZoom = 17, isClear = false } = {}) {
  const isPhone = window.innerWidth < PHONE_PX;
  const least = { left: 0, below: isPhone ? coveredPx() : 0 };
  const most = isPhone ? { left: 0, below: aboveLegend(least.below) } : { left: besideLegend(map), below: 0 };
  const zoomWith = ({ left, below }) => Math.min(maxZoom, map.getBoundsZoom(bounds, false, L.point(2 * GAP_PX + left, 2 * GAP_PX + below)));
  const { left, below } = isClear || zoomWith(most) === zoomWith(least) ? most : least;
  map.fitBounds(bounds, { paddingTopLeft: [GAP_PX + left, GAP_PX], paddingBottomRight: [GAP_PX, GAP_PX + below], maxZoom, animate: false });
}

// Where the legend leaves room enough beside it.
function besideLegend(map) {
  const legend = byId("legend");
  const left = legend ? legend.offsetLeft + legend.offsetWidth : 0;
  return map.getSize().x - left < LEAST_PX ? 0 : left;
}

function aboveLegend(sheet) {
  const legend = byId("legend");
  const folded = legend ? legend.parentElement.clientHeight - legend.offsetTop : 0;
  return Math.max(sheet, folded < LEAST_PX ? folded : 0);
}
