// The tab's one socket. It opens again by itself, after a pause that grows to ten seconds, and says how it is.

import * as readings from "./readings.js";
import * as redraw from "./redraw.js";
import * as run from "./run.js";

const FIRST_PAUSE = 250; // milliseconds; doubled after each failure
const LONGEST_PAUSE = 10_000;
const MUTE = 4000; // without an answer to a frame the connection is dead
const SILENT = 15_000; // without any word, too: the server says something every five seconds

let address = null;
let socket = null;
let timer = null;
let opened = false;
let failures = 0;
let asked = null; // when the frame that has no answer yet was sent
let heardAt = 0; // when the server said something last
let since = 0; // when the connection was lost, or first wanted
const listeners = new Set();
const answers = new Set();

export const isOpen = () => socket !== null && socket.readyState === WebSocket.OPEN;
export const isLost = () => address !== null && !isOpen() && performance.now() - since > 1000;
export const lostFor = () => (address === null || isOpen() ? 0 : performance.now() - since);

/** Call a function whenever the socket opens, closes or fails. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Call a function after each answer to a frame. */
export function onAnswer(listener) {
  answers.add(listener);
}

/** Talk to the server under this address, such as ws://host/live?visit=..., from now on. */
export function connect(wanted) {
  if (wanted === address) return;
  address = wanted;
  since = performance.now();
  failures = 0;
  opened = false;
  drop();
  open();
}

export function disconnect() {
  address = null;
  drop();
}

/** Send a frame, if the socket is open; return whether it was sent. */
export function send(frame) {
  if (!isOpen()) return false;
  socket.send(frame);
  asked ??= performance.now();
  return true;
}

function drop() {
  clearTimeout(timer);
  const old = socket;
  socket = asked = null;
  run.silence();
  readings.silence();
  old?.close();
}

function open() {
  clearTimeout(timer);
  if (address === null || socket !== null) return;
  let mine;
  try {
    mine = new WebSocket(address);
  } catch {
    return failed();
  }
  socket = mine;
  heardAt = performance.now();
  mine.onopen = () => {
    if (mine !== socket) return;
    opened = true;
    changed();
  };
  mine.onmessage = (event) => mine === socket && take(event.data);
  mine.onclose = () => mine === socket && failed();
}

function failed() {
  if (opened) since = performance.now();
  opened = false;
  failures += 1;
  drop();
  const pause = Math.min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE);
  timer = setTimeout(open, pause * (0.75 + Math.random() / 2)); // a class does not come back all at once
  changed();
}

function take(data) {
  let message;
  try {
    message = JSON.parse(data);
  } catch {
    return;
  }
  if (typeof message !== "object" || message === null) return;
  failures = 0;
  heardAt = performance.now();
  if ("run" in message) run.hear(message.run);
  if ("redraw" in message) redraw.hear(message.redraw);
  if ("exhibit" in message) readings.hearExhibit(message.exhibit);
  if ("reading" in message) {
    asked = null;
    readings.hear(message.reading);
    for (const listener of answers) listener();
  }
}

function changed() {
  for (const listener of [...listeners]) listener();
}

// a laptop that wakes up, or a network that is back: try at once
function now() {
  if (socket === null && document.visibilityState === "visible") open();
}
addEventListener("online", now);
document.addEventListener("visibilitychange", now);
setInterval(() => {
  const now = performance.now();
  if (asked !== null && now - asked > MUTE) failed();
  else if (isOpen() && now - heardAt > SILENT) failed();
  else if (!isOpen() && address !== null) changed();
}, 1000);
