// Drawers above the timeline, one open at a time; each has a button in the timeline's head. The state's `dock` is the
// id of the open one, null for none.

import { byId, el } from "./dom.js";

export const dockAddress = {
  read: (asked) => ({ dock: asked.get("dock") || null }),
  write: ({ dock }) => ({ dock }),
};

export class Dock {
  constructor(page) {
    Object.assign(this, { page, drawers: new Map() });
    page.state.on(["dock"], () => this.draw());
  }

  add({ id, label, element, onShow = () => {} }) {
    const button = el("button", { type: "button", class: "timeline__dock", id: `dock-${id}-button`, "aria-expanded": "false", "aria-controls": element.id }, label);
    button.addEventListener("click", () => {
      this.page.state.set({ dock: this.page.state.get().dock === id ? null : id });
      const isMoved = !matchMedia("(prefers-reduced-motion: reduce)").matches;
      if (this.isShown(id)) element.scrollIntoView({ block: "start", behavior: isMoved ? "smooth" : "auto" }); // on a phone the drawer lies below
    });
    byId("dock-buttons").append(button);
    element.hidden = true;
    byId("dock").append(element);
    this.drawers.set(id, { button, element, onShow });
    this.draw();
  }

  isShown(id) {
    return this.page.state.get().dock === id;
  }

  // The drawer that a link opens; on a phone the sheet rises for it.
  reveal() {
    const drawer = this.drawers.get(this.page.state.get().dock);
    if (!drawer || !drawer.element.getClientRects().length) return;
    this.page.sheet.rise();
    drawer.element.scrollIntoView({ block: "start" });
  }

  draw() {
    const { dock } = this.page.state.get();
    byId("dock").hidden = !this.drawers.has(dock);
    for (const [id, { button, element, onShow }] of this.drawers) {
      const before = element.hidden;
      element.hidden = id !== dock;
      button.setAttribute("aria-expanded", String(id === dock));
      if (id === dock && before) onShow();
    }
  }
}
