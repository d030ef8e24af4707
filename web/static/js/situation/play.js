// The period moved through all time by its own step: by hand, or by itself until anything is touched. A step waits for
// the figures and the heat of the one before, so nothing flickers. It stops where the data end; played again from there
// it begins with the first days, and says so. Where no motion is wanted there are only steps.

import { t } from "../net/words.js";
import { byId } from "../ui/dom.js";
import { firstOf, movedBy } from "../ui/period_steps.js";

const STEP_MS = 900; // at single speed
const LONGEST_WAIT_MS = 5000; // what does not come by then is not waited for
const LOOK_MS = 50;
const TOLD_MS = 6000;
const OWN_SPACE = "input, select, textarea, button, a, summary, [contenteditable], [role=application], [role=tab], [role=option]";

export const play = {
  wire(page) {
    page.play = new Play(page);
  },
};

class Play {
  constructor(page) {
    Object.assign(this, { page, isOn: false, timer: 0, hasFigures: true });
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.toggle = byId("play-toggle");
    this.speed = byId("play-speed");
    this.toggle.addEventListener("click", () => (this.isOn ? this.stop() : this.start()));
    byId("play-back").addEventListener("click", () => this.step(-1, { push: true }));
    byId("play-next").addEventListener("click", () => this.step(1, { push: true }));
    page.on("counts", () => { this.hasFigures = true; });
    page.state.on(null, (_, { isPlay }) => !isPlay && this.stop());
    page.state.on(["from", "to"], () => this.draw());
    page.on("renew", () => this.draw());
    this.still.addEventListener("change", () => this.draw());
    this.wireTouch();
    this.draw();
  }

  wireTouch() {
    const isOwn = ({ target }) => byId("play").contains(target);
    document.addEventListener("pointerdown", (event) => !isOwn(event) && this.stop(), true);
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
    document.addEventListener("keydown", (event) => {
      if (event.key === " " && !event.defaultPrevented && !event.target.closest(OWN_SPACE)) {
        event.preventDefault();
        if (this.still.matches) this.step(1);
        else if (this.isOn) this.stop();
        else this.start();
      } else if (!isOwn(event)) this.stop();
    });
  }

  draw() {
    const [view, span] = [this.page.state.get(), this.page.span()];
    const canMove = firstOf(view, span) !== null;
    this.toggle.disabled = !canMove;
    for (const [id, direction] of [["play-back", -1], ["play-next", 1]]) {
      byId(id).setAttribute("aria-disabled", String(movedBy(view, span, direction) === null)); // the keyboard stays on it
    }
    for (const node of [this.toggle, this.speed]) node.hidden = this.still.matches;
    const name = this.isOn ? t("Stop") : t("Play");
    this.toggle.classList.toggle("play__toggle--on", this.isOn);
    this.toggle.setAttribute("aria-label", name);
    this.toggle.title = canMove ? t("{name} (space bar)", { name }) : t("The period is everything; choose a shorter one to play it");
  }

  start() {
    if (this.isOn || this.toggle.disabled) return;
    const { page } = this;
    this.isOn = true;
    page.isPlaying = true;
    this.draw();
    if (movedBy(page.state.get(), page.span(), 1)) {
      this.say("");
      this.advance();
    } else {
      this.say(t("From the first day again"));
      this.goTo(firstOf(page.state.get(), page.span()), { isPlay: true });
      this.await();
    }
  }

  stop() {
    if (!this.isOn) return;
    this.isOn = false;
    this.page.isPlaying = false;
    clearTimeout(this.timer);
    this.draw();
    this.page.emit("stopped");
  }

  advance() {
    if (this.step(1, { isPlay: true })) return this.await();
    this.say(t("The last day is reached"));
    return this.stop();
  }

  // The next step, once this one is drawn and has been looked at.
  await() {
    const begun = performance.now();
    const look = () => {
      const spent = performance.now() - begun;
      if (spent >= STEP_MS / Number(this.speed.value) && (this.isDrawn() || spent >= LONGEST_WAIT_MS)) this.advance();
      else this.timer = setTimeout(look, LOOK_MS);
    };
    this.timer = setTimeout(look, LOOK_MS);
  }

  isDrawn() {
    return this.hasFigures && !this.page.layers.heat.coming;
  }

  // -> whether there was a step to take.
  step(direction, how = {}) {
    const next = movedBy(this.page.state.get(), this.page.span(), direction);
    if (next) this.goTo(next, how);
    return Boolean(next);
  }

  goTo(period, how) {
    this.hasFigures = false;
    this.page.state.set(period, how);
  }

  say(text) {
    byId("play-said").textContent = text;
    clearTimeout(this.silence);
    if (text) this.silence = setTimeout(() => this.say(""), TOLD_MS);
  }
}
