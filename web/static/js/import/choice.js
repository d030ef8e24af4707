// The first step: which file, as what, and how to read it. What is wrong with the file is said before it is sent.

import { number, t } from "../net/words.js";
import { byId } from "../ui/dom.js";

export class Choice {
  constructor(facts, { onChange }) {
    Object.assign(this, { facts, onChange, file: null });
    this.input = byId("file");
    this.wireFile();
    this.wireLayer();
    const datum = byId("datum");
    datum.addEventListener("change", () => { byId("epsg-field").hidden = datum.value !== "other"; });
    for (const field of byId("choose").querySelectorAll("select, #epsg, #sheet, #inner, #update")) {
      field.addEventListener("change", () => onChange());
    }
  }

  wireFile() {
    const drop = byId("drop");
    this.input.addEventListener("change", () => this.take(this.input.files[0]));
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.dataset.over = "";
      });
    }
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => delete drop.dataset.over);
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      this.take(event.dataTransfer.files[0], event.dataTransfer.files.length);
    });
  }

  wireLayer() {
    const layer = byId("layer");
    this.offerSources(layer.value);
    layer.addEventListener("change", () => {
      this.offerSources(layer.value);
      byId("layer-about").textContent = layer.selectedOptions[0].dataset.about;
      byId("template").href = `/import/${layer.value}.xlsx`;
      byId("command-layer").textContent = layer.value;
    });
  }

  // A saved source is for one layer; those of other layers are not offered.
  offerSources(layer) {
    const source = byId("source");
    for (const option of source.options) {
      option.hidden = option.disabled = Boolean(option.dataset.layer) && option.dataset.layer !== layer;
    }
    if (source.selectedOptions[0].disabled) source.value = "";
  }

  take(file, count = 1) {
    if (!file) return;
    const wrong = count > 1 ? t("One file at a time. A Shapefile has several parts: zip them.") : this.wrongWith(file);
    this.file = wrong ? null : file;
    this.say(wrong);
    byId("file-name").textContent = `${file.name} · ${sizeOf(file.size)}`;
    byId("drop").dataset.has = wrong ? "wrong" : "file";
    this.onChange({ isOtherFile: true });
  }

  wrongWith(file) {
    if (file.size > this.facts.limit_bytes) {
      const values = { size: sizeOf(file.size), limit: `${this.facts.limit_mb} MB`, command: `gridmap import ${byId("layer").value} FILE` };
      return t("This file has {size}; the page takes at most {limit}. Import it on the server: {command}", values);
    }
    if (!file.size) return t("The file is empty (0 bytes). Export it again.");
    if (/\.(shp|shx|dbf|prj|cpg)$/i.test(file.name)) return t("A Shapefile has several parts: zip them and choose the ZIP.");
    return "";
  }

  say(wrong) {
    byId("file-wrong").textContent = wrong;
    this.input.setAttribute("aria-invalid", String(Boolean(wrong)));
  }

  // What the form says, as the server takes it; the mapping comes from the second step.
  options(mapping) {
    const value = (id) => byId(id).value.trim();
    const datum = value("datum");
    const rows = value("heading-rows");
    return {
      layer: value("layer"),
      crs: datum === "other" ? epsg(value("epsg")) : datum,
      inner: value("inner"),
      sheet: value("sheet"),
      encoding: value("encoding"),
      heading_rows: rows ? Number(rows) : null,
      source: value("source"),
      update: byId("update").checked,
      mapping,
    };
  }
}

function epsg(text) {
  const digits = text.replace(/\D/g, "");
  return digits ? `EPSG:${digits}` : "";
}

export function sizeOf(bytes) {
  if (bytes < 1024) return t("{n} bytes", { n: number(bytes) });
  if (bytes < 1 << 20) return `${number(Math.round(bytes / 1024))} KB`;
  return `${number(Math.round((bytes / (1 << 20)) * 10) / 10)} MB`;
}
