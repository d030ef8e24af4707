// Layers that are fetched, code and data, when they are first switched on. Each has show(visible), paint() after a
// change of colours, and at(spot) -> what is under a place on the screen.

import { getJson, latest } from "../net/api.js";
import { isOpen } from "../ui/rights.js";
import { SELECTION } from "./selection.js";

export const LATE = { points, cameras, households };

async function points(page) {
  const { Points } = await import("../map/points.js");
  const ask = latest((values, how) => getJson("/api/v1/points", values, how));
  let box = null;
  let zoom = 0;
  const draw = () => page.guarded("points", draw, async () => {
    const words = page.selection();
    if (!box || !page.state.get().layers.has("points") || !isOpen("api.points")) return;
    layer.set(words ? await ask({ ...words, bbox: box, zoom }) : null);
  });
  const layer = new Points(page.map, {
    onMoved: (bounds, now) => {
      box = boxOf(bounds);
      zoom = now;
      draw();
    },
    onDrawn: (drawn) => {
      page.layers.scales.points = drawn;
      page.emit("points");
    },
  });
  page.onSettled([...SELECTION, "layers"], draw);
  page.on("renew", draw);
  return layer;
}

async function cameras(page) {
  const { Cameras } = await import("../map/cameras.js");
  const layer = new Cameras(page.map);
  const draw = () => page.guarded("cameras", draw, async () => layer.set((await getJson("/api/v1/cameras.geojson")).features));
  page.on("renew", draw);
  await draw();
  return layer;
}

async function households(page) {
  const { Households } = await import("../map/households.js");
  const layer = new Households(page.map);
  const draw = () => page.guarded("households", draw, async () => {
    page.layers.scales.households = layer.set((await getJson("/api/v1/blocks.geojson")).features);
    page.emit("scales");
  });
  page.on("renew", ({ before, now }) => {
    if (before.counts.households !== now.counts.households || before.counts.blocks !== now.counts.blocks) draw();
  });
  await draw();
  return layer;
}

// As the server wants it: inside the world.
function boxOf(bounds) {
  const inside = [
    Math.max(-180, bounds.getWest()), Math.max(-85, bounds.getSouth()), Math.min(180, bounds.getEast()), Math.min(85, bounds.getNorth()),
  ];
  return inside.map((degrees) => degrees.toFixed(6)).join(",");
}
