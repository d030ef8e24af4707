// A small map around one place: the base map, the grids, those that are in question, the circle of uncertainty, the
// point itself and where it was before.

import { getJson } from "../net/api.js";
import { t } from "../net/words.js";
import { byId, el } from "../ui/dom.js";
import { Basemap } from "./basemap.js";
import { Candidates } from "./candidates.js";
import { mapColours, onModeChange } from "./colours.js";
import { boundsOf } from "./grid_extent.js";
import { GridLabels } from "./grid_labels.js";
import { PlaceMarker } from "./place_marker.js";
import { takeOverMap } from "./stage.js";

const NEAR_ZOOM = 17;
const PATIENCE_MS = 8000; // a base map that does not come does not hold the page up

export class PlaceMap {
  // onMove(lon, lat): the point was moved by hand, or put there for the first time; null: it is only looked at.
  constructor({ planVersion, onMove }) {
    this.planVersion = planVersion;
    this.onMove = onMove;
    this.map = takeOverMap();
    if (this.map.attributionControl) this.map.attributionControl.remove();
    L.control.zoom({ position: "topleft", zoomInTitle: t("Zoom in"), zoomOutTitle: t("Zoom out") }).addTo(this.map);
    L.control.scale({ imperial: false, maxWidth: 90 }).addTo(this.map);
    this.candidates = new Candidates(this.map);
    this.drawn = L.svg({ pane: "selected" }); // what the style sheet paints
    this.marker = new PlaceMarker(this.map, onMove && ((lon, lat) => {
      this.drawCircle(lon, lat);
      onMove(lon, lat);
    }));
    this.circle = null;
    this.radius = null;
    this.map.on("click", ({ latlng }) => {
      if (this.marker.marker || !onMove) return;
      this.put(latlng.lng, latlng.lat);
      onMove(latlng.lng, latlng.lat);
    });
    onModeChange(() => this.paint());
  }

  // The ground and the grids; `place` ({lon, lat, uncertainty_m} or null) says where to begin.
  async open(place) {
    this.grids = this.planVersion ? (await getJson("/api/v1/grids.geojson", { v: this.planVersion })).features : [];
    const labels = new GridLabels();
    labels.set(this.grids);
    const opacity = { buildings: 1, blocks: 1, sites: 1, labels: 1 };
    const shown = { buildings: true, roads: true, borders: true, labels: true, sites: true, blocks: false, grids: !place, opacity };
    this.basemap = new Basemap(this.map.gridmap.basemap, labels, shown);
    this.basemap.gridsChanged(this.grids.length > 0);
    this.begin(place);
    const drawn = Promise.all(this.basemap.layers.map((layer) => new Promise((done) => layer.once("load", done))));
    this.basemap.addTo(this.map);
    this.paint();
    await Promise.race([drawn, new Promise((done) => setTimeout(done, PATIENCE_MS))]);
  }

  begin(place) {
    if (place) {
      this.focus(place);
      return;
    }
    const bounds = boundsOf(this.grids);
    if (bounds) this.map.fitBounds(bounds, { animate: false, padding: [8, 8] });
  }

  // So near that the circle fills about half of the map, and never so near that nothing is known any more.
  focus({ lon, lat, uncertainty_m: radius }) {
    const around = L.latLng(lat, lon).toBounds(Math.max(4 * (radius || 0), 120));
    this.map.fitBounds(around, { animate: false, maxZoom: NEAR_ZOOM });
  }

  put(lon, lat, radius = this.radius) {
    this.radius = radius;
    this.marker.put(lon, lat);
    this.drawCircle(lon, lat);
  }

  drawCircle(lon, lat) {
    if (this.circle) this.circle.remove();
    this.circle = null;
    if (!this.radius) return;
    this.circle = L.circle([lat, lon], { radius: this.radius, renderer: this.drawn, pane: "selected", interactive: false, className: "reach" }).addTo(this.map);
  }

  // The codes of the candidates, in the order of the answers.
  ask(codes) {
    const byCode = new Map(this.grids.map((feature) => [feature.properties.code, feature]));
    this.candidates.set(codes.map((code) => byCode.get(code)).filter(Boolean));
  }

  // These grids fill the map, even where the circle reaches beyond it.
  frame(codes) {
    const bounds = boundsOf(this.grids.filter(({ properties }) => codes.includes(properties.code)));
    if (bounds) this.map.fitBounds(bounds, { animate: false, padding: [24, 24], maxZoom: NEAR_ZOOM });
  }

  // Moves the map only where the grid is not in view.
  see(code) {
    const bounds = boundsOf(this.grids.filter(({ properties }) => properties.code === code));
    if (bounds && !this.map.getBounds().contains(bounds)) this.map.fitBounds(this.map.getBounds().extend(bounds), { animate: false });
  }

  key({ radius, hasGhosts }) {
    const parts = [];
    if (radius) parts.push(el("span", { class: "key key--reach" }, t("uncertainty {n} m", { n: Math.round(radius) })));
    if (hasGhosts) parts.push(el("span", { class: "key key--ghost" }, t("where it was before")));
    byId("map-key").replaceChildren(...parts);
    byId("map-key").hidden = !parts.length;
  }

  paint() {
    const colours = mapColours();
    if (this.basemap) this.basemap.paint();
    if (this.borders) this.borders.remove();
    const options = { renderer: L.canvas({ pane: "grids", padding: 0.3 }), pane: "grids", interactive: false, smoothFactor: 0.6 };
    const line = (color, weight, opacity) => L.geoJSON(this.grids, { ...options, style: { color, weight, opacity, fill: false, lineJoin: "round" } });
    this.borders = L.layerGroup([line(colours.halo, 4, 0.75), line(colours.border, 1.2, 1)]).addTo(this.map);
    this.candidates.paint();
  }
}
