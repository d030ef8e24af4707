// A chart of cells to choose from, with pointer and keyboard: a press chooses a cell or a heading, a drag what lies
// between, Shift goes on from where it began, Ctrl (and every touch) adds or takes away. ECharts draws it on a canvas.
//
// A chart says where things are: at(x, y) -> position or null; step(position, event) -> position or null;
// cells(from, to) -> Set of the cells between two positions; box(cell) -> [x, y, width, height] or null;
// sides(cell) -> the cells left of it, right of it, above, below; option() -> what ECharts draws; height(width).

import { onModeChange } from "../map/colours.js";
import { oncePerFrame } from "./dom.js";
import { loadScript } from "./late.js";
import { token } from "./cell_scale.js";

const ABOVE = 50; // what lies over ECharts' own drawing

export class CellChart {
  // onChoose(cells, { adds }) with the Set of cells chosen; onClear(); onRead(position) when the cursor comes to it.
  constructor(root, { onChoose, onClear, onRead }) {
    Object.assign(this, { root, onChoose, onClear, onRead, chosen: null, cursor: null, anchor: null, drag: null });
    this.again = oncePerFrame(() => this.paint());
  }

  async start() {
    await loadScript("vendor/echarts/echarts.min.js");
    this.chart = echarts.init(this.root, null, { renderer: "canvas" });
    this.over = new echarts.graphic.Group({ silent: true });
    this.chart.getZr().add(this.over);
    new ResizeObserver(this.again).observe(this.root.parentElement);
    onModeChange(this.again);
    this.wirePointer();
    this.root.addEventListener("keydown", (event) => this.press(event));
    this.root.addEventListener("focus", () => this.lines());
    this.root.addEventListener("blur", () => this.lines());
  }

  paint() {
    const { clientWidth } = this.root.parentElement;
    if (!clientWidth || !this.chart) return;
    this.width = clientWidth;
    this.root.style.height = `${this.height(clientWidth)}px`;
    this.chart.resize({ width: clientWidth, height: this.height(clientWidth) });
    this.chart.setOption({ animation: false, textStyle: { fontFamily: token("font") }, ...this.option() }, { notMerge: true });
    this.lines();
  }

  // The border of what is chosen, and of what the cursor or the drag holds.
  lines() {
    if (!this.chart || !this.width) return;
    const isSeen = this.drag || (this.cursor !== null && this.root.matches(":focus-visible"));
    const held = isSeen ? this.cells(this.anchor, this.cursor) : new Set();
    this.over.removeAll();
    this.over.add(line(this.border(this.chosen || new Set()), { stroke: token("ink"), lineWidth: 2 }));
    this.over.add(line(this.border(held), { stroke: token("accent"), lineWidth: 2.5 }));
    for (const { x, y, style } of this.marks()) this.over.add(new echarts.graphic.Text({ x, y, style, silent: true, z: ABOVE }));
  }

  // What a chart writes beside its cells.
  marks() {
    return [];
  }

  // Only the sides between a cell that is in and one that is not.
  border(cells) {
    const path = [];
    for (const cell of cells) {
      const box = this.box(cell);
      if (!box) continue;
      const [x, y, w, h] = box;
      const ends = [[x, y, x, y + h], [x + w, y, x + w, y + h], [x, y, x + w, y], [x, y + h, x + w, y + h]];
      this.sides(cell).forEach((other, i) => {
        if (cells.has(other) && this.box(other)) return;
        const [x1, y1, x2, y2] = ends[i];
        path.push(`M${x1},${y1}L${x2},${y2}`);
      });
    }
    return path.join("");
  }

  wirePointer() {
    const spot = (event) => {
      const box = this.root.getBoundingClientRect();
      return this.at(event.clientX - box.left, event.clientY - box.top);
    };
    this.root.addEventListener("pointerdown", (event) => {
      const position = event.button ? null : spot(event);
      if (position === null) return;
      this.root.setPointerCapture(event.pointerId);
      if (!event.shiftKey || this.anchor === null) this.anchor = position;
      this.cursor = position;
      this.drag = { adds: event.ctrlKey || event.metaKey || event.pointerType === "touch" };
      this.lines();
    });
    this.root.addEventListener("pointermove", (event) => {
      const position = this.drag && event.buttons ? spot(event) : null;
      if (position === null) return;
      this.cursor = position;
      this.lines();
    });
    this.root.addEventListener("pointerup", () => this.release());
    this.root.addEventListener("pointercancel", () => {
      this.drag = null;
      this.lines();
    });
  }

  release() {
    if (!this.drag) return;
    const { adds } = this.drag;
    this.drag = null;
    this.onChoose(this.cells(this.anchor, this.cursor), { adds });
    this.lines();
  }

  press(event) {
    if (event.key === "Escape" || event.key === "Delete") this.onClear();
    else if (event.key === "Enter" || event.key === " ") {
      if (this.cursor === null) return;
      this.onChoose(this.cells(this.anchor, this.cursor), { adds: event.ctrlKey || event.metaKey });
    } else {
      const next = this.step(this.cursor, event);
      if (next === null) return;
      this.cursor = next;
      if (!event.shiftKey || this.anchor === null) this.anchor = next;
      this.lines();
      this.onRead(next);
    }
    event.preventDefault();
    event.stopPropagation();
  }

  tip() {
    return {
      renderMode: "richText", confine: true, transitionDuration: 0, backgroundColor: token("panel"), borderColor: token("line"),
      borderWidth: 1, padding: [6, 10], textStyle: { color: token("ink"), fontSize: 12, lineHeight: 18, fontFamily: token("font") },
    };
  }
}

function line(pathData, style) {
  return echarts.graphic.makePath(pathData || "M0,0", { silent: true, z: ABOVE, style: { fill: "none", ...style } });
}
