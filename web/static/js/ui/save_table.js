// A table of the page as a CSV file that spreadsheets open: what the server shows once can be kept.

import { el } from "./dom.js";

const MARK = "\uFEFF"; // by it Excel knows UTF-8
const AGAIN = /^[=+\-@\t\r]/; // a spreadsheet would compute it

export function saveTable(table) {
  const lines = [...table.rows].map((row) => [...row.cells].map((cell) => quoted(cell.textContent.trim())).join(","));
  const url = URL.createObjectURL(new Blob([MARK, lines.join("\r\n"), "\r\n"], { type: "text/csv" }));
  const link = el("a", { href: url, download: table.dataset.name });
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(url);
}

function quoted(text) {
  const safe = AGAIN.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
