// A session that nobody uses ends by itself. While somebody works on a page that asks for nothing, the server is told so
// now and then; once nobody does, a page that shows something of the district leaves.

import { getJson, leave } from "../net/api.js";
import { isAttended } from "../net/attendance.js";

const TOLD_EVERY_MS = 4 * 60_000;

export function watchSession() {
  const minutes = Number(document.documentElement.dataset.idleMin);
  if (!minutes) return; // nobody is signed in
  let used = Date.now();
  setInterval(() => {
    if (isAttended(TOLD_EVERY_MS)) {
      used = Date.now();
      getJson("/api/v1/me").catch(() => {}); // a session that has ended is left by the answer itself
    } else if (Date.now() - used > minutes * 60_000) {
      leave();
    }
  }, TOLD_EVERY_MS);
}
