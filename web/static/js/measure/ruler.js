// A measurement: the points set so far, by pointer or by keys, and what they amount to. While it is on, presses on the
// map set points and reach nothing else of the map.

import { areaM2, distanceM, lengthM } from "./geodesic.js";
import { MeasureBar } from "./bar.js";
import { Drawing } from "./drawing.js";
import { Crosshair } from "./crosshair.js";

const SAME_PX = 6; // a press this near the last point ends the line
const DRAG_PX = 4;
const NOT_MAP = ".leaflet-control, .asked__label";

export class Ruler {
  constructor(map, { onEnd }) {
    Object.assign(this, { map, onEnd, mode: "length", points: [], free: null, isDone: false });
    this.container = map.getContainer();
    this.bar = new MeasureBar({
      onMode: (mode) => this.to(mode), onUndo: () => this.undo(), onClear: () => this.clear(), onClose: onEnd,
    });
    this.drawing = new Drawing(map);
    this.crosshair = new Crosshair(map, (place) => this.aim(place));
    this.doubleClick = map.doubleClickZoom.enabled();
    map.doubleClickZoom.disable();
    this.container.classList.add("is-measured");
    this.container.focus({ preventScroll: true });
    this.listen();
    this.draw();
  }

  listen() {
    this.stop = new AbortController();
    const on = (target, name, hear) => {
      target.addEventListener(name, hear, true);
      this.stop.signal.addEventListener("abort", () => target.removeEventListener(name, hear, true));
    };
    on(this.container, "pointerdown", ({ clientX, clientY }) => { this.pressed = { clientX, clientY }; });
    on(this.container, "click", (event) => this.press(event));
    on(this.container, "dblclick", (event) => {
      if (!event.target.closest(NOT_MAP)) event.stopPropagation();
    });
    on(this.container, "pointermove", (event) => {
      if (event.pointerType === "mouse" && !event.buttons) this.aim(this.placeOf(event));
    });
    on(document, "keydown", (event) => this.key(event));
  }

  end() {
    this.stop.abort();
    this.bar.remove();
    this.drawing.remove();
    this.crosshair.remove();
    if (this.doubleClick) this.map.doubleClickZoom.enable();
    this.container.classList.remove("is-measured");
  }

  placeOf(event) {
    const { lng, lat } = this.map.mouseEventToLatLng(event);
    return [lng, lat];
  }

  press(event) {
    if (event.target.closest(NOT_MAP)) return;
    event.stopPropagation();
    const { clientX, clientY } = this.pressed || event;
    if (Math.hypot(event.clientX - clientX, event.clientY - clientY) > DRAG_PX) return;
    this.crosshair.hide();
    this.set(this.placeOf(event));
  }

  // Arrow keys belong to the crosshair while the map has the keyboard; Escape ends the measurement from anywhere.
  key(event) {
    if (event.target.closest("input, select, textarea, [role=slider], [role=tab]") || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") this.onEnd();
    else if (event.target !== this.container && event.target !== document.body) return;
    else if (event.key === "Enter") this.set(this.crosshair.place());
    else if (event.key === "Backspace") this.undo();
    else if (!this.crosshair.move(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  // The point under the pointer: the measurement as it would be with it.
  aim(place) {
    this.free = place;
    if (this.points.length && !this.isDone) this.draw();
  }

  set(place) {
    if (this.isDone) this.clear();
    const last = this.points[this.points.length - 1];
    this.free = null;
    if (last && this.pixels(last, place) < SAME_PX) this.isDone = this.points.length >= this.fewest;
    else this.points.push(place);
    this.draw();
    this.bar.say();
  }

  pixels(a, b) {
    const [first, second] = [a, b].map(([lon, lat]) => this.map.latLngToContainerPoint([lat, lon]));
    return first.distanceTo(second);
  }

  undo() {
    this.isDone = false;
    this.points.pop();
    this.draw();
    this.bar.say();
  }

  clear() {
    this.isDone = false;
    this.points = [];
    this.draw();
  }

  to(mode) {
    this.mode = mode;
    this.draw();
    this.bar.say();
  }

  get fewest() {
    return this.mode === "area" ? 3 : 2;
  }

  draw() {
    const places = this.free && this.points.length && !this.isDone ? [...this.points, this.free] : this.points;
    const last = places.length > 1 ? distanceM(places[places.length - 2], places[places.length - 1]) : 0;
    const isArea = this.mode === "area";
    const around = isArea && places.length > 2 ? [...places, places[0]] : places;
    this.bar.show({
      mode: this.mode, points: this.points.length, isDone: this.isDone, lengthM: lengthM(around), lastM: last,
      areaM2: isArea && places.length > 2 ? areaM2(places) : 0,
    });
    this.drawing.show({ places, fixed: this.points.length, isArea });
  }
}
