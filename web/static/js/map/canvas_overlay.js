// One canvas over the map for marks that reach into each other: it moves and scales with the map and is drawn anew when
// the map has come to rest. Leaflet's own renderers know how; what they would do with paths is left out.

import { pixelRatio } from "./resolution.js";
import { begin } from "./turns.js";

export const CanvasOverlay = L.Renderer.extend({
  options: { padding: 0.25 },

  // draw(ctx, spot): spot(lon, lat) -> [x, y] on the canvas in px.
  initialize(draw, options) {
    L.Renderer.prototype.initialize.call(this, options);
    this.drawMarks = draw;
  },

  again() {
    if (this._map && this._bounds) this.drawAll();
  },

  // What the canvas covers, in degrees.
  reach() {
    const { min, max } = this._bounds;
    return L.latLngBounds(this._map.layerPointToLatLng([min.x, max.y]), this._map.layerPointToLatLng([max.x, min.y]));
  },

  _initContainer() {
    this._container = document.createElement("canvas");
  },

  _destroyContainer() {
    this._container.remove();
    this._container = null;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    this.drawAll();
    this.fire("moved");
  },

  drawAll() {
    const canvas = this._container;
    const ratio = pixelRatio();
    const size = this._bounds.getSize();
    L.DomUtil.setPosition(canvas, this._bounds.min);
    canvas.width = ratio * size.x;
    canvas.height = ratio * size.y;
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    const ctx = canvas.getContext("2d");
    begin(ctx);
    ctx.scale(ratio, ratio);
    const { min } = this._bounds;
    this.drawMarks(ctx, (lon, lat) => {
      const { x, y } = this._map.latLngToLayerPoint([lat, lon]);
      return [x - min.x, y - min.y];
    });
  },
});
