// The tab of what is looked into, from the whole district down to a block: its figures, what it falls into, what
// happened there. The map follows, and shows where it is.

import { getJson, latest, query } from "../net/api.js";
import { t } from "../net/words.js";
import { FocusOutline } from "../map/focus.js";
import { fit } from "../map/stage.js";
import { byId } from "../ui/dom.js";
import { dismiss, explain, notify } from "../ui/notices.js";
import { PlaceView } from "../ui/place_view.js";
import { COMMUNITIES, Places, STREETS } from "./places.js";
import { FOCUS, SELECTION } from "./selection.js";
import { boxAround, spotOf, spotPlace } from "./spot.js";

const GRID_ZOOM = 14; // from here a press means a grid
const SMALL = 0.15; // of the map's width and height: a place smaller than this is gone to even where it is in view

export const place = {
  address: {
    read: (asked) => ({ spot: spotOf(asked.get("spot")) ? asked.get("spot") : null }),
    write: ({ spot }) => ({ spot }),
  },
  wire(page) {
    page.place = new Place(page);
  },
};

class Place {
  constructor(page) {
    this.page = page;
    this.areas = [];
    this.places = new Places([], [], page.situation.project.name);
    this.shapes = new Map(); // level -> the shapes of its areas by code
    this.outline = new FocusOutline(page.map);
    this.askList = latest((values, how) => getJson("/api/v1/incidents", values, how));
    page.panel.add({ id: "place", label: t("Place"), element: byId("panel-place") });
    this.view = new PlaceView(page, this);
    page.state.on([...FOCUS, "spot"], (view, how) => this.changed(how));
    page.state.on(["from", "to", "kinds", "hours", "plan"], () => this.view.wait());
    this.askSpot = latest((values, how) => getJson("/api/v1/points", values, how));
    page.onSettled([...SELECTION, "spot"], () => {
      this.view.list.renew();
      this.countSpot();
    });
    page.on("grids", () => this.rebuild());
    page.on("counts", () => this.view.count());
    page.on("mode", () => this.outline.paint());
    page.on("renew", ({ entries }) => this.renewed(entries));
    page.first.push(() => this.loadAreas());
    this.wireKeys();
  }

  wireKeys() {
    const up = (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || !this.canGoUp()) return;
      event.preventDefault();
      this.goUp();
    };
    byId("panel-place").addEventListener("keydown", up);
    this.page.map.getContainer().addEventListener("keydown", up);
  }

  async loadAreas() {
    await this.page.guarded("areas", () => this.loadAreas(), async () => {
      const { plan } = this.page.state.get();
      ({ items: this.areas } = await getJson("/api/v1/areas", { plan }));
      this.shapes.clear();
      this.rebuild();
      this.begin();
      await Promise.all([this.view.list.renew(), this.countSpot()]);
    });
  }

  rebuild() {
    this.read();
    this.draw();
  }

  read() {
    const { page, places: { blocks } } = this;
    this.places = new Places(this.areas, page.layers.features || [], page.situation.project.name);
    for (const [grid, features] of blocks) this.places.addBlocks(grid, features);
  }

  // What is new: other incidents change figures and lists, anything else may have changed the places themselves.
  renewed(entries = []) {
    this.countSpot();
    if (entries.every(({ entity }) => entity === "incident")) this.view.list.renew({ isSame: true });
    else {
      this.places.blocks.clear();
      this.loadAreas();
    }
  }

  // The place of the view; the whole district where the view names one that is not known.
  get here() {
    const view = this.page.state.get();
    return this.places.of(view) || this.places.whole;
  }

  get isKnown() {
    return Boolean(this.places.of(this.page.state.get()));
  }

  // How the page looks into a place: from a list, a search, the line of places above.
  go(focus) {
    this.page.state.set({ spot: null });
    this.page.look(focus);
    this.view.toTop();
  }

  find(focus) {
    this.page.panel.show("place");
    this.go(focus);
    this.view.focus();
  }

  canGoUp() {
    const { spot } = this.page.state.get();
    return Boolean(spot) || Object.keys(this.here.focus).length > 0;
  }

  goUp() {
    const { page } = this;
    if (page.state.get().spot) page.state.set({ spot: null }, { push: true });
    else this.go(this.places.parentOf(this.here));
  }

  // A press on the map, in a grid or beside all of them (null): from far one level after the other, its street office,
  // in one that is looked into its community, in that the grid; from near the grid at once, and then its block.
  press(grid, at) {
    if (!grid) return;
    const focus = this.pressed(grid, at);
    if (!focus) return;
    this.isPressed = true;
    this.page.panel.show("place");
    this.go(focus);
    this.isPressed = false;
  }

  pressed(grid, at) {
    const { places } = this;
    const view = this.page.state.get();
    const { area, grid: lookedInto, block } = view;
    if (grid === lookedInto || (block && places.gridOfBlock.get(block) === grid)) {
      const code = places.blockAt(grid, at);
      return code && code !== block ? { block: code } : null;
    }
    const around = places.pathTo(view).map(({ code }) => code);
    const next = [STREETS, COMMUNITIES].map((levels) => places.areaAbove(grid, levels)).find((one) => one && !around.includes(one.code));
    const zoom = this.page.map.getZoom();
    const isStep = zoom < GRID_ZOOM || (zoom === GRID_ZOOM && area && next && next.parent === area); // the map may have come nearer to the street
    return next && isStep ? { area: next.code } : { grid };
  }

  // Where a view begins that names a place and no part of the map; null also where the place is not read yet.
  bounds() {
    this.read(); // the grids are known from now on
    this.isAwaited = !this.isKnown;
    const bounds = this.boundsOf(this.here);
    return bounds && Object.keys(this.here.focus).length ? bounds.pad(this.here.level === "street" ? 0.05 : 0.2) : null;
  }

  begin() {
    if (!this.isAwaited || !this.isKnown) return;
    this.isAwaited = false;
    this.follow();
  }

  boundsOf(here) {
    return Object.keys(here.focus).length ? this.places.boundsOf(here) : this.page.home;
  }

  changed({ push, quiet }) {
    this.draw();
    const { spot, ...view } = this.page.state.get();
    if (FOCUS.some((name) => view[name]) || spot) this.page.sheet.rise();
    if (push && !quiet && !spot) this.follow();
  }

  // The map goes there; after a press only where the place is not in view.
  follow() {
    const bounds = this.boundsOf(this.here);
    const { map } = this.page;
    if (!bounds || !bounds.isValid()) return;
    if (this.isPressed && isWellInView(map, bounds)) return;
    if (Object.keys(this.here.focus).length) fit(map, bounds.pad(0.12), { maxZoom: this.here.level === "block" ? 18 : 17, isClear: true });
    else this.page.goHome();
  }

  draw() {
    const { page } = this;
    const { block, grid, spot } = page.state.get();
    const shown = block ? this.places.gridOfBlock.get(block) : grid;
    if (page.layers.features) {
      page.layers.grids.select(shown && this.places.gridPlace(shown) ? shown : null);
      page.layers.basemap.select(shown || null);
    }
    this.tellUnknown();
    this.view.draw(spot ? spotPlace(spotOf(spot)) : this.here);
    this.loadBlocks();
    this.drawOutline();
  }

  tellUnknown() {
    const { area, grid, block } = this.page.state.get();
    dismiss("unknown-place");
    if (this.isKnown || !this.page.layers.features || (block && !this.unknownBlock)) return;
    if (area && !this.areas.length) return; // not read yet
    const text = grid ? t("There is no grid {code} in the plan in force.", { code: grid }) : t("There is no area or block {code}.", { code: area || block });
    notify("unknown-place", { text, action: () => this.page.look({}), label: t("Whole district") });
  }

  // The blocks of the grid that is looked into, or of the one in which the block lies that is.
  async loadBlocks() {
    const { grid, block, plan } = this.page.state.get();
    if (block ? this.places.gridOfBlock.has(block) || this.unknownBlock === block : !grid || this.places.blocks.has(grid)) return;
    const ask = async (words) => (await getJson("/api/v1/blocks.geojson", { ...words, plan })).features;
    try {
      const [found] = block ? await ask({ block }) : [];
      const around = found ? found.properties.grid : grid;
      if (block && !found) this.unknownBlock = block;
      else this.places.addBlocks(around || "", around ? await ask({ grid: around }) : [found]);
    } catch (error) {
      if (block && error.status === 404) this.unknownBlock = block;
      else if (error.status !== 404) explain("blocks", error, () => this.loadBlocks());
      if (!block) return;
    }
    this.draw();
    this.begin();
  }

  async drawOutline() {
    const { here } = this;
    const features = Object.keys(here.focus).length ? await this.featuresOf(here) : [];
    if (here.code !== this.here.code) return; // elsewhere by now
    const blocks = here.level === "grid" ? this.places.blocks.get(here.code) || [] : [];
    // a grid's line is drawn by the grids; that of an area without a shape would be all lines of its grids
    this.outline.show(features, { blocks, isOutlined: here.level !== "grid" && features.length === 1 });
  }

  async hint(here) {
    this.hinted = here;
    const features = here ? await this.featuresOf(here) : [];
    if (this.hinted === here) this.outline.hint(features);
  }

  // The shapes of a place; of an area without one those of its grids.
  async featuresOf({ level, code, feature }) {
    if (feature) return [feature];
    if (level === "grid") return [this.places.features.get(code)].filter(Boolean);
    const shape = (await this.areaShapes(level)).get(code);
    return shape ? [shape] : this.places.gridsIn(code).map((grid) => this.places.features.get(grid)).filter(Boolean);
  }

  async areaShapes(level) {
    if (!this.shapes.has(level)) {
      const asked = getJson("/api/v1/areas.geojson", { level }).then(({ features }) => new Map(features.map((one) => [one.properties.code, one])));
      this.shapes.set(level, asked.catch(() => {
        this.shapes.delete(level); // an outline is not worth a message; the next time asks again
        return new Map();
      }));
    }
    return this.shapes.get(level);
  }

  // How many reports are stacked where the state's spot is.
  async countSpot() {
    const { page } = this;
    const spot = spotOf(page.state.get().spot);
    const words = page.selection();
    if (!spot) return;
    await page.guarded("spot", () => this.countSpot(), async () => {
      const answer = words ? await this.askSpot({ ...words, ...boxAround(spot) }) : { total: 0 };
      this.view.countSpot(answer.total);
    });
  }

  // The words of the list of incidents.
  listWords() {
    const { spot } = this.page.state.get();
    const words = this.page.selection();
    return words && spot ? { ...words, at: spot } : words;
  }

  // The same incidents as a page of their own, null where that page knows no such choice.
  listAddress() {
    const { hours, plan, spot } = this.page.state.get();
    const words = this.page.selection();
    if (plan || spot || !words) return null;
    const { from, to, area, grid, block, kinds } = words;
    return `/incidents?${query({ from, to, kind: kinds, area, grid, block, hours })}`;
  }
}

function isWellInView(map, bounds) {
  const size = map.getSize();
  const box = L.bounds(map.latLngToContainerPoint(bounds.getNorthWest()), map.latLngToContainerPoint(bounds.getSouthEast()));
  const isLarge = box.getSize().x > SMALL * size.x || box.getSize().y > SMALL * size.y;
  return isLarge && L.bounds([0, 0], size).contains(box);
}
