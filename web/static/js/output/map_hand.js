// Moves the map on the leaf, which otherwise does nothing when it is pressed: by dragging, or with the arrow keys.

import { t } from "../net/words.js";
import { el } from "../ui/dom.js";

const STEP_PX = 40;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class MapHand {
  constructor(map, onMoved) {
    Object.assign(this, { map, onMoved, enlarged: 1, at: null });
    this.node = el("div", { class: "leaf__hand", tabindex: "0", role: "application", "aria-label": t("The part of the map that is printed: drag it, or use the arrow keys") });
    this.node.addEventListener("keydown", (event) => {
      if (!ARROWS[event.key]) return;
      event.preventDefault();
      this.move(...ARROWS[event.key].map((way) => way * STEP_PX));
    });
    this.node.addEventListener("pointerdown", (event) => {
      this.at = [event.clientX, event.clientY];
      this.node.setPointerCapture(event.pointerId);
    });
    this.node.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) this.node.addEventListener(name, () => { this.at = null; });
  }

  drag({ clientX, clientY }) {
    if (!this.at) return;
    const shown = this.node.getBoundingClientRect().width / this.node.offsetWidth; // the leaf may be shown smaller
    this.move((this.at[0] - clientX) / shown, (this.at[1] - clientY) / shown);
    this.at = [clientX, clientY];
  }

  // px of the leaf
  move(x, y) {
    this.map.panBy([Math.round(x / this.enlarged), Math.round(y / this.enlarged)], { animate: false });
    this.onMoved();
  }
}
