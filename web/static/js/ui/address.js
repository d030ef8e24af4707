// The view in the address: the query holds what is chosen, the fragment where the map is (#zoom/lat/lon).
//
// Each part of the page owns some parameters: read(asked, page) gives its values of the state, write(view, page) gives
// { parameter: text or null }.

import { query } from "../net/api.js";

export function readAddress(parts, page) {
  const asked = new URLSearchParams(location.search);
  return Object.assign({}, ...parts.map((part) => part.read(asked, page)));
}

export function readPlace() {
  const parts = location.hash.slice(1).split("/").map(Number);
  if (parts.length !== 3 || parts.some(Number.isNaN)) return null;
  const [zoom, lat, lon] = parts;
  return Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { zoom, lat, lon } : null;
}

// The address of a view, without the machine's name.
export function addressOf(parts, page, place) {
  const view = page.state.get();
  const asked = new URLSearchParams(location.search);
  const own = Object.assign({}, ...parts.map((part) => part.write(view, page)));
  const text = query({ ...own, lang: asked.get("lang"), theme: asked.get("theme") });
  const hash = place ? `#${place.zoom}/${place.lat.toFixed(5)}/${place.lon.toFixed(5)}` : location.hash;
  return `${location.pathname}${text ? `?${text}` : ""}${hash}`;
}

export function writeAddress(address, { push = false } = {}) {
  if (address === location.pathname + location.search + location.hash) return;
  history[push ? "pushState" : "replaceState"](null, "", address);
}

// This address with another value of a parameter, null for none.
export function withParameter(name, value) {
  const asked = new URLSearchParams(location.search);
  if (value === null) asked.delete(name);
  else asked.set(name, value);
  return `${location.pathname}?${asked.toString().replace(/%2C/g, ",")}${location.hash}`;
}
