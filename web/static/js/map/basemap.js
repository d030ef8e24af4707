// The base map as canvas layers that share one tile cache: ground below the heat, roads above it, borders above the
// grids, labels above everything.

import { mapColours } from "./colours.js";
import { CanvasTiles } from "./canvas_tiles.js";
import { borderRules, groundRules, roadRules, waterRules } from "./basemap_rules.js";
import { labelRules } from "./label_rules.js";

const MAX_DATA_ZOOM = 15;
const TILE_PX = 512;
const { PmtilesSource, TileCache, View } = window.protomapsL;

export class Basemap {
  // `gridLabels` is a tile source of grid labels in memory, laid out together with the base map's own; `shown` says
  // which layers are drawn.
  constructor(url, gridLabels, shown) {
    this.url = url;
    this.views = new Map();
    this.openFile();
    this.gridLabels = gridLabels;
    this.gridsVersion = 0;
    this.shown = { ...shown, selected: null, hasGrids: false };
    this.ground = new CanvasTiles(this.views, { pane: "tilePane" });
    this.water = new CanvasTiles(this.views, { pane: "water" });
    this.roads = new CanvasTiles(this.views, { pane: "roads" });
    this.borders = new CanvasTiles(this.views, { pane: "borders" });
    this.labels = new CanvasTiles(this.views, { pane: "labels" });
    this.paint();
  }

  get layers() {
    return [this.ground, this.roads, this.borders, this.labels];
  }

  addTo(map) {
    this.map = map;
    for (const layer of this.layers) layer.addTo(map);
    this.showWater();
  }

  // Grids in colour would hide the lakes: there they lie above.
  showWater() {
    if (!this.map) return;
    if (this.shown.isColoured) this.water.addTo(this.map);
    else this.water.remove();
  }

  openFile() {
    if (!this.url) return;
    this.file = new PmtilesSource(this.url, false);
    this.views.set("", viewOf(this.file));
  }

  // How far what is in the file reaches, null where it cannot be read.
  async bounds() {
    const header = this.file && await this.file.p.getHeader().catch(() => null);
    return header ? L.latLngBounds([header.minLat, header.minLon], [header.maxLat, header.maxLon]) : null;
  }

  // The file is opened anew: a reader keeps a failure of its first request for good.
  retry() {
    this.openFile();
    this.labels.views.set("", this.views.get(""));
    for (const layer of [...this.layers, this.water]) layer.redraw();
  }

  show(patch) {
    Object.assign(this.shown, patch);
    this.paint();
    this.showWater();
  }

  // After a change of colours, of what is shown, or of the grids' names.
  paint() {
    const colours = mapColours();
    this.ground.use(groundRules(colours, this.shown), []);
    this.water.use(this.shown.isColoured ? waterRules(colours) : [], []);
    this.roads.use(roadRules(colours, this.shown), []);
    this.borders.use(borderRules(colours, this.shown), []);
    this.write(colours);
  }

  select(code) {
    this.shown.selected = code;
    this.write(mapColours());
  }

  // Each version of the grids is a source with a name of its own: a tile that is still being laid out with the
  // version before must not pass for one that has been laid out with this.
  gridsChanged(hasGrids) {
    if (hasGrids !== this.shown.hasGrids) {
      this.shown.hasGrids = hasGrids;
      this.ground.use(groundRules(mapColours(), this.shown), []);
    }
    this.gridsVersion += 1;
    this.labels.views = new Map([...this.views, [this.gridsSource, viewOf(this.gridLabels)]]);
    this.write(mapColours());
  }

  get gridsSource() {
    return `grids-${this.gridsVersion}`;
  }

  write(colours) {
    this.labels.use([], labelRules(colours, { ...this.shown, gridsSource: this.gridsSource }));
  }
}

function viewOf(source) {
  return new View(new TileCache(source, TILE_PX), MAX_DATA_ZOOM, 1);
}
