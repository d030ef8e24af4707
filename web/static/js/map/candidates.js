// The grids that an incident may belong to, each in a colour of its own, with its name where it is in view.

const COLOURS = 4; // then all the others in one grey

export function candidateColours() {
  const style = getComputedStyle(document.documentElement);
  const read = (n) => style.getPropertyValue(`--candidate-${n}`).trim();
  return [...Array(COLOURS + 1).keys()].map((i) => read(i + 1));
}

export class Candidates {
  constructor(map) {
    this.map = map;
    this.renderer = L.canvas({ pane: "grids", padding: 0.3 });
    this.layers = L.layerGroup().addTo(map);
    this.names = L.layerGroup().addTo(map);
    this.shown = [];
    this.marked = -1;
    map.on("moveend", () => this.write());
  }

  // `features` are the candidates' shapes in the order of the answers.
  set(features) {
    this.shown = features;
    this.marked = -1;
    this.paint();
  }

  // The one that a button under the pointer or with the focus stands for; -1 for none.
  mark(index) {
    if (index === this.marked) return;
    this.marked = index;
    this.paint();
  }

  paint() {
    const colours = candidateColours();
    const halo = getComputedStyle(document.documentElement).getPropertyValue("--map-halo").trim();
    this.layers.clearLayers();
    this.shown.forEach((feature, i) => {
      const color = colours[Math.min(i, COLOURS)];
      const options = { renderer: this.renderer, pane: "grids", interactive: false, smoothFactor: 0.6 };
      const line = { lineJoin: "round", opacity: 1 };
      this.layers.addLayer(L.geoJSON(feature, { ...options, style: { ...line, color: halo, weight: 6, fill: false } }));
      const fillOpacity = i === this.marked ? 0.45 : 0.22;
      this.layers.addLayer(L.geoJSON(feature, { ...options, style: { ...line, color, weight: i === this.marked ? 4 : 2.5, fill: true, fillColor: color, fillOpacity } }));
    });
    this.write();
  }

  // A name that would lie on one before it is left out; the marked grid's comes first.
  write() {
    this.names.clearLayers();
    const taken = [];
    const order = [...this.shown.keys()].sort((a, b) => (b === this.marked) - (a === this.marked));
    for (const i of order) {
      const feature = this.shown[i];
      const at = spotInView(feature, this.map.getBounds());
      if (!at) continue;
      const name = L.tooltip({ permanent: true, direction: "center", interactive: false, className: `candidate-name candidate-name--${Math.min(i, COLOURS) + 1}` });
      this.names.addLayer(name.setLatLng(at).setContent(nameNode(feature.properties.name)));
      const box = name.getElement().getBoundingClientRect();
      if (taken.some((other) => isOver(box, other))) this.names.removeLayer(name);
      else taken.push(box);
    }
  }
}

function isOver(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

// A place inside the shape near the middle of what of it is in view; null where nothing is.
function spotInView({ geometry }, bounds) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const [west, south, east, north] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const steps = 14;
  const found = [];
  for (let i = 1; i < steps; i += 1) {
    for (let j = 1; j < steps; j += 1) {
      const lon = west + ((east - west) * i) / steps;
      const lat = south + ((north - south) * j) / steps;
      if (polygons.some((rings) => isInside(rings, lon, lat))) found.push([lat, lon]);
    }
  }
  if (!found.length) return null;
  const mean = [0, 1].map((k) => found.reduce((sum, at) => sum + at[k], 0) / found.length);
  const far = (at) => (at[0] - mean[0]) ** 2 + (at[1] - mean[1]) ** 2;
  return found.reduce((best, at) => (far(at) < far(best) ? at : best));
}

function isInside(rings, lon, lat) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [x, y] = ring[i];
      const [u, v] = ring[j];
      if (y > lat !== v > lat && lon < ((u - x) * (lat - y)) / (v - y) + x) inside = !inside;
    }
  }
  return inside;
}

// As a node: a name is text, whatever signs it has.
function nameNode(name) {
  const node = document.createElement("span");
  node.textContent = name;
  return node;
}
