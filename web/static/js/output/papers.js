// The papers, as the address and the style sheets name them.

import { t } from "../net/words.js";

export const PAPERS = {
  "a4-landscape": () => t("A4 landscape"),
  "a4-portrait": () => t("A4 portrait"),
  "a3-landscape": () => t("A3 landscape"),
  "a3-portrait": () => t("A3 portrait"),
};
