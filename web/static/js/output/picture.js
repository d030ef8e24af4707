// The map as it stands on the screen, as a PNG of twice the screen's resolution with all that a map needs.

import { loadStyle } from "../ui/late.js";
import { inFineLines } from "./fine_map.js";
import { Leaf } from "./leaf.js";
import { metresPerPx } from "./map_scale.js";
import { paint } from "./painter.js";
import { planOf } from "./plan.js";

const FINER = 2;
const BAR_PX = 160;
const NOT_THE_MAP = ".leaflet-control-container, .leaflet-tooltip-pane, .leaflet-popup-pane, button";

// -> a Blob.
export async function pictureOf(page) {
  const [plan] = await Promise.all([planOf(page), loadStyle("css/leaf.css")]);
  const ratio = Math.max(FINER, window.devicePixelRatio || 1);
  const holder = page.map.getContainer();
  const drawing = await inFineLines(page, ratio, () => paint(holder, ratio, { except: NOT_THE_MAP }));
  const leaf = new Leaf({ size: "picture", barPx: BAR_PX });
  const { offsetWidth: width, offsetHeight: height } = holder;
  Object.assign(drawing.style, { width: `${width}px`, height: `${height}px` });
  leaf.slot.append(drawing);
  leaf.node.style.setProperty("--map-width", `${width}px`);
  leaf.draw(page, { title: null, plan, perPx: metresPerPx(page.map.getCenter().lat, page.map.getZoom()), scale: null });
  document.body.append(leaf.node);
  try {
    const whole = paint(leaf.node, ratio);
    return await new Promise((resolve, reject) => {
      whole.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large for this browser."))), "image/png");
    });
  } finally {
    leaf.node.remove();
  }
}
