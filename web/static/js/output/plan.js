// The plan whose grids are shown, as /api/v1/plans tells of it; null where there is none or it cannot be had: a map
// without the plan's name is still a map.

import { getJson } from "../net/api.js";

export async function planOf(page) {
  const asked = page.state.get().plan;
  try {
    const { items } = await getJson("/api/v1/plans");
    return items.find((plan) => (asked ? plan.uid === asked : plan.in_force)) || null;
  } catch {
    return null;
  }
}
