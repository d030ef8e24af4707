// The timeline: what there is by day, and the chosen period as a window with two edges and a body. Each of the three
// is a slider: drag it, or move it with the arrow keys (a day), with Shift or PageUp/PageDown (a week, a month).

import { number, t, tn } from "../net/words.js";
import { byId, oncePerFrame } from "./dom.js";
import { dayName, dayWithWeekday, monthName, nextMonth, toDay } from "./dates.js";
import { drawBars } from "./timeline_bars.js";
import { onModeChange } from "../map/colours.js";

export function wireTimeline(state, span) {
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

  wireEdges(state, scale);
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

function wireEdges(state, scale) {
  for (const [part, move] of Object.entries(MOVES)) {
    const node = byId(`window-${part}`);
    let drag = null;
    node.addEventListener("pointerdown", (event) => {
      drag = { x: event.clientX, view: state.get() };
      node.setPointerCapture(event.pointerId);
      event.preventDefault();
      node.focus({ preventScroll: true });
    });
    node.addEventListener("pointermove", (event) => {
      if (!drag || !event.buttons) return;
      const s = scale();
      state.set(move(drag.view, Math.round((event.clientX - drag.x) / s.perDay), s), { dragging: true });
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

// What is under the pointer, in words.
function wireReading(plot, scale, data) {
  const read = byId("timeline-read");
  plot.addEventListener("pointermove", (event) => {
    const day = scale().day(event.clientX - plot.getBoundingClientRect().left);
    const { first, daily, months } = data();
    const parts = [];
    if (daily.length) parts.push(`${dayWithWeekday(day)}  ${tn("{n} incident", "{n} incidents", daily[day - first] || 0)}`);
    const month = months.find((m) => m.day <= day && day < m.next);
    if (month) parts.push(t("{month}, by month only: {n}", { month: monthName(month.day), n: number(month.count) }));
    read.textContent = parts.join(" · ");
  });
  plot.addEventListener("pointerleave", () => { read.textContent = ""; });
  plot.addEventListener("dblclick", (event) => event.preventDefault());
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}
