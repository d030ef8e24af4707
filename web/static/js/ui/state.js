// What the page shows, in one place: set() changes it, listeners hear which names changed.

export function createState(initial) {
  let values = { ...initial };
  const listeners = [];

  return {
    get: () => values,

    // `how` goes to the listeners unread: { push: true } makes a step for the back button, { quiet: true } none at all.
    set(patch, how = {}) {
      const changed = Object.keys(patch).filter((name) => !same(values[name], patch[name]));
      if (!changed.length) return;
      values = { ...values, ...patch };
      for (const { names, hear } of listeners) {
        if (!names || names.some((name) => changed.includes(name))) hear(values, how);
      }
    },

    // `names` null hears of every change.
    on(names, hear) {
      listeners.push({ names, hear });
    },
  };
}

function same(a, b) {
  if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((item) => b.has(item));
  return a === b;
}
