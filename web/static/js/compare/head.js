// The head of a comparison: what each side shows with its total, the choice of the right side, the difference in words.

import { number, t, tn } from "../net/words.js";
import { dayName, toDay, toText } from "../ui/dates.js";
import { byId, CROSS, el, icon } from "../ui/dom.js";
import { joined } from "../ui/legend.js";
import { PRESETS, daysOf, kindsText, presetOf } from "./other_side.js";
import { wordsOf } from "../situation/selection.js";

const SWAP = "M4 8.5h15m-4-4 4 4-4 4M20 15.5H5m4 4-4-4 4-4";
const PENCIL = "M4.5 19.5v-4L16 4l4 4L8.5 19.5zM13.5 6.5l4 4";
const SAME = "";
const SEVERAL = "several";

export class Head {
  constructor(page, { onWay, onChoose, onSwap, onClose }) {
    Object.assign(this, { page, onChoose });
    const button = (label, attributes, ...children) => el("button", { type: "button", ...attributes }, ...(children.length ? children : [label]));
    const tool = (path, label, onclick) => button(label, { class: "button button--plain button--square", title: label, "aria-label": label, onclick }, icon(path));
    this.ways = [["side", t("Side by side")], ["swipe", t("Swipe")]]
      .map(([way, label]) => button(label, { "data-way": way, onclick: () => onWay(way) }));
    this.presets = Object.entries(PRESETS).map(([name, { label, of }]) => button(label(), {
      "data-preset": name, onclick: () => {
        const days = of(page.state.get());
        onChoose(name === "before" ? { from2: null, to2: null } : { from2: days.from, to2: days.to });
      },
    }));
    this.close = tool(CROSS, t("End the comparison"), onClose);
    this.root = el("section", { class: "compare", id: "compare", "aria-label": t("Compare") },
      el("div", { class: "compare__bar" },
        el("div", { class: "segments compare__ways", role: "group", "aria-label": t("How to compare") }, ...this.ways),
        el("div", { class: "segments compare__presets", role: "group", "aria-label": t("What the right side shows") }, ...this.presets),
        this.choose = tool(PENCIL, t("Choose days and kinds of the right side"), () => this.openFields(!this.isOpen)),
        tool(SWAP, t("Swap left and right"), onSwap), this.close),
      el("div", { class: "compare__sides" }, this.makeLeft(), this.makeRight()),
      this.said = el("p", { class: "compare__said", id: "compare-said", role: "status" }),
      this.notes = el("p", { class: "compare__notes", id: "compare-notes" }));
    this.choose.classList.add("compare__choose");
    this.openFields(false);
    byId("map-region").prepend(this.root);
  }

  // On a phone the fields of the right side stand there when they are wanted.
  openFields(on) {
    this.isOpen = on;
    this.root.classList.toggle("compare--open", on);
    this.choose.setAttribute("aria-expanded", String(on));
  }

  makeLeft() {
    this.left = { days: el("p", { class: "side__days" }), kinds: el("p", { class: "side__kinds" }), total: el("output", { class: "figure", id: "left-total" }), parts: el("p", { class: "side__parts" }), scale: el("div", {}) };
    return this.makeSide("left", t("Left"), this.left);
  }

  makeRight() {
    const day = (id, label) => el("input", { type: "date", id, required: true, "aria-label": label, onchange: () => this.typed() });
    this.from = day("from2", t("From, right side"));
    this.to = day("to2", t("To, right side"));
    this.select = el("select", { id: "kinds2", "aria-label": t("Kinds, right side"), onchange: () => this.onChoose({ kinds2: this.select.value === SAME ? null : this.select.value }) });
    this.shown = { days: el("p", { class: "side__days" }), kinds: el("p", { class: "side__kinds" }) }; // on a phone, while nothing is chosen
    this.right = {
      days: el("div", {}, el("p", { class: "side__days side__fields" }, this.from, el("span", {}, "–"), this.to), this.shown.days),
      kinds: el("div", {}, el("p", { class: "side__kinds side__fields" }, this.select), this.shown.kinds),
      total: el("output", { class: "figure", id: "right-total" }), parts: el("p", { class: "side__parts" }), scale: el("div", {}),
    };
    return this.makeSide("right", t("Right"), this.right);
  }

  makeSide(id, name, { days, kinds, total, parts, scale }) {
    return el("section", { class: `side side--${id}`, "aria-label": name },
      el("span", { class: "side__name" }, name), el("div", { class: "side__what" }, days, kinds), el("p", { class: "side__total" }, total, parts), scale);
  }

  typed() {
    const [from, to] = [toDay(this.from.value), toDay(this.to.value)];
    const isBad = from === null || to === null || from > to;
    for (const field of [this.from, this.to]) field.setAttribute("aria-invalid", String(isBad));
    if (isBad) this.said.textContent = from === null || to === null ? t("Both days are needed.") : t("The first day is after the last.");
    else this.onChoose({ from2: from, to2: to });
  }

  drawChoice() {
    const view = this.page.state.get();
    const right = daysOf(view);
    const own = wordsOf(view, this.page.tree).kinds;
    this.left.days.textContent = `${dayName(view.from)} – ${dayName(view.to)}`;
    this.left.kinds.textContent = kindsText(this.page, own);
    this.shown.days.textContent = `${dayName(right.from)} – ${dayName(right.to)}`;
    this.shown.kinds.textContent = kindsText(this.page, view.kinds2 === null ? own : view.kinds2 === "all" ? null : view.kinds2);
    this.from.value = toText(right.from);
    this.to.value = toText(right.to);
    for (const field of [this.from, this.to]) field.setAttribute("aria-invalid", "false");
    this.drawKinds(view, own);
    const preset = presetOf(view);
    for (const button of this.presets) button.setAttribute("aria-pressed", String(button.dataset.preset === preset));
    for (const button of this.ways) button.setAttribute("aria-pressed", String(button.dataset.way === view.compare));
  }

  drawKinds({ kinds2 }, own) {
    const option = (value, text) => el("option", { value }, text);
    const indented = (list, depth) => list.flatMap((kind) => [
      option(kind.code, "\u2003".repeat(depth) + kindsText(this.page, kind.code)), ...indented(kind.children || [], depth + 1),
    ]);
    const options = [option(SAME, t("As on the left: {kinds}", { kinds: kindsText(this.page, own) })), option("all", t("All kinds")), ...indented(this.page.tree, 0)];
    const isListed = kinds2 === null || options.some(({ value }) => value === kinds2);
    if (!isListed) options.push(option(SEVERAL, kindsText(this.page, kinds2)));
    this.select.replaceChildren(...options);
    this.select.value = kinds2 === null ? SAME : isListed ? kinds2 : SEVERAL;
  }

  // `left` and `right` are answers of /api/v1/counts.
  drawTotals(left, right) {
    for (const [side, counts] of [[this.left, left], [this.right, right]]) {
      side.total.textContent = counts ? number(counts.total) : "–";
      side.parts.textContent = counts && counts.month_rows ? tn("{n} by month only", "{n} by month only", counts.month_rows) : "";
    }
  }

  drawScale(strip) {
    for (const { scale } of [this.left, this.right]) scale.replaceChildren(...(strip ? [strip.cloneNode(true)] : []));
  }

  // What the legend says of each side's picture; what holds for both stands once.
  drawNotes(left, right) {
    const only = (name, mine, others) => {
      const own = mine.filter((note) => !others.includes(note));
      return own.length ? [el("b", {}, name), ` ${joined(own)} `] : [];
    };
    const both = left.filter((note) => right.includes(note));
    this.notes.replaceChildren(both.length ? `${joined(both)} ` : "", ...only(t("Left"), left, right), ...only(t("Right"), right, left));
  }

  say(...texts) {
    this.said.replaceChildren(...texts.filter(Boolean).map((text, i) => el(i ? "span" : "strong", {}, i ? ` ${text}` : text)));
  }

  remove() {
    this.root.remove();
  }
}
