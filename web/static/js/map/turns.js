// Work in small pieces, a few milliseconds of them in each frame: whatever there is to draw, the map still follows the
// hand.

const BUDGET_MS = 10;

const waiting = [];
let isRunning = false;
let isHurried = false;

export function takeTurn(work) {
  if (isHurried) return work();
  waiting.push(work);
  if (isRunning) return;
  isRunning = true;
  requestAnimationFrame(run);
}

// From now on each piece is done at once, as are those that wait: nobody looks on (`is` false: in turns again).
export function hurry(is) {
  isHurried = is;
  if (is) for (const work of waiting.splice(0)) work();
}

function run() {
  isRunning = false; // should a piece fail, the next one begins anew
  const until = performance.now() + BUDGET_MS;
  while (waiting.length && performance.now() < until) waiting.shift()();
  if (!waiting.length) return;
  isRunning = true;
  requestAnimationFrame(run);
}
