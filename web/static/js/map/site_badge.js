// A key site: a small badge with one character, its name beneath from a given zoom on.

import { FONT } from "./colours.js";

const SIGNS = {
  school: "校", kindergarten: "幼", hospital: "医", clinic: "医", market: "市", station: "站", enterprise: "企",
  park: "园", government: "政", police: "警", police_station: "警", water: "水", greenhouse: "棚", temple: "庙", bank: "银", fuel: "油",
};
const FACE_PX = 16;
const NAME_PX = 11;

export class SiteBadge {
  constructor({ ink, face, edge, halo, namesFrom, opacity }) {
    Object.assign(this, { ink, face, edge, halo, namesFrom, opacity });
  }

  // protomaps-leaflet's label symbolizer for a point.
  place(layout, geom, feature) {
    const anchor = geom[0][0];
    const name = layout.zoom >= this.namesFrom ? feature.props.name : "";
    const half = FACE_PX / 2 + 3;
    const bboxes = [{ minX: anchor.x - half, minY: anchor.y - half, maxX: anchor.x + half, maxY: anchor.y + half }];
    if (name) {
      layout.scratch.font = `${NAME_PX}px ${FONT}`;
      const reach = layout.scratch.measureText(name).width / 2 + 3;
      bboxes.push({ minX: anchor.x - reach, minY: anchor.y + half, maxX: anchor.x + reach, maxY: anchor.y + half + NAME_PX + 4 });
    }
    const sign = SIGNS[feature.props.kind] || "●";
    return [{ anchor, bboxes, draw: (ctx) => this.draw(ctx, sign, name) }];
  }

  draw(ctx, sign, name) {
    const half = FACE_PX / 2;
    ctx.globalAlpha = this.opacity;
    ctx.textAlign = "center";
    ctx.lineJoin = "round";
    ctx.beginPath();
    ctx.arc(0, 0, half, 0, 2 * Math.PI);
    ctx.fillStyle = this.face;
    ctx.fill();
    ctx.lineWidth = 1;
    ctx.strokeStyle = this.edge;
    ctx.stroke();
    ctx.textBaseline = "middle";
    ctx.font = `600 10px ${FONT}`;
    ctx.fillStyle = this.edge;
    ctx.fillText(sign, 0, 0.5);
    if (!name) return;
    ctx.textBaseline = "top";
    ctx.font = `${NAME_PX}px ${FONT}`;
    ctx.lineWidth = 3.5;
    ctx.strokeStyle = this.halo;
    ctx.strokeText(name, 0, half + 3);
    ctx.fillStyle = this.ink;
    ctx.fillText(name, 0, half + 3);
  }
}
