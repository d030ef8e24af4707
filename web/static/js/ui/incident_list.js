// Incidents, newest first, a page at a time.

import { isAbort } from "../net/api.js";
import { lang, t } from "../net/words.js";
import { dayName, instantName, monthName, toDay } from "./dates.js";
import { el } from "./dom.js";
import { drawKeyed } from "./keyed.js";
import { nameOf } from "./kind_tree.js";
import { factTitle } from "./place_facts.js";

const PAGE = 10;
const MORE = 30;
const AT_MOST = 1000; // what the server gives at once

export class IncidentList {
  // ask(values) -> { items, next } of the server; nothing is asked while words() gives null.
  constructor(section, { ask, words, tree, timeZone, whereOf, onFailed }) {
    Object.assign(this, { section, ask, words, tree, timeZone, whereOf, onFailed, items: [], next: null, fresh: [] });
    this.title = el("div");
    this.list = el("ol", { class: "recent", id: "detail-incidents-list" });
    this.none = el("p", { class: "quiet", hidden: true }, t("None in this period."));
    this.more = el("button", { type: "button", class: "button recent__more", hidden: true, onclick: () => this.goOn() }, t("More"));
    section.replaceChildren(this.title, this.list, this.none, this.more);
    this.say(t("Incidents"));
  }

  say(text, aside = null) {
    this.title.replaceChildren(factTitle(text, aside));
  }

  // From the beginning; as many as are shown where the same list is asked again.
  async renew({ isSame = false } = {}) {
    const limit = isSame ? Math.min(AT_MOST, Math.max(PAGE, this.items.length)) : PAGE;
    await this.read({ limit }, ({ items }) => items);
  }

  async goOn() {
    const from = this.items.length;
    await this.read({ limit: MORE, after: this.next }, ({ items }) => [...this.items, ...items]);
    const first = this.list.children[from];
    if (first && document.activeElement === this.more) return; // the same button goes on
    if (first && this.more.hidden) first.querySelector("a").focus({ preventScroll: true });
  }

  async read(values, joined) {
    const words = this.words();
    try {
      const answer = words ? await this.ask({ ...words, ...values }) : { items: [], next: null };
      this.items = joined(answer);
      this.next = answer.next;
      this.draw();
    } catch (error) {
      if (!isAbort(error)) this.onFailed(error, () => this.read(values, joined));
    }
  }

  // Those that came while somebody looked on stand first, whatever their time, until they were taken notice of.
  mark(items) {
    this.fresh = items;
    this.draw();
  }

  draw() {
    const fresh = new Set(this.fresh.map(({ uid }) => uid));
    drawKeyed(this.list, [...this.fresh, ...this.items.filter(({ uid }) => !fresh.has(uid))], {
      keyOf: ({ uid, version }) => `${uid} ${version || ""}`,
      make: (item) => this.row(item),
      update: (node, { uid }) => node.classList.toggle("recent--new", fresh.has(uid)),
    });
    this.none.hidden = this.list.children.length > 0;
    this.more.hidden = !this.next;
  }

  row(item) {
    const doubt = item.is_doubtful ? el("span", { class: "tag tag--warning", title: t("It may belong to another grid") }, t("doubtful")) : null;
    const where = this.whereOf(item);
    const place = [item.address, where].filter(Boolean).join(" · ") || t("no address text");
    return el("li", {},
      el("p", { class: "recent__head" },
        el("a", { href: `/incidents/${item.uid}` }, nameOf(this.tree(), item.kind, lang) || item.kind), doubt,
        el("time", { datetime: item.occurred_at || item.occurred_on }, when(item, this.timeZone()))),
      el("p", { class: "recent__place", title: place }, place));
  }
}

// As much of the time as is known.
function when(item, timeZone) {
  if (item.precision === "month") return monthName(toDay(item.occurred_on));
  return item.precision === "minute" && item.occurred_at ? instantName(item.occurred_at, timeZone) : dayName(toDay(item.occurred_on));
}
