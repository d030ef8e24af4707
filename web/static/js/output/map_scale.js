// Scales of a map on paper or in a picture: round ones to choose from, the zoom that draws them, the length of a bar.

const WORLD_M = 40075016.686;
const TILE_PX = 256;
export const PX_M = 0.0254 / 96; // of paper: a pixel of CSS is 1/96 inch
export const SCALES = [
  1000, 2000, 2500, 5000, 7500, 10000, 12500, 15000, 20000, 25000, 30000, 40000, 50000, 60000, 75000, 100000, 150000, 200000, 300000, 500000, 1000000,
];
const STEPS = [1, 2, 5];

// Metres of the ground in a pixel of the map.
export function metresPerPx(lat, zoom) {
  return (WORLD_M * Math.cos((lat * Math.PI) / 180)) / (TILE_PX * 2 ** zoom);
}

// -> { zoom, enlarged }: the whole zoom that comes nearest to 1:n on paper, and by how much it is to be enlarged.
export function drawnAt(n, lat, { least, most }) {
  const perPx = n * PX_M;
  const zoom = Math.min(most, Math.max(least, Math.round(Math.log2(metresPerPx(lat, 0) / perPx))));
  return { zoom, enlarged: metresPerPx(lat, zoom) / perPx };
}

// The largest round scale at which all of `bounds` fits into width x height px of paper.
export function fittingScale(bounds, width, height) {
  const crs = L.CRS.EPSG3857;
  const [a, b] = [bounds.getSouthWest(), bounds.getNorthEast()].map((corner) => crs.latLngToPoint(corner, 0));
  const perPx = Math.max(Math.abs(b.x - a.x) / width, Math.abs(b.y - a.y) / height) * metresPerPx(bounds.getCenter().lat, 0);
  return SCALES.find((n) => n * PX_M >= perPx) || SCALES[SCALES.length - 1];
}

// The longest round length that is at most `most` px, as { metres, px }.
export function barLength(perPx, most) {
  const power = 10 ** Math.floor(Math.log10(perPx * most));
  const metres = Math.max(...STEPS.map((step) => step * power).filter((length) => length <= perPx * most));
  return { metres, px: metres / perPx };
}
