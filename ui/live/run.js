// The run as far as this page knows it: from the socket where one is open, else from the page's own data.

import { run as checked } from "./checks.js";

const MOST = 4000; // points kept

export const run = {
  id: null,
  iteration: 0,
  iterations: 1,
  status: "ready",
  points: [],
  parent: null,
  pace: null,
  advice: null,
};

let heard = false; // whether the socket that is open has said where the run stands
const listeners = new Set();

/** Call a function whenever the run has moved; return what ends that. */
export function onRun(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Take over news from the socket. */
export function hear(value) {
  const news = checked(value);
  if (news === null) return;
  heard = true;
  apply(news);
}

/** Take over what came with the page, unless the socket knows better. */
export function offer(value) {
  const news = heard ? null : checked(value);
  if (news !== null) apply(news);
}

/** The socket is closed: until the next one has spoken the page's own data count. */
export function silence() {
  heard = false;
}

function apply(news) {
  const { full, points, parent, ...head } = news;
  if (full || head.id !== run.id) {
    run.points = points;
    run.parent = parent;
  } else {
    const last = run.points.length ? run.points[run.points.length - 1][0] : -1;
    run.points = run.points.concat(points.filter((point) => point[0] > last));
  }
  if (run.points.length > MOST) run.points = thinned(run.points, MOST / 2);
  Object.assign(run, head);
  for (const listener of [...listeners]) listener();
}

/** At most so many of the points, evenly, the first and the last among them. */
export function thinned(points, most) {
  if (points.length <= most) return points;
  const last = points.length - 1;
  return Array.from({ length: most }, (_, k) => points[Math.round((k * last) / (most - 1))]);
}
