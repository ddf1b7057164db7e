// Accuracy and loss against the iteration, on training and on held-out digits, as they come.

import { alternative, count, html, inFrames, note, percent, set, svg } from "./dom.js";
import { onRun, run, thinned } from "./run.js";

const POINTS = 400; // drawn of each curve; a screen shows no more
const MARGIN = { left: 46, right: 8, top: 8, bottom: 24 };
const CURVES = [
  ["training", 0],
  ["held-out", 2],
]; // class, and how much farther right its column stands in a point

const CHARTS = [
  {
    key: "accuracy_chart",
    title: "Accuracy",
    caption: "Accuracy: share of right answers",
    legend: true,
    column: 2,
    height: 205,
    number: (value) => percent(value, 1),
    label: (value) => percent(value),
    top: () => 1,
    steps: 5,
  },
  {
    key: "loss_chart",
    title: "Loss",
    caption: "Loss: how wrong the probabilities are (0 is perfect, guessing is 2.3)",
    column: 1,
    height: 140,
    number: (value) => (value === null ? "not a number" : value.toFixed(3)),
    label: (value) => String(value),
    top: highestLoss,
    steps: 4,
  },
];

export function create(place) {
  const box = html("div", { class: "live-curves" });
  place.append(box);
  const charts = CHARTS.map((kind) => new Chart(box, kind));
  const draw = () => charts.forEach((chart) => chart.draw());
  const soon = inFrames(draw);
  const stop = onRun(soon);
  const resized = new ResizeObserver(soon);
  resized.observe(box);
  return {
    update: draw,
    remove() {
      stop();
      resized.disconnect();
    },
  };
}

class Chart {
  constructor(box, kind) {
    this.kind = kind;
    this.id = `live-${kind.key}`;
    this.axes = svg("g");
    this.clip = svg("rect");
    this.parents = CURVES.map(([name]) => svg("path", { class: `curve parent ${name}` }));
    this.paths = CURVES.map(([name]) => svg("path", { class: `curve ${name}` }));
    this.line = svg("line", { class: "pointer" });
    this.dots = CURVES.map(([name]) => svg("circle", { class: name, r: 4 }));
    this.picture = svg(
      "svg",
      { role: "img", height: kind.height, width: "100%" },
      svg("defs", {}, svg("clipPath", { id: this.id }, this.clip)),
      this.axes,
      svg("g", { "clip-path": `url(#${this.id})` }, ...this.parents, ...this.paths),
      svg("g", {}, this.line, ...this.dots),
    );
    this.dashed = html("span", {}, " · dashed: the run it was forked from");
    const caption = html("p", { class: "live-caption" }, kind.caption, this.dashed);
    const chart = html("div", { class: `st-key-${kind.key} live-chart` }, caption, this.picture);
    box.append(chart);
    this.tell = alternative((words) => set(this.picture, "aria-label", words));
    this.pointer = null;
    note(chart, this.picture, (x) => this.point(x));
  }

  draw() {
    const width = this.picture.clientWidth;
    if (width === 0) return;
    this.width = width - MARGIN.left - MARGIN.right;
    this.height = this.kind.height - MARGIN.top - MARGIN.bottom;
    this.end = Math.max(run.iterations, 1);
    this.top = this.kind.top();
    this.points = thinned(run.points, POINTS);
    this.drawAxes();
    this.drawCurves(this.paths, this.points);
    this.drawCurves(this.parents, thinned(run.parent ?? [], POINTS));
    this.dashed.style.display = run.parent && this.kind.legend ? "" : "none";
    this.tell(this.words());
    this.mark();
  }

  x(iteration) {
    return MARGIN.left + (iteration / this.end) * this.width;
  }

  y(value) {
    return MARGIN.top + (1 - value / this.top) * this.height;
  }

  drawAxes() {
    const state = [this.width, this.end, this.top].join();
    if (state === this.axesState) return; // they change with the size and the settings only
    this.axesState = state;
    const rows = ticks(this.top, this.kind.steps).flatMap((value) => {
      const y = this.y(value);
      const right = MARGIN.left + this.width;
      const label = svg("text", { x: MARGIN.left - 16, y: y + (value === 0 ? 0 : 4), "text-anchor": "end" });
      label.append(this.kind.label(value));
      return [svg("line", { x1: MARGIN.left, x2: right, y1: y, y2: y }), label];
    });
    const columns = ticks(this.end, 5).map((value) => {
      const anchor = value === 0 ? "start" : value / this.end > 0.97 ? "end" : "middle";
      const label = svg("text", { x: this.x(value), y: this.kind.height - 4, "text-anchor": anchor });
      label.append(count(value));
      return label;
    });
    this.axes.replaceChildren(...rows, ...columns);
    const inside = { x: MARGIN.left - 2, y: MARGIN.top - 2, width: this.width + 4, height: this.height + 4 };
    for (const [name, value] of Object.entries(inside)) set(this.clip, name, value);
    set(this.line, "y1", MARGIN.top);
    set(this.line, "y2", MARGIN.top + this.height);
  }

  drawCurves(paths, points) {
    paths.forEach((path, k) => {
      const column = this.kind.column + CURVES[k][1];
      let d = "";
      let pen = "M";
      for (const point of points) {
        const value = point[column];
        if (value === null) {
          pen = "M"; // a gap: there is no such number
          continue;
        }
        const y = Math.max(this.y(value), -1000); // far above the picture is far enough
        d += `${pen}${this.x(point[0]).toFixed(1)} ${y.toFixed(1)}`;
        pen = "L";
      }
      set(path, "d", d);
    });
  }

  /** Choose the measurement under the pointer, and return what there is to say of it. */
  point(x) {
    const points = this.points ?? [];
    if (x === null || points.length === 0) {
      this.pointer = null;
      this.mark();
      return null;
    }
    const wanted = ((x - MARGIN.left) / this.width) * this.end;
    this.pointer = points.reduce((best, p) => (Math.abs(p[0] - wanted) < Math.abs(best[0] - wanted) ? p : best));
    this.mark();
    const [train, dev] = CURVES.map(([, shift]) => this.kind.number(this.pointer[this.kind.column + shift]));
    return [`iteration ${count(this.pointer[0])}`, `training ${train}`, `held out ${dev}`];
  }

  mark() {
    const shown = this.pointer !== null && this.width > 0;
    set(this.line, "visibility", shown ? "visible" : "hidden");
    if (shown) {
      const x = this.x(this.pointer[0]);
      set(this.line, "x1", x);
      set(this.line, "x2", x);
    }
    this.dots.forEach((dot, k) => {
      const value = shown ? this.pointer[this.kind.column + CURVES[k][1]] : null;
      const inside = value !== null && value <= this.top;
      set(dot, "visibility", inside ? "visible" : "hidden");
      if (inside) {
        set(dot, "cx", this.x(this.pointer[0]));
        set(dot, "cy", this.y(value));
      }
    });
  }

  words() {
    const last = run.points[run.points.length - 1];
    if (!last) return `${this.kind.title}: nothing measured yet.`;
    const [train, dev] = CURVES.map(([, shift]) => this.kind.number(last[this.kind.column + shift]));
    return `${this.kind.title} after ${last[0]} iterations: ${train} on training digits, ${dev} on held-out digits.`;
  }
}

/** A little above the first loss; one that explodes leaves the picture. */
function highestLoss() {
  const first = run.points[0] ?? [];
  return Math.ceil(Math.max(2.5, first[1] ?? 0, first[3] ?? 0));
}

/** Round numbers from 0 to an end, about so many steps. */
function ticks(end, steps) {
  const rough = end / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max([1, 2, 5, 10].find((m) => m * power >= 0.7 * rough) * power, end > 1 ? 1 : 0);
  const values = [];
  for (let k = 0; k * step <= end * 1.0001; k++) values.push(Number((k * step).toPrecision(6)));
  return values;
}
