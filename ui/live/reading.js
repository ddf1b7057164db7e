// What the networks see of the drawing, the digit that each reads, and how sure it is.

import { names as checked, number } from "./checks.js";
import { html, percent, say, set } from "./dom.js";
import { latest, onReading } from "./readings.js";
import * as canvas from "./canvas.js";
import { onRun, run } from "./run.js";

const SIDE = 28;

export function create(place) {
  const paper = html("canvas", { width: SIDE, height: SIDE });
  const pen = paper.getContext("2d");
  const picture = html("img", { width: 84, height: 84 });
  const expert = column("prediction", "expert", "Expert");
  const yours = column("your_prediction", "yours", "Yours");
  place.append(
    html(
      "div",
      { class: "st-key-reading live-reading" },
      html("div", { class: "st-key-network_sees" }, picture),
      expert.box,
      yours.box,
    ),
  );

  let names = checked(null);
  let digits = true; // the classes are digits, all that the expert knows
  let untrained = false; // before this run
  let threshold = 0.8;
  let painted; // the pixels in the picture

  function paint(sees) {
    if (painted !== undefined && String(painted) === String(sees)) return;
    painted = sees;
    const image = pen.createImageData(SIDE, SIDE);
    for (let k = 0; k < SIDE * SIDE; k++) image.data.set([...Array(3).fill(sees ? sees[k] : 0), 255], 4 * k);
    pen.putImageData(image, 0, 0);
    picture.src = paper.toDataURL();
    const what = sees ? "your drawing as 28 by 28 pixels" : "nothing yet";
    set(picture, "alt", `What the network sees: ${what}.`);
  }

  function draw() {
    const reading = latest();
    const drawn = reading.sees !== null || reading.expert !== null;
    paint(reading.sees);
    fill(expert, drawn, reading.expert, checked(null), digits ? null : "digits only", "Draw a digit!");
    fill(yours, drawn, reading.yours, names, untrained && run.iteration === 0 ? "untrained" : null, "");
  }

  function fill({ answer, sure }, drawn, said, classes, instead, empty) {
    const best = said ? Math.max(...said) : 0;
    say(answer, said ? classes[said.indexOf(best)] : "–");
    answer.classList.toggle("long", answer.textContent.length > 2);
    const unsure = said !== null && best < threshold && instead === null;
    let words = instead;
    if (words === null) {
      if (!drawn) words = empty;
      else if (said === null) words = "exploded";
      else words = unsure ? `not sure: ${percent(best)}` : `${percent(best)} sure`;
    }
    say(sure, words);
    set(sure, "data-unsure", unsure);
  }

  const stops = [onReading(draw), onRun(draw)];
  return {
    update(data) {
      names = checked(data.names);
      digits = data.digits !== false;
      untrained = data.untrained === true;
      threshold = number(data.threshold) ?? 0.8;
      draw();
      canvas.again(); // the page has been drawn anew: the network or a setting may be another
    },
    remove: () => stops.forEach((stop) => stop()),
  };
}

function column(key, who, title) {
  const answer = html("p", { class: "live-answer" }, "–");
  const sure = html("p", { class: "live-sure" });
  const label = html("p", { class: "live-label" }, html("span", { class: `live-dot ${who}` }), ` ${title}`);
  const box = html("div", { class: "live-column" }, label, html("div", { class: `st-key-${key}` }, answer), sure);
  return { answer, box, sure };
}
