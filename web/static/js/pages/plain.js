// A page that is whole as the server wrote it: the bar works, and what is to be printed is.

import { saveTable } from "../ui/save_table.js";
import { openPage } from "../ui/shell.js";

openPage(() => {
  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
  for (const button of document.querySelectorAll("[data-save]")) {
    button.addEventListener("click", () => saveTable(document.querySelector(button.dataset.save)));
  }
});
