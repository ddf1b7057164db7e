// How sure each network is of each of the ten answers.

import { names as checked } from "./checks.js";
import { alternative, html, note, percent, say } from "./dom.js";
import { latest, onReading } from "./readings.js";

const NAMES = { expert: "expert", yours: "yours" };

export function create(place) {
  const columns = Array.from({ length: 10 }, () => {
    const expert = html("i", { class: "expert" });
    const yours = html("i", { class: "yours" });
    const label = html("span", {});
    return { expert, yours, label, box: html("div", { class: "live-bar" }, html("div", {}, expert, yours), label) };
  });
  const grid = html("div", { class: "live-grid", "aria-hidden": "true" });
  for (const share of ["100%", "50%", "0%"]) grid.append(html("div", {}, html("span", {}, share)));
  const bars = html("div", { class: "live-columns" }, ...columns.map(({ box }) => box));
  const words = html("p", { class: "live-hidden" });
  const box = html("div", { class: "st-key-probabilities live-bars" }, grid, bars, words);
  place.append(box);

  let names = checked(null);
  let readers = ["expert", "yours"];
  const tell = alternative((text) => say(words, text));

  function draw() {
    const reading = latest();
    for (const reader of ["expert", "yours"]) {
      const said = readers.includes(reader) ? reading[reader] : null;
      columns.forEach((column, k) => {
        const height = `${(said ? 100 * said[k] : 0).toFixed(1)}%`;
        if (column[reader].style.height !== height) column[reader].style.height = height;
      });
    }
    if (reading.expert === null && reading.yours === null) tell("No drawing yet.");
    else tell(`Probabilities. ${readers.map((reader) => `${NAMES[reader]}: ${best(reading[reader])}.`).join(" ")}`);
  }

  function best(said) {
    if (said === null) return "no answer, its weights exploded";
    const order = [...said.keys()].sort((a, b) => said[b] - said[a]).slice(0, 3);
    return order.map((k) => `${names[k]} ${percent(said[k])}`).join(", ");
  }

  note(box, bars, (x) => {
    if (x === null) return null;
    const k = Math.min(Math.max(Math.floor((10 * x) / bars.clientWidth), 0), 9);
    const reading = latest();
    const lines = readers.filter((r) => reading[r]).map((r) => `${NAMES[r]} ${percent(reading[r][k], 1)}`);
    return lines.length ? [names[k], ...lines] : null;
  });

  const stop = onReading(draw);
  return {
    update(data) {
      names = checked(data.names);
      readers = data.digits === false ? ["yours"] : ["expert", "yours"];
      columns.forEach(({ label }, k) => say(label, names[k]));
      box.classList.toggle("long", names.some((name) => name.length > 2));
      box.classList.toggle("single", readers.length === 1);
      draw();
    },
    remove: stop,
  };
}
