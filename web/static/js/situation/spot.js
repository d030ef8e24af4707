// One spot where several reports are stacked: the state's `spot`, "lon,lat" as the points layer gives it.

import { decimal, t } from "../net/words.js";

const DIGITS = 5; // a metre

// "114.965,30.185" -> { lon, lat, text }, null for anything else.
export function spotOf(text) {
  const parts = (text || "").split(",");
  const [lon, lat] = parts.map((part) => (part.trim() ? Number(part) : NaN));
  return parts.length === 2 && Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? { lon, lat, text } : null;
}

// A spot as the panel shows a place.
export function spotPlace({ lon, lat, text }) {
  return { level: "spot", code: text, name: t("One spot"), focus: {}, where: `${decimal(lon, DIGITS)}, ${decimal(lat, DIGITS)}`, lon, lat };
}

const BESIDE = 1e-7; // of a degree, a centimetre: the spot alone

// The words that ask for what stands at the very spot.
export function boxAround({ lon, lat }) {
  return { bbox: [lon - BESIDE, lat - BESIDE, lon + BESIDE, lat + BESIDE].map((degrees) => degrees.toFixed(8)).join(","), zoom: 19 };
}
