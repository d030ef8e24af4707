// The base map as canvas layers that share one tile cache: ground below the heat, roads above it, borders above the
// grids, labels above everything.

import { mapColours } from "./colours.js";
import { borderRules, groundRules, roadRules } from "./basemap_rules.js";
import { labelRules } from "./label_rules.js";

const MAX_DATA_ZOOM = 15;
const { PmtilesSource, TileCache, View, leafletLayer } = window.protomapsL;

export class Basemap {
  // `gridLabels` is a tile source of grid labels in memory, laid out together with the base map's own; `shown` says
  // which layers are drawn.
  constructor(url, gridLabels, shown) {
    this.views = new Map();
    if (url) this.views.set("", viewOf(new PmtilesSource(url, false)));
    this.gridLabels = gridLabels;
    this.gridsVersion = 0;
    this.shown = { ...shown, selected: null, nearness: 0 };
    this.ground = this.layer("tilePane");
    this.roads = this.layer("roads");
    this.borders = this.layer("borders");
    this.labels = this.layer("labels");
    this.paint();
  }

  addTo(map) {
    for (const layer of [this.ground, this.roads, this.borders, this.labels]) layer.addTo(map);
  }

  layer(pane) {
    const layer = leafletLayer({
      pane, sources: {}, attribution: "", lang: "zh-CN", noWrap: true, maxZoom: 19, updateWhenIdle: false, keepBuffer: 1,
    });
    layer.views = this.views;
    return layer;
  }

  show(patch) {
    Object.assign(this.shown, patch);
    this.paint();
  }

  // After a change of colours, of what is shown, or of the grids' names.
  paint() {
    const colours = mapColours();
    this.redraw(this.ground, groundRules(colours, this.shown));
    this.redraw(this.roads, roadRules(colours, this.shown));
    this.redraw(this.borders, borderRules(colours, this.shown));
    this.write(colours);
  }

  select(code) {
    this.shown.selected = code;
    this.write(mapColours());
  }

  // Each version of the grids is a source with a name of its own: a tile that is still being laid out with the
  // version before must not pass for one that has been laid out with this.
  gridsChanged(nearness) {
    this.shown.nearness = Math.round(nearness);
    this.gridsVersion += 1;
    this.labels.views = new Map([...this.views, [this.gridsSource, viewOf(this.gridLabels)]]);
    this.write(mapColours());
  }

  get gridsSource() {
    return `grids-${this.gridsVersion}`;
  }

  write(colours) {
    this.redraw(this.labels, [], labelRules(colours, { ...this.shown, gridsSource: this.gridsSource }));
  }

  redraw(layer, paintRules, labels = []) {
    layer.paintRules = paintRules;
    layer.labelRules = labels;
    layer.clearLayout();
    if (layer._map) layer.rerenderTiles();
  }
}

function viewOf(source) {
  return new View(new TileCache(source, 512), MAX_DATA_ZOOM, 1);
}
