// What the colours mean, as they look above the ground, and how far an incident is smeared.

import { decimal, t } from "../net/words.js";
import { byId, el } from "./dom.js";

export function wireBandwidth(state, bandwidths) {
  const slider = byId("bandwidth");
  const text = byId("bandwidth-text");
  slider.max = String(bandwidths.length - 1);
  slider.disabled = bandwidths.length < 2;
  const name = (metres) => t("{n} m", { n: metres });
  slider.addEventListener("input", () => {
    text.textContent = name(bandwidths[slider.value]);
    slider.setAttribute("aria-valuetext", text.textContent);
  });
  slider.addEventListener("change", () => state.set({ bandwidth: bandwidths[slider.value] }, { push: true }));
  const draw = ({ bandwidth }) => {
    slider.value = String(Math.max(0, bandwidths.indexOf(bandwidth)));
    text.textContent = name(bandwidth);
    slider.setAttribute("aria-valuetext", text.textContent);
  };
  state.on(["bandwidth"], draw);
  draw(state.get());
}

export function drawLegend({ classes }) {
  const items = classes.map(({ from, to, color, composited }) => {
    const item = el("li", { title: to === null ? `≥ ${tidy(from)}` : `${tidy(from)} – ${tidy(to)}` }, el("span", {}, tidy(from)));
    item.style.background = composited || color;
    return item;
  });
  byId("legend-classes").replaceChildren(...items);
}

function tidy(value) {
  return decimal(value, value >= 10 ? 0 : value >= 1 ? 1 : 2);
}
