// When base map, grids and heat of the first view are drawn, the page says so: <html data-ready="1">.

const waiting = new Set(["ground", "roads", "borders", "labels", "grids", "heat"]);

export function markReady(part) {
  if (!waiting.delete(part) || waiting.size) return;
  performance.mark("gridmap-ready");
  document.documentElement.dataset.ready = "1";
}
