// What comes from the server is looked at before it is believed: type, length, finiteness. Each function returns
// the value in the form the page works with, or null where it is anything else.

const STATUS = ["ready", "running", "paused", "finished", "diverged"];
const TONES = ["gray", "blue", "orange", "red"];
const MOST = 5000; // points of one message

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

export const number = (value) => (Number.isFinite(value) ? value : null);

export const text = (value, most = 300) => (typeof value === "string" && value.length <= most ? value : null);

export function probabilities(value) {
  const good = Array.isArray(value) && value.length === 10 && value.every((p) => Number.isFinite(p) && p >= 0 && p <= 1);
  return good ? value : null;
}

/** The 784 grey values behind a base64 text. */
export function pixels(value) {
  if (typeof value !== "string" || value.length !== 1048) return null;
  try {
    const bytes = atob(value);
    return bytes.length === 784 ? Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)) : null;
  } catch {
    return null;
  }
}

export function reading(value) {
  if (!isObject(value)) return null;
  return { expert: probabilities(value.expert), yours: probabilities(value.yours), sees: pixels(value.sees) };
}

/** Rows of [iteration, train loss, train accuracy, dev loss, dev accuracy]; a measurement may be null. */
export function points(value) {
  if (!Array.isArray(value) || value.length > MOST) return null;
  const isPoint = (row) =>
    Array.isArray(row) && row.length === 5 && isCount(row[0]) && row.every((x) => x === null || Number.isFinite(x));
  return value.every(isPoint) ? value : null;
}

/** A sentence, with or without bold words before it. */
export function advice(value) {
  if (typeof value === "string") value = { text: value };
  if (!isObject(value) || text(value.text, 500) === null) return null;
  return {
    strong: text(value.strong) ?? "",
    text: value.text,
    tone: TONES.includes(value.tone) ? value.tone : "gray",
  };
}

export function run(value) {
  if (!isObject(value) || text(String(value.id), 100) === null || !STATUS.includes(value.status)) return null;
  const rows = points(value.points);
  if (rows === null || !isCount(value.iteration) || !isCount(value.iterations)) return null;
  return {
    id: String(value.id),
    iteration: value.iteration,
    iterations: value.iterations,
    status: value.status,
    points: rows,
    full: value.full === true,
    parent: points(value.parent),
    pace: number(value.pace),
    advice: advice(value.advice),
  };
}

export function names(value) {
  const good = Array.isArray(value) && value.length === 10 && value.every((name) => text(name, 60) !== null);
  return good ? value : ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
}
