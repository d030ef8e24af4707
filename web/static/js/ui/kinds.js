// The tree of kinds: boxes of three states, counts of the period, a thin bar for the share. Arrow keys go from box to
// box, right and left unfold and fold.

import { lang, number, t } from "../net/words.js";
import { byId, CHEVRON, el, icon } from "./dom.js";
import { countOf, leaves, leavesOf, toggle } from "./kind_tree.js";

const MANY = 20; // from here one looks for a name

export function wireKinds(state, tree) {
  const rows = [];
  const list = byId("kinds");

  const row = (kind, depth, above) => {
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
    const item = el("li", {}, line);
    const entry = { kind, box, count, share, line, item, above, fold: null };
    rows.push(entry);
    if (children.length) {
      const below = el("ul", { hidden: true, id: `kind-${kind.code}` }, ...children.map((child) => row(child, depth + 1, entry)));
      const button = foldOf(kind, below);
      entry.fold = (on) => below.hidden !== on && button.click();
      line.prepend(button);
      item.append(below);
    }
    return item;
  };

  list.append(...tree.map((kind) => row(kind, 0, null)));
  list.addEventListener("keydown", (event) => step(event, rows));
  if (leaves(tree).length > MANY) wireFinding(rows);
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
  for (const { box, fold } of rows) if (box.indeterminate && fold) fold(false); // a choice inside is to be seen

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

function step(event, rows) {
  const at = rows.findIndex(({ box }) => box === event.target);
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  if (by) {
    const shown = rows.filter(({ box }) => box.offsetParent);
    const next = shown[shown.indexOf(rows[at]) + by];
    if (next) next.box.focus();
  } else if (event.key === "ArrowRight" && rows[at].fold) rows[at].fold(false);
  else if (event.key === "ArrowLeft" && rows[at].fold) rows[at].fold(true);
  else if (event.key === "ArrowLeft" && rows[at].above) rows[at].above.box.focus();
  else return;
  event.preventDefault();
}

// A field above the tree: only the kinds of that name, with what they belong to and what belongs to them.
function wireFinding(rows) {
  const field = byId("kinds-find");
  field.parentElement.hidden = false;
  const draw = () => {
    const text = field.value.trim().toLowerCase();
    const isNamed = ({ kind }) => [kind.zh, kind.en, kind.code].some((name) => (name || "").toLowerCase().includes(text));
    const shown = new Set();
    for (const entry of rows) {
      const isBelowNamed = (one) => Boolean(one) && (isNamed(one) || isBelowNamed(one.above));
      if (!isNamed(entry) && !isBelowNamed(entry.above)) continue;
      for (let one = entry; one; one = one.above) shown.add(one);
    }
    for (const entry of rows) {
      entry.item.hidden = !shown.has(entry);
      if (text && entry.fold && shown.has(entry)) entry.fold(false);
    }
    byId("kinds-none").hidden = shown.size > 0;
  };
  field.addEventListener("input", draw);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !field.value) return;
    field.value = "";
    draw();
    event.preventDefault();
  });
}

function foldOf(kind, below) {
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
