// The settings: what moves or adds a row comes back from the server in the place of the form, without another page; the
// fields of a base map are those of where it comes from; and nobody leaves what was changed and not stored unasked.

import { openPage } from "../ui/shell.js";
import { notForgotten } from "../ui/unsaved.js";

openPage(() => {
  const kept = notForgotten(document.querySelectorAll(".settings__form"));
  const draft = document.querySelector("[data-draft]");
  if (draft) wireDraft(draft, kept);
  wireSources();
});

function wireDraft(form, kept) {
  form.addEventListener("submit", (event) => {
    const { submitter } = event;
    if (!submitter || submitter.value === "store") return;
    event.preventDefault();
    redraw(form, submitter, kept).catch(() => {
      kept.release();
      const what = document.createElement("input");
      Object.assign(what, { type: "hidden", name: submitter.name, value: submitter.value });
      form.append(what);
      form.submit(); // without this script it goes by a page of its own
    });
  });
}

async function redraw(form, submitter, kept) {
  const body = new FormData(form);
  body.append(submitter.name, submitter.value);
  const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(answer.statusText);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(form.id);
  const before = new Set([...form.querySelectorAll("[name='key']")].map(({ value }) => value));
  form.replaceChildren(...fresh.childNodes);
  kept.hold();
  focusAgain(form, submitter.value, before);
}

// Where somebody was: on a new row, on the same button, or on one beside it that can still be pressed.
function focusAgain(form, value, before) {
  const added = [...form.querySelectorAll("[name='key']")].find(({ value: key }) => !before.has(key));
  const row = added && added.closest("tr");
  const button = [...form.querySelectorAll("button")].find((one) => one.value === value);
  const beside = button && button.disabled ? [...button.parentElement.querySelectorAll("button:not([disabled])")][0] : button;
  const target = row ? row.querySelector(".field__input") : beside;
  if (target) target.focus();
}

// Only the fields of the chosen source are shown.
function wireSources() {
  const choices = [...document.querySelectorAll("input[name='source']")];
  if (!choices.length) return;
  const show = () => {
    const { value } = choices.find(({ checked }) => checked) || choices[0];
    for (const part of document.querySelectorAll("[data-of]")) part.hidden = !part.dataset.of.split(" ").includes(value);
  };
  for (const choice of choices) choice.addEventListener("change", show);
  show();
}
