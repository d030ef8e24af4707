// The right panel: tabs beside the map that fold to a narrow rail; on a phone they are the sheet's tabs, the filters
// first among them. Which one is open is the state's `tab`: an id, or "none".

import { byId, el } from "./dom.js";

const WIDE_PX = 1280;
const FILTERS = "filters"; // a tab on the phone alone

export const tabAddress = {
  read: (asked) => ({ tab: asked.get("tab") || usualTab() }),
  write: ({ tab }) => ({ tab: tab === usualTab() ? null : tab }),
};

function usualTab() {
  if (window.innerWidth < 760) return FILTERS;
  return window.innerWidth >= WIDE_PX ? "place" : "none";
}

export class Panel {
  constructor(page) {
    Object.assign(this, { page, tabs: new Map(), root: byId("panel"), list: byId("panel-tabs") });
    byId("panel-fold").addEventListener("click", () => {
      const { tab } = page.state.get();
      page.state.set({ tab: this.tabs.has(tab) && tab !== FILTERS ? "none" : this.last || [...this.tabs.keys()][1] });
    });
    this.list.addEventListener("keydown", (event) => this.step(event));
    page.state.on(["tab"], () => this.draw());
  }

  // `element` has the id "panel-<id>"; `onShow` is called whenever it comes into view.
  add({ id, label, element, onShow = () => {} }) {
    const button = el("button", { type: "button", role: "tab", class: `tabs__tab ${id === FILTERS ? "tabs__tab--phone" : ""}`, id: `tab-${id}`, "aria-controls": element.id }, label);
    button.addEventListener("click", () => this.page.state.set({ tab: id }));
    if (id !== FILTERS) {
      element.setAttribute("role", "tabpanel");
      element.setAttribute("aria-labelledby", button.id);
    }
    this.list.append(button);
    this.tabs.set(id, { button, element, onShow });
    this.draw();
  }

  show(id) {
    this.page.state.set({ tab: id });
    this.page.sheet.rise();
  }

  // On a phone the sheet rises for the tab that a link opens.
  reveal() {
    const { tab } = this.page.state.get();
    if (this.tabs.has(tab) && tab !== usualTab() && tab !== FILTERS) this.page.sheet.rise();
  }

  isShown(id) {
    return this.page.state.get().tab === id;
  }

  draw() {
    const { tab } = this.page.state.get();
    const isOpen = this.tabs.has(tab) && tab !== FILTERS;
    if (isOpen) this.last = tab;
    byId("sheet").dataset.tab = isOpen ? tab : FILTERS;
    this.root.classList.toggle("panel--folded", !isOpen);
    byId("panel-fold").setAttribute("aria-expanded", String(isOpen));
    for (const [id, { button, element, onShow }] of this.tabs) {
      const isChosen = id === (isOpen ? tab : FILTERS);
      button.setAttribute("aria-selected", String(isChosen));
      button.tabIndex = isChosen || (!isOpen && id !== FILTERS) ? 0 : -1;
      if (id === FILTERS) continue;
      const before = element.hidden;
      element.hidden = !isChosen;
      if (isChosen && before) onShow();
    }
  }

  step(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    const ids = [...this.tabs.keys()].filter((id) => this.tabs.get(id).button.offsetParent);
    const at = ids.findIndex((id) => this.tabs.get(id).button === document.activeElement);
    const next = ids[(at + by + ids.length) % ids.length];
    this.page.state.set({ tab: next });
    this.tabs.get(next).button.focus();
    event.preventDefault();
  }
}
