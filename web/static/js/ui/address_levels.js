// What an address names, in words: a building, a road, a landmark.

import { t } from "../net/words.js";

const names = () => ({
  district: t("district"), street: t("street office"), town: t("street office"), community: t("community"), village: t("community"), compound: t("compound"), building: t("building"),
  unit: t("stairwell"), room: t("room"), road: t("road"), door: t("door number"), junction: t("junction"), landmark: t("landmark"),
  area_plot: t("plot"),
});

export function levelName(level) {
  return names()[level] || "";
}
