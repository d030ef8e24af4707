// When base map, grids and heat of the first view are drawn, the page says so: <html data-ready="1">.

const waiting = new Set(["ground", "roads", "borders", "labels", "grids", "heat"]);
const later = [];
const CALM_MS = 1500;

export function markReady(part) {
  if (!waiting.delete(part) || waiting.size) return;
  performance.mark("gridmap-ready");
  document.documentElement.dataset.ready = "1";
  for (const work of later.splice(0)) setTimeout(work, CALM_MS);
}

// What nobody waits for, some time after the first view is there.
export function whenReady(work) {
  if (waiting.size) later.push(work);
  else setTimeout(work, CALM_MS);
}
