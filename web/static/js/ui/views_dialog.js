// The window of saved views: save this one; open, rename, delete one; carry them to another browser as a file.

import { number, t, tn } from "../net/words.js";
import { dayName, toDay } from "./dates.js";
import { openDialog } from "./dialog.js";
import { CROSS, el, icon } from "./dom.js";
import { deleteView, renameView, savedViews, saveView, takeInViews, viewsAsText } from "./saved_views.js";

const PENCIL = "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3";
const FILE_NAME = "gridmap-views.json";

// `now`: { name, address, days } of the view on the screen; onOpen(view).
export async function openViews({ now, onOpen }) {
  const said = el("p", { class: "dialog__said", role: "status" });
  const list = el("ul", { class: "views" });
  const tell = (text) => { said.textContent = text; };
  const draw = () => {
    const views = savedViews();
    list.replaceChildren(...views.map((view) => row(view, { onOpen: () => { dialog.close(); onOpen(view); }, draw, tell })));
    if (!views.length) list.append(el("li", { class: "quiet" }, t("No view has been saved yet.")));
  };
  const dialog = await openDialog({ id: "views", title: t("Saved views"), body: [form({ now, draw, tell }), list, said, files({ draw, tell })] });
  draw();
}

function form({ now, draw, tell }) {
  const name = el("input", { type: "text", class: "dialog__field", id: "view-name", maxlength: "80", autocomplete: "off", required: true });
  name.value = now.name;
  const rolling = el("input", { type: "checkbox", id: "view-rolling" });
  rolling.checked = Boolean(now.days);
  const save = (event) => {
    event.preventDefault();
    if (!name.value.trim()) return;
    guarded(tell, () => {
      saveView({ name: name.value, address: now.address, days: now.days && rolling.checked ? now.days : null });
      tell(t("Saved: {name}", { name: name.value.trim() }));
      draw();
    });
  };
  return el("form", { class: "dialog__form", onsubmit: save },
    el("label", { for: "view-name" }, t("Name of this view")),
    el("div", { class: "dialog__line" }, name, el("button", { type: "submit", class: "button button--main", id: "view-save" }, t("Save"))),
    now.days ? el("label", { class: "switch" }, rolling, el("span", {}, tn("Always the last {n} day", "Always the last {n} days", now.days))) : null);
}

function row(view, { onOpen, draw, tell }) {
  const open = el("button", { type: "button", class: "views__open", onclick: onOpen }, el("span", {}, view.name), el("small", {}, daysOf(view)));
  const rename = square(PENCIL, t("Rename {name}", { name: view.name }), () => edit());
  const remove = square(CROSS, t("Delete {name}", { name: view.name }), () => guarded(tell, () => {
    deleteView(view.id);
    tell(t("Deleted: {name}", { name: view.name }));
    const next = node.nextElementSibling || node.previousElementSibling;
    draw();
    if (next) document.getElementById("view-name").focus();
  }));
  const node = el("li", { class: "views__row" }, open, rename, remove);

  const edit = () => {
    const field = el("input", { type: "text", class: "dialog__field", maxlength: "80", "aria-label": t("New name") });
    field.value = view.name;
    let isDone = false;
    const end = (isKept) => {
      if (isDone) return;
      isDone = true;
      if (isKept && field.value.trim()) guarded(tell, () => renameView(view.id, field.value));
      draw();
    };
    field.addEventListener("keydown", (event) => {
      if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
      event.preventDefault();
      event.stopPropagation();
      end(event.key === "Enter");
    });
    field.addEventListener("blur", () => end(true));
    open.replaceWith(field);
    field.select();
    field.focus();
  };
  return node;
}

function square(path, name, press) {
  return el("button", { type: "button", class: "button button--plain button--square", title: name, "aria-label": name, onclick: press }, icon(path));
}

function daysOf({ address, days }) {
  if (days) return tn("the last {n} day", "the last {n} days", days);
  const asked = new URLSearchParams(address.split("#")[0]);
  const [from, to] = [toDay(asked.get("from")), toDay(asked.get("to"))];
  return from === null || to === null ? "" : t("{from} – {to}", { from: dayName(from), to: dayName(to) });
}

function files({ draw, tell }) {
  const field = el("input", { type: "file", accept: ".json,application/json", class: "unseen", id: "views-file", tabindex: "-1", "aria-label": t("File of views") });
  field.addEventListener("change", async () => {
    const [file] = field.files;
    if (!file) return;
    const text = await file.text();
    field.value = "";
    guarded(tell, () => {
      const added = takeInViews(text);
      tell(added === null ? t("This is not a file of saved views.") : tn("{n} view was added.", "{n} views were added.", added));
      draw();
    });
  });
  const write = () => {
    const link = el("a", { href: URL.createObjectURL(new Blob([viewsAsText()], { type: "application/json" })), download: FILE_NAME });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    tell(t("Written to {name}", { name: FILE_NAME }));
  };
  return el("footer", { class: "dialog__foot" },
    el("p", { class: "quiet" }, t("Views are kept in this browser only. A file carries them to another.")),
    el("div", { class: "dialog__line" },
      el("button", { type: "button", class: "button", id: "views-write", onclick: write }, t("Export as a file")),
      el("button", { type: "button", class: "button", id: "views-read", onclick: () => field.click() }, t("Import a file")), field));
}

function guarded(tell, work) {
  try {
    work();
  } catch {
    tell(t("This browser keeps nothing: its storage is full or switched off."));
  }
}
