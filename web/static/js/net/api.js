// Asking the server. Every refusal becomes a Refused with the server's own code, message and hint.

export class Refused extends Error {
  constructor(status, { code = "error", message = "", hint = "" } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
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

export async function getJson(path, values = {}, { signal } = {}) {
  const text = query(values);
  let response;
  try {
    response = await fetch(text ? `${path}?${text}` : path, { signal, headers: { Accept: "application/json" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0);
  }
  if (!response.ok) {
    const body = await response.json().catch(() => ({}));
    throw new Refused(response.status, body.error);
  }
  return response.json();
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
