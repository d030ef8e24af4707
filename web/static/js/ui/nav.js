// Where the bar is short, the list of pages opens and closes at a button.

import { byId } from "./dom.js";
import { wireMenus } from "./menus.js";
import { watchSession } from "./session.js";

export function wireNav() {
  wireMenus();
  watchSession();
  const fold = byId("nav-fold");
  const list = byId("nav-list");
  const open = (on) => fold.setAttribute("aria-expanded", String(on));
  const isOpen = () => fold.getAttribute("aria-expanded") === "true";
  fold.addEventListener("click", () => open(!isOpen()));
  document.addEventListener("pointerdown", (event) => {
    if (isOpen() && !fold.contains(event.target) && !list.contains(event.target)) open(false);
  });
  for (const part of [fold, list]) {
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !isOpen()) return;
      open(false);
      fold.focus();
    });
    part.addEventListener("focusout", ({ relatedTarget: next }) => {
      if (next && next !== fold && !list.contains(next)) open(false);
    });
  }
}
