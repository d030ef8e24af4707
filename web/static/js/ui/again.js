// What failed is done again by itself, each time after a longer wait, until it succeeds: before a wall nobody presses a
// button. Who looks on is told once it has failed more than a moment.

const FIRST_MS = 500;
const LONGER = 4;
const LONGEST_MS = 60000;
const QUIET = 2; // tries of which nobody is told

export class Again {
  // work() does it again; tell() says that it failed.
  constructor(work, tell) {
    Object.assign(this, { work, tell, tries: 0, timer: null });
  }

  get isWaiting() {
    return this.timer !== null;
  }

  failed() {
    if (this.isWaiting) return;
    if (this.tries === QUIET) this.tell();
    this.timer = setTimeout(() => this.now(), Math.min(LONGEST_MS, FIRST_MS * LONGER ** this.tries));
    this.tries += 1;
  }

  succeeded() {
    if (!this.isWaiting) this.tries = 0;
  }

  now() {
    clearTimeout(this.timer);
    this.timer = null;
    this.work();
  }

  // Somebody asks for it, and is told at once where it fails.
  byHand() {
    this.tries = QUIET;
    this.now();
  }
}
