// A Leaflet layer that paints vector tiles on canvases, with protomaps-leaflet's painter and label layout. A canvas is
// 512 px wide, as a vector tile is drawn: a quarter of the canvases that the library's own layer makes, and the browser
// has a quarter to put together at each frame.

import { pixelRatio } from "./resolution.js";
import { begin, isUrgent, takeTurn } from "./turns.js";

const { Labelers, paint } = window.protomapsL;

const TILE_PX = 512;
const EDGE_PX = 16; // lines and labels reach over a tile's edge
const LABELLED_TILES = 16; // label layouts kept for each zoom

export const CanvasTiles = L.GridLayer.extend({
  options: { tileSize: TILE_PX, updateWhenIdle: false, keepBuffer: 1, noWrap: true, maxZoom: 19 },

  // views: source name -> protomaps-leaflet View.
  initialize(views, options) {
    L.GridLayer.prototype.initialize.call(this, options);
    this.views = views;
    this.drawing = 0; // tiles that are not as they will be
    this.scratch = document.createElement("canvas").getContext("2d");
    this.use([], []);
  },

  // Draw by other rules from now on.
  use(paintRules, labelRules) {
    this.paintRules = paintRules;
    this.labelers = new Labelers(this.scratch, labelRules, LABELLED_TILES, (keys) => this.drawAgain(keys));
    if (this._map) for (const { coords, el } of Object.values(this._tiles)) this.drawOver(coords, el);
  },

  createTile(coords, done) {
    const canvas = L.DomUtil.create("canvas", "leaflet-tile");
    canvas.lang = "zh-CN"; // so that Han characters take their Chinese forms
    this.draw(coords, canvas).then(() => done(null, canvas), (error) => done(error, canvas));
    return canvas;
  },

  // A tile that could not be had was told of when it was first asked for.
  drawOver(coords, canvas) {
    if (isUrgent() && canvas.prepared) this.drawPrepared(coords, canvas);
    else this.draw(coords, canvas).catch(() => {});
  },

  async draw(coords, canvas) {
    this.drawing += 1;
    try {
      await this.drawInTurn(coords, canvas);
    } finally {
      this.drawing -= 1;
    }
  },

  async drawInTurn(coords, canvas) {
    const turn = (canvas.turn || 0) + 1;
    canvas.turn = turn;
    const { z, x, y } = coords;
    const tiles = await Promise.all([...this.views].map(async ([name, view]) => {
      return [name, [await view.getDisplayTile({ z, x: 2 * x, y: 2 * y })]]; // the library counts tiles of 256 px
    }));
    await new Promise(takeTurn);
    if (canvas.turn !== turn || !this._map) return; // drawn anew meanwhile, or gone
    canvas.prepared = new Map(tiles);
    this.drawPrepared(coords, canvas);
  },

  drawPrepared(coords, canvas) {
    const { labelers, paintRules } = this;
    labelers.add(coords.z, canvas.prepared);
    this.paint(canvas, coords, paintRules, canvas.prepared, labelers.getIndex(coords.z));
  },

  paint(canvas, { z, x, y }, rules, prepared, labels) {
    const ratio = pixelRatio();
    const origin = { x: TILE_PX * x, y: TILE_PX * y };
    const box = {
      minX: origin.x - EDGE_PX, minY: origin.y - EDGE_PX, maxX: origin.x + TILE_PX + EDGE_PX, maxY: origin.y + TILE_PX + EDGE_PX,
    };
    // thereby empty; a tile with nothing on it costs the browser nothing at each frame
    canvas.width = canvas.height = hasMarks(z, prepared, labels, rules, box) ? TILE_PX * ratio : 0;
    if (!canvas.width) return;
    const ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    begin(ctx);
    paint(ctx, z, prepared, labels, rules, box, origin, false);
  },

  // Labels of a tile that came later have changed what stands on these, named x:y:z in tiles of 256 px.
  drawAgain(keys) {
    const halves = new Set([...keys].map((key) => {
      const [x, y, z] = key.split(":").map(Number);
      return `${x >> 1}:${y >> 1}:${z}`;
    }));
    for (const { coords, el } of Object.values(this._tiles)) {
      if (halves.has(`${coords.x}:${coords.y}:${coords.z}`)) this.drawOver(coords, el);
    }
  },
});

// Whether any rule finds something to draw, or a label lies in the box.
function hasMarks(zoom, prepared, labels, rules, box) {
  if (labels && labels.searchBbox(box, Infinity).size) return true;
  return rules.some(({ dataSource = "", dataLayer, minzoom = 0, maxzoom = Infinity, filter = () => true }) => zoom >= minzoom && zoom <= maxzoom
    && (prepared.get(dataSource) || []).some(({ data }) => (data.get(dataLayer) || []).some((feature) => filter(zoom, feature))));
}
