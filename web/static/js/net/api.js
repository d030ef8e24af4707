// Asking the server. Every refusal becomes a Refused with the server's own code, message and hint.

import { isAttended } from "./attendance.js";

const ATTENDED_MS = 300_000; // longer than a page waits before it tells that somebody is there (ui/session.js)

export class Refused extends Error {
  // `more` is what else the server said: fields that cannot be used, what changed meanwhile.
  constructor(status, { code = "error", message = "", hint = "", ...more } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.more = more;
  }

  // No answer at all: the server is down or the line is cut.
  get isUnreachable() {
    return this.status === 0;
  }
}

export function query(values) {
  const pairs = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return pairs.map(([key, value]) => `${key}=${encodeURIComponent(value).replace(/%2C/g, ",")}`).join("&");
}

export function address(path, values) {
  const text = query(values);
  return text ? `${path}?${text}` : path;
}

export async function getJson(path, values = {}, { signal } = {}) {
  return (await ask(address(path, values), { signal })).json();
}

// A file that the server makes -> a Blob.
export async function fetchFile(path, values = {}) {
  return (await ask(address(path, values))).blob();
}

// A request that changes something: with the page's token. `body` is a FormData as it is, anything else goes as JSON.
// -> { status, etag, body }.
export async function send(method, path, body = null, { headers = {}, signal } = {}) {
  const isForm = body instanceof FormData;
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const type = body === null || isForm ? {} : { "Content-Type": "application/json" };
  const response = await ask(path, {
    method, signal, headers: { ...type, "X-CSRFToken": token, ...headers }, body: body === null || isForm ? body : JSON.stringify(body),
  });
  const answer = response.status === 204 ? null : await response.json();
  return { status: response.status, etag: response.headers.get("ETag"), body: answer };
}

async function ask(address, { headers = {}, ...how } = {}) {
  let response;
  try {
    const unattended = isAttended(ATTENDED_MS) ? {} : { "X-Unattended": "1" };
    response = await fetch(address, { ...how, headers: { Accept: "application/json", ...unattended, ...headers } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0);
  }
  if (response.ok) return response;
  if (response.status === 401 && !how.method) leave();
  const body = await response.json().catch(() => ({}));
  throw new Refused(response.status, body.error);
}

// The session has ended: to the sign-in page, and from there back to this view. What is being sent stays on its page.
export function leave() {
  const here = location.pathname + location.search + location.hash;
  location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
}

// Only the newest of a kind of question matters: asking again drops the one before.
export function latest(ask) {
  let running = null;
  return async (...values) => {
    if (running) running.abort();
    const mine = new AbortController();
    running = mine;
    try {
      return await ask(...values, { signal: mine.signal });
    } finally {
      if (running === mine) running = null;
    }
  };
}

export function isAbort(error) {
  return error && error.name === "AbortError";
}
