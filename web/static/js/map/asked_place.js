// A place that the address names: a pin with what stands there written beside it, until somebody takes it away.

import { decimal, t } from "../net/words.js";
import { CROSS, el, icon } from "../ui/dom.js";
import { pinDrawing } from "./pin_drawing.js";

const DIGITS = 5; // a metre

export class AskedPlace {
  // onRemove(): the button beside the pin was pressed.
  constructor(map, onRemove) {
    this.map = map;
    this.onRemove = onRemove;
    this.marker = null;
  }

  // `place`: { lon, lat, name } or null; without a name its coordinates stand beside the pin.
  show(place) {
    if (this.marker) this.marker.remove();
    this.marker = null;
    if (!place) return;
    const { lon, lat, name } = place;
    const close = el("button", { type: "button", class: "asked__close", title: t("Remove the mark"), "aria-label": t("Remove the mark"), onclick: () => this.onRemove() }, icon(CROSS));
    const label = el("div", { class: "asked__label" }, el("span", { class: "asked__name" }, name || `${decimal(lon, DIGITS)}, ${decimal(lat, DIGITS)}`), close);
    L.DomEvent.disableClickPropagation(label);
    const html = el("div", { class: "asked" }, pinDrawing(), label);
    const divIcon = L.divIcon({ className: "pin pin--fixed", html, iconSize: [30, 40], iconAnchor: [15, 38] });
    this.marker = L.marker([lat, lon], { icon: divIcon, interactive: false, keyboard: false }).addTo(this.map);
  }
}
