// What a place falls into, as a list: most incidents first, each with a thin bar and its households; pressing one goes
// down to it.

import { number, t } from "../net/words.js";
import { el } from "./dom.js";
import { drawKeyed } from "./keyed.js";
import { factTitle } from "./place_facts.js";

const FEW = 10;
const MORE = 100;

const titles = () => ({
  street: t("Street offices"), town: t("Street offices"), community: t("Communities"), village: t("Communities"), grid: t("Grids"), block: t("Blocks"),
});

export class PlaceChildren {
  // onPick(place) of the row that was pressed; onHint(place or null) of the one pointed at.
  constructor(section, { onPick, onHint }) {
    Object.assign(this, { section, onPick, onHint, places: [], shown: FEW, counts: {} });
    this.list = el("ol", { class: "children" });
    this.more = el("button", { type: "button", class: "link children__more", hidden: true, onclick: () => this.showMore() });
    this.title = el("div");
    section.replaceChildren(this.title, this.list, this.more);
    this.list.addEventListener("pointerleave", () => onHint(null));
    this.list.addEventListener("focusout", () => onHint(null));
  }

  set(places, hasHouseholds) {
    Object.assign(this, { places, hasHouseholds, shown: places.length <= FEW + 2 ? places.length : FEW });
    this.section.hidden = !places.length;
    const level = places.length ? places[0].level : "";
    this.title.replaceChildren(factTitle(titles()[level] || t("Parts"), el("span", { class: "fact__aside" }, number(places.length))));
  }

  // `counts`: code -> incidents in the period.
  count(counts) {
    this.counts = counts;
    this.draw();
  }

  draw() {
    const of = ({ code }) => this.counts[code] || 0;
    const sorted = [...this.places].sort((a, b) => of(b) - of(a) || a.code.localeCompare(b.code));
    const most = Math.max(1, ...sorted.map(of));
    drawKeyed(this.list, sorted.slice(0, this.shown), {
      keyOf: ({ code }) => code,
      make: (place) => this.row(place),
      update: (node, place) => {
        node.querySelector(".child__count").textContent = number(of(place));
        node.querySelector(".child__bar i").style.transform = `scaleX(${of(place) / most})`;
      },
    });
    const left = sorted.length - this.shown;
    this.more.hidden = left <= 0;
    this.more.textContent = t("Show {n} more", { n: number(Math.min(left, MORE)) });
  }

  row(place) {
    const households = this.hasHouseholds && place.households > 0;
    const button = el("button", { type: "button", class: "child" },
      el("span", { class: "child__name", title: place.name }, place.name),
      el("span", { class: "child__households" }, households ? t("{n} households", { n: number(place.households) }) : ""),
      el("span", { class: "child__count" }),
      el("span", { class: "child__bar", "aria-hidden": "true" }, el("i")));
    button.addEventListener("click", () => this.onPick(place));
    button.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && this.onHint(place));
    button.addEventListener("focus", () => document.documentElement.dataset.by === "keys" && this.onHint(place));
    return el("li", {}, button);
  }

  showMore() {
    const from = this.shown;
    this.shown += MORE;
    this.draw();
    const first = this.list.children[from];
    if (first) first.querySelector("button").focus({ preventScroll: true });
  }
}
