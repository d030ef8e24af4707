// The import page: choose, check, store; and what was imported before. The server holds the file between the steps.

import { send } from "../net/api.js";
import { number, t, tn } from "../net/words.js";
import { Choice } from "../import/choice.js";
import { Columns, drawSample } from "../import/columns.js";
import { Past } from "../import/past.js";
import { tell } from "../import/refusals.js";
import { sendFile } from "../import/sending.js";
import { drawTold, drawVerdict, storable } from "../import/verdict.js";
import { untilDone } from "../import/waiting.js";
import { byId, el } from "../ui/dom.js";
import { openPage } from "../ui/shell.js";

class ImportPage {
  constructor(facts) {
    this.facts = facts;
    this.token = null;
    this.found = null;
    this.choice = new Choice(facts, { onChange: (change) => this.forget(change) });
    this.columns = new Columns({ onChange: () => this.onColumns() });
    this.past = new Past(facts);
    this.past.onUndone = (uid) => this.onUndone(uid);
    byId("choose").addEventListener("submit", (event) => {
      event.preventDefault();
      this.check({});
    });
    byId("recheck").addEventListener("click", () => this.check(this.columns.mapping()));
    byId("order").addEventListener("submit", (event) => {
      event.preventDefault();
      this.store();
    });
    byId("accept").addEventListener("change", () => this.drawOrder());
    byId("give-up").addEventListener("click", () => this.giveUp());
  }

  // Something else was chosen: what was found out before is no longer about it.
  forget({ isOtherFile = false } = {}) {
    if (isOtherFile) this.drop();
    this.show({ checked: false, order: false });
    byId("failed").hidden = true;
  }

  show({ checked, order, result = false }) {
    byId("checked").hidden = !checked;
    byId("order").hidden = !order;
    byId("result").hidden = !result;
  }

  // The file on the server is given up; nobody waits for the answer.
  drop() {
    if (this.token) send("POST", `/api/v1/uploads/${this.token}/give-up`).catch(() => {});
    this.token = null;
  }

  async check(mapping) {
    if (!this.choice.file) {
      this.choice.say(byId("file-wrong").textContent || t("Choose a file first."));
      byId("file").focus();
      return;
    }
    const options = this.choice.options(mapping);
    byId("failed").hidden = true;
    await this.busy("check", "working", async () => {
      if (!this.token) await this.sendFile();
      await send("POST", `/api/v1/uploads/${this.token}/check`, options);
      const state = await untilDone(this.token, (progress) => drawProgress("progress", progress));
      if (state.state !== "checked") throw state.error;
      this.draw(state.checked);
    }, (error) => {
      if (error.code === "not_found") this.token = null;
      this.show({ checked: false, order: false });
      tell(byId("failed"), error);
    });
  }

  async sendFile() {
    const bar = byId("sending");
    bar.hidden = false;
    try {
      ({ token: this.token } = await sendFile(this.choice.file, { onProgress: (share) => { bar.value = share; } }));
    } finally {
      bar.hidden = true;
    }
  }

  // One thing at a time; how far it is stands beside the button.
  async busy(button, said, work, onError) {
    if (this.isBusy) return;
    this.isBusy = true;
    byId(button).disabled = true;
    byId(said).hidden = false;
    try {
      await work();
    } catch (error) {
      if (error instanceof TypeError) throw error;
      onError(error);
    } finally {
      this.isBusy = false;
      byId(button).disabled = false;
      byId(said).hidden = true;
    }
  }

  async draw(found) {
    this.found = found;
    byId("verdict").replaceChildren(drawVerdict(found));
    byId("told").replaceChildren(...drawTold(found, (lon, lat, row) => this.map.goTo(lon, lat, row)));
    this.columns.draw(byId("columns"), found, this.facts.fields[found.options.layer]);
    byId("recheck").hidden = true;
    byId("sample-part").hidden = !found.sample.length;
    drawSample(byId("sample"), found);
    byId("accept").checked = false;
    this.show({ checked: true, order: !found.error });
    this.drawOrder();
    await this.drawMap();
    byId("checked-title").focus({ preventScroll: true });
    byId("checked").scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
  }

  async drawMap() {
    const part = byId("map-part");
    part.hidden = false;
    if (!this.map) {
      const { RowsMap } = await import("../import/rows_map.js"); // it needs the base map's library, which comes last
      this.map = new RowsMap();
    }
    const isSeen = this.map.show(this.found);
    part.hidden = !isSeen;
    if (isSeen) this.map.fit();
  }

  onColumns() {
    byId("recheck").hidden = !this.columns.isChanged;
    this.drawOrder();
  }

  drawOrder() {
    const { found } = this;
    const fresh = storable(found);
    const about = byId("order-about");
    const button = byId("store");
    const isStale = this.columns.isChanged;
    button.disabled = isStale || !fresh || (found.questions.length > 0 && !byId("accept").checked);
    button.textContent = !fresh ? t("Nothing to store") : found.counts.bad
      ? tn("Store {n} good row, keep the bad ones as a file", "Store {n} good rows, keep the bad ones as a file", fresh)
      : tn("Store {n} row", "Store all {n} rows", fresh);
    const lines = [];
    if (isStale) lines.push(t("The columns were changed: check again first."));
    else if (found.counts.bad && fresh) lines.push(t("The bad rows come back as a CSV file with the reason beside each: correct them there and import that file. Nothing is lost."));
    if (this.facts.is_demo && fresh) lines.push(t("This goes into the demo district; it can be taken back below at any time."));
    about.replaceChildren(...lines.map((text) => el("p", { class: "muted" }, text)));
    byId("accept-field").hidden = !found.questions.length;
    byId("store-failed").hidden = true;
  }

  async store() {
    byId("store-failed").hidden = true;
    const order = {
      without_bad: this.found.counts.bad > 0, save_source: byId("save-source").value.trim(), into_demo: this.facts.is_demo,
      accept: byId("accept").checked,
    };
    await this.busy("store", "storing", async () => {
      await send("POST", `/api/v1/uploads/${this.token}/store`, order);
      const state = await untilDone(this.token, (progress) => drawProgress("store-progress", progress, "store-text"));
      if (state.state !== "stored") throw state.error;
      this.drawResult(state.result);
      await this.past.draw();
    }, (error) => tell(byId("store-failed"), error));
  }

  drawResult(result) {
    const { counts, layer } = result;
    const lines = [el("p", {}, el("b", {}, tn("{n} row was stored.", "{n} rows were stored.", counts.stored)))];
    if (counts.outside) lines.push(el("p", {}, t("{n} of them lie in no grid.", { n: number(counts.outside) }), " ", el("a", { href: "/linkage" }, t("See the linkage page"))));
    if (result.has_rejects) {
      lines.push(el("p", {}, el("a", { class: "button", id: "rejects", href: `/api/v1/uploads/${this.token}/rejects.csv`, download: true }, tn("{n} rejected row (CSV)", "{n} rejected rows (CSV)", counts.rejected)),
        " ", el("span", { class: "muted small" }, t("Kept for a day."))));
    }
    for (const warning of result.warnings) lines.push(el("p", { class: "muted" }, warning));
    const ways = [el("a", { class: "button button--main", href: "/" }, t("See it on the map")), el("a", { class: "button", href: "/linkage" }, t("Linkage"))];
    if (layer === "incidents") ways.splice(1, 0, el("a", { class: "button", href: "/incidents" }, t("Incidents")));
    if (result.batch) ways.push(el("button", { type: "button", class: "button", id: "undo-now", onclick: () => this.undoNow(result.batch) }, t("Take back")));
    byId("result-about").replaceChildren(...lines, el("p", { class: "form__ways" }, ...ways));
    this.batch = result.batch;
    this.show({ checked: false, order: false, result: true });
    this.resetFile();
    byId("result-title").focus();
  }

  undoNow(uid) {
    const button = document.querySelector(`[data-undo="${uid}"]`);
    if (!button) return;
    button.scrollIntoView({ block: "center" });
    button.click();
  }

  onUndone(uid) {
    if (uid !== this.batch) return;
    byId("result").hidden = true;
  }

  // The file has been stored: the server has it no more, its rejected rows stay for a day.
  resetFile() {
    this.choice.file = null;
    byId("file").value = "";
    byId("file-name").textContent = t("Choose a file or drop it here");
    delete byId("drop").dataset.has;
    byId("save-source").value = "";
    this.rejectsToken = this.token;
    this.token = null;
  }

  giveUp() {
    this.drop();
    this.resetFile();
    this.show({ checked: false, order: false });
    byId("file").focus();
  }
}

function drawProgress(id, { label, done, total }, textId = `${id}-text`) {
  const bar = byId(id);
  if (total > 1) {
    bar.max = total;
    bar.value = done;
  } else {
    bar.removeAttribute("value");
  }
  byId(textId).textContent = label;
}

const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

openPage(async () => {
  const page = new ImportPage(JSON.parse(byId("facts").textContent));
  window.gridmap = page;
  await page.past.draw();
});
