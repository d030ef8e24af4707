// The change feed: every two seconds, while somebody looks at the page, ask what is new.

import { getJson } from "./api.js";

const EVERY_MS = 2000;
const AT_MOST_MS = 15000; // a server that was started again is found soon

// onChange(entries) after new entries, and without any when the day turned (another plan may begin); onLost() once when the server stops answering, onFound() when it is back.
export function followChanges(seq, { onChange, onLost, onFound }) {
  let since = seq;
  let today = null;
  let failures = 0;
  let timer = 0;
  let isAsking = false;

  async function ask() {
    if (isAsking) return;
    isAsking = true;
    try {
      const answer = await getJson("/api/v1/changes", { since });
      if (failures > 1) onFound();
      failures = 0;
      const isNewDay = today !== null && answer.now_on !== today;
      today = answer.now_on;
      if (answer.seq !== since || isNewDay) { // also where the database was put back to an earlier state
        since = answer.seq;
        onChange(answer.entries);
      }
    } catch (error) {
      failures += 1;
      if (failures === 2) onLost(error);
    }
    isAsking = false;
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
  window.addEventListener("online", ask);
  wait();
}
