// The page's map on the wall: it fills its place also between two whole zooms, and names are written large.

import { boundsOf } from "../map/grid_extent.js";
import { getJson } from "../net/api.js";
import { el } from "../ui/dom.js";

const PANE = "wall-names";
const ROOM = 0.9;
const EDGES = 2;
const TIGHT_ROOM = 0.97; // between what lies above and below
const BACK_MS = 1000;
const NEAREST = 14; // no nearer: a house is nobody's to see on a wall

export class MapOnWall {
  // `spot` is where the map was, null for everything; `over` are the nodes that lie on its upper edge.
  constructor(page, spot, over) {
    Object.assign(this, { page, spot, over });
    this.holder = page.map.getContainer();
    this.region = this.holder.parentElement;
    this.bounds = page.home;
    this.names = L.layerGroup().addTo(page.map);
    if (!page.map.getPane(PANE)) page.map.createPane(PANE).classList.add("wall-names");
    this.sizes = new ResizeObserver(() => this.fit());
    for (const node of [this.region, ...over]) this.sizes.observe(node);
    this.fit();
    this.write();
  }

  // `bounds` null: everything.
  show(bounds) {
    this.bounds = bounds || this.page.home;
    this.fit();
  }

  // As large as the place allows; where a grid would lie beneath the legend or the credits, between them.
  fit() {
    const { clientWidth: width, clientHeight: height } = this.region;
    if (!this.bounds || !width || !height) return;
    let edges = { above: 0, below: 0 };
    this.fitInto(edges);
    for (let turn = 0; turn < EDGES; turn++) { // what makes room above may come to lie below
      const { above, below } = this.covered();
      if (above <= edges.above && below <= edges.below) break;
      edges = { above: Math.max(edges.above, above), below: Math.max(edges.below, below) };
      this.fitInto(edges);
    }
    this.spread();
  }

  // Tiles are drawn for whole zooms: the rest is done by making the map smaller and enlarging it.
  fitInto({ above, below }) {
    const { map } = this.page;
    const { clientWidth: width, clientHeight: height } = this.region;
    const room = above || below ? TIGHT_ROOM : ROOM;
    const [southWest, northEast] = [this.bounds.getSouthWest(), this.bounds.getNorthEast()];
    const sizeAt = (zoom) => {
      const [a, b] = [map.project(southWest, zoom), map.project(northEast, zoom)];
      return L.point(Math.abs(b.x - a.x), Math.abs(b.y - a.y));
    };
    const ratioAt = (zoom) => Math.min((ROOM * width) / sizeAt(zoom).x, (room * (height - above - below)) / sizeAt(zoom).y);
    let zoom = NEAREST;
    while (zoom > map.getMinZoom() && ratioAt(zoom) < 1) zoom -= 1;
    this.scale = Math.max(1, Math.min(2, ratioAt(zoom)));
    Object.assign(this.holder.style, { width: `${width / this.scale}px`, height: `${height / this.scale}px`, transform: `scale(${this.scale})` });
    document.documentElement.style.setProperty("--map-scale", String(this.scale));
    map.invalidateSize({ pan: false });
    const middle = map.project(this.bounds.getCenter(), zoom).subtract([0, (above - below) / 2 / this.scale]);
    map.setView(map.unproject(middle, zoom), zoom, { animate: false });
  }

  // Pixels at the upper and the lower edge that are not the map's: where something lies on a grid.
  covered() {
    const region = this.region.getBoundingClientRect();
    const credits = this.region.querySelector(".map__credits");
    const above = this.over.filter((node) => this.hidesGrid(node, region)).map((node) => node.getBoundingClientRect().bottom - region.top);
    const below = credits && this.hidesGrid(credits, region) ? region.bottom - credits.getBoundingClientRect().top : 0;
    return { above: Math.max(0, ...above), below };
  }

  hidesGrid(node, region) {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    if (right <= left || bottom <= top) return false;
    const at = (x, y) => this.page.map.containerPointToLatLng([(x - region.left) / this.scale, (y - region.top) / this.scale]);
    const [{ lat: north, lng: west }, { lat: south, lng: east }] = [at(left, top), at(right, bottom)];
    const isIn = (part) => (typeof part[0] === "number" ? part[0] > west && part[0] < east && part[1] > south && part[1] < north : part.some(isIn));
    return this.page.layers.features.some(({ geometry }) => isIn(geometry.coordinates));
  }

  // Names that would stand on each other make room downwards.
  spread() {
    const placed = [];
    const spans = [...this.page.map.getPane(PANE).querySelectorAll("span")];
    for (const span of spans) span.style.marginTop = "";
    const boxes = spans.map((span) => ({ span, box: span.getBoundingClientRect() })).sort((a, b) => a.box.top - b.box.top);
    for (const { span, box: { left, right, top, bottom } } of boxes) {
      let down = 0;
      for (const other of placed) {
        if (left < other.right && right > other.left && top + down < other.bottom && bottom + down > other.top) down = other.bottom - top;
      }
      if (down) span.style.marginTop = `${down / this.scale}px`;
      placed.push({ left, right, top: top + down, bottom: bottom + down });
    }
  }

  // Names of the streets, at the middle of their grids.
  async write() {
    const { page } = this;
    await page.guarded("wall-names", () => this.write(), async () => {
      const { items } = await getJson("/api/v1/areas");
      const streets = items.filter(({ level, bbox }) => (level === "street" || level === "town") && bbox);
      for (const { code, name, bbox: [west, south, east, north] } of streets) {
        const own = boundsOf(page.layers.features.filter(({ properties }) => properties.code.startsWith(code)));
        const centre = own ? own.getCenter() : L.latLng((south + north) / 2, (west + east) / 2);
        const box = L.divIcon({ className: "wall-name", html: el("span", {}, name), iconSize: [0, 0] });
        this.names.addLayer(L.marker(centre, { icon: box, pane: PANE, interactive: false, keyboard: false }));
      }
      this.fit();
    });
  }

  remove() {
    this.sizes.disconnect();
    this.names.remove();
    for (const name of ["width", "height", "transform"]) this.holder.style[name] = "";
    document.documentElement.style.removeProperty("--map-scale");
    this.goBack();
  }

  // The map's place changes its size once more when a full screen ends.
  goBack() {
    const { page } = this;
    const back = new ResizeObserver(() => {
      page.map.invalidateSize({ pan: false });
      if (this.spot) page.goTo(this.spot);
      else page.goHome();
    });
    back.observe(this.region);
    setTimeout(() => back.disconnect(), BACK_MS);
  }
}
