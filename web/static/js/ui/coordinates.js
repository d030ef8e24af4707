// A pair of numbers that somebody typed as a place: "114.965, 30.185", "30.185 114.965", "北纬30.185 东经114.965".

export const DATUMS = ["wgs84", "cgcs2000", "gcj02", "bd09"];

const NUMBER = "([+-]?\\d{1,3}\\.\\d+)";
const BEFORE = "(?:(经度|东经|纬度|北纬|lon|lng|lat|[en])\\s*[:=]?\\s*)?";
const AFTER = "\\s*°?\\s*([en])?";
const PAIR = new RegExp(`^\\(?\\s*${BEFORE}${NUMBER}${AFTER}\\s*[,;/、\\s]\\s*${BEFORE}${NUMBER}${AFTER}\\s*\\)?$`, "i");
const NORTHINGS = ["纬度", "北纬", "lat", "n"];
const SLACK = 0.02; // degrees: no datum is further off than this

// -> { lon, lat, isSwapped } or null where the text is no pair. Longitude comes first; where that lies outside the
// extent [west, south, east, north] and the other order inside, the other order is meant.
export function pairOf(text, extent) {
  const match = PAIR.exec(text.normalize("NFKC").trim());
  if (!match) return null;
  const [, before, first, after, beforeSecond, second, afterSecond] = match;
  const typed = { lon: Number(first), lat: Number(second), isSwapped: false };
  const turned = { lon: Number(second), lat: Number(first), isSwapped: true };
  const isNorth = (word) => NORTHINGS.includes((word || "").toLowerCase());
  if (isNorth(before) || isNorth(after)) return { ...turned, isSwapped: false }; // the text itself says so
  if (before || after || beforeSecond || afterSecond) return typed;
  return isPossible(typed, extent) || !isPossible(turned, extent) ? typed : turned;
}

function isPossible({ lon, lat }, extent) {
  if (Math.abs(lon) > 180 || Math.abs(lat) > 90) return false;
  if (!extent) return true;
  const [west, south, east, north] = extent;
  return lon >= west - SLACK && lon <= east + SLACK && lat >= south - SLACK && lat <= north + SLACK;
}
