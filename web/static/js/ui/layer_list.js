// What can be drawn on the map: its names in the address, whether it is shown at first and how opaque it is then.

import { t } from "../net/words.js";

export const SURFACES = { heat: () => t("Heat"), choropleth: () => t("Grids in colour"), none: () => t("None") };
export const MEASURES = { count: () => t("Count"), rate: () => t("Rate"), change: () => t("Change") };

// In the order in which they are listed.
export const LAYERS = {
  points: { label: () => t("Incident points"), isUsual: false },
  sites: { label: () => t("Key sites"), isUsual: true },
  cameras: { label: () => t("Cameras"), isUsual: false },
  grids: { label: () => t("Grids"), isUsual: true },
  borders: { label: () => t("Borders"), isUsual: true },
  streets: { label: () => t("Streets"), isUsual: true },
  buildings: { label: () => t("Buildings"), isUsual: true },
  blocks: { label: () => t("Blocks"), isUsual: false },
  households: { label: () => t("Household density"), isUsual: false },
  labels: { label: () => t("Labels"), isUsual: true },
  own: { label: () => t("Own base map"), isUsual: false },
};

const USUAL_OPACITY = { choropleth: 0.85, households: 0.8 };

export function usualLayers() {
  return new Set(Object.keys(LAYERS).filter((id) => LAYERS[id].isUsual));
}

export function opacityOf(view, id) {
  return view.opacity[id] !== undefined ? view.opacity[id] : usualOpacity(id);
}

export function usualOpacity(id) {
  return USUAL_OPACITY[id] || 1;
}
