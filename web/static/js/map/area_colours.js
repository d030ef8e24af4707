// Grounds filled by a value in five classes: grids by their incidents, blocks by their households. A ground without a
// value is hatched; a value that may be chance is grey.

import { mapColours, scaleColours } from "./colours.js";
import { hatch } from "./hatch.js";
import { ShapeTiles } from "./shape_tiles.js";

export const NO_DATA = -1;
export const UNSURE = -2;
export const UNDRAWN = -3;

// The class of a value: how many of the four breaks it reaches.
export function classOf(value, breaks) {
  return breaks.filter((edge) => value >= edge).length;
}

export class AreaColours {
  constructor(map, { pane, edges = false }) {
    Object.assign(this, { map, edges, classes: [], scale: "choropleth" });
    this.tiles = new ShapeTiles((...how) => this.draw(...how), { pane });
  }

  // `classes[i]` is that of shape i: 0 to 4, NO_DATA, UNSURE or UNDRAWN.
  set(shapes, classes, scale) {
    const isNew = shapes !== this.shapes;
    Object.assign(this, { shapes, classes, scale });
    if (isNew) this.tiles.use(shapes);
    else this.tiles.again();
  }

  show(visible) {
    if (visible) this.tiles.addTo(this.map);
    else this.tiles.remove();
  }

  paint() {
    this.tiles.again();
  }

  onceDrawn(tell) {
    if (this.map.hasLayer(this.tiles) && this.tiles.isLoading()) this.tiles.once("load", tell);
    else tell();
  }

  draw(ctx, found, trace, zoom) {
    const colours = mapColours();
    const scale = scaleColours(this.scale);
    const fills = [...scale.map((colour, i) => [i, colour]), [UNSURE, colours.unsure], [NO_DATA, hatch(ctx, colours.hatch)]];
    for (const [wanted, fill] of fills) {
      const same = found.filter((i) => this.classes[i] === wanted);
      if (!same.length) continue;
      ctx.beginPath();
      same.forEach(trace);
      ctx.fillStyle = fill;
      ctx.fill("evenodd");
      if (wanted === NO_DATA) continue;
      ctx.strokeStyle = fill; // closes the hair between neighbours of one colour
      ctx.lineWidth = 0.7;
      ctx.stroke();
    }
    if (this.edges && zoom >= 15) this.drawEdges(ctx, found, trace, colours);
  }

  drawEdges(ctx, found, trace, colours) {
    ctx.beginPath();
    found.forEach(trace);
    ctx.strokeStyle = colours.halo;
    ctx.lineWidth = 0.8;
    ctx.stroke();
  }
}

