// The imports there have been, each with its state; a whole one is taken back after one question.

import { getJson, send } from "../net/api.js";
import { locale, number, t, tn } from "../net/words.js";
import { byId, el } from "../ui/dom.js";
import { words } from "./refusals.js";

export class Past {
  constructor(facts) {
    this.facts = facts;
    this.ask = byId("ask");
    this.said = new Map(); // uid -> what was said about it last
  }

  async draw() {
    const box = byId("past");
    try {
      const { items } = await getJson("/api/v1/imports");
      box.replaceChildren(items.length ? this.table(items) : el("p", { class: "empty" }, t("Nothing has been imported yet.")));
    } catch (error) {
      box.replaceChildren(el("p", { class: "empty" }, ...words(error).join(" ")));
    }
  }

  table(items) {
    const heads = [t("File"), t("Layer"), t("When"), t("Rows stored"), t("State"), ""];
    return el("table", { class: "table table--cards" },
      el("caption", { class: "unseen" }, t("Past imports")),
      el("thead", {}, el("tr", {}, ...heads.map((text, i) => el("th", { scope: "col", class: i === 3 ? "table__number" : null }, text || el("span", { class: "unseen" }, t("Take it back")))))),
      el("tbody", {}, ...items.map((item) => this.row(item))));
  }

  row(item) {
    const { counts, source, replaced } = item;
    const undone = item.undone_at !== null;
    const rest = [replaced ? t("{n} replaced", { n: number(replaced) }) : "", counts.rejected ? t("{n} rejected", { n: number(counts.rejected) }) : ""].filter(Boolean).join(" · ");
    const said = el("p", { class: "import__said", role: "status" }, this.said.get(item.uid) || "");
    const button = undone || item.is_demo ? null : el("button", { type: "button", class: "button", "data-undo": item.uid, onclick: () => this.undo(item, said, button) }, t("Take back"));
    return el("tr", { class: undone ? "is-undone" : null },
      el("td", { class: "import__file" }, el("span", { class: "import__name" }, item.file_name), source ? el("small", { class: "muted" }, ` ${t("source: {name}", { name: source })}`) : null, said),
      el("td", { "data-name": t("Layer") }, this.facts.layers[item.layer] || item.layer),
      el("td", { "data-name": t("When"), class: "table__whole" }, this.when(item.imported_at)),
      el("td", { "data-name": t("Rows stored"), class: "table__number" }, number(counts.stored || 0), rest ? el("small", { class: "muted" }, ` ${rest}`) : null),
      el("td", { "data-name": t("State") }, undone ? el("span", { class: "tag" }, t("taken back {when}", { when: this.when(item.undone_at) })) : el("span", { class: "tag tag--good" }, t("stored")), item.is_demo ? el("small", { class: "muted" }, ` ${t("part of the demo")}`) : null),
      el("td", { class: "table__whole" }, button));
  }

  when(text) {
    return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: this.facts.time_zone }).format(new Date(text));
  }

  // Asked once, with what would go; where later work depends on it the reason stands beside it.
  async undo(item, said, button) {
    if (!await this.isWanted(item)) return;
    button.disabled = true;
    said.textContent = t("Taking it back…");
    try {
      const { body } = await send("POST", `/api/v1/imports/${item.uid}/undo`);
      this.said.set(item.uid, [undoneText(body), ...body.warnings].join(" "));
      await this.draw();
      if (this.onUndone) this.onUndone(item.uid);
    } catch (error) {
      said.textContent = words(error).join(" ");
      button.disabled = false;
    }
  }

  isWanted({ file_name: name, layer, counts, replaced }) {
    const parts = [tn("{n} row goes.", "{n} rows go.", counts.stored - replaced)];
    if (replaced) parts.push(tn("{n} row gets back what it said before.", "{n} rows get back what they said before.", replaced));
    parts.push(t("Where later work depends on it, nothing is changed and you are told."));
    byId("ask-text").textContent = `${name} · ${this.facts.layers[layer] || layer}. ${parts.join(" ")}`;
    this.ask.returnValue = "no";
    this.ask.showModal();
    return new Promise((answer) => {
      this.ask.addEventListener("close", () => answer(this.ask.returnValue === "yes"), { once: true });
    });
  }
}

function undoneText({ removed, restored }) {
  const back = restored ? ` ${t("{n} as before", { n: number(restored) })}` : "";
  return `${tn("{n} row taken back.", "{n} rows taken back.", removed)}${back}`;
}
