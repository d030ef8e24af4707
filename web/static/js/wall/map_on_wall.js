// The page's map on the wall: it fills its place also between two whole zooms, and names are written large.

import { boundsOf } from "../map/grid_extent.js";
import { getJson } from "../net/api.js";
import { el } from "../ui/dom.js";

const PANE = "wall-names";
const ROOM = 0.9; // the credits stand below, the legend above
const BACK_MS = 1000;
const NEAREST = 14; // no nearer: a house is nobody's to see on a wall

export class MapOnWall {
  // `spot` is where the map was, null for everything.
  constructor(page, spot) {
    Object.assign(this, { page, spot });
    this.holder = page.map.getContainer();
    this.region = this.holder.parentElement;
    this.bounds = page.home;
    this.names = L.layerGroup().addTo(page.map);
    if (!page.map.getPane(PANE)) page.map.createPane(PANE).classList.add("wall-names");
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this.region);
    this.fit();
    this.write();
  }

  // `bounds` null: everything.
  show(bounds) {
    this.bounds = bounds || this.page.home;
    this.fit();
  }

  // Tiles are drawn for whole zooms: the rest is done by making the map smaller and enlarging it.
  fit() {
    const { map } = this.page;
    const { clientWidth: width, clientHeight: height } = this.region;
    if (!this.bounds || !width || !height) return;
    const [southWest, northEast] = [this.bounds.getSouthWest(), this.bounds.getNorthEast()];
    const sizeAt = (zoom) => {
      const [a, b] = [map.project(southWest, zoom), map.project(northEast, zoom)];
      return L.point(Math.abs(b.x - a.x), Math.abs(b.y - a.y));
    };
    const ratioAt = (zoom) => Math.min((ROOM * width) / sizeAt(zoom).x, (ROOM * height) / sizeAt(zoom).y);
    let zoom = NEAREST;
    while (zoom > map.getMinZoom() && ratioAt(zoom) < 1) zoom -= 1;
    const scale = Math.max(1, Math.min(2, ratioAt(zoom)));
    Object.assign(this.holder.style, { width: `${width / scale}px`, height: `${height / scale}px`, transform: `scale(${scale})` });
    document.documentElement.style.setProperty("--map-scale", String(scale));
    map.invalidateSize({ pan: false });
    map.setView(this.bounds.getCenter(), zoom, { animate: false });
    this.spread(scale);
  }

  // Names that would stand on each other make room downwards.
  spread(scale) {
    const placed = [];
    const spans = [...this.page.map.getPane(PANE).querySelectorAll("span")];
    for (const span of spans) span.style.marginTop = "";
    const boxes = spans.map((span) => ({ span, box: span.getBoundingClientRect() })).sort((a, b) => a.box.top - b.box.top);
    for (const { span, box: { left, right, top, bottom } } of boxes) {
      let down = 0;
      for (const other of placed) {
        if (left < other.right && right > other.left && top + down < other.bottom && bottom + down > other.top) down = other.bottom - top;
      }
      if (down) span.style.marginTop = `${down / scale}px`;
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
