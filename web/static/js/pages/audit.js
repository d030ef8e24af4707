// The audit: a choice shows at once, the rest when asked for.

import { byId } from "../ui/dom.js";
import { openPage } from "../ui/shell.js";

openPage(() => {
  const sieve = byId("sieve");
  for (const name of ["actor", "action", "entity"]) byId(name).addEventListener("change", () => sieve.requestSubmit());
  // what is empty is left out of the address
  sieve.addEventListener("submit", () => {
    for (const field of sieve.elements) if (field.name && !field.value) field.disabled = true;
  });
  addEventListener("pageshow", () => {
    for (const field of sieve.elements) field.disabled = false;
  });
});
