// The page's words: English ids, looked up in the catalogue of the page's language.

let catalogue = {};

export const lang = document.documentElement.dataset.lang === "en" ? "en" : "zh";
export const locale = lang === "zh" ? "zh-CN" : "en-GB";

export async function loadWords() {
  const response = await fetch(`/i18n/${lang}.json`);
  if (response.ok) catalogue = await response.json();
}

export function t(id, values = {}) {
  const text = catalogue[id] || id;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

// Chinese has one form; English has two, and both are ids of the catalogue.
export function tn(one, many, count, values = {}) {
  return t(count === 1 ? one : many, { n: number(count), ...values });
}

const numbers = new Intl.NumberFormat(locale);

export function number(value) {
  return numbers.format(value);
}

// A value that may fall, for reading alone: its minus is the typographer's.
export function signed(value, digits) {
  return decimal(value, digits).replace("-", "−");
}

export function decimal(value, digits) {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}
