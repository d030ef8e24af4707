// Signing in: name and password stay in their fields while the code of the second factor is asked for.

import { t } from "../net/words.js";
import { byId, el } from "../ui/dom.js";
import { openPage } from "../ui/shell.js";

function say(kind, text) {
  byId("said").replaceChildren(el("div", { class: `told told--${kind}` }, el("div", {}, text)));
}

async function enter(form) {
  const button = byId("enter");
  button.disabled = true;
  try {
    const body = new URLSearchParams(new FormData(form));
    const response = await fetch("/sign-in", { method: "POST", body, headers: { Accept: "application/json" } });
    const answer = await response.json();
    if (answer.state === "in") {
      location.assign(answer.to);
      return;
    }
    if (answer.error) { // the page is out of date: its token is of an earlier session
      location.reload();
      return;
    }
    said(answer);
  } catch (error) {
    say("error", t("The server does not answer."));
  }
  button.disabled = false;
}

function said({ state, text }) {
  say(state === "refused" ? "error" : "warning", text);
  const code = byId("code");
  if (state === "code") byId("code-field").hidden = false;
  code.value = "";
  (byId("code-field").hidden ? byId("password") : code).focus();
}

openPage(() => {
  const form = byId("door");
  if (!form) return; // the demo's roles
  (byId("name").value ? byId("password") : byId("name")).focus();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    enter(form);
  });
});
