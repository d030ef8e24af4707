// The timeline: what there is by day, and the chosen period as a window with two edges and a body. Each of the three
// is a slider: drag it, or move it with the arrow keys (a day), with Shift or PageUp/PageDown (a week, a month). A drag
// over bare bars chooses anew, a press there brings the window.

import { number, t, tn } from "../net/words.js";
import { byId, oncePerFrame } from "./dom.js";
import { dayName, dayWithWeekday, monthName, nextMonth, toDay } from "./dates.js";
import { drawBars } from "./timeline_bars.js";
import { onModeChange } from "../map/colours.js";

const DRAG_PX = 4; // less is a press

// `onMoved` is called when a drag is over.
export function wireTimeline(state, span, { onMoved }) {
  const plot = byId("timeline-plot");
  const canvas = byId("timeline-bars");
  let data = { first: 0, daily: [], months: [], most: 0, mostInMonth: 1 };

  const scale = () => {
    const { first, today } = span();
    const perDay = plot.clientWidth / Math.max(1, today - first + 1);
    return { first, last: today, perDay, x: (day) => (day - first) * perDay, day: (x) => Math.floor(x / perDay) + first };
  };

  const draw = oncePerFrame(() => {
    const view = state.get();
    const s = scale();
    drawBars(canvas, data, view, s);
    placeWindow(view, s);
    byId("timeline-range").textContent = `${dayName(view.from)} – ${dayName(view.to)}`;
  });

  wireEdges(state, scale, onMoved);
  wireBrush(plot, state, scale, onMoved);
  wireReading(plot, scale, () => data);
  state.on(["from", "to"], draw);
  new ResizeObserver(draw).observe(plot);
  onModeChange(draw);
  draw();

  return {
    set(answer) {
      const months = answer.months.map(({ month, count }) => {
        const day = toDay(`${month}-01`);
        return { day, next: nextMonth(day), count };
      });
      data = {
        first: toDay(answer.first_on) || 0, daily: answer.daily, months,
        most: answer.daily.reduce((a, b) => Math.max(a, b), 0), mostInMonth: months.reduce((a, m) => Math.max(a, m.count), 1),
      };
      const byMonth = !data.most && months.length > 0;
      byId("timeline-months").hidden = byMonth || !months.length;
      byId("timeline-title").textContent = byMonth ? t("Incidents per month") : t("Incidents per day");
      draw();
    },
  };
}

function placeWindow(view, s) {
  const box = byId("window");
  const left = Math.max(0, s.x(view.from));
  box.style.left = `${left}px`;
  box.style.width = `${Math.max(2, s.x(view.to + 1) - left)}px`;
  const say = (id, day, text) => {
    const node = byId(id);
    node.setAttribute("aria-valuemin", String(s.first));
    node.setAttribute("aria-valuemax", String(s.last));
    node.setAttribute("aria-valuenow", String(day));
    node.setAttribute("aria-valuetext", text);
  };
  say("window-from", view.from, dayName(view.from));
  say("window-to", view.to, dayName(view.to));
  say("window-body", view.from, `${dayName(view.from)} – ${dayName(view.to)}`);
}

// part -> how it moves the period by a number of days, kept inside the span.
const MOVES = {
  from: (view, by, s) => ({ from: clamp(view.from + by, s.first, view.to), to: view.to }),
  to: (view, by, s) => ({ from: view.from, to: clamp(view.to + by, view.from, s.last) }),
  body: (view, by, s) => {
    const kept = clamp(by, Math.min(0, s.first - view.from), Math.max(0, s.last - view.to));
    return { from: view.from + kept, to: view.to + kept };
  },
};
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -30, PageUp: 30, Home: -Infinity, End: Infinity };

function wireEdges(state, scale, onMoved) {
  for (const [part, move] of Object.entries(MOVES)) {
    const node = byId(`window-${part}`);
    let drag = null;
    node.addEventListener("pointerdown", (event) => {
      if (event.button || (part === "body" && choosesAnew(event, state.get(), scale()))) return;
      drag = { x: event.clientX, view: state.get() };
      node.setPointerCapture(event.pointerId);
      event.preventDefault();
      event.stopPropagation();
      node.focus({ preventScroll: true });
    });
    node.addEventListener("pointermove", (event) => {
      if (!drag || !event.buttons) return;
      const s = scale();
      state.set(move(drag.view, Math.round((event.clientX - drag.x) / s.perDay), s), { quiet: true });
    });
    node.addEventListener("pointerup", () => {
      if (drag) onMoved();
      drag = null;
    });
    node.addEventListener("keydown", (event) => {
      const step = KEYS[event.key];
      if (step === undefined) return;
      const s = scale();
      const by = Number.isFinite(step) ? step * (event.shiftKey && Math.abs(step) === 1 ? 7 : 1) : Math.sign(step) * (s.last - s.first);
      state.set(move(state.get(), by, s));
      event.preventDefault();
    });
  }
}

// A window over everything cannot be moved: a drag in it chooses anew, as does any with Shift.
function choosesAnew(event, view, s) {
  return event.shiftKey || (view.from <= s.first && view.to >= s.last);
}

function wireBrush(plot, state, scale, onMoved) {
  let drag = null;
  const dayAt = (event) => {
    const s = scale();
    return clamp(s.day(event.clientX - plot.getBoundingClientRect().left), s.first, s.last);
  };
  plot.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    drag = { x: event.clientX, day: dayAt(event), moved: false };
    plot.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  plot.addEventListener("pointermove", (event) => {
    if (!drag || !event.buttons) return;
    drag.moved = drag.moved || Math.abs(event.clientX - drag.x) >= DRAG_PX;
    if (!drag.moved) return;
    const day = dayAt(event);
    state.set({ from: Math.min(drag.day, day), to: Math.max(drag.day, day) }, { quiet: true });
  });
  plot.addEventListener("pointerup", () => {
    if (!drag) return;
    const { day, moved } = drag;
    drag = null;
    const view = state.get();
    if (!moved) state.set(MOVES.body(view, day - Math.round((view.from + view.to) / 2), scale()), { quiet: true });
    onMoved();
    byId("window-body").focus({ preventScroll: true });
  });
  plot.addEventListener("pointercancel", () => { drag = null; });
}

// What is under the pointer, in words beside it.
function wireReading(plot, scale, data) {
  const read = byId("timeline-read");
  plot.addEventListener("pointermove", (event) => {
    const x = event.clientX - plot.getBoundingClientRect().left;
    const day = scale().day(x);
    const { first, daily, months } = data();
    const parts = [];
    if (daily.length) parts.push(`${dayWithWeekday(day)}  ${tn("{n} incident", "{n} incidents", daily[day - first] || 0)}`);
    const month = months.find((m) => m.day <= day && day < m.next);
    if (month) parts.push(t("{month}, by month only: {n}", { month: monthName(month.day), n: number(month.count) }));
    read.textContent = parts.join(" · ");
    read.style.left = `${clamp(x - read.offsetWidth / 2, 0, Math.max(0, plot.clientWidth - read.offsetWidth))}px`;
  });
  plot.addEventListener("pointerleave", () => { read.textContent = ""; });
  plot.addEventListener("dblclick", (event) => event.preventDefault());
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}
