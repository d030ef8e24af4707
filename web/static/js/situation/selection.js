// Which incidents are looked at: days, kinds, hours of the week, a place to look into, a plan. The same words stand in
// the page's address and in every question to the server.

import { toDay, toText } from "../ui/dates.js";
import { fromCodes, toCodes } from "../ui/kind_tree.js";
import { readHours, writeHours } from "../ui/week_hours.js";

export const FOCUS = ["area", "grid", "block"]; // at most one of them is set
export const SELECTION = ["from", "to", "kinds", "hours", "plan", ...FOCUS];

export const selection = {
  address: {
    read(asked, { tree, defaults }) {
      const from = toDay(asked.get("from"));
      const to = toDay(asked.get("to"));
      const whole = from !== null && to !== null && from <= to;
      const focus = FOCUS.find((name) => asked.get(name));
      return {
        from: whole ? from : defaults.from,
        to: whole ? to : defaults.to,
        kinds: asked.get("kinds") === "none" ? new Set() : fromCodes(tree, asked.get("kinds")),
        hours: writeHours(readHours(asked.get("hours"))),
        plan: asked.get("plan") || null,
        ...Object.fromEntries(FOCUS.map((name) => [name, name === focus ? asked.get(name) : null])),
      };
    },
    // the days always: the usual ones are others tomorrow
    write: (view, page) => wordsOf(view, page.tree),
  },
};

// The words of a question about a view, less those named.
export function wordsOf(view, tree, except = []) {
  const words = {
    from: toText(view.from), to: toText(view.to), kinds: isNone(view.kinds) ? "none" : toCodes(tree, view.kinds), hours: view.hours, plan: view.plan,
    area: view.area, grid: view.grid, block: view.block,
  };
  for (const name of except) delete words[name];
  return words;
}

export function isNone(kinds) {
  return kinds !== null && !kinds.size;
}
