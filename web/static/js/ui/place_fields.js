// Longitude, latitude and uncertainty as three fields of text, with what is wrong beside each.

import { t } from "../net/words.js";
import { byId } from "./dom.js";
import { mark } from "./told.js";

const DIGITS = 6; // a decimetre
export const LIMIT_M = 100000;

// Full-width digits and a decimal comma are how many people type; anything else is no number.
export function numberOf(text) {
  const plain = text.normalize("NFKC").trim().replace(/,/g, ".");
  return /^[+-]?\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}

export function writePlace({ lon, lat, radius }) {
  if (lon !== undefined) byId("lon").value = lon === null ? "" : lon.toFixed(DIGITS);
  if (lat !== undefined) byId("lat").value = lat === null ? "" : lat.toFixed(DIGITS);
  if (radius !== undefined) byId("uncertainty").value = radius === null ? "" : String(radius);
  for (const name of ["lon", "lat", "uncertainty"]) mark(name, "");
}

// -> { lon, lat, radius } with null for an empty field, or null after saying what is wrong.
export function readPlace({ isNeeded }) {
  const limits = { lon: 180, lat: 90 };
  const found = {};
  let isGood = true;
  for (const name of ["lon", "lat"]) {
    const text = byId(name).value.trim();
    const value = numberOf(text);
    const isEmpty = !text;
    const isWrong = isEmpty ? isNeeded : value === null || Math.abs(value) > limits[name];
    mark(name, !isWrong ? "" : isEmpty ? t("Put the point on the map, or type its place.") : t("A number in degrees, such as {n}.", { n: name === "lon" ? "114.961" : "30.174" }));
    isGood = isGood && !isWrong;
    found[name] = isEmpty ? null : value;
  }
  if (isGood && (found.lon === null) !== (found.lat === null)) {
    mark(found.lon === null ? "lon" : "lat", t("Longitude and latitude go together."));
    isGood = false;
  }
  const text = byId("uncertainty").value.trim();
  const radius = text ? numberOf(text) : null;
  const isWrong = Boolean(text) && (radius === null || radius < 0 || radius > LIMIT_M);
  mark("uncertainty", isWrong ? t("Metres, from 0 to {n}.", { n: LIMIT_M }) : "");
  return isGood && !isWrong ? { lon: found.lon, lat: found.lat, radius } : null;
}
