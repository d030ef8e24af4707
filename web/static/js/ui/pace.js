// How often work is done while changes come thick and fast.

const QUIET_MS = 60; // after as long a rest a flurry is over

// The first of a flurry at once, so that a single change waits for nothing; the newest of them when it is over.
export function firstAndLast(work) {
  let timer = 0;
  let isMissed = false;
  const end = () => {
    timer = 0;
    if (isMissed) run();
  };
  const run = () => {
    isMissed = false;
    timer = setTimeout(end, QUIET_MS);
    work();
  };
  return () => {
    isMissed = Boolean(timer);
    if (!isMissed) run();
    else {
      clearTimeout(timer);
      timer = setTimeout(end, QUIET_MS);
    }
  };
}
