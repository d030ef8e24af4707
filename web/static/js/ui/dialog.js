// A small window over the page: the browser's own dialog, which keeps the focus in, closes by Escape and gives the
// focus back. A press beside it closes it too.

import { t } from "../net/words.js";
import { CROSS, el, icon } from "./dom.js";
import { loadStyle } from "./late.js";

let last = 0;

// -> { node, close }; `body` are the nodes below the title.
export async function openDialog({ id, title, body, onClose = () => {} }) {
  await loadStyle("css/dialog.css");
  last += 1;
  const name = `dialog-title-${last}`;
  const label = t("Close");
  const close = el("button", { type: "button", class: "button button--plain button--square", "aria-label": label, title: label }, icon(CROSS));
  const node = el("dialog", { class: "dialog", id, "aria-labelledby": name },
    el("div", { class: "dialog__inside" }, el("header", { class: "dialog__head" }, el("h2", { id: name }, title), close), ...body));
  close.addEventListener("click", () => node.close());
  node.addEventListener("pointerdown", (event) => event.target === node && node.close());
  node.addEventListener("close", () => {
    node.remove();
    onClose();
  });
  document.body.append(node);
  node.showModal();
  return { node, close: () => node.close() };
}
