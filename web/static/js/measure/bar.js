// What is measured, in figures, with the buttons of a measurement. The figures run with the pointer; aloud they are said
// when a point has been set.

import { t, tn } from "../net/words.js";
import { byId, CROSS, el, icon } from "../ui/dom.js";
import { areaText, lengthText } from "./amounts.js";

const UNDO = "M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-4";
const BIN = "M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7M10.5 10.5v6M13.5 10.5v6";
const COPY = "M9 9V4.5h10.5V15H15M4.5 9H15v10.5H4.5z";
const COPIED_MS = 1500;

export class MeasureBar {
  constructor({ onMode, onUndo, onClear, onClose }) {
    const mode = (name, label) => el("button", { type: "button", "data-mode": name, "aria-pressed": "false", onclick: () => onMode(name) }, label);
    const tool = (path, label, onclick, attributes = {}) => el(
      "button", { type: "button", class: "button button--plain button--square", title: label, "aria-label": label, onclick, ...attributes }, icon(path),
    );
    this.modes = [mode("length", t("Distance")), mode("area", t("Area"))];
    this.value = el("output", { class: "measure__value", id: "measure-value" });
    this.more = el("p", { class: "measure__more" });
    this.said = el("p", { class: "unseen", role: "status" });
    this.copy = tool(COPY, t("Copy"), () => this.take(), { id: "measure-copy" });
    this.undo = tool(UNDO, t("Remove the last point"), onUndo);
    this.clear = tool(BIN, t("Begin anew"), onClear);
    this.root = el("section", { class: "measure", id: "ruler", "aria-label": t("Measure") },
      el("div", { class: "measure__row" },
        el("div", { class: "segments measure__modes", role: "group", "aria-label": t("What is measured") }, ...this.modes),
        this.undo, this.clear, tool(CROSS, t("End measuring"), onClose)),
      el("div", { class: "measure__row" }, this.value, this.copy),
      this.more, this.said);
    byId("map-region").append(this.root);
  }

  show(amounts) {
    const { mode, points, isDone } = amounts;
    this.text = mode === "area" ? areaText(amounts.areaM2) : lengthText(amounts.lengthM);
    this.value.textContent = this.text;
    this.more.textContent = points ? figures(amounts) : t("Press on the map to set points, or move the cross with the arrow keys and press Enter.");
    this.root.classList.toggle("measure--done", isDone);
    for (const button of this.modes) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    for (const button of [this.copy, this.undo, this.clear]) button.disabled = !points;
  }

  say() {
    this.said.textContent = `${this.text}, ${this.more.textContent}`;
  }

  async take() {
    await toClipboard(this.text);
    this.copy.classList.add("measure__copied");
    this.said.textContent = t("Copied: {text}", { text: this.text });
    setTimeout(() => this.copy.classList.remove("measure__copied"), COPIED_MS);
  }

  remove() {
    this.root.remove();
  }
}

function figures({ mode, points, isDone, lengthM, lastM }) {
  const parts = [tn("{n} point", "{n} points", points)];
  if (mode === "area") parts.push(t("around it {length}", { length: lengthText(lengthM) }));
  else if (points > 1 || lastM) parts.push(t("last stretch {length}", { length: lengthText(lastM) }));
  if (!isDone) parts.push(t("press the last point again to finish"));
  return parts.join(" · ");
}

// The clipboard of a page that was not fetched over https is reached by a selection alone.
async function toClipboard(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = el("textarea", { class: "unseen", readonly: true }, text);
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  return undefined;
}
