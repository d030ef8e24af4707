// Work in small pieces, a few milliseconds of them in each frame: whatever there is to draw, the map still follows the
// hand. What is about to be printed cannot wait: it is taken as it stands when `beforeprint` is over (js/early_theme.js).

const BUDGET_MS = 10;

const waiting = [];
let isRunning = false;

export const isUrgent = () => document.documentElement.dataset.printing === "now";

// A canvas that was just emptied, before it is painted. The printer is sent the strokes that a browser has not carried
// out yet; with the emptying among them, the paper would be white where nothing is painted, and hide what lies below.
export function begin(ctx) {
  if (!isUrgent() || !ctx.canvas.width) return;
  ctx.getImageData(0, 0, 1, 1); // carries it out
  ctx.fillStyle = "rgba(0, 0, 0, 0.01)";
  ctx.fillRect(0, 0, 1, 1); // the emptying is no longer the last thing that was done
}

export function takeTurn(work) {
  if (isUrgent()) {
    work();
    return;
  }
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
