// What a text of JSON says, null where it is none.

export function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
