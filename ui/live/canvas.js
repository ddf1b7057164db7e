// Copies the drawing as it grows: 140x140 grey, sent while the pen is down; the next when the answer is here.

import * as readings from "./readings.js";
import { run } from "./run.js";
import * as socket from "./socket.js";

const SIDE = 140;
const GAP = 1000 / 30; // milliseconds between two frames: more are not read
const LOOK = 250; // between two looks at a canvas that nobody draws on: it may be undone, cleared or restored
const AGAIN = 500; // between two readings of the same drawing by a network that learns
const SETTLE = 5000; // what was just cleared may stand there so long until the page has emptied it

const paper = document.createElement("canvas");
paper.width = paper.height = SIDE;
const pen = paper.getContext("2d", { willReadFrequently: true });
pen.imageSmoothingQuality = "medium";

let down = false; // the pen
let last = null; // the frame sent last
let waiting = false; // for its answer
let wanted = false; // a look, as soon as that is here
let timer = null;
let sent = -Infinity;
let cleared = null; // the drawing that was cleared, and when
let learned = null; // the weights that read the frame, by run and iteration

const canvases = () => {
  const found = [];
  for (const place of document.querySelectorAll(".st-key-canvas")) {
    for (const element of place.querySelectorAll("*")) {
      if (element.shadowRoot) found.push(...element.shadowRoot.querySelectorAll("canvas"));
    }
    found.push(...place.querySelectorAll("canvas"));
  }
  return found.filter((canvas) => canvas.width > 0 && canvas.height > 0);
};

/** Copy what is on the canvas; null where there is none. */
function grab() {
  const layers = canvases();
  if (layers.length === 0) return null;
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, SIDE, SIDE);
  for (const layer of layers) pen.drawImage(layer, 0, 0, SIDE, SIDE);
  const { data } = pen.getImageData(0, 0, SIDE, SIDE);
  const grey = new Uint8Array(SIDE * SIDE);
  for (let k = 0, i = 0; k < grey.length; k++, i += 4) {
    grey[k] = (77 * data[i] + 150 * data[i + 1] + 29 * data[i + 2]) >> 8;
  }
  return grey;
}

const same = (a, b) => a !== null && b !== null && a.every((value, k) => value === b[k]);
const blank = (frame) => frame.every((value) => value === 0);

function look() {
  if (!socket.isOpen()) return;
  if (waiting) {
    wanted = true;
    return;
  }
  const wait = sent + GAP - performance.now();
  if (wait > 0) {
    timer ??= setTimeout(() => {
      timer = null;
      look();
    }, wait);
    return;
  }
  wanted = false;
  const frame = grab();
  if (frame === null) {
    last = null;
    return;
  }
  if (cleared !== null) {
    if (same(frame, cleared.frame) && performance.now() - cleared.at < SETTLE) return;
    cleared = null;
  }
  if (last === null && blank(frame)) last = frame; // a page that has just been opened
  if (!same(frame, last)) send(frame);
}

function send(frame) {
  if (!socket.send(frame)) return;
  last = frame;
  waiting = true;
  sent = performance.now();
  learned = `${run.id} ${run.iteration}`;
}

// after this event the canvas has drawn its stroke; a message comes sooner than any timer
const soon = new MessageChannel();
soon.port1.onmessage = look;
const lookSoon = () => soon.port2.postMessage(null);

const onCanvas = (event) =>
  event.composedPath().some((element) => element instanceof Element && element.matches(".st-key-canvas"));

document.addEventListener(
  "pointerdown",
  (event) => {
    if (!onCanvas(event)) return;
    down = true;
    cleared = null;
    lookSoon();
  },
  true,
);
document.addEventListener("pointermove", () => down && lookSoon(), true);
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(
    end,
    () => {
      if (down) lookSoon();
      down = false;
    },
    true,
  );
}

setInterval(() => {
  if (document.visibilityState !== "visible") return;
  look();
  if (learned !== `${run.id} ${run.iteration}` && performance.now() - sent >= AGAIN) again();
}, LOOK);

socket.onAnswer(() => {
  waiting = false;
  if (down || wanted) look();
});

socket.onChange(() => {
  waiting = false;
  if (socket.isOpen() && last !== null) again();
});

/** Have the drawing read once more, by a network or under settings that have changed. */
export function again() {
  if (waiting || down || cleared !== null || last === null || blank(last)) return;
  const frame = grab();
  if (frame !== null) send(frame);
}

/** Show at once that nothing is drawn any more; the page empties the canvas meanwhile. */
export function clear() {
  const frame = grab();
  if (frame !== null && !blank(frame)) cleared = { frame, at: performance.now() };
  readings.clear();
  send(new Uint8Array(SIDE * SIDE));
}
