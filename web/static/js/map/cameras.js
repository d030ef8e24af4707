// Cameras: a mark each, and from near the ground that it sees as its data say: bearing, field of view and range.

import { CanvasOverlay } from "./canvas_overlay.js";
import { mapColours } from "./colours.js";

const SEEN_FROM = 16; // the zoom from which the fields of view are drawn
const MARK_PX = 4;
const GRASP_PX = 9;
const METRES = 111320; // a degree of latitude

export class Cameras {
  constructor(map) {
    this.map = map;
    this.features = [];
    this.overlay = new CanvasOverlay((...how) => this.draw(...how), { pane: "cameras" });
  }

  set(features) {
    this.features = features;
    this.overlay.again();
  }

  show(visible) {
    if (visible) this.overlay.addTo(this.map);
    else this.overlay.remove();
  }

  paint() {
    this.overlay.again();
  }

  // The properties of the camera under a place on the screen, null for none.
  at({ x, y }) {
    if (!this.map.hasLayer(this.overlay)) return null;
    const found = this.features.find(({ geometry: { coordinates: [lon, lat] } }) => {
      const mark = this.map.latLngToContainerPoint([lat, lon]);
      return Math.hypot(mark.x - x, mark.y - y) <= GRASP_PX;
    });
    return found ? found.properties : null;
  }

  draw(ctx, spot) {
    const { camera, halo } = mapColours();
    const reach = this.overlay.reach().pad(0.1);
    const seen = this.features.filter(({ geometry: { coordinates: [lon, lat] } }) => reach.contains([lat, lon]));
    if (this.map.getZoom() >= SEEN_FROM) for (const feature of seen) drawField(ctx, spot, feature, camera);
    const half = this.map.getZoom() < 14 ? MARK_PX * 0.7 : MARK_PX;
    for (const { geometry: { coordinates } } of seen) {
      const [x, y] = spot(...coordinates);
      ctx.beginPath();
      ctx.moveTo(x, y - half * 1.3);
      ctx.lineTo(x + half * 1.3, y);
      ctx.lineTo(x, y + half * 1.3);
      ctx.lineTo(x - half * 1.3, y);
      ctx.closePath();
      ctx.fillStyle = camera;
      ctx.strokeStyle = halo;
      ctx.lineWidth = 1.5;
      ctx.stroke();
      ctx.fill();
    }
  }
}

// A sector from the camera; all around where no direction is known.
function drawField(ctx, spot, { geometry: { coordinates: [lon, lat] }, properties }, colour) {
  const { bearing_deg: bearing, fov_deg: fov, range_m: range } = properties;
  if (!range) return;
  const [x, y] = spot(lon, lat);
  const radius = Math.abs(y - spot(lon, lat + range / METRES)[1]);
  const isRound = bearing === null || bearing === undefined || !fov || fov >= 360;
  const middle = ((bearing || 0) - 90) * (Math.PI / 180);
  const half = isRound ? Math.PI : (fov * Math.PI) / 360;
  ctx.beginPath();
  if (!isRound) ctx.moveTo(x, y);
  ctx.arc(x, y, radius, middle - half, middle + half);
  ctx.closePath();
  ctx.fillStyle = colour;
  ctx.globalAlpha = 0.16;
  ctx.fill();
  ctx.globalAlpha = 0.7;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.globalAlpha = 1;
}
