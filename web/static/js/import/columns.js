// Which column is which field: as recognised, to be corrected; and the first rows, so that one sees what is in them.

import { t } from "../net/words.js";
import { el } from "../ui/dom.js";

const NONE = "";
const TEXT = "=";

// `onChange()` after any select was changed; `words`: field -> what a person calls it, and what belongs into it.
export class Columns {
  constructor({ onChange }) {
    this.onChange = onChange;
    this.fields = [];
  }

  draw(box, found, words) {
    this.found = found;
    this.fields = found.fields.map((field) => this.row(field, ...(words[field.name] || [field.name, ""])));
    const isPlain = (row) => row.before === NONE && !row.isMissing;
    const plain = this.fields.filter(isPlain);
    const taken = new Set(this.fields.map(({ before }) => before));
    const unused = found.headings.filter((heading) => !taken.has(heading));
    box.replaceChildren(
      table(this.fields.filter((row) => !isPlain(row))),
      plain.length ? el("details", { class: "import__plain" }, el("summary", {}, t("Other fields ({n})", { n: plain.length })), table(plain)) : "",
      unused.length ? el("p", { class: "muted small" }, t("These columns belong to no field; they are kept as they are: {names}", { names: unused.join("、") })) : "",
    );
  }

  row(field, word, meaning) {
    const { headings, missing, sample } = this.found;
    const isText = (field.column || "").startsWith(TEXT);
    const select = el("select", { class: "field__input", "aria-label": word },
      el("option", { value: NONE }, t("– none –")),
      ...headings.map((heading) => el("option", { value: heading }, heading)),
      el("option", { value: TEXT }, t("the same text in every row…")));
    select.value = isText ? TEXT : field.column || NONE;
    const text = el("input", { class: "field__input", "aria-label": t("Text for {field}", { field: word }), value: isText ? field.column.slice(1) : "" });
    text.hidden = !isText;
    const examples = el("td", { class: "import__values", "data-name": t("For example") });
    const draw = () => {
      const at = headings.indexOf(select.value);
      const values = at < 0 ? [] : sample.map((cells) => cells[at]).filter(Boolean).slice(0, 3);
      examples.textContent = values.join(" · ");
    };
    const before = this.valueOf({ select, text });
    const changed = () => {
      text.hidden = select.value !== TEXT;
      draw();
      this.onChange();
    };
    select.addEventListener("change", changed);
    text.addEventListener("input", changed);
    draw();
    const isMissing = missing.includes(field.name);
    const tag = isMissing ? el("span", { class: "tag tag--danger" }, t("choose it"))
      : field.guessed ? el("span", { class: "tag" }, t("recognised")) : null;
    const name = el("td", {}, el("b", {}, word), field.required ? el("span", { class: "import__needed", title: t("needed") }, " *") : null, " ", tag,
      meaning && meaning !== word ? el("small", { class: "import__meaning" }, meaning) : null);
    if (isMissing) select.setAttribute("aria-invalid", "true");
    return { name: field.name, select, text, before, isMissing, node: el("tr", {}, name, el("td", {}, select, text), examples) };
  }

  valueOf({ select, text }) {
    return select.value === TEXT ? `=${text.value}` : select.value;
  }

  // All fields as they are chosen now: whoever has seen the table has said yes to what it shows.
  mapping() {
    return Object.fromEntries(this.fields.map((field) => [field.name, this.valueOf(field)]));
  }

  get isChanged() {
    return this.fields.some((field) => this.valueOf(field) !== field.before);
  }
}

function table(fields) {
  const heads = [t("Field"), t("Column of the file"), t("For example")];
  return el("table", { class: "table table--cards import__columns" },
    el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, ...fields.map(({ node }) => node)));
}

export function drawSample(box, { headings, sample }) {
  const head = el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("row")), ...headings.map((heading) => el("th", { scope: "col" }, heading))));
  const rows = sample.map((cells, index) => el("tr", {}, el("th", { scope: "row" }, String(index + 1)), ...cells.map((cell) => el("td", {}, cell))));
  box.replaceChildren(el("table", { class: "table import__table" }, head, el("tbody", {}, ...rows)));
}
