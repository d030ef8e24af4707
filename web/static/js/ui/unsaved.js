// Forms whose changes are not stored yet: the browser asks before it leaves them. -> { hold, release }

export function notForgotten(forms) {
  let isHeld = false;
  for (const form of forms) {
    form.addEventListener("input", () => { isHeld = true; });
    form.addEventListener("submit", () => { isHeld = false; });
  }
  window.addEventListener("beforeunload", (event) => {
    if (!isHeld) return;
    event.preventDefault();
    event.returnValue = ""; // what older browsers ask for
  });
  return { hold: () => { isHeld = true; }, release: () => { isHeld = false; } };
}
