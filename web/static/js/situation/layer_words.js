// The layers in the address and in the browser's memory. An address that names days is somebody's view and stands for
// itself; any other (the bare page, a link to one grid) is shown with the layers that were last used here.
//
// surface=heat|choropleth|none  by=count|rate|change  layers=grids,borders (those shown; none)  opacity=heat.60,grids.40
// (per cent)  bw=200 (metres); what is absent is usual.

import { LAYERS, MEASURES, SURFACES, usualLayers, usualOpacity } from "../ui/layer_list.js";

const KEPT_AS = "gridmap-layers";
const WORDS = ["surface", "by", "layers", "opacity"];

export const layerWords = {
  read(asked, { defaults, situation }) {
    const isView = asked.has("from") || WORDS.some((name) => asked.has(name));
    const words = isView ? asked : new URLSearchParams(kept());
    const bandwidth = Number(asked.get("bw"));
    return {
      surface: known(SURFACES, words.get("surface"), "heat"),
      by: known(MEASURES, words.get("by"), "count"),
      layers: readLayers(words.get("layers"), Boolean(situation.own_basemap)),
      opacity: readOpacity(words.get("opacity")),
      bandwidth: defaults.bandwidths.includes(bandwidth) ? bandwidth : defaults.bandwidth,
    };
  },
  write(view, { defaults }) {
    return { ...write(view), bw: view.bandwidth === defaults.bandwidth ? null : view.bandwidth };
  },
};

// All of it in words, also what is usual: for a browser or a day that knows another usual.
export function wholeLayerWords(view) {
  const { surface, by, bandwidth: bw } = view;
  const { opacity } = write(view);
  return { surface, by, layers: shownOf(view).join(",") || "none", opacity, bw };
}

// What is shown now is what a bare address begins with the next time.
export function remember(view) {
  const words = Object.entries(write(view)).filter(([, text]) => text !== null);
  try {
    localStorage.setItem(KEPT_AS, new URLSearchParams(words).toString());
  } catch {
    // a browser that keeps nothing begins with the usual layers
  }
}

function kept() {
  try {
    return localStorage.getItem(KEPT_AS) || "";
  } catch {
    return "";
  }
}

function shownOf({ layers }) {
  return Object.keys(LAYERS).filter((id) => layers.has(id));
}

function write(view) {
  const { surface, by, opacity } = view;
  const shown = shownOf(view);
  const isUsual = String(shown) === String([...usualLayers()]);
  const faded = Object.keys({ ...SURFACES, ...LAYERS }).filter((id) => opacity[id] !== undefined && opacity[id] !== usualOpacity(id));
  return {
    surface: surface === "heat" ? null : surface,
    by: by === "count" ? null : by,
    layers: isUsual ? null : shown.join(",") || "none",
    opacity: faded.map((id) => `${id}.${Math.round(100 * opacity[id])}`).join(",") || null,
  };
}

function known(names, text, usual) {
  return Object.keys(names).includes(text) ? text : usual;
}

function readLayers(text, hasOwn) {
  if (text === null) return usualLayers();
  const asked = text.split(",");
  return new Set(Object.keys(LAYERS).filter((id) => asked.includes(id) && (id !== "own" || hasOwn)));
}

function readOpacity(text) {
  const opacity = {};
  for (const part of (text || "").split(",")) {
    const [id, percent] = part.split(".");
    if ((id in LAYERS || id in SURFACES) && /^\d{1,3}$/.test(percent) && percent <= 100) opacity[id] = percent / 100;
  }
  return opacity;
}
