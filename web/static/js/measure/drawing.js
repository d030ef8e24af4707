// The measured line or area on the map: a halo below, the accent above, a dot at each point that is set.

import { mapColours } from "../map/colours.js";

const PANE = "measure";

export class Drawing {
  constructor(map) {
    if (!map.getPane(PANE)) map.createPane(PANE).classList.add("measure-pane");
    this.layers = L.layerGroup().addTo(map);
    this.renderer = L.svg({ pane: PANE, padding: 0.5 });
  }

  // `fixed` of the `places` ([lon, lat]) are set, one more may be under the pointer.
  show({ places, fixed, isArea }) {
    const { accent, halo, panel } = mapColours();
    const at = places.map(([lon, lat]) => [lat, lon]);
    const basic = { renderer: this.renderer, pane: PANE, interactive: false, lineJoin: "round", smoothFactor: 0 };
    const set = at.slice(0, fixed);
    this.layers.clearLayers();
    const add = (layer) => this.layers.addLayer(layer);
    if (isArea && at.length > 2) add(L.polygon(at, { ...basic, stroke: false, fillColor: accent, fillOpacity: 0.18 }));
    add(L.polyline(at, { ...basic, color: halo, weight: 6, opacity: 0.85 }));
    add(L.polyline(set, { ...basic, color: accent, weight: 3 }));
    const open = [...(at.length > fixed ? at.slice(Math.max(0, fixed - 1)) : set.slice(-1)), ...(isArea && at.length > 2 ? [at[0]] : [])];
    if (open.length > 1) add(L.polyline(open, { ...basic, color: accent, weight: 3, dashArray: at.length > fixed ? "6 6" : null }));
    for (const place of set) add(L.circleMarker(place, { ...basic, radius: 5, color: accent, weight: 2.5, fillColor: panel, fillOpacity: 1 }));
  }

  remove() {
    this.layers.remove();
    this.renderer.remove();
  }
}
