// The map's colours, read from css/tokens.css so that they are written once.

const NAMES = [
  "beyond", "land", "block", "building", "building-edge", "building-over", "water", "water-over", "green", "road", "road-case", "railway", "wall",
  "border", "halo", "label", "label-road", "label-water", "label-green", "place", "on-place", "camera", "hatch", "unsure",
];

export function mapColours() {
  const style = getComputedStyle(document.documentElement);
  const colours = {};
  for (const name of NAMES) {
    colours[name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())] = style.getPropertyValue(`--map-${name}`).trim();
  }
  colours.accent = style.getPropertyValue("--accent").trim();
  colours.panel = style.getPropertyValue("--panel").trim();
  return colours;
}

const SCALES = { choropleth: "choro", change: "change", households: "density" };
const CLASSES = 5;

// The five colours of a scale by area, lowest first: "choropleth", "change" or "households".
export function scaleColours(name) {
  const style = getComputedStyle(document.documentElement);
  return [...Array(CLASSES).keys()].map((i) => style.getPropertyValue(`--${SCALES[name]}-${i + 1}`).trim());
}

// The heat's six colours, palest first.
export function heatColours() {
  const style = getComputedStyle(document.documentElement);
  return [1, 2, 3, 4, 5, 6].map((i) => style.getPropertyValue(`--cell-${i}`).trim());
}

// A colour (#rrggbb) as it looks over a ground, `opacity` of it.
export function over(colour, opacity, ground) {
  const below = channels(ground);
  const mixed = channels(colour).map((value, i) => Math.round(value * opacity + below[i] * (1 - opacity)));
  return `rgb(${mixed.join(", ")})`;
}

// #rrggbb -> red, green, blue.
export const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

export const FONT = '"PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

export function isDark() {
  return document.documentElement.dataset.mode === "dark";
}

// Calls back after the mode (light or dark) has changed, by hand or by the system.
export function onModeChange(hear) {
  let mode = document.documentElement.dataset.mode;
  new MutationObserver(() => {
    if (document.documentElement.dataset.mode === mode) return;
    mode = document.documentElement.dataset.mode;
    hear();
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-mode"] });
}
