// The two accuracies, as large as a class can read them.

import { text } from "./checks.js";
import { html, inFrames, percent, say, set } from "./dom.js";
import { onRun, run } from "./run.js";

const COLUMNS = { train_accuracy: ["Training accuracy", "training", 2], dev_accuracy: ["Held-out accuracy", "held-out", 4] };

export function create(place) {
  const box = html("div", { class: "live-numbers" });
  const shown = [];
  for (const [key, [title, colour, column]] of Object.entries(COLUMNS)) {
    const help = html("button", { type: "button", class: "live-help", "aria-label": `Help for ${title}` }, "?");
    const value = html("p", { class: "live-metric" }, "–");
    const dot = html("span", { class: `live-dot ${colour}` });
    const label = html("p", { class: "live-label" }, dot, ` ${title} `, help);
    box.append(html("div", { class: `st-key-${key}` }, label, value));
    shown.push({ key, column, help, value });
  }
  place.append(box);

  function draw() {
    if (run.id === null) return; // nothing is known yet
    const last = run.points[run.points.length - 1];
    for (const { column, value } of shown) say(value, percent(last ? last[column] : null, 1));
  }

  const stop = onRun(inFrames(draw));
  return {
    update(data) {
      for (const { key, help } of shown) set(help, "data-help", text(data.help?.[key]) ?? "");
      draw();
    },
    remove: stop,
  };
}
