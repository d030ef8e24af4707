// What most visits do not need is fetched when it is used: styles and plain scripts by their path under static/.

import { el } from "./dom.js";

const loaded = new Map();

export function loadStyle(path) {
  return once(path, () => el("link", { rel: "stylesheet", href: addressOf(path) }));
}

export function loadScript(path) {
  return once(path, () => el("script", { src: addressOf(path) }));
}

function once(path, make) {
  if (!loaded.has(path)) {
    loaded.set(path, new Promise((resolve, reject) => {
      const node = make();
      node.addEventListener("load", resolve);
      node.addEventListener("error", () => {
        loaded.delete(path);
        reject(new Error(`${path} could not be fetched.`));
      });
      document.head.append(node);
    }));
  }
  return loaded.get(path);
}

// This module's own address carries the version of all files.
function addressOf(path) {
  return new URL(`../../${path}`, import.meta.url).href;
}
