// What is chosen apart from the period, as a row of chips above the figures: each can be taken away.

import { lang, number, t } from "../net/words.js";
import { byId, CROSS, el, icon } from "../ui/dom.js";
import { nameOf, toCodes } from "../ui/kind_tree.js";
import { nameHours, readHours } from "../ui/week_hours.js";
import { FOCUS, isNone } from "./selection.js";

const NAMED_KINDS = 2; // more of them are a number
const NOTHING = { kinds: null, hours: null, plan: null, ...Object.fromEntries(FOCUS.map((name) => [name, null])) };

export const chips = {
  wire(page) {
    page.chips = new Chips(page);
  },
};

class Chips {
  constructor(page) {
    this.page = page;
    byId("chips-clear").addEventListener("click", () => page.state.set({ ...NOTHING, at: null, name: null }, { push: true }));
    page.state.on(Object.keys(NOTHING), () => this.draw());
    for (const event of ["grids", "counts", "plans"]) page.on(event, () => this.draw()); // names are known by then
    this.draw();
  }

  draw() {
    const shown = [this.focus(), this.hours(), this.kinds(), this.plan()].filter(Boolean);
    const text = JSON.stringify(shown);
    if (text === this.drawn) return; // the keyboard may stand on one
    this.drawn = text;
    byId("chips").hidden = !shown.length;
    byId("chips-clear").hidden = shown.length < 2;
    byId("chips-list").replaceChildren(...shown.map((chip) => this.chip(chip)));
  }

  chip({ names, about, text }) {
    const remove = () => {
      this.page.state.set(Object.fromEntries(names.map((name) => [name, null])), { push: true });
      const next = byId("chips-list").querySelector("button");
      if (next) next.focus();
    };
    const name = t("Remove the filter {name}", { name: text });
    const button = el("button", { type: "button", class: "chip__remove", "aria-label": name, title: name, onclick: remove }, icon(CROSS));
    return el("li", { class: "chip", "data-filter": about }, el("span", { class: "chip__text", title: text }, text), button);
  }

  focus() {
    const view = this.page.state.get();
    const about = FOCUS.find((name) => view[name]);
    if (!about) return null;
    const { here, isKnown } = this.page.place || {};
    return { names: FOCUS, about, text: isKnown ? here.name : view[about] };
  }

  hours() {
    const cells = readHours(this.page.state.get().hours);
    return cells && { names: ["hours"], about: "hours", text: nameHours(cells) };
  }

  kinds() {
    const { kinds } = this.page.state.get();
    if (kinds === null) return null;
    if (isNone(kinds)) return { names: ["kinds"], about: "kinds", text: t("No kind") };
    const codes = toCodes(this.page.tree, kinds).split(",");
    const text = codes.length <= NAMED_KINDS ? codes.map((code) => nameOf(this.page.tree, code, lang)).join(t(", ")) : t("{n} kinds", { n: number(codes.length) });
    return { names: ["kinds"], about: "kinds", text };
  }

  plan() {
    const { plan } = this.page.state.get();
    if (!plan) return null;
    // until its name has come, the plan's own number stands there
    const found = this.page.plans.find(({ uid }) => uid === plan);
    return { names: ["plan"], about: "plan", text: t("Grids of {name}", { name: found ? found.name : plan.slice(-6) }) };
  }
}
