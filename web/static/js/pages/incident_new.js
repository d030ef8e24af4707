// Taking in a new incident: kind, time, a place by address or on the map. It brings its own uid, so that a sending
// that is repeated after a broken line is one incident.

import { send } from "../net/api.js";
import { t } from "../net/words.js";
import { PlaceMap } from "../map/place_map.js";
import { wireAddress } from "../ui/address_field.js";
import { byId } from "../ui/dom.js";
import { readPlace, writePlace } from "../ui/place_fields.js";
import { openPage } from "../ui/shell.js";
import { mark, tell, tellError, untell } from "../ui/told.js";
import { wireWhereabouts } from "../ui/whereabouts.js";

class NewIncidentPage {
  constructor() {
    this.uid = newUid();
    this.placedBy = "map";
    this.map = new PlaceMap({ planVersion: byId("place").dataset.plan, onMove: (lon, lat) => this.moved(lon, lat) });
    this.whereabouts = wireWhereabouts(byId("place-said"));
    this.addresses = wireAddress({ onPick: (place) => this.picked(place) });
    for (const name of ["lon", "lat", "uncertainty"]) byId(name).addEventListener("input", () => this.typed());
    byId("new").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    for (const name of ["kind", "day", "time", "summary", "reporter-name", "reporter-phone"]) byId(name).addEventListener("change", () => mark(name, ""));
  }

  async open() {
    await this.map.open(null);
  }

  moved(lon, lat) {
    mark("address", "");
    this.placedBy = "map";
    writePlace({ lon, lat });
    this.whereabouts.show(lon, lat);
  }

  typed() {
    const place = readPlace({ isNeeded: false });
    if (!place || place.lon === null) return;
    mark("address", "");
    this.placedBy = "coordinates";
    this.show(place.lon, place.lat, place.radius);
  }

  picked({ lon, lat, uncertainty_m: radius }) {
    mark("address", "");
    this.placedBy = "address";
    const rounded = radius === null || radius === undefined ? null : Math.round(radius);
    writePlace({ lon, lat, radius: rounded });
    this.show(lon, lat, rounded);
    this.map.focus({ lon, lat, uncertainty_m: rounded });
  }

  show(lon, lat, radius) {
    this.map.put(lon, lat, radius);
    this.whereabouts.show(lon, lat);
    if (!this.map.map.getBounds().contains([lat, lon])) this.map.focus({ lon, lat, uncertainty_m: radius });
  }

  // null after saying beside the fields what is missing or wrong.
  body() {
    const address = byId("address").value.trim();
    const place = readPlace({ isNeeded: false });
    const isSomewhere = Boolean(address || byId("lon").value.trim() || byId("lat").value.trim());
    const kind = byId("kind").value;
    const day = byId("day").value;
    const time = byId("time").value;
    mark("kind", kind ? "" : t("Say what it is about."));
    mark("day", day ? "" : t("Say on which day it happened."));
    mark("address", isSomewhere ? "" : t("Say where it was: an address, or a point on the map."));
    if (!place || !isSomewhere || !kind || !day) return null;
    const when = time ? { occurred_at: `${day}T${time}` } : { occurred_on: day };
    const where = place.lon === null ? {} : { lon: place.lon, lat: place.lat, placed_by: this.placedBy };
    const reach = place.radius === null ? {} : { uncertainty_m: place.radius };
    const reporter = { name: byId("reporter-name").value.trim() || null, phone: byId("reporter-phone").value.trim() || null };
    return { uid: this.uid, kind, ...when, ...where, ...reach, reporter, address: address || null, summary: byId("summary").value.trim() || null };
  }

  async send() {
    untell();
    const body = this.body();
    if (!body) {
      this.focusWrong();
      return;
    }
    byId("send").disabled = true;
    try {
      const { body: stored } = await send("POST", "/api/v1/incidents", body);
      const { record } = byId("new").dataset;
      if (record) location.assign(record + stored.uid);
      else this.taken(stored);
    } catch (error) {
      byId("send").disabled = false;
      this.refused(error);
    }
  }

  // For whoever may report and not open records: it is said, and the next one can be written.
  taken({ case_number: number }) {
    byId("new").reset();
    this.uid = newUid();
    byId("send").disabled = false;
    tell("good", t("Reported as {n}.", { n: number }));
    window.scrollTo({ top: 0 });
  }

  refused(error) {
    if (error.code === "ambiguous_place") {
      const { alternatives = [] } = error.more;
      mark("address", alternatives.length ? t("This may be several places, or tells only roughly where: choose one, or put the point on the map.") : t("This address is not known: put the point on the map."));
      this.addresses.offer(alternatives);
      return;
    }
    if (error.code === "outside_extent") mark("lon", t("This place lies outside the district."));
    if (error.code === "only_some_places") mark("lon", t("This place is in none of the places of your posts."));
    const names = { kind: "kind", occurred_on: "day", occurred_at: "time", address: "address", summary: "summary", lon: "lon", lat: "lat", uncertainty_m: "uncertainty" };
    for (const name of Object.keys(error.more.fields || {})) if (names[name]) mark(names[name], t("This cannot be used."));
    if ((error.more.fields || {}).reporter) mark("reporter-phone", t("This is no phone number."));
    tellError(error.more.fields ? Object.assign(error, { message: t("Something in the form cannot be used."), hint: "" }) : error);
    this.focusWrong();
  }

  focusWrong() {
    const wrong = byId("new").querySelector('[aria-invalid="true"]');
    if (wrong) wrong.focus();
    else tell("error", t("Something in the form cannot be used."));
  }
}

// A version 4 UUID; crypto.randomUUID is newer than our browser floor.
function newUid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

openPage(async () => {
  const page = new NewIncidentPage();
  window.gridmap = page;
  await page.open();
});
