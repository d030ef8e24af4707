// How far grids reach: each alone, all together, and how large they usually are.

// A feature's box: west, south, east, north in degrees.
function boxOf({ geometry }) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  for (const [outer] of parts) {
    for (const [lon, lat] of outer) {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    }
  }
  return box;
}

export function boundsOf(features) {
  const bounds = L.latLngBounds([]);
  for (const [west, south, east, north] of features.map(boxOf)) bounds.extend([south, west]).extend([north, east]);
  return bounds.isValid() ? bounds : null;
}

// Grids of a town are 700 m across, and widths and zooms are made for them. Wards ten times as large are drawn as if
// looked at from nearer: by this many zooms.
const USUAL_M = 800;

export function nearnessOf(features) {
  if (!features.length) return 0;
  const across = features.map(boxOf).map(([west, south, east, north]) => L.latLng(south, west).distanceTo([north, east]));
  across.sort((a, b) => a - b);
  return Math.max(0, Math.log2(across[Math.floor(across.length / 2)] / USUAL_M));
}
