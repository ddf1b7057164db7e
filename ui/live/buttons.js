// Train, Step, Reset and Clear. Each press is counted, and the counts are sent with every message: none is lost in
// one that Streamlit drops, and none acts twice. Train and Pause say what is wanted, not that it should change.

import { number, text } from "./checks.js";
import { clear } from "./canvas.js";
import { html, say, set, svg } from "./dom.js";
import { onRun, run } from "./run.js";

const AGAIN = 2000; // between two messages about presses that the page has not heard of
const PATIENCE = 3000; // milliseconds that a press is shown as done before the run has followed it

const ICONS = {
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M7 5.5h3.5v13H7zM13.5 5.5H17v13h-3.5z",
  step: "M5.5 5.5v13l8.5-6.5zM15.5 5.5h3v13h-3z",
  reset: "M12 5V1.5L7 6.5l5 5V7.4a5.3 5.3 0 1 1-5.2 6.5H4.4A7.7 7.7 0 1 0 12 5z",
  erase: "M15.6 3.6 4 15.2a1.6 1.6 0 0 0 0 2.2l3 3h13v-2h-6.6l7-7a1.6 1.6 0 0 0 0-2.2l-3.6-3.6a1.6 1.6 0 0 0-1.2 0zM7.8 18.4l-2-2.1 4.6-4.6 3.9 3.9-2.8 2.8z",
  draw: "M4 20h4L16.5 11.5l-4-4L4 16zM14 6l4 4 2-2-4-4z",
};
const KINDS = {
  train: { label: "Train", icon: "play", shortcut: "T", primary: true },
  step: { label: "Step", icon: "step", shortcut: "S" },
  reset: { label: "Reset", icon: "reset", shortcut: "0" },
  clear: { label: "Clear", icon: "erase", shortcut: "X" },
};

const counters = new Map(); // of each group of buttons, by the page's session: they outlive the buttons
const present = new Map(); // the button of each shortcut

export function create(place) {
  const box = html("div", { class: "live-buttons" });
  place.append(box);
  const buttons = new Map();
  let component = null;
  let presses = null;
  let expected = null; // what the run was asked to be, until it is or has had its time
  let timer = null;
  let done = {}; // the presses that have been carried out
  let sent = 0;

  function send() {
    sent = performance.now();
    component.setStateValue("presses", { ...presses });
  }

  // Streamlit drops what is said while it is not connected
  const repeating = setInterval(() => {
    const waiting = presses !== null && [...buttons.keys()].some((name) => presses[name] > (done[name] ?? 0));
    const running = document.querySelector("[data-testid=stApp]")?.getAttribute("data-test-script-state") === "running";
    if (waiting && !running && performance.now() - sent > AGAIN) send(); // a run of the page is not to be cut short
  }, 500);

  function press(name) {
    presses[name] += 1;
    if (name === "train") {
      presses.wanted = isRunning() ? "paused" : "running";
      expected = presses.wanted;
      clearTimeout(timer);
      timer = setTimeout(() => {
        expected = null;
        draw();
      }, PATIENCE);
    }
    if (name === "clear") clear();
    send();
    draw();
  }

  const isRunning = () => (expected ?? run.status) === "running";

  function draw() {
    if (expected !== null && (run.status === expected || ["finished", "diverged"].includes(run.status))) {
      expected = null;
      clearTimeout(timer);
    }
    const over = ["finished", "diverged"].includes(run.status);
    for (const [name, { button, label, path }] of buttons) {
      if (name === "train") {
        say(label, isRunning() ? "Pause" : "Train");
        set(path, "d", ICONS[isRunning() ? "pause" : "play"]);
        button.disabled = over;
      }
      if (name === "step") button.disabled = over || isRunning();
    }
  }

  function make(name) {
    const { label, shortcut, primary } = KINDS[name];
    const title = html("span", {}, label);
    const path = svg("path", { d: ICONS[KINDS[name].icon] });
    const picture = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, path);
    const kind = primary ? "primary" : "secondary";
    const button = html(
      "button",
      { type: "button", class: `live-button ${kind}`, "aria-keyshortcuts": shortcut },
      picture,
      title,
      html("kbd", { "aria-hidden": "true" }, shortcut),
    );
    button.addEventListener("click", () => press(name));
    box.append(html("div", { class: `st-key-${name}` }, button));
    buttons.set(name, { button, label: title, path });
    present.set(shortcut, button);
  }

  const stop = onRun(draw);
  return {
    update(data, latest) {
      component = latest;
      const names = Array.isArray(data.buttons) ? data.buttons.filter((name) => name in KINDS) : [];
      const session = text(data.session) ?? "";
      const group = `${session} ${names}`;
      if (!counters.has(group)) {
        counters.set(group, { session, wanted: null, ...Object.fromEntries(names.map((name) => [name, 0])) });
      }
      presses = counters.get(group);
      done = typeof data.done === "object" && data.done !== null ? data.done : {};
      for (const name of names) presses[name] = Math.max(presses[name], number(done[name]) ?? 0);
      if (names.join() !== [...buttons.keys()].join()) {
        box.replaceChildren();
        buttons.clear();
        for (const name of names) make(name);
      }
      if (buttons.has("clear")) {
        const { label, path } = buttons.get("clear");
        say(label, data.exhibit === true ? "Draw again" : "Clear");
        set(path, "d", ICONS[data.exhibit === true ? "draw" : "erase"]);
      }
      draw();
    },
    remove() {
      stop();
      clearTimeout(timer);
      clearInterval(repeating);
      for (const [shortcut, button] of present) {
        if ([...buttons.values()].some((own) => own.button === button)) present.delete(shortcut);
      }
    },
  };
}

// where letters are written, and where they would act behind an open dialogue
const TYPED = [
  "input:not([type=range], [type=checkbox], [type=radio], [type=button])",
  "textarea, select, [contenteditable=true], [role=textbox], [role=combobox], [role=dialog]",
].join();

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const button = present.get(event.key.toUpperCase());
  const typing = event.composedPath().some((element) => element instanceof Element && element.matches(TYPED));
  if (!button || typing || !button.isConnected) return;
  event.preventDefault();
  button.click();
});
