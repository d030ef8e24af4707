// Which grid a point lies in, said in words while it is being moved.

import { getJson, isAbort, latest } from "../net/api.js";
import { number, t } from "../net/words.js";

const SETTLE_MS = 150;

export function wireWhereabouts(node) {
  const ask = latest((values, how) => getJson("/api/v1/locate", values, how));
  let timer = 0;
  const say = async (lon, lat) => {
    try {
      const { grid, community, nearest } = await ask({ lon: lon.toFixed(7), lat: lat.toFixed(7) });
      if (grid) node.textContent = t("This is in {name}.", { name: [community, grid.name].filter(Boolean).join(" · ") });
      else if (nearest) node.textContent = t("Outside all grids; the nearest is {name}, {n} m.", { name: nearest.name, n: number(Math.round(nearest.distance_m)) });
      else node.textContent = t("Outside all grids.");
    } catch (error) {
      if (isAbort(error)) return;
      node.textContent = error.code === "outside_extent" ? t("This place lies outside the district.") : "";
    }
  };
  return {
    show(lon, lat) {
      clearTimeout(timer);
      timer = setTimeout(() => say(lon, lat), SETTLE_MS);
    },
    clear() {
      clearTimeout(timer);
      node.textContent = "";
    },
  };
}
