// What is written on the map, in order of right: the selected grid, areas, streets, grids, sites, numbers.
// An earlier rule wins a place from a later one; nothing overlaps.

import { FONT } from "./colours.js";
import { PathText } from "./path_text.js";
import { SiteBadge } from "./site_badge.js";

const { CenteredTextSymbolizer, Padding } = window.protomapsL;
const PADDING_PX = 4;
const HALO_PX = 1.8;

export function labelRules(colours, { labels, roads, grids, sites, selected, gridsSource, opacity }) {
  const rules = [];
  const c = faded(colours, opacity.labels);
  if (grids) rules.push(selectedGrid(c, selected, gridsSource));
  if (labels) rules.push(...areas(c));
  if (labels && roads) rules.push(...streets(c));
  if (grids) rules.push(otherGrids(c, selected, gridsSource));
  if (labels) rules.push(...grounds(c));
  if (sites) rules.push(...badges(colours, opacity.sites, labels));
  if (labels) rules.push(numbers(c));
  return rules;
}

// The colours of letters with so much of them left.
function faded(colours, opacity) {
  if (opacity === 1) return colours;
  const alpha = Math.round(255 * opacity).toString(16).padStart(2, "0");
  const fade = (text) => (/^#[0-9a-f]{6}$/i.test(text) ? text + alpha : text);
  return Object.fromEntries(Object.entries(colours).map(([name, text]) => [name, fade(text)]));
}

function text(c, { size, weight = 400, fill = c.label, style, props, spacing = 0, paddingPx = PADDING_PX }) {
  return new Padding(paddingPx, new CenteredTextSymbolizer({
    fontFamily: FONT, fontSize: size, fontWeight: weight, fontStyle: style, fill, stroke: c.halo, width: HALO_PX,
    labelProps: props, letterSpacing: spacing, lineHeight: 1.3, maxLineChars: 14,
  }));
}

function selectedGrid(c, selected, dataSource) {
  return {
    dataSource, dataLayer: "grid", filter: (zoom, f) => f.props.code === selected,
    symbolizer: text(c, { size: 14, weight: 700, fill: c.accent }),
  };
}

// Where the name fits into its grid.
function otherGrids(c, selected, dataSource) {
  return {
    dataSource, dataLayer: "grid", filter: (zoom, f) => f.props.code !== selected && zoom >= f.props.fromZoom,
    symbolizer: text(c, { size: 12, fill: c.border, props: ["short"] }),
  };
}

function areas(c) {
  const of = (level) => (zoom, f) => f.props.kind === level;
  return [
    { dataLayer: "area_label", maxzoom: 10, filter: of("district"), symbolizer: text(c, { size: 16, weight: 600, spacing: 2 }) },
    // from afar they lie close together: each should have room
    { dataLayer: "area_label", minzoom: 11, maxzoom: 12, filter: of("street"), symbolizer: text(c, { size: 12, weight: 600, paddingPx: 2 }) },
    { dataLayer: "area_label", minzoom: 13, maxzoom: 15, filter: of("street"), symbolizer: text(c, { size: 16, weight: 600, spacing: 1.5 }) },
    { dataLayer: "area_label", minzoom: 13, maxzoom: 17, filter: of("community"), symbolizer: text(c, { size: (zoom) => (zoom < 15 ? 12 : 14), weight: 600, fill: c.border }) },
    { dataLayer: "area_label", minzoom: 17, filter: of("compound"), symbolizer: text(c, { size: 12, fill: c.labelRoad }) },
  ];
}

const STREET_ZOOMS = [["trunk", 13, 13], ["street", 16, 12], ["lane", 17, 11]];

function streets(c) {
  return STREET_ZOOMS.map(([name, minzoom, size]) => ({
    dataLayer: "street", minzoom, filter: (zoom, f) => f.props.class === name && Boolean(f.props.name),
    symbolizer: new PathText({ fill: c.labelRoad, halo: c.halo, haloPx: 2, sizePx: size, paddingPx: PADDING_PX, apartPx: 360 }),
  }));
}

// Enterprises and ponds are many: they come one zoom later.
const isFew = (zoom, f) => !["enterprise", "water", "greenhouse"].includes(f.props.kind);

function grounds(c) {
  return [
    { dataLayer: "ground_label", minzoom: 13, filter: (zoom, f) => f.props.kind === "water", symbolizer: text(c, { size: 12, style: "italic", fill: c.labelWater, spacing: 2 }) },
    { dataLayer: "ground_label", minzoom: 13, filter: (zoom, f) => f.props.kind === "green", symbolizer: text(c, { size: 12, fill: c.labelGreen }) },
  ];
}

function badges(c, opacity, hasNames) {
  const badge = new SiteBadge({ ink: c.label, face: c.panel, edge: c.border, halo: c.halo, namesFrom: hasNames ? 16 : Infinity, opacity });
  return [
    { dataLayer: "site_label", minzoom: 15, filter: isFew, symbolizer: badge },
    { dataLayer: "site_label", minzoom: 16, filter: (zoom, f) => !isFew(zoom, f), symbolizer: badge },
  ];
}

function numbers(c) {
  return { dataLayer: "number_label", minzoom: 17, symbolizer: text(c, { size: 11, fill: c.labelRoad, props: ["number"] }) };
}
