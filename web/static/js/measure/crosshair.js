// A mark on the map that arrow keys move, for whoever has no pointer: ten pixels a press, with Shift one. At the map's
// edge the map moves under it.

import { el } from "../ui/dom.js";

const STEP_PX = 10;
const FINE_PX = 1;
const EDGE_PX = 40;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Crosshair {
  constructor(map, onMove) {
    Object.assign(this, { map, onMove, at: null });
    this.mark = el("div", { class: "crosshair", "aria-hidden": "true", hidden: true });
    map.getContainer().append(this.mark);
  }

  // True when the key was one of its own.
  move({ key, shiftKey }) {
    const by = KEYS[key];
    if (!by) return false;
    const step = shiftKey ? FINE_PX : STEP_PX;
    this.show();
    const wish = this.at.add(L.point(by).multiplyBy(step));
    const size = this.map.getSize();
    const kept = L.point(clamp(wish.x, EDGE_PX, size.x - EDGE_PX), clamp(wish.y, EDGE_PX, size.y - EDGE_PX));
    const over = wish.subtract(kept);
    if (over.x || over.y) this.map.panBy(over, { animate: false });
    this.at = kept;
    this.draw();
    this.onMove(this.place());
    return true;
  }

  place() {
    if (!this.at) this.show();
    const { lng, lat } = this.map.containerPointToLatLng(this.at);
    return [lng, lat];
  }

  show() {
    if (!this.at) this.at = this.map.getSize().divideBy(2).round();
    this.mark.hidden = false;
    this.draw();
  }

  hide() {
    this.at = null;
    this.mark.hidden = true;
  }

  draw() {
    this.mark.style.transform = `translate(${this.at.x}px, ${this.at.y}px)`;
  }

  remove() {
    this.mark.remove();
  }
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}
