// Classes and colours of a chart of cells: at most six classes of one rounded step, nothing being a colour of its own.

import { decimal } from "../net/words.js";
import { el } from "./dom.js";

const MOST_CLASSES = 6;

// The classes of values up to `most`: [{ above, upTo, colour }], `above` itself not in; none where all are 0.
export function classesOf(most, { whole }) {
  if (!(most > 0)) return [];
  const step = roundedUp(most / MOST_CLASSES, whole);
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  const colours = cellColours();
  return Array.from({ length: count }, (_, i) => ({
    above: i * step, upTo: (i + 1) * step, colour: colours[count === 1 ? 2 : Math.round((i * (MOST_CLASSES - 1)) / (count - 1))],
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
  const rounded = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= step - 1e-9);
  return whole ? Math.max(1, rounded) : rounded;
}

function tidy(value) {
  return decimal(value, value >= 10 ? 0 : value >= 1 ? 1 : 3);
}
