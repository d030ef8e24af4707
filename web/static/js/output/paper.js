// The map, or both of a comparison, laid out on paper as it will be printed: always light, at a round scale, drawn finely.
// The page's own maps move onto the leaf and go back when this is closed.

import { number, t } from "../net/words.js";
import { byId, CROSS, el, icon } from "../ui/dom.js";
import { drawAgain, drawn, mapsOf } from "./fine_map.js";
import { Leaf } from "./leaf.js";
import { drawnAt, fittingScale, PX_M, SCALES } from "./map_scale.js";
import { MapHand } from "./map_hand.js";
import { PAPERS } from "./papers.js";
import { planOf } from "./plan.js";

const FINER = 2;
const BAR_PX = 150;
const MARGIN_PX = 24;

export class Paper {
  // `bounds`: what is to be seen on it, where no scale is asked for.
  constructor(page, { bounds, onLeave }) {
    Object.assign(this, { page, plan: null, turn: 0, laid: "", spot: page.spot(), comparison: page.comparison });
    this.holders = mapsOf(page).map((map) => map.getContainer());
    this.region = this.holders[0].parentElement;
    if (this.comparison) this.comparison.lend();
    this.bounds = page.state.get().paperScale ? null : bounds;
    this.leaf = new Leaf({ size: page.state.get().paper, barPx: BAR_PX, maps: this.holders.length });
    this.makeBar(onLeave);
    this.room = el("div", { class: "paper__room" }, this.leaf.node);
    this.node = el("section", { class: "paper", id: "paper", role: "dialog", "aria-modal": "true", "aria-label": t("Print") }, this.bar, this.room);
    this.onKey = ({ key }) => { if (key === "Escape") onLeave(); };
    this.hand = new MapHand(page.map, () => this.moved());
    this.leaf.slots.forEach((slot, i) => slot.append(this.holders[i]));
    this.leaf.maps.append(this.hand.node);
    for (const holder of this.holders) holder.inert = true;
    this.fitLeaf = () => this.fit();
    this.drawWords = () => this.draw();
    document.body.append(this.node);
    document.documentElement.dataset.mode = "light"; // paper is white
    document.documentElement.dataset.paper = "1";
    window.addEventListener("resize", this.fitLeaf);
    window.addEventListener("beforeprint", this.drawWords);
    document.addEventListener("keydown", this.onKey);
    drawAgain(page, FINER);
    this.lay();
    this.name();
    byId("paper-print").focus({ preventScroll: true });
  }

  async name() {
    this.plan = await planOf(this.page);
    this.lay();
  }

  makeBar(onLeave) {
    const { page } = this;
    const option = (value, text) => el("option", { value }, text);
    this.papers = el("select", { id: "paper-size" }, ...Object.entries(PAPERS).map(([id, name]) => option(id, name())));
    this.scales = el("select", { id: "paper-scale" }, ...SCALES.map((n) => option(n, `1:${number(n)}`)));
    this.heading = el("input", { id: "paper-title", type: "text", maxlength: "80", autocomplete: "off" });
    this.papers.addEventListener("change", () => page.state.set({ paper: this.papers.value, paperScale: null }));
    this.scales.addEventListener("change", () => {
      this.fitted = null;
      page.state.set({ paperScale: Number(this.scales.value) });
      this.moved();
    });
    this.heading.addEventListener("input", () => page.state.set({ paperTitle: this.heading.value.trim() || null }));
    const print = el("button", { type: "button", class: "button button--main", id: "paper-print", onclick: () => window.print() }, t("Print"));
    const label = t("Close");
    const close = el("button", { type: "button", class: "button button--square", id: "paper-close", title: label, "aria-label": label, onclick: onLeave }, icon(CROSS));
    const field = (name, input, more = "") => el("label", { class: `paper__field ${more}` }, el("span", {}, name), input);
    this.bar = el("header", { class: "paper__bar" }, field(t("Paper"), this.papers), field(t("Scale"), this.scales),
      field(t("Title"), this.heading, "paper__field--wide"), el("div", { class: "paper__buttons" }, print, close));
  }

  // The map at the size of its place on this paper, at a round scale: that which was chosen, or one that shows all.
  async lay() {
    const { page, leaf: { slots: [slot] } } = this;
    const { paper, paperScale } = page.state.get();
    const isChosen = paperScale && paperScale !== this.fitted;
    this.leaf.setSize(paper);
    if (paper !== this.paper) usePaper(paper);
    this.paper = paper;
    this.scale = paperScale || SCALES[0];
    this.draw(); // how much room the words leave for the map
    this.fit();
    const { clientWidth: width, clientHeight: height } = slot;
    const laid = `${paper} ${paperScale} ${width} ${height}`;
    if (laid === this.laid) return;
    this.turn += 1;
    const { turn } = this;
    delete document.documentElement.dataset.paperReady;
    const centre = isChosen ? page.map.getCenter() : this.bounds.getCenter();
    this.fitted = isChosen ? null : fittingScale(this.bounds, width, height);
    this.scale = this.fitted || paperScale;
    this.laid = `${paper} ${this.scale} ${width} ${height}`;
    const { zoom, enlarged } = drawnAt(this.scale, centre.lat, { least: page.map.getMinZoom(), most: page.map.getMaxZoom() });
    this.hand.enlarged = enlarged;
    for (const { style } of this.holders) Object.assign(style, { width: `${width / enlarged}px`, height: `${height / enlarged}px`, transform: `scale(${enlarged})` });
    page.map.invalidateSize({ pan: false });
    page.map.setView(centre, zoom, { animate: false });
    if (this.comparison) this.comparison.step.align();
    if (!this.bounds) this.moved();
    this.draw();
    Promise.resolve().then(() => page.state.set({ paperScale: this.scale })); // whoever gets the address sees the same
    await drawn(page);
    if (turn === this.turn) document.documentElement.dataset.paperReady = "1";
  }

  draw() {
    const { paperTitle, paper } = this.page.state.get();
    this.leaf.draw(this.page, { title: paperTitle, plan: this.plan, perPx: this.scale * PX_M, scale: this.scale });
    this.papers.value = paper;
    if (![...this.scales.options].some(({ value }) => Number(value) === this.scale)) this.scales.append(el("option", { value: this.scale }, `1:${number(this.scale)}`));
    this.scales.value = String(this.scale);
    this.heading.placeholder = this.leaf.title.textContent;
    if (document.activeElement !== this.heading) this.heading.value = paperTitle || "";
  }

  // Somebody has chosen another part of the map: from now on another paper shows that.
  moved() {
    this.fitted = null;
    this.bounds = this.page.map.getBounds();
  }

  // As large as the window allows, never larger than the paper.
  fit() {
    const { node } = this.leaf;
    const free = { width: this.room.clientWidth - 2 * MARGIN_PX, height: window.innerHeight - this.bar.offsetHeight - 2 * MARGIN_PX };
    const share = Math.min(1, free.width / node.offsetWidth, Math.max(free.height / node.offsetHeight, (0.6 * free.width) / node.offsetWidth));
    node.style.setProperty("--share", String(share));
    Object.assign(this.room.style, { height: `${node.offsetHeight * share + 2 * MARGIN_PX}px` });
    node.style.setProperty("--left", `${Math.max(MARGIN_PX, (this.room.clientWidth - node.offsetWidth * share) / 2)}px`);
  }

  remove() {
    const { page, holders, comparison } = this;
    const root = document.documentElement;
    this.turn += 1;
    window.removeEventListener("resize", this.fitLeaf);
    window.removeEventListener("beforeprint", this.drawWords);
    document.removeEventListener("keydown", this.onKey);
    const isCompared = comparison !== null && comparison === page.comparison; // it may have ended meanwhile
    for (const holder of holders) {
      holder.inert = false;
      for (const name of ["width", "height", "transform"]) holder.style[name] = "";
    }
    this.region.prepend(holders[0]);
    if (isCompared) holders[0].after(holders[1]);
    this.node.remove();
    usePaper(null);
    delete root.dataset.paper;
    delete root.dataset.paperReady;
    if (isCompared) comparison.takeBack();
    page.map.invalidateSize({ pan: false });
    page.goTo(this.spot);
    drawAgain(page, null);
  }
}

// A browser takes the paper's size from the style sheet that is there: one a paper.
function usePaper(paper) {
  const before = byId("paper-sheet");
  if (before) before.remove();
  if (!paper) return;
  document.head.append(el("link", { id: "paper-sheet", rel: "stylesheet", href: new URL(`../../css/paper/${paper}.css`, import.meta.url).href }));
}
