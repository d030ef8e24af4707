// Menus that open below their name (<details class="menu">) close by a press elsewhere, by Escape and by another's opening.

const openMenus = () => document.querySelectorAll("details.menu[open]");

export function wireMenus() {
  const closeOthers = (target) => {
    for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
  };
  document.addEventListener("pointerdown", ({ target }) => closeOthers(target));
  document.addEventListener("focusin", ({ target }) => closeOthers(target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
