// An address with completion: a combobox (WAI-ARIA: list autocomplete, manual selection) over the places that are known.

import { getJson, isAbort, latest } from "../net/api.js";
import { t } from "../net/words.js";
import { byId, el } from "./dom.js";

const SETTLE_MS = 80;
const AT_MOST = 8;

// onPick(place) with lon, lat, uncertainty_m and text of the one chosen.
export function wireAddress({ onPick }) {
  const field = byId("address");
  const list = byId("address-list");
  const ask = latest((values, how) => getJson("/api/v1/addresses", values, how));
  let places = [];
  let active = -1;
  let timer = 0;

  const close = () => {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    active = -1;
  };

  const move = (to) => {
    const options = [...list.querySelectorAll('[role="option"]')];
    if (!options.length) return;
    active = (to + options.length) % options.length;
    options.forEach((node, i) => node.setAttribute("aria-selected", String(i === active)));
    field.setAttribute("aria-activedescendant", options[active].id);
    options[active].scrollIntoView({ block: "nearest" });
  };

  const pick = (index) => {
    const place = places[index];
    field.value = place.text;
    close();
    if (place.lon !== null && place.lon !== undefined) onPick(place);
  };

  const offer = (found) => {
    places = found.slice(0, AT_MOST);
    const options = places.map((place, i) => el("li", {
      class: "search__item", role: "option", id: `address-option-${i}`, "aria-selected": "false",
      onpointerdown: (event) => {
        event.preventDefault();
        pick(i);
      },
    }, el("span", {}, place.text), el("span", { class: "muted" }, levelName(place.level)), el("small", {}, place.within || "")));
    list.replaceChildren(...options);
    list.hidden = !options.length;
    field.setAttribute("aria-expanded", String(options.length > 0));
    active = -1;
  };

  const look = async () => {
    const text = field.value.trim();
    if (!text) {
      close();
      return;
    }
    try {
      const { items } = await ask({ q: text, limit: AT_MOST });
      if (document.activeElement === field && field.value.trim() === text) offer(items);
    } catch (error) {
      if (!isAbort(error)) close(); // without completion an address is still an address
    }
  };

  field.addEventListener("input", (event) => {
    if (event.isComposing) return; // an input method is choosing characters
    clearTimeout(timer);
    timer = setTimeout(look, SETTLE_MS);
  });
  field.addEventListener("compositionend", look);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") {
      if (list.hidden) look();
      else move(active + 1);
    } else if (event.key === "ArrowUp" && !list.hidden) move(active <= 0 ? -1 : active - 1);
    else if (event.key === "Enter" && !list.hidden && active >= 0) pick(active);
    else if (event.key === "Escape" && !list.hidden) close();
    else return;
    event.preventDefault();
  });

  return {
    // Several places that an address may mean, for the person to choose.
    offer(found) {
      offer(found);
      field.focus();
    },
  };
}

const levels = () => ({
  district: t("district"), street: t("street office"), community: t("community"), compound: t("compound"), building: t("building"),
  unit: t("stairwell"), room: t("room"), road: t("road"), door: t("door number"), junction: t("junction"), landmark: t("landmark"),
  area_plot: t("plot"),
});

function levelName(level) {
  return levels()[level] || "";
}
