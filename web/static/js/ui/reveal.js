// A masked value in clear for half a minute: each showing is written down, so it begins with a press and ends by itself.

import { send } from "../net/api.js";
import { t } from "../net/words.js";

const SHOWN_MS = 30000;
const shown = new Map(); // button -> { value, mask, timer }

// `said` is told of a refusal. Whoever leaves the page, or looks at another one, leaves nothing on the screen.
export function wireReveal(address, said) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-reveal]");
    if (!button) return;
    if (shown.has(button)) hide(button);
    else show(button, address, said);
  });
  document.addEventListener("visibilitychange", () => document.hidden && hideAll());
  addEventListener("pagehide", hideAll);
}

async function show(button, address, said) {
  const { reveal: field, party } = button.dataset;
  button.disabled = true;
  try {
    const { body } = await send("POST", `${address}/reveal`, { field, party });
    const value = button.parentElement.querySelector(".masked");
    shown.set(button, { value, mask: value.textContent, timer: setTimeout(() => hide(button), SHOWN_MS) });
    value.textContent = body.value;
    value.classList.add("masked--clear");
    name(button, t("Hide"));
  } catch (error) {
    said(error);
  } finally {
    button.disabled = false;
  }
}

function hide(button) {
  const { value, mask, timer } = shown.get(button);
  clearTimeout(timer);
  shown.delete(button);
  value.textContent = mask;
  value.classList.remove("masked--clear");
  name(button, t("Reveal"));
}

function hideAll() {
  for (const button of [...shown.keys()]) hide(button);
}

function name(button, text) {
  button.querySelector("[data-says]").textContent = text;
}
