// Polygons and multipolygons projected once (Web Mercator, the world is 1 x 1), so that they are quickly traced at any
// zoom and found under a pointer.

const NEAR_PX = 0.6; // points as near as this to the last one drawn change nothing that can be seen

export function project(lon, lat) {
  const sin = Math.sin((lat * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
}

export class Shapes {
  // `features` are those of a GeoJSON collection; an index in all that follows is one in them.
  constructor(features) {
    this.features = features;
    this.rings = features.map(({ geometry }) => ringsOf(geometry));
    this.boxes = new Float64Array(4 * features.length);
    this.rings.forEach((rings, i) => this.boxes.set(boxOf(rings), 4 * i));
  }

  // The indices of shapes whose boxes reach into a box.
  within(west, north, east, south) {
    const { boxes } = this;
    const found = [];
    for (let i = 0, k = 0; k < boxes.length; i += 1, k += 4) {
      if (boxes[k] <= east && boxes[k + 2] >= west && boxes[k + 1] <= south && boxes[k + 3] >= north) found.push(i);
    }
    return found;
  }

  // The first shape at a point, -1 for none.
  at(lon, lat) {
    const [x, y] = project(lon, lat);
    const found = this.within(x, y, x, y).find((i) => isInside(this.rings[i], x, y));
    return found === undefined ? -1 : found;
  }

  // How wide a shape is at zoom 0, in px: the side of a square as large as its box.
  width(i) {
    const [west, north, east, south] = this.boxes.subarray(4 * i, 4 * i + 4);
    return 256 * Math.sqrt((east - west) * (south - north));
  }

  // Adds the outline of a shape to the path of `ctx`: the world is `size` px wide, its corner at -left, -top.
  trace(ctx, i, size, left, top) {
    for (const ring of this.rings[i]) {
      let x = ring[0] * size - left;
      let y = ring[1] * size - top;
      ctx.moveTo(x, y);
      for (let k = 2; k < ring.length - 2; k += 2) {
        const nextX = ring[k] * size - left;
        const nextY = ring[k + 1] * size - top;
        if (Math.abs(nextX - x) + Math.abs(nextY - y) < NEAR_PX) continue;
        x = nextX;
        y = nextY;
        ctx.lineTo(x, y);
      }
      ctx.closePath();
    }
  }
}

function ringsOf({ type, coordinates }) {
  const parts = type === "Polygon" ? [coordinates] : type === "MultiPolygon" ? coordinates : [];
  return parts.flat().map((ring) => {
    const flat = new Float64Array(2 * ring.length);
    ring.forEach(([lon, lat], k) => flat.set(project(lon, lat), 2 * k));
    return flat;
  });
}

function boxOf(rings) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let k = 0; k < ring.length; k += 2) {
      box[0] = Math.min(box[0], ring[k]);
      box[1] = Math.min(box[1], ring[k + 1]);
      box[2] = Math.max(box[2], ring[k]);
      box[3] = Math.max(box[3], ring[k + 1]);
    }
  }
  return box;
}

function isInside(rings, x, y) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      if (ring[i + 1] > y !== ring[j + 1] > y && x < ((ring[j] - ring[i]) * (y - ring[i + 1])) / (ring[j + 1] - ring[i + 1]) + ring[i]) inside = !inside;
    }
  }
  return inside;
}
