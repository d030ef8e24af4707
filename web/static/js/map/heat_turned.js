// The heat that is shown, in the colours of the other mode and at once: its pictures are painted over, none is fetched.
// In either mode red and green together grow or fall all along the scale: from them the place on it is known.

import { channels, mapColours, over } from "./colours.js";

const SUMS = 511; // of red and green

export class HeatTurned {
  // `heat` is a Heat; `from` and `to` are the six colours that it has and is to have.
  constructor(heat, { from, to }) {
    this.table = tableOf(from.map(channels), to.map(channels));
    const tiles = heat.shown ? Object.values(heat.shown._tiles).map(({ el }) => el) : [];
    this.painted = tiles.filter((tile) => tile.complete && tile.naturalWidth).map((tile) => [tile, this.paint(tile)]);
  }

  paint(tile) {
    const canvas = document.createElement("canvas");
    canvas.width = tile.naturalWidth;
    canvas.height = tile.naturalHeight;
    canvas.className = tile.className;
    canvas.style.cssText = tile.style.cssText;
    const ctx = canvas.getContext("2d");
    ctx.drawImage(tile, 0, 0);
    const picture = ctx.getImageData(0, 0, canvas.width, canvas.height);
    const { data } = picture;
    for (let i = 0; i < data.length; i += 4) if (data[i + 3]) data.set(this.table[data[i] + data[i + 1]], i);
    ctx.putImageData(picture, 0, 0);
    tile.after(canvas);
    tile.style.visibility = "hidden";
    return canvas;
  }

  // An answer of /api/v1/legend in these colours.
  scale(legend) {
    const { land } = mapColours();
    const classes = legend.classes.map((one) => {
      const [red, green] = channels(one.color);
      const color = `#${this.table[red + green].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
      return { ...one, color, composited: over(color, one.opacity, land) };
    });
    return { ...legend, classes };
  }

  undo() {
    for (const [tile, canvas] of this.painted) {
      canvas.remove();
      tile.style.visibility = "";
    }
  }
}

// For every sum of red and green the colour that takes its place.
function tableOf(from, to) {
  const sums = from.map(([red, green]) => red + green);
  const order = sums[0] < sums[sums.length - 1] ? 1 : -1;
  return Array.from({ length: SUMS }, (_, sum) => {
    const at = sums.findIndex((one) => order * one >= order * sum);
    if (at === 0) return to[0];
    if (at < 0) return to[to.length - 1];
    const share = (sum - sums[at - 1]) / (sums[at] - sums[at - 1]);
    return to[at].map((part, i) => Math.round(to[at - 1][i] + share * (part - to[at - 1][i])));
  });
}
