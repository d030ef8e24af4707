// The map's toolbar: one button a tool. On a phone it folds into one button.

import { byId, el, icon } from "./dom.js";

export class Tools {
  constructor() {
    this.bar = byId("tools");
    const more = byId("tools-more");
    more.addEventListener("click", () => this.open(more.getAttribute("aria-expanded") !== "true"));
    document.addEventListener("pointerdown", (event) => {
      if (!this.bar.parentElement.contains(event.target)) this.open(false);
    });
    this.bar.parentElement.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || more.getAttribute("aria-expanded") !== "true") return;
      this.open(false);
      more.focus();
    });
  }

  // `icon` is the path of a line icon on a 24 px field; `toggles` gives the button a pressed state. -> the button.
  add({ id, icon: path, label, press, toggles = false }) {
    const button = el("button", { type: "button", class: "tools__button", id: `tool-${id}`, title: label, "aria-pressed": toggles ? "false" : null },
      icon(path), el("span", { class: "tools__name" }, label));
    button.addEventListener("click", () => {
      this.open(false);
      press(button);
    });
    this.bar.append(button);
    return button;
  }

  open(on) {
    byId("tools-more").setAttribute("aria-expanded", String(on));
  }
}
