// A text field with a list of proposals below it: a combobox (WAI-ARIA: list autocomplete, manual selection).
//
// find(text, show) looks for proposals and calls show(groups) once or, as more arrive, several times; what an overtaken
// search shows is dropped. A group is { title, options: [{ key, cells, value }] }: `cells` are the nodes or texts of a
// row, `value` goes to onPick. show(groups, { none }) says in words that there is nothing. staysOpen() says whether the
// list stays when Tab leaves the field: where something beside the list is to be reached.

import { isAbort } from "../net/api.js";
import { el } from "./dom.js";

const SETTLE_MS = 80;

export function wireCombobox({ field, list, find, onPick, opensEmpty = false, takesFirst = false, staysOpen = () => false, onShow = () => {} }) {
  const root = field.closest("[data-combobox]") || field.parentElement;
  let options = []; // { node, key, value }
  let active = null; // key of the chosen row
  let turn = 0;
  let timer = 0;

  const isOpen = () => field.getAttribute("aria-expanded") === "true";

  const close = () => {
    turn += 1; // what is still on its way comes too late
    clearTimeout(timer);
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    choose(null);
    onShow(null);
  };

  const choose = (option) => {
    active = option && option.key;
    for (const { node, key } of options) node.setAttribute("aria-selected", String(key === active));
    if (!option) {
      field.removeAttribute("aria-activedescendant");
      return;
    }
    field.setAttribute("aria-activedescendant", option.node.id);
    option.node.scrollIntoView({ block: "nearest" });
  };

  const step = (by) => {
    if (!options.length) return;
    const at = options.findIndex(({ key }) => key === active);
    const next = at < 0 ? (by > 0 ? 0 : options.length - 1) : (at + by + options.length) % options.length;
    choose(options[next]);
  };

  const pick = (option) => {
    close();
    onPick(option.value, field);
  };

  const show = (groups, { none = "" } = {}) => {
    const was = active;
    options = [];
    list.replaceChildren(...groups.filter((group) => group.options.length).map(({ title, options: rows }) => {
      const nodes = rows.map((row) => {
        const node = el("div", { class: "search__item", role: "option", id: `${list.id}-${options.length}`, "aria-selected": "false", "data-key": row.key }, ...row.cells);
        const option = { node, key: row.key, value: row.value };
        node.addEventListener("click", () => pick(option));
        options.push(option);
        return node;
      });
      const head = title ? el("p", { class: "search__head", "aria-hidden": "true" }, title) : null;
      return el("li", { role: title ? "group" : "presentation", "aria-label": title || null }, head, ...nodes);
    }));
    if (!options.length && none) list.append(el("li", { class: "search__none", role: "presentation" }, none));
    list.hidden = !list.children.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    choose(options.find(({ key }) => key === was) || null);
    onShow(options.length);
  };

  const look = async () => {
    const text = field.value.trim();
    if (!text && !opensEmpty) {
      close();
      return;
    }
    turn += 1;
    const mine = turn;
    try {
      await find(text, (groups, how) => {
        if (mine === turn && root.contains(document.activeElement)) show(groups, how);
      });
    } catch (error) {
      if (!isAbort(error) && mine === turn) close(); // a text without proposals is still a text
    }
  };

  field.addEventListener("focus", () => opensEmpty && look());
  field.addEventListener("input", (event) => {
    if (event.isComposing) return; // an input method is choosing characters
    clearTimeout(timer);
    timer = setTimeout(look, SETTLE_MS);
  });
  field.addEventListener("compositionend", look);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the field
  root.addEventListener("focusout", (event) => {
    if (!root.contains(event.relatedTarget)) close();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const chosen = options.find(({ key }) => key === active) || (takesFirst && field.value.trim() ? options[0] : null);
    if (event.key === "ArrowDown" && !isOpen()) look();
    else if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp" && isOpen()) step(-1);
    else if (event.key === "Enter" && isOpen() && chosen) pick(chosen);
    else if (event.key === "Escape" && isOpen()) close();
    else {
      if (event.key === "Tab" && !staysOpen()) close(); // a list that scrolls would take the focus and lose it when it closes
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });

  return { look, close, show };
}
