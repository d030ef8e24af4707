// The tree of kinds: boxes of three states, counts of the period, a thin bar for the share.

import { lang, number, t } from "../net/words.js";
import { byId, CHEVRON, el, icon } from "./dom.js";
import { countOf, leavesOf, toggle } from "./kind_tree.js";

export function wireKinds(state, tree) {
  const rows = [];
  const list = byId("kinds");

  const row = (kind, depth) => {
    const children = kind.children || [];
    const box = el("input", { type: "checkbox", class: "kind__box" });
    const count = el("span", { class: "kind__count" });
    const share = el("i");
    const label = el("label", { class: "kind__label" }, box, el("span", { class: "kind__name" }, kind[lang] || kind.code));
    const shape = depth ? "kind__row--leaf" : children.length ? "" : "kind__row--bare";
    const only = el("button", { type: "button", class: "link kind__only", "aria-label": t("Show only {name}", { name: kind[lang] || kind.code }) }, t("Only this"));
    only.addEventListener("click", () => state.set({ kinds: toggle(tree, new Set(), leavesOf(kind), true) }, { push: true }));
    const line = el("div", { class: `kind__row ${shape}` }, label, only, count, el("span", { class: "kind__share", "aria-hidden": "true" }, share));
    box.addEventListener("change", () => {
      state.set({ kinds: toggle(tree, state.get().kinds, leavesOf(kind), box.checked) }, { push: true });
    });
    const entry = { kind, box, count, share, line, unfold: null };
    rows.push(entry);
    const item = el("li", {}, line);
    if (children.length) {
      const below = el("ul", { hidden: true, id: `kind-${kind.code}` }, ...children.map((child) => row(child, depth + 1)));
      const button = fold(kind, below);
      entry.unfold = () => below.hidden && button.click();
      line.prepend(button);
      item.append(below);
    }
    return item;
  };

  list.append(...tree.map((kind) => row(kind, 0)));
  byId("kinds-all").addEventListener("click", () => state.set({ kinds: null }, { push: true }));

  const draw = ({ kinds }) => {
    for (const { kind, box, line } of rows) {
      const codes = leavesOf(kind);
      const on = kinds === null ? codes.length : codes.filter((code) => kinds.has(code)).length;
      box.checked = on === codes.length;
      box.indeterminate = on > 0 && on < codes.length;
      line.classList.toggle("kind__row--off", on === 0);
    }
    byId("kinds-all").hidden = kinds === null;
  };
  state.on(["kinds"], draw);
  draw(state.get());
  for (const { box, unfold } of rows) if (box.indeterminate && unfold) unfold(); // a choice inside is to be seen

  return {
    count(byKind) {
      const most = Math.max(1, ...tree.map((kind) => countOf(kind, byKind)));
      for (const { kind, count, share } of rows) {
        const n = countOf(kind, byKind);
        count.textContent = number(n);
        share.style.transform = `scaleX(${n / most})`;
      }
    },
  };
}

function fold(kind, below) {
  const button = el("button", {
    type: "button", class: "kind__fold", "aria-expanded": "false", "aria-controls": below.id,
    "aria-label": t("Show the kinds below {name}", { name: kind[lang] || kind.code }),
  }, icon(CHEVRON));
  button.addEventListener("click", () => {
    below.hidden = !below.hidden;
    button.setAttribute("aria-expanded", String(!below.hidden));
  });
  return button;
}
