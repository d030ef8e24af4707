// Good and bad rows on the map: a dot for a good one, a cross for a bad one, so that colour is not all that tells them
// apart.

import { Basemap } from "../map/basemap.js";
import { mapColours, onModeChange } from "../map/colours.js";
import { GridLabels } from "../map/grid_labels.js";
import { placeControls, takeOverMap } from "../map/stage.js";
import { number, t } from "../net/words.js";
import { byId, el } from "../ui/dom.js";

const SHOWN = { buildings: true, roads: true, borders: true, labels: true, grids: false };
const ARM_PX = 5;
const FAR_OFF = 8; // bad rows that would make the picture so many times wider are not in the first view
const LEAST_DEG = 0.02;

// A cross drawn by Leaflet's canvas renderer, with a halo below it.
const Cross = L.CircleMarker.extend({
  _updatePath() {
    const { _ctx: ctx, _drawing: isDrawing } = this._renderer;
    if (!isDrawing || this._empty()) return;
    const { x, y } = this._point;
    for (const [color, width] of [[this.options.halo, 5.5], [this.options.color, 2.5]]) {
      ctx.beginPath();
      ctx.moveTo(x - ARM_PX, y - ARM_PX);
      ctx.lineTo(x + ARM_PX, y + ARM_PX);
      ctx.moveTo(x + ARM_PX, y - ARM_PX);
      ctx.lineTo(x - ARM_PX, y + ARM_PX);
      ctx.lineWidth = width;
      ctx.lineCap = "round";
      ctx.strokeStyle = color;
      ctx.stroke();
    }
  },
});

export class RowsMap {
  constructor() {
    this.map = takeOverMap();
    const { basemap } = this.map.gridmap;
    this.map.setMaxBounds(null); // bad rows may lie anywhere on earth
    this.map.setMinZoom(1);
    placeControls(this.map, () => this.fit());
    if (basemap) {
      this.basemap = new Basemap(basemap, new GridLabels(), SHOWN);
      this.basemap.addTo(this.map);
    }
    this.renderer = L.canvas({ pane: "grids", padding: 0.3, tolerance: 4 });
    this.rows = L.layerGroup().addTo(this.map);
    onModeChange(() => {
      if (this.basemap) this.basemap.paint();
      this.paint();
    });
  }

  // -> whether there is anything to see.
  show(found) {
    this.found = found;
    this.bad = found.bad_rows.filter(({ lon, lat }) => lon !== null && lat !== null && Math.abs(lat) <= 85 && Math.abs(lon) <= 180);
    this.paint();
    return found.good.length + this.bad.length > 0;
  }

  paint() {
    if (!this.found) return;
    const style = getComputedStyle(document.documentElement);
    const { halo } = mapColours();
    const good = style.getPropertyValue("--good").trim();
    const danger = style.getPropertyValue("--danger").trim();
    this.rows.clearLayers();
    for (const [lon, lat] of this.found.good) {
      this.rows.addLayer(L.circleMarker([lat, lon], { renderer: this.renderer, pane: "grids", radius: 4, weight: 1.5, color: halo, fillColor: good, fillOpacity: 1, interactive: false }));
    }
    for (const row of this.bad) {
      const cross = new Cross([row.lat, row.lon], { renderer: this.renderer, pane: "grids", radius: ARM_PX + 2, color: danger, halo });
      cross.bindTooltip(() => el("div", {}, el("b", {}, t("row {row}", { row: number(row.row) })), row.reason), { className: "grid-tip import__tip", direction: "top", offset: [0, -6], opacity: 1 });
      this.rows.addLayer(cross);
      row.cross = cross;
    }
    this.drawLegend();
  }

  drawLegend() {
    const { counts, good } = this.found;
    const all = counts.read - counts.bad;
    const key = (kind, text) => el("li", {}, el("i", { class: `import__key import__key--${kind}`, "aria-hidden": "true" }), text);
    const part = good.length < all && good.length ? ` (${t("{n} of them on the map", { n: number(good.length) })})` : "";
    byId("legend").replaceChildren(
      key("good", `${t("good rows: {n}", { n: number(all) })}${part}`),
      key("bad", t("bad rows: {n}", { n: number(counts.bad) }) + this.unseen()),
    );
  }

  // Of a long list only the first rows come to the page: of the others it is not known which have a place.
  unseen() {
    const { counts, bad_rows: listed } = this.found;
    const n = number(listed.length - this.bad.length);
    if (listed.length < counts.bad) {
      return ` (${t("of the first {listed}, {shown} are on the map and {n} have no place", { listed: number(listed.length), shown: number(this.bad.length), n })})`;
    }
    return listed.length > this.bad.length ? ` (${t("{n} without a place to show", { n })})` : "";
  }

  fit() {
    const good = L.latLngBounds(this.found.good.map(([lon, lat]) => [lat, lon]));
    const all = L.latLngBounds(this.bad.map(({ lon, lat }) => [lat, lon])).extend(good);
    const bounds = good.isValid() && widthOf(all) > FAR_OFF * Math.max(widthOf(good), LEAST_DEG) ? good : all;
    if (!bounds.isValid()) return;
    this.map.invalidateSize({ pan: false });
    this.map.fitBounds(bounds.pad(0.08), { maxZoom: 17, animate: false });
  }

  goTo(lon, lat, row) {
    this.map.setView([lat, lon], 17, { animate: false });
    const found = row && this.bad.find((bad) => bad.row === row);
    if (found) found.cross.openTooltip();
    byId("map-region").scrollIntoView({ block: "nearest" });
  }
}

function widthOf(bounds) {
  if (!bounds.isValid()) return 0;
  return Math.max(bounds.getEast() - bounds.getWest(), bounds.getNorth() - bounds.getSouth());
}
