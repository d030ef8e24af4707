// The map's colours, read from css/tokens.css so that they are written once.

const NAMES = [
  "beyond", "land", "block", "building", "building-edge", "building-over", "water", "green", "road", "road-case", "railway", "wall",
  "border", "halo", "label", "label-road", "label-water", "label-green",
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
