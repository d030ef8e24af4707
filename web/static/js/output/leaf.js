// A leaf: the map, or the two maps of a comparison beside each other, with all that a map needs on paper or in a picture.
// Its size is a matter of its class.

import { number, t } from "../net/words.js";
import { byId, el } from "../ui/dom.js";
import { factsOf, leadText, madeAt, noticeOf, sidesOf, usualTitle } from "./leaf_words.js";
import { barLength } from "./map_scale.js";

const NEEDLE = "M9 0 17 26 9 21z";
const NEEDLE_EDGE = "M9 .6 16.4 25.6 9 21 1.6 25.6z";
const LEGEND_PARTS = ["legend-scale", "legend-note", "legend-layers"];
const SVG = "http://www.w3.org/2000/svg";

export class Leaf {
  // `size` ends the name of its class; `barPx` is the most that the scale bar may be long; `maps` is 1 or 2.
  constructor({ size, barPx, maps }) {
    this.barPx = barPx;
    this.isCompared = maps > 1;
    this.title = el("h1", { class: "leaf__title" });
    this.period = el("p", { class: "leaf__period" });
    this.notice = el("p", { class: "leaf__notice" });
    this.slots = Array.from({ length: maps }, () => el("div", { class: "leaf__map" }));
    this.captions = this.isCompared ? this.slots.map(() => el("p", { class: "leaf__caption" })) : [];
    this.maps = el("div", { class: "leaf__maps" }, ...this.slots.flatMap((slot, i) => [this.captions[i], slot]).filter(Boolean));
    this.legend = el("section", { class: "leaf__legend", "aria-label": t("Legend") });
    this.facts = el("dl", { class: "leaf__facts" });
    this.measure = el("div", { class: "leaf__measure" });
    this.foot = el("footer", { class: "leaf__foot" });
    const head = el("header", { class: "leaf__head" }, el("div", {}, this.title, this.period), this.notice);
    this.node = el("article", { class: "leaf" }, head, this.maps, el("aside", { class: "leaf__side" }, this.legend, this.facts, this.measure), this.foot);
    this.setSize(size);
  }

  setSize(size) {
    this.node.className = `leaf leaf--${size} ${this.isCompared ? "leaf--compared" : ""}`;
  }

  // `title` null: the usual one; `perPx`: metres of the ground in a pixel of the leaf; `scale`: n of 1:n, null where a
  // picture has none; `isPicture`: it is no paper, and so without what another server has drawn.
  draw(page, { title, plan, perPx, scale, isPicture = false }) {
    const { project } = page.situation;
    this.title.textContent = title || usualTitle(page);
    this.period.textContent = leadText(page);
    sidesOf(page).forEach(([period, ...rest], i) => {
      if (this.isCompared) this.captions[i].replaceChildren(el("b", {}, period), el("span", {}, rest.join(" · ")));
    });
    const notice = noticeOf(project);
    this.notice.textContent = notice || "";
    this.notice.hidden = !notice;
    this.legend.replaceChildren(...legendNodes());
    this.facts.replaceChildren(...factsOf(page, plan, isPicture).map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, text))));
    this.measure.replaceChildren(north(), bar(perPx, this.barPx, scale));
    this.foot.replaceChildren(approval(project.approval_number), el("span", { class: "leaf__made" }, madeAt(project)), el("span", { class: "leaf__owner" }, project.attribution));
  }
}

// As the card on the map has it, opened.
function legendNodes() {
  const [title, unit] = ["legend-title", "legend-unit"].map((id) => byId(id).textContent);
  const parts = LEGEND_PARTS.map((id) => {
    const part = byId(id).cloneNode(true);
    part.removeAttribute("id");
    for (const needless of part.querySelectorAll(".legend__tick, .legend__layer--unseen")) needless.remove();
    return part;
  });
  return [el("h2", { class: "leaf__legend-title" }, title, unit ? el("small", {}, unit) : null), ...parts];
}

function north() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 18 27");
  svg.setAttribute("aria-hidden", "true");
  for (const [name, d] of [["edge", NEEDLE_EDGE], ["half", NEEDLE]]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    path.setAttribute("class", `north__${name}`);
    svg.append(path);
  }
  return el("div", { class: "north", role: "img", "aria-label": t("North is up") }, el("span", {}, t("N")), svg);
}

function bar(perPx, most, scale) {
  const { metres, px } = barLength(perPx, most);
  const [unit, per] = metres >= 1000 ? [t("km"), 1000] : [t("m"), 1];
  const marks = [0, metres / 2, metres].map((length) => el("span", {}, number(length / per)));
  marks[2].append(` ${unit}`);
  const parts = el("div", { class: "scale__parts" }, ...[0, 1, 2, 3].map(() => el("i")));
  parts.style.width = `${px}px`;
  const words = el("div", { class: "scale__marks" }, ...marks);
  words.style.width = `${px}px`;
  return el("div", { class: "scale" }, scale ? el("p", { class: "scale__number" }, `1:${number(scale)}`) : null, parts, words);
}

// Without a number there is room to write it in.
function approval(given) {
  return el("span", { class: "leaf__approval" }, t("Map approval no.:"), " ", given ? el("b", {}, given) : el("i", { class: "leaf__blank" }));
}
