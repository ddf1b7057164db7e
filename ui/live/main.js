// Puts a part of the page into the place that Streamlit has for it, and keeps it up to date.

import * as bars from "./bars.js";
import * as buttons from "./buttons.js";
import * as connection from "./connection.js";
import * as curves from "./curves.js";
import * as numbers from "./numbers.js";
import * as reading from "./reading.js";
import * as readings from "./readings.js";
import * as redraw from "./redraw.js";
import * as run from "./run.js";
import * as status from "./status.js";

const PARTS = { bars, buttons, curves, numbers, reading, redraw, socket: connection, status };

await new Promise((resolve) => {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("live.css", import.meta.url).href;
  link.onload = link.onerror = resolve;
  document.head.append(link);
});

const mounted = new WeakMap(); // what stands in each place

/**
 * Called by Streamlit when a part appears, and again whenever its data or the theme have changed.
 *
 * Each module of a part has `create(place)`, which draws it once and returns `update(data, component)` and
 * `remove()`. Data that several parts may bring, the run and what was read, are taken over here.
 */
export function mount(component) {
  const { data, parentElement } = component;
  const part = PARTS[data?.part];
  if (part === undefined) return undefined;
  const place = parentElement.querySelector(".live-part");
  let instance = mounted.get(parentElement);
  if (instance?.place !== place) {
    instance?.remove();
    place.replaceChildren(); // Streamlit may have ended this part and mount it again in the same place
    instance = { place, ...part.create(place) };
    mounted.set(parentElement, instance);
  }
  if ("run" in data) run.offer(data.run);
  if ("reading" in data) readings.offer(data.reading, data.exhibit === true);
  instance.update(data, component);
  return () => {
    mounted.delete(parentElement);
    instance.remove();
  };
}
