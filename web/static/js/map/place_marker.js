// The point of an incident: dragged, or moved by the arrow keys; where it was before is a hollow ghost.

import { t } from "../net/words.js";
import { pinDrawing } from "./pin_drawing.js";

const STEP_PX = 8;
const FINE_PX = 1;
const KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export class PlaceMarker {
  // onMove(lon, lat) while and after it is moved by hand; null: it stays where it is.
  constructor(map, onMove) {
    this.map = map;
    this.onMove = onMove;
    this.marker = null;
    this.ghosts = L.layerGroup().addTo(map);
    this.drawn = L.svg({ pane: "borders" });
  }

  put(lon, lat) {
    if (this.marker) this.marker.setLatLng([lat, lon]);
    else this.make([lat, lon]);
  }

  make(at) {
    const icon = L.divIcon({ className: "pin", html: pinDrawing(), iconSize: [30, 40], iconAnchor: [15, 38] });
    this.marker = L.marker(at, { icon, draggable: Boolean(this.onMove), autoPan: true, keyboard: Boolean(this.onMove), interactive: Boolean(this.onMove), zIndexOffset: 1000 }).addTo(this.map);
    if (!this.onMove) return;
    this.marker.on("drag", () => this.moved());
    const node = this.marker.getElement();
    node.setAttribute("aria-label", t("The place of the incident. Drag it, or move it with the arrow keys; with Shift in small steps."));
    node.addEventListener("keydown", (event) => this.step(event));
  }

  step(event) {
    const way = KEYS[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const px = event.shiftKey ? FINE_PX : STEP_PX;
    const from = this.map.project(this.marker.getLatLng()); // not rounded to whole pixels: east is exactly east
    this.marker.setLatLng(this.map.unproject(from.add([way[0] * px, way[1] * px])));
    if (!this.map.getBounds().pad(-0.1).contains(this.marker.getLatLng())) this.map.panTo(this.marker.getLatLng());
    this.moved();
  }

  moved() {
    const { lng, lat } = this.marker.getLatLng();
    this.onMove(lng, lat);
  }

  // Former places, oldest first, and the way they lead to where it is now.
  haunt(places, now) {
    this.ghosts.clearLayers();
    if (!places.length) return;
    const way = [...places, now].map(({ lon, lat }) => [lat, lon]);
    this.ghosts.addLayer(L.polyline(way, { renderer: this.drawn, pane: "borders", className: "ghost-way", interactive: false }));
    for (const { lon, lat } of places) {
      const icon = L.divIcon({ className: "ghost", html: "", iconSize: [16, 16], iconAnchor: [8, 8] });
      const ghost = L.marker([lat, lon], { icon, interactive: false, keyboard: false });
      this.ghosts.addLayer(ghost);
      ghost.getElement().setAttribute("title", t("where it was before"));
    }
  }
}
