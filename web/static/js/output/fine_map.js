// The map's canvases drawn with more pixels than the screen has, and when they are all drawn.

import { drawFiner } from "../map/resolution.js";

const LOOK_MS = 60;
const CALM = 5; // looks in a row without anything being drawn
const LONGEST_MS = 20000; // what has not come by then does not come

export async function inFineLines(page, ratio, work) {
  drawAgain(page, ratio);
  try {
    await drawn(page);
    return await work();
  } finally {
    drawAgain(page, null);
  }
}

// `ratio` null: as the screen is.
export function drawAgain(page, ratio) {
  drawFiner(ratio);
  page.layers.repaint();
  if (page.comparison) page.comparison.second.repaint();
  for (const map of mapsOf(page)) map.eachLayer((layer) => { if (layer instanceof L.Canvas) layer._update(); });
}

// Resolves once all that belongs to the map is drawn.
export async function drawn(page) {
  const until = performance.now() + LONGEST_MS;
  for (let calm = 0; calm < CALM && performance.now() < until; calm += 1) {
    if (isDrawing(page)) calm = 0;
    await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
  }
}

function isDrawing(page) {
  const { comparison, layers } = page;
  let found = Boolean(layers.heat.coming || (comparison && comparison.second.heat.coming));
  for (const map of mapsOf(page)) {
    map.eachLayer((layer) => {
      if (layer.drawing || (layer.isLoading && layer.isLoading())) found = true;
    });
  }
  return found;
}

// The page's map, and the right one of a comparison.
export function mapsOf({ map, comparison }) {
  return comparison ? [map, comparison.second.map] : [map];
}
