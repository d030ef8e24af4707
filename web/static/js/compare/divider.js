// The line between the two halves of a swipe: dragged, or moved by the arrow keys. The second map begins to its right.

import { el, icon } from "../ui/dom.js";
import { t } from "../net/words.js";

const STEP = 2; // per cent
const FAR = 10;
const STEPS = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, PageDown: -FAR, PageUp: FAR, Home: -100, End: 100 };
const GRIP = "m9 7-4 5 4 5M15 7l4 5-4 5";

export class Divider {
  constructor(second) {
    this.second = second;
    this.percent = 50;
    this.line = el("div", {
      class: "divider", id: "divider", role: "slider", tabindex: "0", "aria-label": t("Divider between left and right"), "aria-orientation": "horizontal",
      "aria-valuemin": "0", "aria-valuemax": "100",
    }, el("span", { class: "divider__grip" }, icon(GRIP)));
    second.before(this.line);
    this.line.addEventListener("pointerdown", (event) => {
      this.line.setPointerCapture(event.pointerId);
      this.line.focus({ preventScroll: true });
      event.preventDefault();
    });
    this.line.addEventListener("pointermove", (event) => {
      if (!this.line.hasPointerCapture(event.pointerId)) return;
      const box = second.getBoundingClientRect();
      this.to((100 * (event.clientX - box.left)) / box.width);
    });
    this.line.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (step === undefined) return;
      this.to(this.percent + (event.shiftKey && Math.abs(step) === STEP ? Math.sign(step) * FAR : step));
      event.preventDefault();
    });
    this.to(this.percent);
  }

  to(percent) {
    this.percent = Math.max(0, Math.min(100, percent));
    this.line.style.left = `${this.percent}%`;
    this.second.style.clipPath = `inset(0 0 0 ${this.percent}%)`;
    this.line.setAttribute("aria-valuenow", String(Math.round(this.percent)));
    this.line.setAttribute("aria-valuetext", t("{n} % left, {m} % right", { n: Math.round(this.percent), m: 100 - Math.round(this.percent) }));
  }

  remove() {
    this.line.remove();
    this.second.style.clipPath = "";
  }
}
