// A length or an area in the unit that suits its size, as text.

import { decimal, t } from "../net/words.js";

const KM_M = 1000;
const HECTARE_M2 = 1e4;
const KM2_M2 = 1e6;

export function lengthText(metres) {
  if (metres < KM_M) return t("{n} m", { n: decimal(metres, metres < 100 ? 1 : 0) });
  return t("{n} km", { n: decimal(metres / KM_M, metres < 10 * KM_M ? 3 : 2) });
}

export function areaText(m2) {
  if (m2 < HECTARE_M2) return t("{n} m²", { n: decimal(m2, 0) });
  if (m2 < KM2_M2) return t("{n} ha", { n: decimal(m2 / HECTARE_M2, 2) });
  return `${t("{n} km²", { n: decimal(m2 / KM2_M2, 3) })} (${t("{n} ha", { n: decimal(m2 / HECTARE_M2, 0) })})`;
}
