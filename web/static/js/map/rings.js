// Rings around places where something new was reported. Their pulse is the style sheet's, and is not where no motion
// is wanted.

import { loadStyle } from "../ui/late.js";

const SIZE_PX = 18;

export class Rings {
  constructor(map) {
    this.layer = L.layerGroup().addTo(map);
    this.shown = new Map();
    loadStyle("css/rings.css");
  }

  // `items` with uid, lon, lat; those that are ringed already do not pulse again.
  show(items) {
    const wanted = new Set(items.map(({ uid }) => uid));
    for (const [uid, marker] of this.shown) {
      if (wanted.has(uid)) continue;
      this.layer.removeLayer(marker);
      this.shown.delete(uid);
    }
    for (const { uid, lon, lat } of items) {
      if (this.shown.has(uid)) continue;
      const icon = L.divIcon({ className: "ring", html: "", iconSize: [SIZE_PX, SIZE_PX] });
      const marker = L.marker([lat, lon], { icon, interactive: false, keyboard: false });
      this.shown.set(uid, marker);
      this.layer.addLayer(marker);
    }
  }
}
