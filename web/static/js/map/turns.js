// Work in small pieces, a few milliseconds of them in each frame: whatever there is to draw, the map still follows the
// hand.

const BUDGET_MS = 10;

const waiting = [];
let isRunning = false;

export function takeTurn(work) {
  waiting.push(work);
  if (isRunning) return;
  isRunning = true;
  requestAnimationFrame(run);
}

function run() {
  isRunning = false; // should a piece fail, the next one begins anew
  const until = performance.now() + BUDGET_MS;
  while (waiting.length && performance.now() < until) waiting.shift()();
  if (!waiting.length) return;
  isRunning = true;
  requestAnimationFrame(run);
}
