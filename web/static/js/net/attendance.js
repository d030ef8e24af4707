// Whether somebody is at the page: what a page asks for by itself must not keep a session open.

let touched = Date.now();

for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
  addEventListener(event, () => {
    touched = Date.now();
  }, { passive: true, capture: true });
}

export function isAttended(withinMs) {
  return Date.now() - touched < withinMs;
}
