// How many pixels of a canvas make one of the page: as many as the screen has, or more for a picture or for paper.

let wished = null;

export function pixelRatio() {
  return wished || window.devicePixelRatio || 1;
}

// Canvases drawn from now on have at least this many; null: as many as the screen.
export function drawFiner(ratio) {
  const own = window.devicePixelRatio || 1;
  wished = ratio === null ? null : Math.max(ratio, own);
  L.Browser.retina = (wished || own) > 1; // what Leaflet's own canvases go by
}
