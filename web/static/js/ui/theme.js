// Light, dark, or as the system has it: a button that steps through the three, kept in a cookie and the address.

import { t } from "../net/words.js";
import { withParameter } from "./address.js";
import { byId } from "./dom.js";

const WISHES = ["auto", "light", "dark"];
const YEAR_S = 31536000;

export function wireTheme() {
  const root = document.documentElement;
  const button = byId("theme");
  const names = { auto: t("Colours: as the system"), light: t("Colours: light"), dark: t("Colours: dark") };
  const draw = () => {
    byId("theme-name").textContent = names[root.dataset.theme];
    button.title = names[root.dataset.theme];
  };
  button.addEventListener("click", () => {
    const next = WISHES[(WISHES.indexOf(root.dataset.theme) + 1) % WISHES.length];
    root.dataset.theme = next;
    document.cookie = `theme=${next}; path=/; max-age=${YEAR_S}; SameSite=Lax`;
    history.replaceState(null, "", withParameter("theme", next));
    draw();
  });
  draw();
}

// The other language is the same view at another address: a link that is brought up to date when it is used.
export function wireLanguage() {
  const link = byId("language");
  const next = new URL(link.href).searchParams.get("lang");
  const aim = () => {
    link.href = withParameter("lang", next);
  };
  for (const event of ["pointerdown", "focus", "mouseenter", "click"]) link.addEventListener(event, aim);
  link.addEventListener("click", () => {
    document.cookie = `lang=${next}; path=/; max-age=${YEAR_S}; SameSite=Lax`;
  });
}
