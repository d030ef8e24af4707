// Views that somebody saved, kept in this browser: { id, name, address, days }. `address` is the query and the fragment
// of the page; `days` says how many days up to today a view shows, null where it keeps the days it was saved with.

import { readJson } from "./json_text.js";

const KEY = "gridmap-views";
const FORMAT = "gridmap-views-1";
const MOST = 200;
const LONGEST_NAME = 80;
const ADDRESS = /^\?[^#\s]*(#[\d./-]*)?$/;

export function savedViews() {
  return readable(readJson(localStorage.getItem(KEY)));
}

// Throws where the browser keeps nothing (private window, full).
function keep(views) {
  localStorage.setItem(KEY, JSON.stringify(views));
  return views;
}

export function saveView({ name, address, days }) {
  return keep([{ id: newId(), name: name.trim().slice(0, LONGEST_NAME), address, days }, ...savedViews()].slice(0, MOST));
}

export function renameView(id, name) {
  return keep(savedViews().map((view) => (view.id === id ? { ...view, name: name.trim().slice(0, LONGEST_NAME) } : view)));
}

export function deleteView(id) {
  return keep(savedViews().filter((view) => view.id !== id));
}

export function viewsAsText() {
  const views = savedViews().map(({ name, address, days }) => ({ name, address, days }));
  return JSON.stringify({ format: FORMAT, views }, null, 2);
}

// Adds the views of a file that are not there yet; -> how many, or null where the text is no such file.
export function takeInViews(text) {
  const file = readJson(text);
  if (!file || file.format !== FORMAT) return null;
  const here = savedViews();
  const same = (one, other) => one.name === other.name && one.address === other.address && one.days === other.days;
  const added = readable(file.views).filter((view) => !here.some((other) => same(view, other)));
  keep([...here, ...added].slice(0, MOST));
  return Math.min(added.length, MOST - here.length);
}

// What can be used of a list that may have been written by anybody.
function readable(list) {
  if (!Array.isArray(list)) return [];
  return list
    .filter((view) => view && typeof view.name === "string" && view.name.trim() && typeof view.address === "string" && ADDRESS.test(view.address))
    .map(({ id, name, address, days }) => ({
      id: typeof id === "string" ? id : newId(), name: name.trim().slice(0, LONGEST_NAME), address, days: Number.isInteger(days) && days > 0 ? days : null,
    }));
}

function newId() {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
}
