// How often work is done while changes come thick and fast.

// The first of a flurry at once, so that a single change waits for nothing; the newest of them when it is over.
export function firstAndLast(work, quietMs) {
  let timer = 0;
  let isMissed = false;
  const end = () => {
    timer = 0;
    if (isMissed) run();
  };
  const run = () => {
    isMissed = false;
    timer = setTimeout(end, quietMs);
    work();
  };
  return () => {
    isMissed = Boolean(timer);
    if (!isMissed) run();
    else {
      clearTimeout(timer);
      timer = setTimeout(end, quietMs);
    }
  };
}
