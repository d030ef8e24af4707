// Work that goes on at the server: asked for until it has ended.

import { getJson } from "../net/api.js";

const FIRST_MS = 150;
const AT_MOST_MS = 1000;
const LOST_AT_MOST = 5;

// -> the state that the work ended in; onProgress({ label, done, total }) meanwhile.
export async function untilDone(token, onProgress) {
  let pause = FIRST_MS;
  let lost = 0;
  for (;;) {
    await new Promise((wake) => setTimeout(wake, pause));
    pause = Math.min(pause * 1.5, AT_MOST_MS);
    try {
      const state = await getJson(`/api/v1/uploads/${token}`);
      lost = 0;
      if (state.state !== "working") return state;
      onProgress(state.progress);
    } catch (error) {
      lost += 1;
      if (!error.isUnreachable || lost > LOST_AT_MOST) throw error;
    }
  }
}
