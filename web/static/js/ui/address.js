// The view in the address: the query holds what is chosen, the fragment where the map is (#zoom/lat/lon).

import { query } from "../net/api.js";
import { toDay, toText } from "./dates.js";
import { fromCodes, toCodes } from "./kind_tree.js";

// What can be hidden; `kinds` in the address means that no kind is chosen.
export const LAYERS = ["heat", "grids", "borders", "roads", "buildings", "labels"];

// What the address says; what it leaves open comes from `defaults`.
export function readAddress(tree, defaults) {
  const asked = new URLSearchParams(location.search);
  const from = toDay(asked.get("from"));
  const to = toDay(asked.get("to"));
  const whole = from !== null && to !== null && from <= to;
  const bandwidth = Number(asked.get("bw"));
  const hide = (asked.get("hide") || "").split(",");
  return {
    from: whole ? from : defaults.from,
    to: whole ? to : defaults.to,
    kinds: hide.includes("kinds") ? new Set() : fromCodes(tree, asked.get("kinds")),
    bandwidth: defaults.bandwidths.includes(bandwidth) ? bandwidth : defaults.bandwidth,
    grid: asked.get("grid") || null,
    at: asked.get("at") || null,
    name: asked.get("name") || null,
    hidden: new Set(hide.filter((name) => LAYERS.includes(name))),
  };
}

export function readPlace() {
  const parts = location.hash.slice(1).split("/").map(Number);
  if (parts.length !== 3 || parts.some(Number.isNaN)) return null;
  const [zoom, lat, lon] = parts;
  return Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { zoom, lat, lon } : null;
}

// The place to be marked, { lon, lat, name } from `at` ("lon,lat") and `name`; null where it is none.
export function markedPlace({ at, name }) {
  const parts = (at || "").split(",");
  const [lon, lat] = parts.map((text) => (text.trim() ? Number(text) : NaN));
  return parts.length === 2 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { lon, lat, name } : null;
}

export function writeAddress(tree, defaults, view, place, { push = false } = {}) {
  const asked = new URLSearchParams(location.search);
  const noKinds = view.kinds !== null && !view.kinds.size;
  const hide = [...LAYERS.filter((name) => view.hidden.has(name)), ...(noKinds ? ["kinds"] : [])];
  const text = query({
    from: toText(view.from), // always: the usual days are others tomorrow
    to: toText(view.to),
    kinds: noKinds ? null : toCodes(tree, view.kinds),
    bw: view.bandwidth === defaults.bandwidth ? null : view.bandwidth,
    grid: view.grid,
    at: view.at,
    name: view.at ? view.name : null,
    hide: hide.length ? hide.join(",") : null,
    lang: asked.get("lang"),
    theme: asked.get("theme"),
  });
  const hash = place ? `#${place.zoom}/${place.lat.toFixed(5)}/${place.lon.toFixed(5)}` : location.hash;
  const address = `${location.pathname}${text ? `?${text}` : ""}${hash}`;
  if (address === location.pathname + location.search + location.hash) return;
  history[push ? "pushState" : "replaceState"](null, "", address);
}

export function withParameter(name, value) {
  const asked = new URLSearchParams(location.search);
  asked.set(name, value);
  return `${location.pathname}?${asked.toString().replace(/%2C/g, ",")}${location.hash}`;
}
