// What every page but the map begins with: its words, the bar's buttons; and what it ends with: being ready.

import { loadWords } from "../net/words.js";
import { wireNav } from "./nav.js";
import { wireLanguage, wireTheme } from "./theme.js";

// The page's own work runs with the words there; <html data-ready="1"> says that it is done.
export async function openPage(work = () => {}) {
  await loadWords();
  wireTheme();
  wireLanguage();
  wireNav();
  await work();
  document.documentElement.dataset.ready = "1";
}
