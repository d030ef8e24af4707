// How far grids reach: each alone and all together, and how large each is on the screen.

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

// How wide a grid is in px at zoom 0: the side of a square as large as its box.
export function widthAtZero(feature) {
  const [west, south, east, north] = boxOf(feature);
  const from = L.CRS.EPSG3857.latLngToPoint(L.latLng(north, west), 0);
  const to = L.CRS.EPSG3857.latLngToPoint(L.latLng(south, east), 0);
  return Math.sqrt((to.x - from.x) * (to.y - from.y));
}
