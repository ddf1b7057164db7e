// The status word, how far the run has come and how fast, and a sentence on what to do.

import { advice as checked } from "./checks.js";
import { count, html, inFrames, say, set } from "./dom.js";
import { onRun, run } from "./run.js";
import * as socket from "./socket.js";

export function create(place) {
  const word = html("strong");
  const rest = html("span");
  const head = html("p", { class: "live-head" }, word, rest);
  const bar = html("div", { class: "live-fill" });
  const track = html(
    "div",
    { class: "live-track", role: "progressbar", "aria-label": "progress", "aria-valuemin": 0, "aria-valuemax": 100 },
    bar,
  );
  const strong = html("strong");
  const words = html("span");
  const sentence = html("p", { class: "live-advice" }, strong, words);
  const box = html("div", { class: "st-key-status live-status" }, head, track, sentence);
  place.append(html("div", { class: "live-box" }, box)); // its width decides how many lines there are

  let fromPage = null;

  function draw() {
    if (run.id === null) return; // nothing is known yet
    const share = run.iterations ? Math.min(run.iteration / run.iterations, 1) : 0;
    say(word, run.status[0].toUpperCase() + run.status.slice(1));
    say(rest, ` · iteration ${count(run.iteration)} of ${count(run.iterations)}${pace()}`);
    bar.style.width = `${100 * share}%`;
    set(track, "aria-valuenow", Math.round(100 * share));
    const advice = run.advice ?? fromPage ?? { strong: "", text: "", tone: "gray" };
    say(strong, advice.strong ? `${advice.strong} ` : "");
    say(words, advice.text);
    set(sentence, "data-tone", advice.tone);
  }

  const soon = inFrames(draw);
  const stops = [onRun(soon), socket.onChange(soon)];
  return {
    update(data) {
      fromPage = checked(data.advice);
      draw();
    },
    remove: () => stops.forEach((stop) => stop()),
  };
}

function pace() {
  if (socket.isLost()) return " · connection lost, trying again";
  if (run.status !== "running" || !(run.pace > 0)) return "";
  const seconds = Math.max(run.iterations - run.iteration, 0) / run.pace;
  const remaining = seconds < 90 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(0)} min`;
  return ` · ${run.pace < 10 ? run.pace.toFixed(1) : count(Math.round(run.pace))} per second · ${remaining} left`;
}
