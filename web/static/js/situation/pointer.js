// What lies under the pointer, a finger or the centre of the map: told beside it, and pressed to look into it.

import { getJson, isAbort, latest } from "../net/api.js";
import { decimal, lang, number, signed, t, tn } from "../net/words.js";
import { byId, el, oncePerFrame } from "../ui/dom.js";
import { nameOf } from "../ui/kind_tree.js";
import { placeOn } from "../ui/legend.js";
import { FOCUS, SELECTION } from "./selection.js";

const SETTLE_MS = 120;
const TIP = { className: "grid-tip", direction: "right", offset: [14, 0], opacity: 1 };

export const pointer = {
  wire(page) {
    page.pointer = new Pointer(page);
  },
};

class Pointer {
  constructor(page) {
    this.page = page;
    this.ask = latest((values, how) => getJson("/api/v1/heat/value", values, how));
    this.tip = L.tooltip(TIP);
    this.isCentred = false;
    const { map } = page;
    const isTouch = window.matchMedia("(hover: none)").matches;
    if (!isTouch) {
      map.on("mousemove", oncePerFrame((event) => this.hover(event)));
      map.on("mouseout movestart zoomstart", () => this.leave());
    }
    map.on("click", (event) => this.press(event, isTouch));
    map.on("contextmenu", ({ latlng }) => this.read(latlng)); // a long press
    map.on("moveend", () => this.isCentred && this.read(map.getCenter()));
    byId("here-centre").addEventListener("click", () => this.centre(!this.isCentred));
    page.state.on([...SELECTION, "surface", "bandwidth"], () => this.forget());
    page.on("scales", () => this.at && this.read(this.at));
    this.forget();
  }

  hover({ latlng, containerPoint, originalEvent }) {
    const { map, layers } = this.page;
    if (originalEvent.buttons || !map.getContainer().contains(originalEvent.target)) return;
    const grid = layers.grids.at(latlng);
    const found = this.mark(containerPoint);
    layers.grids.hover(grid && !found ? grid.code : null);
    map.getContainer().style.cursor = grid || found ? "pointer" : "";
    const words = found || this.ground(grid, latlng);
    if (words) map.openTooltip(this.tip.setContent(el("div", {}, ...words)).setLatLng(latlng));
    else map.closeTooltip(this.tip);
    if (!this.isCentred) this.read(latlng);
  }

  leave() {
    this.page.map.closeTooltip(this.tip);
    this.page.layers.grids.hover(null);
    if (!this.isCentred) this.forget();
  }

  // The words about a mark on the screen: incidents at a place, a camera.
  mark(spot) {
    const { late } = this.page.layers;
    const place = late.points && late.points.at(spot);
    if (place) return this.placeWords(place);
    const camera = late.cameras && late.cameras.at(spot);
    return camera && [el("b", {}, camera.name || t("Camera")), el("span", {}, camera.range_m ? t("sees {n} m", { n: number(camera.range_m) }) : "")];
  }

  placeWords({ count, kind, isCluster }) {
    const what = kind ? nameOf(this.page.tree, kind, lang) || kind : t("several kinds");
    return [el("b", {}, tn("{n} incident", "{n} incidents", count)), el("span", {}, isCluster ? t("around here; press to come nearer") : t("{kind}, at this place", { kind: what }))];
  }

  // The words about the ground: its grid with what it is coloured by, the block's households.
  ground(grid, latlng) {
    const words = grid ? this.gridWords(grid) : [];
    const { late } = this.page.layers;
    const block = this.page.state.get().layers.has("households") && late.households && late.households.at(latlng);
    if (block && block.perHa !== null) {
      words.push(el("br"), el("span", {}, t("Block: {n} households, {d} per hectare", { n: number(block.households), d: decimal(block.perHa, 0) })));
    }
    return words.length ? words : null;
  }

  gridWords(grid) {
    const { page } = this;
    const { surface, by } = page.state.get();
    const scale = page.layers.scales.choropleth;
    const count = page.wholeCounts.by_grid[grid.code] || 0;
    const words = [el("b", {}, grid.name), el("span", {}, grid.code), el("br"), el("strong", {}, tn("{n} incident", "{n} incidents", count))];
    if (page.situation.counts.households) words.push(el("span", {}, ` · ${tn("{n} household", "{n} households", grid.households)}`));
    if (surface === "choropleth" && scale && scale.by === by && by !== "count") words.push(el("br"), ...VALUES[by](scale.values[grid.code]));
    return words;
  }

  press({ latlng, containerPoint, originalEvent }, isTouch) {
    const { page } = this;
    const place = page.layers.late.points && page.layers.late.points.at(containerPoint);
    if (place && place.isCluster) {
      page.map.setView([place.lat, place.lon], Math.min(page.map.getMaxZoom() || 19, page.map.getZoom() + 2));
    } else if (place) {
      page.state.set({ spot: `${place.lon},${place.lat}` }, { push: true });
      page.panel.show("place");
    } else {
      const grid = page.layers.grids.at(latlng);
      page.place.press(grid ? grid.code : null, latlng, originalEvent);
    }
    if (isTouch) this.read(latlng);
  }

  // The value where the crosshair in the middle of the map stands: for the keyboard and for fingers.
  centre(isOn) {
    this.isCentred = isOn;
    byId("here-centre").setAttribute("aria-pressed", String(isOn));
    this.page.map.getContainer().classList.toggle("is-aimed", isOn);
    if (isOn) this.read(this.page.map.getCenter());
    else this.forget();
  }

  forget() {
    clearTimeout(this.timer);
    this.at = null;
    if (this.isCentred) this.read(this.page.map.getCenter());
    else this.tell(null);
  }

  read(latlng) {
    this.at = latlng;
    clearTimeout(this.timer);
    if (this.page.state.get().surface === "heat") this.timer = setTimeout(() => this.askHeat(latlng), SETTLE_MS);
    else this.tellGrid(this.page.layers.grids.at(latlng));
  }

  tellGrid(grid) {
    const texts = grid ? this.gridWords(grid).map((word) => word.textContent || word) : [];
    byId("here").textContent = texts.filter((text) => typeof text === "string").join(" ") || this.hint();
  }

  hint() {
    return t("Point at the map to read its value.");
  }

  async askHeat({ lng, lat }) {
    const { page } = this;
    const words = page.selection({ except: [...FOCUS, "plan"] });
    if (!words) return;
    try {
      const value = await this.ask({ ...words, bw: page.state.get().bandwidth, lon: lng.toFixed(6), lat: lat.toFixed(6) });
      this.tell(value.per_km2_30d === null ? null : value); // null: beyond the district
    } catch (error) {
      if (!isAbort(error)) this.tell(null); // the line is cut: the page says that elsewhere
    }
  }

  tell(value) {
    const { heat } = this.page.layers.scales;
    const bar = byId("legend-scale").querySelector(".legend__classes");
    for (const old of byId("legend-scale").querySelectorAll(".legend__tick")) old.remove();
    byId("here").textContent = value
      ? t("Here: {density} per km² in 30 days, {n} within {m} m", { density: decimal(value.per_km2_30d, value.per_km2_30d < 10 ? 1 : 0), n: number(value.count_within), m: number(value.bandwidth_m) })
      : this.hint();
    if (!value || !bar || !heat || this.page.state.get().surface !== "heat") return;
    const tick = el("i", { class: "legend__tick", "aria-hidden": "true" });
    tick.style.left = `${100 * placeOn(value.per_km2_30d, heat)}%`;
    bar.append(tick);
  }
}

// What a grid's colour stands for; raw counts stand beside every rate and percentage.
const VALUES = {
  rate: (found) => (found && found.value !== null
    ? [el("span", {}, t("{rate} per 100 households, smoothed", { rate: decimal(found.value, 2) }))]
    : [el("span", {}, t("no rate: hardly anybody lives here"))]),
  change: (found) => {
    if (!found) return [el("span", {}, t("no data"))];
    const counts = t("{before} before, {now} now", { before: number(found.before || 0), now: number(found.count) });
    const percent = found.value === null ? "" : ` (${found.value > 0 ? "+" : ""}${signed(found.value, 0)} %)`;
    return [el("span", {}, `${counts}${percent}`), el("br"), el("span", {}, found.significant ? t("significant") : t("may be chance"))];
  },
};
