// The list of incidents: a choice of kind shows at once, the rest when asked for; a phone is never part of an address.

import { send } from "../net/api.js";
import { t } from "../net/words.js";
import { byId } from "../ui/dom.js";
import { openPage } from "../ui/shell.js";
import { mark } from "../ui/told.js";

async function findByPhone() {
  const phone = byId("phone").value.trim();
  mark("phone", "");
  byId("phone-said").textContent = "";
  try {
    const { body } = await send("POST", "/api/v1/incidents/by-phone", { phone });
    if (body.uids.length) location.assign(`/incidents?uids=${body.uids.join(",")}`);
    else byId("phone-said").textContent = t("No incident has this phone.");
  } catch (error) {
    const known = { bad_input: t("This is no phone number."), too_often: t("It was asked for too often.") };
    mark("phone", known[error.code] || t("The server could not answer."));
  }
}

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
  if (byId("by-phone")) {
    byId("by-phone").addEventListener("submit", (event) => {
      event.preventDefault();
      findByPhone();
    });
  }
});
