// What the two networks read last: of the canvas, by the socket, or of a picture in its place, by the page.

import { reading as checked } from "./checks.js";

export const NOTHING = { expert: null, yours: null, sees: null };

let now = NOTHING;
let exhibit = false; // whether a picture stands in the canvas's place
let heard = false; // whether the open socket has answered a frame of this canvas
const listeners = new Set();

export const latest = () => now;

export function onReading(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Take over the answer to a frame. */
export function hear(value) {
  const reading = checked(value);
  if (reading === null || exhibit) return;
  heard = true;
  show(reading);
}

/** Take over how the picture in the canvas's place is read by now. */
export function hearExhibit(value) {
  const reading = checked(value);
  if (reading !== null && exhibit) show(reading);
}

/** Take over what came with the page, unless the socket has read the canvas since. */
export function offer(value, isExhibit) {
  if (exhibit !== isExhibit) heard = false;
  exhibit = isExhibit;
  if (!heard) show(checked(value) ?? NOTHING);
}

export const clear = () => show(NOTHING);

export function silence() {
  heard = false;
}

function show(reading) {
  now = reading;
  for (const listener of [...listeners]) listener();
}
