// A page that is whole as the server wrote it: the bar works, and what is to be printed is.

import { openPage } from "../ui/shell.js";

openPage(() => {
  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
});
