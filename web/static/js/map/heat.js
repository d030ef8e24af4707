// The heat above the ground and below the streets. A new picture is loaded behind the old one and then takes its
// place; while one is loading only the newest wish is kept, so dragging neither flickers nor starves.

import { query } from "../net/api.js";
import { isUrgent } from "./turns.js";

const TILES = "/tiles/heat/{z}/{x}/{y}.png";
const MAX_TILE_ZOOM = 16; // the surface is smooth: closer up, the browser's own scaling is as good
// 512 px pictures either way: on plain screens one covers four tiles, on dense screens one
const PLAIN = { tileSize: 512, zoomOffset: -1, maxNativeZoom: MAX_TILE_ZOOM + 1 };
const DENSE = { tileSize: 256, zoomOffset: 0, maxNativeZoom: MAX_TILE_ZOOM };

export class Heat {
  constructor(map, extent, { onBusy, onFailed, onDrawn }) {
    Object.assign(this, { map, onBusy, onFailed, onDrawn });
    this.bounds = extent ? L.latLngBounds([extent[1], extent[0]], [extent[3], extent[2]]) : undefined;
    this.shown = null;
    this.coming = null;
    this.wish = null;
    this.key = null;
  }

  // `values` are the tile's parameters; null takes the heat off the map.
  show(values) {
    const key = values && query(values);
    if (key === this.key || isUrgent()) return; // other pictures would come too late
    this.key = key;
    this.wish = values;
    if (!values) this.clear();
    else if (!this.coming) this.load();
  }

  retry() {
    const values = this.wish;
    this.key = null;
    this.show(values);
  }

  clear() {
    for (const layer of [this.shown, this.coming]) if (layer) layer.remove();
    this.shown = null;
    this.coming = null;
    this.onBusy(false);
  }

  load() {
    const values = this.wish;
    const key = this.key;
    const layer = L.tileLayer(`${TILES}?${query({ ...values, ratio: 2 })}`, {
      ...(window.devicePixelRatio > 1 ? DENSE : PLAIN),
      pane: "heat", className: "heat-image", bounds: this.bounds, noWrap: true, minZoom: 1, maxZoom: 19, keepBuffer: 1, updateWhenZooming: false,
    });
    let failed = 0;
    this.coming = layer;
    this.onBusy(true);
    layer.on("loading", () => {
      failed = 0;
      this.onBusy(true);
    });
    layer.on("tileloadstart", ({ tile }) => {
      tile.decoding = "sync"; // all of it is there in the frame in which it takes the old one's place
    });
    layer.on("tileerror", () => {
      failed += 1;
    });
    layer.on("load", () => {
      this.onBusy(false);
      if (failed) this.onFailed();
      else this.onDrawn();
      if (this.coming === layer) this.swap(layer);
      if (this.wish && this.key !== key && this.shown === layer) this.load();
    });
    layer.addTo(this.map);
    if (!layer.isLoading()) layer.fire("load"); // nothing of the extent is in view
  }

  swap(layer) {
    const before = this.shown;
    this.shown = layer;
    this.coming = null;
    const container = layer.getContainer();
    if (container) container.classList.add("heat-image--shown");
    if (before) before.remove();
  }
}
