// The window with the link to a view.

import { t } from "../net/words.js";
import { dayName } from "./dates.js";
import { openDialog } from "./dialog.js";
import { el } from "./dom.js";

export async function openShare({ link, view, place }) {
  const said = el("p", { class: "dialog__said", role: "status" });
  const field = el("input", { type: "text", class: "dialog__field", id: "share-link", readonly: true, "aria-label": t("Link") });
  field.value = link;
  const copy = el("button", { type: "button", class: "button button--main", id: "share-copy" }, t("Copy the link"));
  copy.addEventListener("click", async () => {
    said.textContent = (await copied(link, field)) ? t("The link has been copied.") : t("Copying was refused: press Ctrl+C.");
  });
  await openDialog({
    id: "share",
    title: t("Share this view"),
    body: [
      el("p", {}, t("Whoever opens this link sees {place}, {from} – {to}, with the same kinds, layers and part of the map.", { place, from: dayName(view.from), to: dayName(view.to) })),
      el("div", { class: "dialog__line" }, field, copy),
      said,
      el("p", { class: "quiet" }, t("The days are fixed; the figures are those of the day on which it is opened.")),
    ],
  });
  field.select();
  copy.focus();
}

// Without HTTPS a browser has no clipboard for pages: the old way works there.
async function copied(text, field) {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // refused: the old way may still work
  }
  field.select();
  return document.execCommand("copy");
}
