// The change feed: every four seconds, while somebody looks at the page, ask what is new.

import { getJson } from "./api.js";

const EVERY_MS = 4000;
const AT_MOST_MS = 60000;

// onChange(entries) after new entries; onLost() once when the server stops answering, onFound() when it is back.
export function followChanges(seq, { onChange, onLost, onFound }) {
  let since = seq;
  let failures = 0;
  let timer = 0;

  async function ask() {
    try {
      const answer = await getJson("/api/v1/changes", { since });
      if (failures) onFound();
      failures = 0;
      if (answer.seq !== since) {
        since = answer.seq;
        onChange(answer.entries);
      }
    } catch (error) {
      failures += 1;
      if (failures === 2) onLost(error);
    }
    wait();
  }

  function wait() {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    timer = setTimeout(ask, Math.min(EVERY_MS * 2 ** Math.max(0, failures - 1), AT_MOST_MS));
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") ask();
    else clearTimeout(timer);
  });
  wait();
}
