// Finding a grid by typing: a combobox (WAI-ARIA: list autocomplete, manual selection). Empty, it lists the grids with
// most incidents in the period, so that every grid can be reached without a mouse.

import { number, t } from "../net/words.js";
import { byId, el } from "./dom.js";

const AT_MOST = 30;

export function wireSearch({ grids, countOf, onPick }) {
  const field = byId("grid-search");
  const list = byId("grid-list");
  let options = [];
  let active = -1;

  const open = () => {
    const found = matches(grids(), field.value, countOf).slice(0, AT_MOST);
    options = found.map((grid, i) => option(grid, i, countOf(grid.code)));
    const head = field.value.trim() ? null : el("li", { class: "search__head", role: "presentation" }, t("Most incidents in the period"));
    const none = found.length ? null : el("li", { class: "search__none", role: "presentation" }, t("No grid is called that."));
    list.replaceChildren(...[head, none, ...options].filter(Boolean));
    for (const node of options) node.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      pick(node);
    });
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    move(-1);
  };

  const close = () => {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    active = -1;
  };

  const move = (to) => {
    active = options.length ? (to + options.length + (to < -1 ? 1 : 0)) % options.length : -1;
    if (to === -1) active = -1;
    options.forEach((node, i) => node.setAttribute("aria-selected", String(i === active)));
    if (active < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", options[active].id);
      options[active].scrollIntoView({ block: "nearest" });
    }
  };

  const pick = (node) => {
    field.value = "";
    close();
    onPick(node.dataset.code);
  };

  field.addEventListener("focus", open);
  field.addEventListener("input", open);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // an input method is choosing characters
    if (event.key === "ArrowDown") {
      if (list.hidden) open();
      else move(active + 1);
    } else if (event.key === "ArrowUp") move(active <= 0 ? options.length - 1 : active - 1);
    else if (event.key === "Enter" && !list.hidden) {
      const chosen = options[active] || (field.value.trim() && options[0]);
      if (chosen) pick(chosen);
    } else if (event.key === "Escape" && !list.hidden) close();
    else {
      if (event.key === "Tab") close(); // a list that scrolls would take the focus and lose it when it closes
      return;
    }
    event.preventDefault();
  });
}

function option(grid, index, count) {
  return el("li", { class: "search__item", role: "option", id: `grid-option-${index}`, "data-code": grid.code, "aria-selected": "false" },
    el("span", {}, grid.name), el("span", {}, number(count)),
    el("small", {}, [grid.street, grid.community].filter(Boolean).join(" · ")), el("small", {}, el("code", {}, grid.code)));
}

function matches(all, text, countOf) {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length
    ? all.filter((grid) => {
        const whole = `${grid.name} ${grid.code} ${grid.community || ""} ${grid.street || ""}`.toLowerCase();
        return words.every((word) => whole.includes(word));
      })
    : all;
  return [...found].sort((a, b) => countOf(b.code) - countOf(a.code) || a.code.localeCompare(b.code));
}
