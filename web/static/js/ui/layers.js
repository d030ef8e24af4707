// The choice of what is drawn: one surface and what it shows, the layers, and how strong each is.

import { number, t } from "../net/words.js";
import { LAYERS, MEASURES, SURFACES, opacityOf } from "./layer_list.js";
import { byId, el } from "./dom.js";
import { isOpen } from "./rights.js";

const FAINTEST = 10; // per cent
const STEP = 5;

export function wireLayers({ state, defaults, situation }) {
  const surfaces = segments("surface", SURFACES, (surface) => state.set({ surface }, { push: true }));
  const measures = segments("measure", MEASURES, (by) => state.set({ by }, { push: true }));
  const sliders = new Map();
  const slide = (id, name) => {
    sliders.set(id, slider(id, name, (opacity) => state.set({ opacity: { ...state.get().opacity, [id]: opacity } })));
    return sliders.get(id).element;
  };
  byId("surface-opacity").append(
    el("div", { class: "radius", "data-surface": "heat" }, el("span", {}, t("Opacity")), slide("heat", t("Heat"))),
    el("div", { class: "radius", "data-surface": "choropleth" }, el("span", {}, t("Opacity")), slide("choropleth", t("Grids in colour"))),
  );
  const isOffered = { points: isOpen("api.points"), own: Boolean(situation.own_basemap) };
  const boxes = Object.entries(LAYERS).filter(([id]) => isOffered[id] !== false).map(([id, { label }]) => {
    const box = el("input", { type: "checkbox", value: id });
    box.addEventListener("change", () => {
      const shown = new Set(state.get().layers);
      if (box.checked) shown.add(id);
      else shown.delete(id);
      state.set({ layers: shown });
    });
    byId("layers").append(el("li", { class: "layer" }, el("label", { class: "switch" }, box, el("span", {}, label())), slide(id, label())));
    return box;
  });
  wireBandwidth(state, defaults.bandwidths);

  const draw = (view) => {
    surfaces(view.surface);
    measures(view.by);
    byId("measure").hidden = view.surface !== "choropleth";
    byId("radius").hidden = view.surface !== "heat";
    for (const node of byId("surface-opacity").children) node.hidden = node.dataset.surface !== view.surface;
    for (const box of boxes) {
      box.checked = view.layers.has(box.value);
      sliders.get(box.value).element.hidden = !box.checked;
    }
    for (const [id, { show }] of sliders) show(opacityOf(view, id));
  };
  state.on(["surface", "by", "layers", "opacity"], draw);
  draw(state.get());
}

// Buttons of which one is pressed -> show(name).
function segments(id, names, choose) {
  const buttons = Object.entries(names).map(([name, label]) => el("button", { type: "button", value: name, "aria-pressed": "false", onclick: () => choose(name) }, label()));
  byId(id).append(...buttons);
  return (chosen) => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === chosen));
  };
}

function slider(id, name, choose) {
  const range = el("input", { type: "range", min: FAINTEST, max: 100, step: STEP, id: `opacity-${id}`, "aria-label": t("Opacity: {name}", { name }) });
  const text = el("output", { for: range.id });
  range.addEventListener("input", () => choose(range.value / 100));
  const show = (opacity) => {
    const percent = Math.round(100 * opacity);
    if (Number(range.value) !== percent) range.value = String(percent);
    text.textContent = t("{n} %", { n: number(percent) });
    range.setAttribute("aria-valuetext", text.textContent);
  };
  return { element: el("span", { class: "opacity" }, range, text), show };
}

function wireBandwidth(state, bandwidths) {
  const range = byId("bandwidth");
  const text = byId("bandwidth-text");
  range.max = String(bandwidths.length - 1);
  range.disabled = bandwidths.length < 2;
  const tell = (metres) => {
    text.textContent = t("{n} m", { n: metres });
    range.setAttribute("aria-valuetext", text.textContent);
  };
  range.addEventListener("input", () => tell(bandwidths[range.value]));
  range.addEventListener("change", () => state.set({ bandwidth: bandwidths[range.value] }, { push: true }));
  const draw = ({ bandwidth }) => {
    range.value = String(Math.max(0, bandwidths.indexOf(bandwidth)));
    tell(bandwidth);
  };
  state.on(["bandwidth"], draw);
  draw(state.get());
}
