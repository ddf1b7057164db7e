// Elements, and three things that several parts need: animation frames, text alternatives, a note under the pointer.

const SVG = "http://www.w3.org/2000/svg";
const ALTERNATIVE = 1000; // milliseconds between two texts that a screen reader may read out
const CALM = 500; // between two drawings for somebody who wants little motion

const calm = matchMedia("(prefers-reduced-motion: reduce)");

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export const html = (tag, attributes = {}, ...children) => build(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) =>
  build(document.createElementNS(SVG, tag), attributes, children);

/** Change a text or an attribute only where it differs: the browser lays out nothing that has not changed. */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

export function set(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** Return a function that asks for one drawing in the next animation frame, however often it is called. */
export function inFrames(draw) {
  let asked = false;
  let last = -Infinity;
  const frame = (now) => {
    if (calm.matches && now - last < CALM) {
      setTimeout(() => requestAnimationFrame(frame), CALM - (now - last));
      return;
    }
    asked = false;
    last = now;
    draw();
  };
  return () => {
    if (!asked) requestAnimationFrame(frame);
    asked = true;
  };
}

/** Return a function that renews a text alternative at most once a second; the last words always arrive. */
export function alternative(write) {
  let timer = null;
  let last = -Infinity;
  let words = "";
  const renew = () => {
    timer = null;
    last = performance.now();
    write(words);
  };
  return (next) => {
    words = next;
    if (timer !== null) return;
    const wait = last + ALTERNATIVE - performance.now();
    if (wait <= 0) renew();
    else timer = setTimeout(renew, wait);
  };
}

/** A note beside the pointer, inside `host`; `words(x, y)` gives its lines, or null for none. */
export function note(host, target, words) {
  const box = html("div", { class: "live-note", "aria-hidden": "true" });
  host.append(box);
  const hide = () => {
    box.style.display = "none";
    words(null, null);
  };
  const show = (event) => {
    const area = target.getBoundingClientRect();
    const x = event.clientX - area.left;
    const lines = words(x, event.clientY - area.top);
    if (lines === null) return hide();
    box.replaceChildren(...lines.map((line) => html("div", {}, line)));
    box.style.display = "block";
    const left = x + 14 + box.offsetWidth > area.width ? x - 14 - box.offsetWidth : x + 14;
    const home = host.getBoundingClientRect();
    box.style.left = `${Math.max(left, 0) + area.left - home.left}px`;
    box.style.top = `${area.top - home.top + 6}px`;
  };
  target.addEventListener("pointermove", show);
  target.addEventListener("pointerdown", show);
  target.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") hide(); // a finger that was lifted has just asked for it
  });
  const elsewhere = (event) => {
    if (!target.isConnected) document.removeEventListener("pointerdown", elsewhere);
    else if (!event.composedPath().includes(target)) hide();
  };
  document.addEventListener("pointerdown", elsewhere);
}

export const percent = (share, digits = 0) => (share === null ? "–" : `${(100 * share).toFixed(digits)}%`);
export const count = (n) => n.toLocaleString("en-US");
