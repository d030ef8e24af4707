// On a phone the panels are a sheet with three rests: 96 px (72 on a low screen), 45 % and 90 % of the height. Drag the
// handle or press it.

import { byId } from "./dom.js";

const RESTS = ["low", "half", "full"];
const lowPx = () => (window.innerHeight < 560 ? 72 : 96); // as in css/phone.css
const SHARES = { half: 0.45, full: 0.9 };

// How much of the map the sheet will cover once it rests: it may still be rising. One that covers nearly all of it
// leaves no room to show anything in, so it counts as half.
export function coveredPx() {
  const sheet = byId("sheet");
  const { rest } = sheet.dataset;
  return rest === "low" ? 0 : sheet.parentElement.clientHeight * SHARES.half - lowPx();
}

export function wireSheet() {
  const sheet = byId("sheet");
  const handle = byId("sheet-handle");
  let drag = null;

  const rest = (name) => {
    sheet.dataset.rest = name;
    handle.setAttribute("aria-expanded", String(name !== "low"));
    if (name === "low") sheet.scrollTop = 0;
  };
  const heights = () => {
    const whole = sheet.parentElement.clientHeight;
    return [lowPx(), whole * SHARES.half, whole * SHARES.full];
  };

  handle.addEventListener("click", () => {
    if (drag && drag.moved) return;
    rest(RESTS[(RESTS.indexOf(sheet.dataset.rest) + 1) % RESTS.length]);
  });
  handle.addEventListener("pointerdown", (event) => {
    drag = { y: event.clientY, height: sheet.offsetHeight, moved: false };
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (!drag || !event.buttons) return;
    const moved = drag.y - event.clientY;
    if (Math.abs(moved) < 6 && !drag.moved) return;
    drag.moved = true;
    sheet.dataset.dragged = "";
    sheet.style.height = `${Math.max(lowPx(), Math.min(heights()[2], drag.height + moved))}px`;
  });
  const release = () => {
    if (!drag || !drag.moved) return;
    const now = sheet.offsetHeight;
    const distances = heights().map((height) => Math.abs(height - now));
    delete sheet.dataset.dragged;
    sheet.style.height = "";
    rest(RESTS[distances.indexOf(Math.min(...distances))]);
  };
  handle.addEventListener("pointerup", release);
  handle.addEventListener("pointercancel", release);

  rest("low");
  return { rise: () => sheet.dataset.rest === "low" && rest("half") };
}
