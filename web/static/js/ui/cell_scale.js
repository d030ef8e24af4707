// Classes and colours of a chart of cells: at most six classes of one rounded step, nothing being a colour of its own.
// The last class is open where a few cells stand far above the others: they would make one class of all the rest.

import { decimal } from "../net/words.js";
import { el } from "./dom.js";

const MOST_CLASSES = 6;
const USUAL_SHARE = 0.98;
const STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 20, 50, 100]; // times a power of ten

// The classes of values: [{ above, upTo, colour }], `above` itself not in; none where all are 0.
export function classesOf(values, { whole }) {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b);
  if (!sorted.length) return [];
  const most = sorted[sorted.length - 1];
  const usual = sorted[Math.floor(USUAL_SHARE * (sorted.length - 1))];
  const step = roundedUp(usual / MOST_CLASSES, whole);
  const count = Math.max(1, Math.min(MOST_CLASSES, Math.ceil(most / step - 1e-9)));
  const colours = cellColours();
  return Array.from({ length: count }, (_, i) => ({
    above: i * step, upTo: i === count - 1 && most > count * step ? Infinity : (i + 1) * step,
    colour: colours[count === 1 ? 2 : Math.round((i * (MOST_CLASSES - 1)) / (count - 1))],
  }));
}

export function colourOf(classes, value) {
  if (!(value > 0)) return token("cell-none");
  return classes.find(({ upTo }) => value <= upTo + 1e-9).colour;
}

// What the colours mean, beside the chart.
export function drawClasses(list, classes, { whole }) {
  const items = [{ colour: token("cell-none"), text: "0" }, ...classes.map(({ above, upTo, colour }) => {
    const low = whole ? above + 1 : above;
    if (upTo === Infinity) return { colour, text: whole ? `≥ ${tidy(low)}` : `> ${tidy(above)}` };
    return { colour, text: low === upTo ? tidy(upTo) : whole ? `${tidy(low)}–${tidy(upTo)}` : `≤ ${tidy(upTo)}` };
  })];
  list.replaceChildren(...items.map(({ colour, text }) => {
    const swatch = el("i", { "aria-hidden": "true" });
    swatch.style.background = colour;
    return el("li", {}, swatch, text);
  }));
}

function cellColours() {
  return Array.from({ length: MOST_CLASSES }, (_, i) => token(`cell-${i + 1}`));
}

export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function roundedUp(step, whole) {
  const power = 10 ** Math.floor(Math.log10(step));
  return STEPS.map((n) => n * power).find((n) => n >= step - 1e-9 && (!whole || Number.isInteger(n)));
}

function tidy(value) {
  return decimal(value, value >= 10 ? 0 : value >= 1 ? 1 : 3);
}
