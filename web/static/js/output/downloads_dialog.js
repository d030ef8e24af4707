// The window with everything that can be taken away: pictures, a map for where there is no network, tables.

import { fetchFile } from "../net/api.js";
import { t, tn } from "../net/words.js";
import { dayName, toText } from "../ui/dates.js";
import { openDialog } from "../ui/dialog.js";
import { el } from "../ui/dom.js";
import { loadStyle } from "../ui/late.js";
import { isOpen } from "../ui/rights.js";

const KEEP_MS = 60000; // a browser may still be writing the file

// The server's own words are English; what can happen here is said in the page's language.
const REASONS = {
  unreachable: () => t("The server does not answer."),
  not_found: () => t("There is nothing in this selection: choose a longer period, other kinds or hours."),
  bad_input: () => t("The server does not understand this selection: load the page again."),
  beyond_data: () => t("The data do not reach that far: choose another period."),
  too_large: () => t("This is too much for one file: choose a shorter period."),
  store_busy: () => t("The database is busy: try again in a moment."),
  internal: () => t("Something went wrong on the server"),
};

export async function openDownloads(page) {
  await loadStyle("css/downloads.css");
  const said = el("p", { class: "downloads__said", role: "status" });
  const rows = choices(page).map((choice) => row(choice, said));
  const view = page.state.get();
  const about = `${page.place.here.name} · ${dayName(view.from)} – ${dayName(view.to)} · ${tn("{n} incident", "{n} incidents", page.counts.total)}`;
  await openDialog({ id: "downloads", title: t("Download"), body: [el("p", { class: "quiet" }, about), el("ul", { class: "downloads" }, ...rows), said] });
}

// `forms`: [ending, button's text, work -> Blob]
function choices(page) {
  const { total } = page.counts;
  const words = page.selection();
  const ask = (what, ending, more = {}) => () => fetchFile(`/api/v1/downloads/${what}.${ending}`, { ...words, ...more });
  const { surface, by, bandwidth } = page.state.get();
  const isColoured = surface === "choropleth";
  const heat = { bw: bandwidth };
  const coloured = isColoured ? { ...heat, by } : heat;
  const tables = (what) => [["csv", "CSV"], ["gpkg", "GeoPackage"], ["xlsx", "Excel"]].map(([ending, name]) => [ending, name, ask(what, ending)]);
  const why = words === null ? t("No kind is chosen.") : total ? null : t("There are no incidents in this selection.");
  return [
    { id: "picture", name: t("This map"), about: t("As it stands on the screen, with legend, scale and credits"), forms: [["png", "PNG", () => pictureOf(page)]] },
    { id: "map", name: t("Map of the whole district"), about: isColoured ? t("The picture shows the heat, the page the grids in colour; the page opens without a network") : t("Heat by the period, kinds and hours chosen; the page opens without a network"), why: words === null ? why : null,
      forms: [["png", "PNG", ask("map", "png", heat)], ["html", "HTML", ask("map", "html", coloured)]] },
    { id: "incidents", name: t("Incidents"), about: total ? tn("{n} row, one incident each", "{n} rows, one incident each", total) : "", why, forms: tables("incidents") },
    { id: "grids", name: t("Figures by grid"), about: t("Count, rate per 100 households and change of each grid"), why: words === null ? why : null, forms: tables("grids") },
  ].filter(({ id }) => id !== "incidents" || isOpen("api.incidents")).map((choice) => ({ ...choice, file: fileName(page, choice.id) }));
}

async function pictureOf(page) {
  const { pictureOf: make } = await import("./picture.js");
  return make(page);
}

function fileName({ state }, id) {
  const { from, to } = state.get();
  return `gridmap-${id}-${toText(from)}-${toText(to)}`;
}

function row({ id, name, about, why, forms, file }, said) {
  const buttons = forms.map(([ending, text, work]) => {
    const button = el("button", { type: "button", class: "button", id: `download-${id}-${ending}`, "aria-label": `${name}: ${text}`, disabled: Boolean(why) }, text);
    button.addEventListener("click", () => make({ button, name: `${file}.${ending}`, work, said }));
    return button;
  });
  return el("li", { class: "downloads__row" }, el("div", {}, el("b", {}, name), el("small", {}, why || about)), el("div", { class: "downloads__forms" }, ...buttons));
}

async function make({ button, name, work, said }) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  said.className = "downloads__said";
  said.textContent = t("{name} is being made…", { name });
  try {
    save(await work(), name);
    said.textContent = t("{name} has been downloaded.", { name });
  } catch (error) {
    said.className = "downloads__said downloads__said--wrong";
    said.textContent = reasonOf(error);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function reasonOf(error) {
  const known = REASONS[error.isUnreachable ? "unreachable" : error.code];
  return known ? known() : t("This file could not be made: try again.");
}

function save(blob, name) {
  const link = el("a", { download: name, href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}
