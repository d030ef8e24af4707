// How the base map is drawn: what lies below the heat, what lies above it. Layers come from the PMTiles file that
// gridmap.services.basemap writes; zooms here are display zooms.

import { BORDERS, HALO, LANE, PATH, STREET, TRUNK } from "./widths.js";

const { LineSymbolizer, PolygonSymbolizer } = window.protomapsL;

const kind = (...kinds) => (zoom, feature) => kinds.includes(feature.props.kind);
const line = (...kinds) => (zoom, feature) => feature.geomType === 2 && kinds.includes(feature.props.kind);
const area = (...kinds) => (zoom, feature) => feature.geomType === 3 && kinds.includes(feature.props.kind);

// Land, green, water, blocks, buildings: the quiet ground under the data. Above pictures of the organisation's own there
// is none of it but the buildings.
export function groundRules(c, { buildings, hasGrids, opacity, own }) {
  const rules = own ? [] : [
    { dataLayer: "land", symbolizer: new PolygonSymbolizer({ fill: c.land }) },
    // where there are no grids, blocks are what divides the land
    hasGrids
      ? { dataLayer: "block", minzoom: 14, symbolizer: new PolygonSymbolizer({ fill: c.block, stroke: c.land, width: 0.5 }) }
      : { dataLayer: "block", symbolizer: new PolygonSymbolizer({ fill: c.land, stroke: c.wall, width: 0.8 }) },
    { dataLayer: "ground", filter: area("green"), symbolizer: new PolygonSymbolizer({ fill: c.green }) },
    { dataLayer: "ground", filter: area("water"), symbolizer: new PolygonSymbolizer({ fill: c.water }) },
    {
      dataLayer: "ground", filter: line("water"),
      symbolizer: new LineSymbolizer({ color: c.water, width: (zoom) => Math.max(1, (zoom - 11) * 0.8), lineCap: "round", lineJoin: "round" }),
    },
    { dataLayer: "ground", minzoom: 15, filter: area("wall", "track"), symbolizer: new PolygonSymbolizer({ fill: c.block, stroke: c.wall, width: 1 }) },
    { dataLayer: "ground", minzoom: 15, filter: line("wall"), symbolizer: new LineSymbolizer({ color: c.wall, width: 1 }) },
    { dataLayer: "ground", minzoom: 15, filter: line("track"), symbolizer: new LineSymbolizer({ color: c.wall, width: 1.5 }) },
  ];
  if (buildings) {
    rules.push(
      { dataLayer: "building", minzoom: 15, maxzoom: 15, symbolizer: new PolygonSymbolizer({ fill: c.building, opacity: opacity.buildings }) },
      { dataLayer: "building", minzoom: 16, symbolizer: new PolygonSymbolizer({ fill: c.building, stroke: c.buildingEdge, width: 0.8, opacity: opacity.buildings }) },
    );
  }
  return rules;
}

// Water above grids in colour, with its shore: its own blue alone is too near to a class of theirs.
export function waterRules(c) {
  const shore = (width) => ({ color: c.labelWater, width, opacity: 0.6, lineCap: "round", lineJoin: "round" });
  return [
    { dataLayer: "ground", filter: line("water"), symbolizer: new LineSymbolizer(shore((zoom) => Math.max(1, (zoom - 11) * 0.8))) },
    { dataLayer: "ground", filter: area("water"), symbolizer: new LineSymbolizer(shore((zoom) => (zoom < 14 ? 2 : 3))) },
    { dataLayer: "ground", filter: area("water"), symbolizer: new PolygonSymbolizer({ fill: c.waterOver }) }, // hides where a river's shore runs in a lake
  ];
}

const CLASSES = [["path", PATH, 15], ["lane", LANE, 13], ["street", STREET, 11], ["trunk", TRUNK, 9]];

// From far away the many small streets would hide the heat.
const faint = (zoom) => (zoom <= 12 ? 0.55 : zoom <= 13 ? 0.85 : 1);

// Streets and railways. All casings first, so that crossings are open.
export function roadRules(c, { roads, buildings, opacity }) {
  const outlines = buildings ? [outline(c, opacity.buildings)] : [];
  if (!roads) return outlines;
  const of = (name) => (zoom, feature) => feature.props.class === name;
  const stroke = (color, width, opacity) => new LineSymbolizer({ color, width, opacity, lineCap: "round", lineJoin: "round" });
  const casings = CLASSES.filter(([name]) => name !== "path").map(([name, width, minzoom]) => ({
    dataLayer: "street", minzoom: name === "trunk" ? minzoom : Math.max(minzoom, 13), filter: of(name),
    symbolizer: stroke(c.roadCase, (zoom) => width(zoom) + 1, 1),
  }));
  const fills = CLASSES.map(([name, width, minzoom]) => ({
    dataLayer: "street", minzoom, filter: of(name), symbolizer: stroke(c.road, width, name === "trunk" ? 1 : faint),
  }));
  return [...outlines, ...casings, ...fills, ...railwayRules(c)];
}

// Heat hides what stands below it: above it, an outline of the buildings stays.
function outline(c, opacity) {
  return { dataLayer: "building", minzoom: 16, symbolizer: new LineSymbolizer({ color: c.buildingOver, width: 0.8, opacity: 0.7 * opacity, lineJoin: "round" }) };
}

// A thin dashed grey line on a lighter bed.
function railwayRules(c) {
  const width = (zoom) => (zoom < 14 ? 1.2 : zoom < 16 ? 2 : 3);
  return [
    { dataLayer: "ground", filter: line("railway"), symbolizer: new LineSymbolizer({ color: c.railway, width: (zoom) => width(zoom) + 1 }) },
    { dataLayer: "ground", filter: line("railway"), symbolizer: new LineSymbolizer({ color: c.land, width, dash: [7, 7] }) },
    { dataLayer: "ground", filter: area("railway"), symbolizer: new PolygonSymbolizer({ fill: c.railway, opacity: 0.35 }) },
  ];
}

// The lines of blocks and, above them, the borders of communities, streets, district: each with its halo, the higher one
// on top.
export function borderRules(c, { borders, blocks, opacity }) {
  return [...(blocks ? blockRules(c, opacity.blocks) : []), ...(borders ? areaRules(c) : [])];
}

function blockRules(c, opacity) {
  const stroke = (color, width, strength) => ({
    dataLayer: "block", minzoom: 13, symbolizer: new LineSymbolizer({ color, width, opacity: strength * opacity, lineJoin: "round" }),
  });
  return [stroke(c.halo, (zoom) => (zoom < 15 ? 1.6 : 2.6), 0.7), stroke(c.labelRoad, (zoom) => (zoom < 15 ? 0.6 : 1), 1)];
}

function areaRules(c) {
  const halo = (level, width, minzoom) => ({
    dataLayer: "border", minzoom, filter: kind(level),
    symbolizer: new LineSymbolizer({ color: c.halo, width: (zoom) => width + (zoom < 14 ? HALO : 2 * HALO), opacity: 0.85, lineJoin: "round" }),
  });
  const stroke = (level, width, minzoom, options = {}) => ({
    dataLayer: "border", minzoom, filter: kind(level),
    symbolizer: new LineSymbolizer({ color: c.border, width, lineJoin: "round", ...options }),
  });
  return [
    halo("community", BORDERS.community, 14), // covers the grids' line, so that the dashes are seen
    halo("street", BORDERS.street, 10),
    halo("district", BORDERS.district, 6),
    stroke("community", BORDERS.community, 12, { dash: [5, 3] }),
    stroke("street", BORDERS.street, 10),
    stroke("district", BORDERS.district, 6),
  ];
}
