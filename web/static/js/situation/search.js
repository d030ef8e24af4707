// The search in the bar: areas and grids that the page knows, addresses that the server knows, and places as numbers.

import { getJson, isAbort, latest } from "../net/api.js";
import { decimal, number, t, tn } from "../net/words.js";
import { addressCells } from "../ui/address_field.js";
import { levelName } from "../ui/address_levels.js";
import { wireCombobox } from "../ui/combobox.js";
import { pairOf } from "../ui/coordinates.js";
import { byId, el } from "../ui/dom.js";

const AREAS = 5;
const GRIDS = 8;
const BUSIEST = 12;
const ADDRESSES = 6;
const NEAR_ZOOM = 17;
const DIGITS = 5; // a metre
const AREA_LEVELS = ["district", "street", "town", "community", "village", "compound"];

export const search = {
  wire(page) {
    page.search = new Search(page);
  },
};

class Search {
  constructor(page) {
    this.page = page;
    this.datum = byId("search-datum-choice");
    this.askAddresses = latest((values, how) => getJson("/api/v1/addresses", values, how));
    this.askPlace = latest((values, how) => getJson("/api/v1/locate", values, how));
    this.box = wireCombobox({
      field: byId("grid-search"),
      list: byId("grid-list"),
      find: (text, show) => this.find(text, show),
      onPick: (pick, field) => {
        field.value = "";
        this.showDatum(false);
        pick();
      },
      onShow: (count) => {
        byId("search-popup").hidden = count === null;
        byId("search-said").textContent = count ? tn("{n} proposal", "{n} proposals", count) : "";
      },
      opensEmpty: true,
      takesFirst: true,
      staysOpen: () => !byId("search-datum").hidden,
    });
    this.datum.addEventListener("change", () => this.box.look());
    this.datum.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" && event.key !== "Enter") return;
      event.preventDefault();
      byId("grid-search").focus();
    });
    byId("grid-search").addEventListener("input", ({ target }) => !target.value && this.unmark());
  }

  async find(text, show) {
    const { project } = this.page.situation;
    const pair = pairOf(text, project.extent);
    this.showDatum(Boolean(pair));
    if (pair) return this.findPoint(pair, show);
    if (!text) return show([{ title: t("Most incidents in the period"), options: this.grids([]).slice(0, BUSIEST) }]);
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const known = [
      { title: t("Areas"), options: this.areas(words).slice(0, AREAS) },
      { title: t("Grids"), options: this.grids(words).slice(0, GRIDS) },
    ];
    show(known);
    return show([...known, { title: t("Addresses"), options: await this.addresses(text) }], { none: t("Nothing is called that.") });
  }

  showDatum(on) {
    byId("search-datum").hidden = !on;
  }

  areas(words) {
    const { page } = this;
    const found = page.place.places.areas.filter(({ name, code }) => isNamed(words, name, code));
    return found.sort((a, b) => AREA_LEVELS.indexOf(a.level) - AREA_LEVELS.indexOf(b.level)).map((area) => ({
      key: `area ${area.code}`,
      cells: [el("span", {}, area.name), el("span", { class: "muted" }, levelName(area.level)), el("small", {}, this.above(area)), el("small", {}, el("code", {}, area.code))],
      value: () => this.lookInto({ area: area.code }),
    }));
  }

  above(area) {
    return this.page.place.places.pathTo({ area: area.code }).slice(1, -1).map(({ name }) => name).join(" · ");
  }

  // Those with most incidents first.
  grids(words) {
    const { page } = this;
    const countOf = ({ code }) => page.wholeCounts.by_grid[code] || 0;
    const found = page.place.places.grids.filter(({ name, code, community, street }) => isNamed(words, name, code, community || "", street || ""));
    return found.sort((a, b) => countOf(b) - countOf(a) || a.code.localeCompare(b.code)).map((grid) => ({
      key: `grid ${grid.code}`,
      cells: [el("span", {}, grid.name), el("span", {}, number(countOf(grid))),
        el("small", {}, [grid.street, grid.community].filter(Boolean).join(" · ")), el("small", {}, el("code", {}, grid.code))],
      value: () => this.lookInto({ grid: grid.code }),
    }));
  }

  // Without the server's answer what the page itself knows is shown all the same.
  async addresses(text) {
    try {
      const { items, match } = await this.askAddresses({ q: text, limit: ADDRESSES });
      const all = match && match.accepted && !items.some((item) => item.text === match.text) ? [match, ...items] : items; // read as a whole, and what goes on from it
      const isArea = ({ level, text: name }) => AREA_LEVELS.includes(level) && this.page.place.places.areas.some((area) => area.name === name); // stands above
      return all.filter((place) => place.lon !== null && !isArea(place)).slice(0, ADDRESSES).map((place, i) => ({
        key: `address ${i} ${place.text}`, cells: addressCells(place), value: () => this.mark(place.lon, place.lat, place.text),
      }));
    } catch (error) {
      if (isAbort(error)) throw error;
      return [];
    }
  }

  async findPoint({ lon, lat, isSwapped }, show) {
    show([]); // what stands there answers another question
    const told = isSwapped ? t("Read as latitude, longitude.") : "";
    try {
      const found = await this.askPlace({ lon, lat, datum: this.datum.value });
      const spot = `${decimal(found.lon, DIGITS)}, ${decimal(found.lat, DIGITS)}`;
      const where = found.grid ? [found.community, found.grid.name].filter(Boolean).join(" · ") : t("Outside all grids");
      const cells = [el("span", {}, spot), el("span", { class: "muted" }, "WGS-84"), el("small", {}, where), el("small", {}, told)];
      show([{ title: t("Place"), options: [{ key: "point", cells, value: () => this.mark(found.lon, found.lat, null) }] }]);
    } catch (error) {
      if (isAbort(error)) throw error;
      show([], { none: error.code === "outside_extent" ? t("This place lies outside the district.") : t("The server does not answer.") });
    }
  }

  // What was searched for before is over.
  lookInto(focus) {
    this.unmark();
    this.page.place.find(focus);
  }

  unmark() {
    this.page.state.set({ at: null, name: null });
  }

  // A pin with its name; what is looked into stays.
  mark(lon, lat, name) {
    const { page } = this;
    page.state.set({ at: `${lon},${lat}`, name }, { push: true });
    page.goTo({ lon, lat, zoom: Math.max(NEAR_ZOOM, page.map.getZoom()) });
    page.map.getContainer().focus({ preventScroll: true });
  }
}

function isNamed(words, ...names) {
  const whole = names.join(" ").toLowerCase();
  return words.every((word) => whole.includes(word));
}
