// The places one can look into, as a tree: district > street > community > grid > block. A place is
// { level, code, name, focus, households, ... } with `focus` as the page's state has it: { area }, { grid } or { block },
// {} for the whole district.

import { t } from "../net/words.js";
import { boundsOf } from "../map/grid_extent.js";

export const STREETS = ["street", "town"];
export const COMMUNITIES = ["community", "village"];
const DRILLED = ["district", ...STREETS, ...COMMUNITIES]; // a compound lies across blocks: it is found, not drilled into

export class Places {
  // `areas` of /api/v1/areas, `features` the grids' shapes, `name` the project's.
  constructor(areas, features, name) {
    this.areas = areas;
    this.features = new Map(features.map((feature) => [feature.properties.code, feature]));
    this.grids = features.map(({ properties }) => properties);
    this.byCode = new Map(areas.map((area) => [area.code, area]));
    this.communityOf = new Map(areas.flatMap((area) => area.grids.map((code) => [code, area.code])));
    this.blocks = new Map(); // grid code -> its blocks' features, as far as they were asked for
    this.gridOfBlock = new Map();
    const tops = areas.filter(({ parent, level }) => !this.byCode.has(parent) && DRILLED.includes(level));
    this.district = tops.length === 1 && tops[0].level === "district" ? tops[0] : null;
    this.tops = this.district ? this.below(this.district.code) : tops;
    this.name = (this.district && this.district.name) || name || t("Whole district");
  }

  addBlocks(grid, features) {
    this.blocks.set(grid, features);
    for (const { properties } of features) this.gridOfBlock.set(properties.code, grid);
  }

  get whole() {
    const households = this.grids.reduce((sum, grid) => sum + grid.households, 0);
    return { level: "district", code: this.district ? this.district.code : "", name: this.name, focus: {}, households };
  }

  // The place of a view; null for one that is not known.
  of({ area, grid, block }) {
    if (block) return this.blockPlace(block);
    if (grid) return this.gridPlace(grid);
    if (area && !this.isWhole(area)) return this.areaPlace(area);
    return this.whole;
  }

  isWhole(area) {
    return Boolean(this.district) && this.district.code === area;
  }

  areaPlace(code) {
    const area = this.byCode.get(code);
    return area ? { level: area.level, code, name: area.name, focus: { area: code }, households: area.households, area } : null;
  }

  gridPlace(code) {
    const feature = this.features.get(code);
    if (!feature) return null;
    const { properties: grid } = feature;
    return { level: "grid", code, name: grid.name, focus: { grid: code }, households: grid.households, grid };
  }

  blockPlace(code) {
    const grid = this.gridOfBlock.get(code); // "" for a block of no grid
    const feature = grid !== undefined && this.blocks.get(grid).find(({ properties }) => properties.code === code);
    if (!feature) return null;
    const { properties: block } = feature;
    const above = this.communityOf.get(grid) || block.area || "";
    const short = above && code.startsWith(above) && code.length > above.length ? code.slice(above.length) : code; // its number there
    return { level: "block", code, name: block.name || t("Block {code}", { code: short }), focus: { block: code }, households: block.households, block, feature };
  }

  // From the whole district down to a place, itself the last.
  pathTo(focus) {
    const here = this.of(focus);
    if (!here || !Object.keys(here.focus).length) return here ? [here] : [this.whole];
    return [...this.pathTo(this.parentOf(here)), here];
  }

  // The focus above a place.
  parentOf({ level, code, area, block }) {
    const grid = level === "block" && this.gridOfBlock.get(code);
    if (grid) return { grid };
    const parent = level === "grid" ? this.communityOf.get(code) : block ? block.area : area && area.parent;
    return parent && this.byCode.has(parent) && !this.isWhole(parent) ? { area: parent } : {};
  }

  // What a place falls into: areas, else grids, else blocks; grids in no community stand beside the areas at the top.
  childrenOf({ level, code, area, focus }) {
    if (level === "block") return [];
    if (level === "grid") return (this.blocks.get(code) || []).map(({ properties }) => this.blockPlace(properties.code));
    const isTop = !Object.keys(focus).length;
    const areas = isTop ? this.tops : this.below(code);
    const grids = isTop ? this.grids.map((grid) => grid.code).filter((grid) => !this.communityOf.has(grid)) : area.grids;
    return [...areas.map((child) => this.areaPlace(child.code)), ...grids.map((grid) => this.gridPlace(grid)).filter(Boolean)];
  }

  below(code) {
    return this.areas.filter(({ parent, level }) => parent === code && DRILLED.includes(level));
  }

  // All grids of an area and of the areas below it.
  gridsIn(code) {
    const area = this.byCode.get(code);
    return area ? [...area.grids, ...this.below(code).flatMap((child) => this.gridsIn(child.code))] : [];
  }

  // -> L.LatLngBounds of a place, null where nothing is known of its shape.
  boundsOf({ level, code, area, feature }) {
    if (feature) return boundsOf([feature]);
    if (level === "grid") return boundsOf([this.features.get(code)]);
    if (area && area.bbox) return L.latLngBounds([area.bbox[1], area.bbox[0]], [area.bbox[3], area.bbox[2]]);
    return area ? boundsOf(this.gridsIn(code).map((grid) => this.features.get(grid)).filter(Boolean)) : null;
  }

  // The area of one of the levels that a grid lies in, null where there is none.
  areaAbove(grid, levels) {
    let area = this.byCode.get(this.communityOf.get(grid));
    while (area && !levels.includes(area.level)) area = this.byCode.get(area.parent);
    return area || null;
  }

  blockAt(grid, { lng, lat }) {
    const found = (this.blocks.get(grid) || []).find(({ geometry }) => isInside(geometry, lng, lat));
    return found ? found.properties.code : null;
  }
}

function isInside({ type, coordinates }, x, y) {
  const polygons = type === "Polygon" ? [coordinates] : coordinates;
  return polygons.some((rings) => rings.reduce((inside, ring) => inside !== isInRing(ring, x, y), false));
}

function isInRing(ring, x, y) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [x0, y0] = ring[i];
    const [x1, y1] = ring[j];
    if (y0 > y !== y1 > y && x < ((x1 - x0) * (y - y0)) / (y1 - y0) + x0) inside = !inside;
  }
  return inside;
}
