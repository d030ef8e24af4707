// The place tab as it is drawn: the line of places above, the name, figures, what it falls into, incidents.

import { number, t, tn } from "../net/words.js";
import { levelName } from "./address_levels.js";
import { byId, el } from "./dom.js";
import { IncidentList } from "./incident_list.js";
import { PlaceChildren } from "./place_children.js";
import { isOpen } from "./rights.js";
import { dedicatedName, drawFigure, householdsOf, noHouseholds, peopleOf, shareOf } from "./place_facts.js";

export class PlaceView {
  // `place` is the tab's logic: what is looked into, and the ways to other places.
  constructor(page, place) {
    Object.assign(this, { page, place, key: null });
    byId("detail-close").addEventListener("click", () => {
      place.goUp();
      this.focus();
    });
    const section = (id) => el("section", { class: "fact", id });
    this.parts = { figure: section("detail-counts"), facts: el("div", { id: "detail-facts" }), children: section("detail-children"), list: section("detail-incidents") };
    this.outside = el("a", { class: "children__outside", href: "/incidents?state=outside", hidden: true });
    byId("detail-body").replaceChildren(...Object.values(this.parts));
    this.children = new PlaceChildren(this.parts.children, { onPick: ({ focus }) => { place.go(focus); this.focus(); }, onHint: (here) => place.hint(here) });
    this.parts.children.append(this.outside);
    this.parts.list.hidden = !isOpen("api.incidents");
    this.list = new IncidentList(this.parts.list, {
      ask: (values) => place.askList(values),
      words: () => (isOpen("api.incidents") ? place.listWords() : null),
      tree: () => page.tree,
      timeZone: () => page.situation.project.time_zone,
      whereOf: ({ grid }) => this.gridName(grid),
      onFailed: (error, again) => page.tell("incidents", error, again),
    });
  }

  // Where a row's incident lies, unless the whole list lies there.
  gridName(code) {
    const { grid, block } = this.page.state.get();
    if (!code) return t("in no grid");
    const found = grid || block ? null : this.place.places.gridPlace(code);
    return found ? found.name : "";
  }

  draw(here) {
    this.here = here;
    const isWhole = here.level === "district";
    this.drawPath(here);
    byId("detail-level").textContent = here.level === "spot" ? t("All reports at") : levelNames()[here.level] || levelName(here.level);
    byId("detail-code").textContent = here.where || here.code;
    byId("detail-name").textContent = here.name;
    byId("detail-close").hidden = isWhole;
    const kind = byId("detail-kind");
    kind.hidden = !(here.grid && here.grid.dedicated);
    if (!kind.hidden) kind.textContent = dedicatedName(here.grid);
    this.parts.facts.hidden = here.level === "spot";
    this.drawFacts(here);
    this.children.set(here.level === "spot" ? [] : this.place.places.childrenOf(here), this.page.situation.counts.households > 0);
    this.count();
  }

  drawPath(here) {
    const { place } = this;
    const path = here.level === "spot" ? [...place.places.pathTo(place.here.focus), here] : place.places.pathTo(here.focus);
    const rows = path.slice(0, -1).map(({ name, focus }) => {
      const button = el("button", { type: "button", class: "link crumbs__step", title: name }, name);
      button.addEventListener("click", () => {
        place.go(focus);
        this.focus();
      });
      return el("li", {}, button);
    });
    byId("crumbs").replaceChildren(...rows, el("li", { class: "unseen", "aria-current": "location" }, here.name));
    byId("crumbs").parentElement.hidden = !rows.length;
  }

  drawFacts({ grid, level, households }) {
    const { plan, counts } = this.page.situation;
    const facts = [];
    if (grid) facts.push(counts.households ? householdsOf(grid, plan) : noHouseholds(grid), peopleOf(grid));
    else if (level !== "district" && counts.households && households) facts.push(el("section", { class: "fact fact--line" }, el("span", {}, t("Households")), el("b", {}, number(households))));
    this.parts.facts.replaceChildren(...facts);
  }

  wait() {
    const figure = byId("detail-total");
    if (figure) figure.classList.add("is-waiting");
  }

  count() {
    const { page, here, place } = this;
    if (!here) return;
    if (here.level === "spot") return;
    const { counts, wholeCounts } = page;
    const view = page.state.get();
    const isWhole = here.level === "district";
    const above = isWhole ? null : place.places.of(place.places.parentOf(here));
    const shares = isWhole ? [] : [shareOf(counts.total, wholeCounts.total, place.places.name)];
    if (above && above.level !== "district") shares.push(shareOf(counts.total, countOf(wholeCounts, above), above.name));
    drawFigure(this.parts.figure, { total: counts.total, days: view.to - view.from + 1, shares: shares.filter(Boolean) });
    this.children.count({ ...counts.by_area, ...counts.by_grid, ...counts.by_block });
    this.outside.hidden = !isWhole || !counts.outside || !isOpen("pages.incidents");
    this.outside.textContent = tn("{n} in no grid", "{n} in no grid", counts.outside || 0);
    const address = place.listAddress();
    this.list.say(t("Incidents"), address && el("a", { class: "link", href: address }, t("As a list")));
  }

  // How many reports stand at one spot.
  countSpot(total) {
    const { from, to } = this.page.state.get();
    drawFigure(this.parts.figure, { total, days: to - from + 1, shares: [] });
    this.list.say(t("Incidents"));
  }

  // The name, so that who uses the keys goes on from there.
  focus() {
    byId("detail-name").focus({ preventScroll: true });
  }

  showList() {
    this.parts.list.scrollIntoView({ block: "start" });
  }

  toTop() {
    byId("panel-body").scrollTop = 0;
  }
}

function countOf(counts, { level, code }) {
  return (level === "grid" ? counts.by_grid : counts.by_area || {})[code] || 0;
}

const levelNames = () => ({ grid: t("grid"), block: t("block") });
