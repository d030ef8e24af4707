// One incident: answer which grid it is, or move its point. The server writes the page; after a change its parts are
// taken from it anew.

import { getJson, send } from "../net/api.js";
import { followChanges } from "../net/changes.js";
import { t } from "../net/words.js";
import { PlaceMap } from "../map/place_map.js";
import { byId } from "../ui/dom.js";
import { numberOf, readPlace, writePlace } from "../ui/place_fields.js";
import { wireReveal } from "../ui/reveal.js";
import { openPage } from "../ui/shell.js";
import { tell, tellError, untell } from "../ui/told.js";
import { wireWhereabouts } from "../ui/whereabouts.js";

const SAME_DEG = 5e-7; // half of the last digit in the fields
const GHOSTS = 5;

class IncidentPage {
  constructor() {
    this.read();
    this.isBusy = false;
    const mayAmend = !byId("move").hidden; // the server hides the form from whoever may only look
    this.map = new PlaceMap({ planVersion: byId("incident").dataset.plan, onMove: mayAmend ? (lon, lat) => this.moved(lon, lat) : null });
    this.whereabouts = wireWhereabouts(byId("move-said"));
    document.addEventListener("click", (event) => this.clicked(event));
    for (const [enter, leave] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
      document.addEventListener(enter, (event) => this.point(event.target, true));
      document.addEventListener(leave, (event) => this.point(event.target, false));
    }
    document.addEventListener("change", ({ target }) => { // the list is written anew with its part of the page
      if (target.id === "other") this.choseOther();
    });
    byId("move").addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    for (const name of ["lon", "lat", "uncertainty"]) byId(name).addEventListener("input", () => this.typed());
    byId("move-undo").addEventListener("click", () => this.putBack());
    wireReveal(this.address, tellError);
    addEventListener("beforeunload", (event) => {
      if (this.isMoved()) event.preventDefault();
    });
  }

  async open() {
    await this.map.open(this.incident);
    if (byId("other")) this.map.frame(this.near()); // the circle holds too many grids to be told apart
    this.draw();
    followChanges(Number(byId("incident").dataset.seq), {
      onChange: (entries) => {
        if (entries.some(({ uid }) => uid === this.incident.uid)) this.changedElsewhere();
      },
      onLost: (error) => tellError(error),
      onFound: () => untell(),
    });
  }

  read() {
    this.incident = JSON.parse(byId("incident").textContent);
  }

  get address() {
    return `/api/v1/incidents/${this.incident.uid}`;
  }

  draw() {
    const { lon, lat, uncertainty_m: radius, story } = this.incident;
    const ghosts = story.filter(({ content: { from } }) => from && from.lon !== undefined && isFar(from, { lon, lat })).map(({ content }) => content.from).slice(-GHOSTS);
    this.map.put(lon, lat, radius);
    this.map.marker.haunt(ghosts, { lon, lat });
    this.ask();
    this.map.key({ radius, hasGhosts: ghosts.length > 0 });
    writePlace({ lon, lat, radius });
    this.whereabouts.clear();
    this.aim();
  }

  near() {
    return [...document.querySelectorAll("[data-candidate]")].map(({ dataset }) => dataset.answer);
  }

  // On the map are the grids that have a button, and the one chosen from the list of the others.
  ask() {
    const near = this.near();
    const other = byId("other") ? byId("other").value : "";
    this.map.ask(other ? [...near, other] : near);
    if (other) this.map.candidates.mark(near.length);
  }

  choseOther() {
    byId("other-say").disabled = !byId("other").value;
    this.ask();
    this.map.see(byId("other").value);
  }

  isMoved() {
    const [lon, lat] = ["lon", "lat"].map((name) => numberOf(byId(name).value));
    return lon === null || lat === null || isFar({ lon, lat }, this.incident) || byId("uncertainty").value.trim() !== (this.incident.uncertainty_m === null ? "" : String(this.incident.uncertainty_m));
  }

  aim() {
    const moved = this.isMoved();
    byId("move-save").disabled = !moved || this.isBusy;
    byId("move-undo").hidden = !moved;
  }

  moved(lon, lat) {
    writePlace({ lon, lat });
    this.whereabouts.show(lon, lat);
    this.aim();
  }

  typed() {
    const place = readPlace({ isNeeded: true });
    this.aim();
    if (!place) return;
    this.map.put(place.lon, place.lat, place.radius);
    this.whereabouts.show(place.lon, place.lat);
    if (!this.map.map.getBounds().contains([place.lat, place.lon])) this.map.map.panTo([place.lat, place.lon]);
  }

  putBack() {
    this.draw();
    byId("note").value = "";
    this.map.focus(this.incident);
    this.map.marker.marker.getElement().focus({ preventScroll: true });
  }

  point(target, isOn) {
    const answer = target.closest && target.closest("[data-candidate]");
    if (answer) this.map.candidates.mark(isOn ? Number(answer.dataset.candidate) : -1);
  }

  clicked(event) {
    if (this.isBusy || !event.target.closest) return;
    if (event.target.closest("#other-say")) this.sayOther();
    const answer = event.target.closest("[data-answer]");
    if (!answer) return;
    const code = answer.dataset.answer || null;
    const name = answer.querySelector(".answer__name").textContent.trim();
    this.change({ grid: code }, code ? t("It belongs to {name}.", { name }) : t("It stays outside all grids."));
  }

  sayOther() {
    const { value: code, selectedOptions } = byId("other");
    const name = selectedOptions[0].textContent.split(" · ")[0].trim();
    this.change({ grid: code }, t("It belongs to {name}.", { name }));
  }

  save() {
    const place = readPlace({ isNeeded: true });
    if (!place) {
      const wrong = byId("move").querySelector('[aria-invalid="true"]');
      if (wrong) wrong.focus();
      return;
    }
    const changes = { note: byId("note").value.trim() || null };
    if (isFar(place, this.incident)) Object.assign(changes, { lon: place.lon, lat: place.lat });
    if (place.radius !== this.incident.uncertainty_m) changes.uncertainty_m = place.radius;
    if (Object.keys(changes).length > 1) this.change(changes, changes.lon === undefined ? t("The uncertainty is stored.") : t("It is moved; the old place stays in its story."));
  }

  async change(changes, words) {
    this.isBusy = true;
    this.aim();
    try {
      const { body } = await send("PATCH", this.address, { ...changes, version: this.incident.version });
      byId("note").value = "";
      await this.renew();
      tell("good", words, body.is_doubtful ? t("More than one grid is in reach: please say which it is.") : "");
    } catch (error) {
      if (error.code === "stale") await this.overtaken(changes);
      else tellError(error);
    } finally {
      this.isBusy = false;
      this.aim();
    }
  }

  // Somebody else was first: show what it is now; a point that was moved stays where this person put it.
  async overtaken(changes) {
    const mine = changes.lon === undefined ? null : readPlace({ isNeeded: true });
    await this.renew();
    if (mine) {
      this.map.put(mine.lon, mine.lat, mine.radius);
      writePlace(mine);
      this.aim();
    }
    tell("warning", t("Somebody else has changed it meanwhile."), t("This is what it is now. Nothing of yours was stored: decide again."));
  }

  async changedElsewhere() {
    const { version } = await getJson(this.address);
    if (version === this.incident.version || this.isBusy) return;
    if (this.isMoved()) {
      tell("warning", t("Somebody else has changed it meanwhile."), t("Your point is not stored yet; saving shows what has changed."));
      return;
    }
    await this.renew();
    tell("warning", t("Somebody else has changed it just now."));
  }

  async renew() {
    const response = await fetch(location.href.split("#")[0], { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of page.querySelectorAll("[data-renewed]")) byId(part.id).replaceWith(document.adoptNode(part));
    this.read();
    this.draw();
  }
}

function isFar(one, other) {
  return Math.abs(one.lon - other.lon) > SAME_DEG || Math.abs(one.lat - other.lat) > SAME_DEG;
}

openPage(async () => {
  const page = new IncidentPage();
  window.gridmap = page;
  await page.open();
});
