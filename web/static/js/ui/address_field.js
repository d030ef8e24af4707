// An address with completion over the places that are known.

import { getJson, latest } from "../net/api.js";
import { levelName } from "./address_levels.js";
import { wireCombobox } from "./combobox.js";
import { byId, el } from "./dom.js";

const AT_MOST = 8;

// onPick(place) with lon, lat, uncertainty_m and text of the one chosen.
export function wireAddress({ onPick }) {
  const field = byId("address");
  const ask = latest((values, how) => getJson("/api/v1/addresses", values, how));
  const box = wireCombobox({
    field,
    list: byId("address-list"),
    find: async (text, show) => show(groupsOf((await ask({ q: text, limit: AT_MOST })).items)),
    onPick: (place) => {
      field.value = place.text;
      if (place.lon !== null && place.lon !== undefined) onPick(place);
    },
  });
  return {
    // Several places that an address may mean, for the person to choose.
    offer(found) {
      field.focus();
      box.show(groupsOf(found));
    },
  };
}

function groupsOf(places) {
  return [{ title: "", options: places.slice(0, AT_MOST).map((place, i) => ({ key: `${i} ${place.text}`, cells: addressCells(place), value: place })) }];
}

// A row of the list: the address, what it is, where it lies.
export function addressCells({ text, level, within }) {
  return [el("span", {}, text), el("span", { class: "muted" }, levelName(level)), el("small", {}, within || "")];
}
