// The grids' names as a tile source in memory, so that they are laid out together with the base map's labels and
// nothing overlaps. Points are Web Mercator px inside a tile.

import { widthAtZero } from "./grid_extent.js";

const POINT = 1;
const NAME_PX = 12;
const NAME_SHARE = 0.5; // of a grid's width that its name may take

export class GridLabels {
  constructor() {
    this.points = [];
  }

  set(features) {
    this.points = features.map((feature) => {
      const { properties, geometry } = feature;
      const [lon, lat] = innerPoint(geometry);
      const short = shortName(properties);
      const sin = Math.sin((lat * Math.PI) / 180);
      return {
        x: lon / 360 + 0.5,
        y: 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI),
        props: { code: properties.code, name: properties.name, short, fromZoom: Math.log2(lengthOf(short) / NAME_SHARE / widthAtZero(feature)) },
      };
    });
  }

  // protomaps-leaflet's tile source: tile -> layer name -> features.
  async get({ z, x, y }, tileSize) {
    const tiles = 2 ** z;
    const inside = this.points.filter((p) => Math.floor(p.x * tiles) === x && Math.floor(p.y * tiles) === y);
    const features = inside.map((p) => {
      const at = new Place((p.x * tiles - x) * tileSize, (p.y * tiles - y) * tileSize);
      return {
        geomType: POINT, geom: [[at]], numVertices: 1, props: p.props,
        bbox: { minX: at.x, minY: at.y, maxX: at.x, maxY: at.y },
      };
    });
    return new Map([["grid", features]]);
  }
}

// "磁湖社区第3网格" of 磁湖社区居委会 is "第3网格" on the map, where the community's name stands anyway.
function shortName({ name, community }) {
  const place = (community || "").replace(/(居民委员会|居委会)$/, "");
  return place && name.startsWith(place) && name.length > place.length ? name.slice(place.length) : name;
}

// About how long a name is in px; long ones stand on two lines.
function lengthOf(name) {
  const letters = [...name].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 1 : 0.55), 0);
  return NAME_PX * Math.min(letters, 8);
}

class Place {
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }

  clone() {
    return new Place(this.x, this.y);
  }

  mult(factor) {
    this.x *= factor;
    this.y *= factor;
    return this;
  }

  add(other) {
    this.x += other.x;
    this.y += other.y;
    return this;
  }

  dist(other) {
    return Math.hypot(this.x - other.x, this.y - other.y);
  }
}

// A point well inside the largest part: the middle of the widest stretch on a few cuts from west to east.
export function innerPoint({ type, coordinates }) {
  const parts = type === "Polygon" ? [coordinates] : coordinates;
  const rings = parts.reduce((best, part) => (ringArea(part[0]) > ringArea(best[0]) ? part : best));
  const lats = rings[0].map((point) => point[1]);
  const south = Math.min(...lats);
  const height = Math.max(...lats) - south;
  let found = { lon: rings[0][0][0], lat: rings[0][0][1], score: -1 };
  for (const share of [0.5, 0.42, 0.58, 0.34, 0.66]) {
    const lat = south + height * share;
    const cuts = crossings(rings, lat);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const score = (cuts[i + 1] - cuts[i]) * (1 - Math.abs(share - 0.5));
      if (score > found.score) found = { lon: (cuts[i] + cuts[i + 1]) / 2, lat, score };
    }
  }
  return [found.lon, found.lat];
}

function crossings(rings, lat) {
  const cuts = [];
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i++) {
      const [x0, y0] = ring[i - 1];
      const [x1, y1] = ring[i];
      if (y0 > lat !== y1 > lat) cuts.push(x0 + ((x1 - x0) * (lat - y0)) / (y1 - y0));
    }
  }
  return cuts.sort((a, b) => a - b);
}

function ringArea(ring) {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) sum += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
  return Math.abs(sum);
}
