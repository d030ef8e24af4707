// The screen itself: full, awake, dark, with no pointer in the way, and nothing standing on the same spot for ever.

const root = document.documentElement;
const SHIFT_MS = 60000;
const SHIFT = 0.35; // of the wall's unit: nobody sees it, and no edge is burnt in
const TURNS = [[0, 0], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]];
const POINTER_MS = 3000;

export class Screen {
  constructor(node, onLeave) {
    this.node = node;
    this.stops = [];
    root.dataset.wall = "1";
    this.darken();
    this.shift();
    this.keepAwake();
    this.listen(onLeave);
  }

  // Dark, unless the address says otherwise; the choice of whoever works at the page stays theirs.
  darken() {
    this.theme = root.dataset.theme;
    if (!new URLSearchParams(location.search).has("theme")) root.dataset.theme = "dark";
  }

  shift() {
    let turn = 0;
    const timer = setInterval(() => {
      turn = (turn + 1) % TURNS.length;
      const [x, y] = TURNS[turn];
      root.style.setProperty("--shift-x", `calc(${x * SHIFT} * var(--u))`);
      root.style.setProperty("--shift-y", `calc(${y * SHIFT} * var(--u))`);
    }, SHIFT_MS);
    this.stops.push(() => {
      clearInterval(timer);
      root.style.removeProperty("--shift-x");
      root.style.removeProperty("--shift-y");
    });
  }

  // Where the browser offers it; it is taken back whenever the page is hidden.
  keepAwake() {
    if (!navigator.wakeLock) return;
    let lock = null;
    let isOver = false;
    const ask = async () => {
      if (document.visibilityState !== "visible") return;
      try {
        lock = await navigator.wakeLock.request("screen");
        if (isOver) lock.release();
      } catch {
        lock = null; // on battery the system may refuse
      }
    };
    ask();
    this.on(document, "visibilitychange", ask);
    this.stops.push(() => {
      isOver = true;
      if (lock) lock.release();
    });
  }

  listen(onLeave) {
    this.on(document, "keydown", (event) => {
      if (event.key === "Escape") onLeave();
    });
    let wasFull = Boolean(document.fullscreenElement);
    this.on(document, "fullscreenchange", () => {
      if (wasFull && !document.fullscreenElement) onLeave(); // Escape in a full screen is the browser's own
      wasFull = Boolean(document.fullscreenElement);
    });
    let timer = 0;
    const show = () => {
      root.dataset.pointer = "1";
      clearTimeout(timer);
      timer = setTimeout(() => { delete root.dataset.pointer; }, POINTER_MS);
    };
    show(); // whoever puts the wall up sees once what can be done
    this.on(document, "pointermove", show);
    this.stops.push(() => clearTimeout(timer));
  }

  on(target, name, hear) {
    target.addEventListener(name, hear);
    this.stops.push(() => target.removeEventListener(name, hear));
  }

  remove() {
    for (const stop of this.stops) stop();
    delete root.dataset.wall;
    delete root.dataset.pointer;
    root.dataset.theme = this.theme;
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
  }
}
