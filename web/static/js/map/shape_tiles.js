// A Leaflet layer that draws shapes held in memory, tile by tile, each when its turn comes: thousands of them cost no
// frame when the map is moved, and only what comes into view is drawn.

import { pixelRatio } from "./resolution.js";
import { begin, takeTurn } from "./turns.js";

const TILE_PX = 512;
const EDGE_PX = 12; // lines reach over a tile's edge

export const ShapeTiles = L.GridLayer.extend({
  options: { tileSize: TILE_PX, updateWhenIdle: false, updateWhenZooming: false, keepBuffer: 1, noWrap: true, maxZoom: 19 },

  // draw(ctx, found, trace, zoom) paints the shapes with the indices `found`, trace(index) adds one to the path;
  // isSeen(index, zoom) says which are drawn at all.
  initialize(draw, { isSeen = () => true, ...options }) {
    L.GridLayer.prototype.initialize.call(this, options);
    Object.assign(this, { shapes: null, drawing: 0, paintShapes: draw, isSeen });
  },

  // Draw these from now on, or the same ones anew.
  use(shapes) {
    this.shapes = shapes;
    this.again();
  },

  again() {
    if (this._map) for (const { coords, el } of Object.values(this._tiles)) this.queue(coords, el, () => {});
  },

  createTile(coords, done) {
    const canvas = L.DomUtil.create("canvas", "leaflet-tile");
    this.queue(coords, canvas, () => done(null, canvas));
    return canvas;
  },

  queue(coords, canvas, done) {
    const turn = (canvas.turn || 0) + 1;
    canvas.turn = turn;
    this.drawing += 1;
    takeTurn(() => {
      this.drawing -= 1;
      if (canvas.turn === turn && this._map) this.draw(coords, canvas);
      done();
    });
  },

  draw({ x, y, z }, canvas) {
    const ratio = pixelRatio();
    const size = 256 * 2 ** z;
    const [left, top] = [x * TILE_PX, y * TILE_PX];
    const [west, north, east, south] = [left - EDGE_PX, top - EDGE_PX, left + TILE_PX + EDGE_PX, top + TILE_PX + EDGE_PX].map((px) => px / size);
    const found = (this.shapes ? this.shapes.within(west, north, east, south) : []).filter((i) => this.isSeen(i, z));
    canvas.width = canvas.height = found.length ? TILE_PX * ratio : 0; // and thereby empty; an empty tile costs nothing
    if (!found.length) return;
    const ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    begin(ctx);
    ctx.lineJoin = "round";
    this.paintShapes(ctx, found, (i) => this.shapes.trace(ctx, i, size, left, top), z);
  },
});
