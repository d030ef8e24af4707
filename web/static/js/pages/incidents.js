// The list of incidents: a choice of kind shows at once, the rest when asked for.

import { byId } from "../ui/dom.js";
import { openPage } from "../ui/shell.js";

openPage(() => {
  const sieve = byId("sieve");
  byId("kind").addEventListener("change", () => sieve.requestSubmit());
  // what is empty is left out of the address
  sieve.addEventListener("submit", () => {
    for (const field of sieve.elements) if (field.name && !field.value) field.disabled = true;
  });
  addEventListener("pageshow", () => {
    for (const field of sieve.elements) field.disabled = false;
  });
});
