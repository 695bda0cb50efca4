"use strict";
// Colours of Okabe and Ito, which the usual kinds of colour blindness leave apart; marks also differ by shape, runs by dashes.
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a7f00", "#777777"];
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3]];
const $ = id => document.getElementById(id);
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
/** The same hues on a dark ground, each at least four times as light as that. */
const ON_DARK = ["#3d8fd1", "#e69f00", "#1fb98b", "#d98cb6", "#9bd7fa", "#f07b2c", "#b5a91f", "#9a9a9a"];
const colour = i => (document.documentElement.dataset.theme === "dark" ? ON_DARK : COLOURS)[i % COLOURS.length];
/** How light a colour is, from 0 to 1, and black or white, whichever reads better on it (WCAG 2.2, relative luminance). */
const light = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16) / 255).map(v => v <= .04045 ? v / 12.92 : Math.pow((v + .055) / 1.055, 2.4))
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const ink = hex => light(hex) > .179 ? "#000" : "#fff";
/** Text that stays readable where a line crosses it. */
function note(g, text, x, y, style) {
  g.lineWidth = 4; g.lineJoin = "round"; g.strokeStyle = css("--panel"); g.strokeText(text, x, y);
  g.lineWidth = 1; g.fillStyle = style; g.fillText(text, x, y);
}
const order = [];
/** A task has one colour in every run and every chart. */
const colourOf = name => { if (!order.includes(name)) order.push(name); return colour(order.indexOf(name)); };
const runs = [];

function time(ns) {
  if (ns === null || ns === undefined) return "\u2013";
  const a = Math.abs(ns);
  const [unit, by] = a >= 1e9 ? ["s", 1e9] : a >= 1e6 ? ["ms", 1e6] : a >= 1e3 ? ["\u00b5s", 1e3] : ["ns", 1];
  return parseFloat((ns / by).toPrecision(4)) + " " + unit;
}
function add(to, tag, text, cls) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (cls) made.className = cls;
  return to.appendChild(made);
}
/** The first index in [0, n) from which on the values are at least x; the array rises. */
function lower(values, x) {
  let a = 0, b = values.length;
  while (a < b) { const m = (a + b) >> 1; if (values[m] < x) a = m + 1; else b = m; }
  return a;
}
async function unpack(text) {
  const letters = atob(text), packed = new Uint8Array(letters.length);
  for (let i = 0; i < packed.length; i++) packed[i] = letters.charCodeAt(i);
  const buffer = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
  const head = new DataView(buffer).getUint32(0, true);
  const run = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, head)));
  const column = (of, i, type) => new type(buffer.slice(4 + head + of.columns[2 * i], 4 + head + of.columns[2 * i] + of.columns[2 * i + 1]));
  if (run.trace) prepare(run.trace, column);
  return run;
}
/** Sorts what came by its end by its start, and sums up busy time: any zoom then draws by a few look-ups a pixel. */
function prepare(trace, column) {
  for (const t of trace.tracks) {
    const start = column(t, 0, Float64Array), length = column(t, 1, Float32Array), task = column(t, 2, Int16Array);
    const segment = column(t, 3, Int16Array), job = column(t, 4, Int32Array);
    const n = start.length, order = rising(start);
    t.n = n; t.start = pick(start, order); t.length = pick(length, order); t.task = pick(task, order);
    t.segment = pick(segment, order); t.job = pick(job, order);
    t.busy = new Float64Array(n + 1);
    for (let i = 0; i < n; i++) t.busy[i + 1] = t.busy[i] + t.length[i];
  }
  trace.jobs.forEach((j, index) => {
    const release = column(j, 0, Float64Array), order = rising(release);
    j.task = index; j.n = release.length; j.start = pick(release, order); j.end = pick(column(j, 1, Float64Array), order);
    j.job = pick(column(j, 2, Int32Array), order); j.outcome = pick(column(j, 3, Uint8Array), order);
    j.length = new Float64Array(j.n); j.busy = new Float64Array(j.n + 1);
    for (let i = 0; i < j.n; i++) { j.length[i] = j.end[i] - j.start[i]; j.busy[i + 1] = j.busy[i] + j.length[i]; }
  });
  const m = trace.marks;
  m.at = column(m, 0, Float64Array); m.kind = column(m, 1, Uint8Array); m.track = column(m, 2, Int16Array);
  const order = rising(m.at);
  m.at = pick(m.at, order); m.kind = pick(m.kind, order); m.track = pick(m.track, order); m.texts = Array.from(order, i => m.texts[i]);
}
function rising(values) {
  const order = new Uint32Array(values.length);
  let sorted = true;
  for (let i = 0; i < order.length; i++) { order[i] = i; sorted = sorted && (i === 0 || values[i - 1] <= values[i]); }
  return sorted ? order : order.sort((a, b) => values[a] - values[b]);
}
function pick(values, order) {
  const out = new values.constructor(values.length);
  for (let i = 0; i < out.length; i++) out[i] = values[order[i]];
  return out;
}

const many = (n, what) => n + " " + what + (n === 1 ? "" : "s");
function verdict() {
  for (const run of runs) {
    const r = run.results, bad = [];
    const misses = r.tasks.reduce((sum, t) => sum + t.misses, 0), touched = r.withoutStalls.touchedJobs || 0;
    if (misses) bad.push(misses + (misses === 1 ? " deadline was missed" : " deadlines were missed"));
    const beyond = r.tasks.filter(t => t.boundNs !== null && t.maxNs !== null && t.maxNs > t.boundNs).map(t => t.name);
    if (beyond.length) bad.push("a response was longer than its bound: " + beyond.join(", "));
    const lost = r.devices.filter(d => d.lost).map(d => d.name);
    if (lost.length) bad.push("lost: " + lost.join(", "));
    const stopped = r.tasks.filter(t => t.stopped).map(t => t.name);
    if (stopped.length) bad.push("stopped: " + stopped.join(", "));
    if (r.boundsVoid) bad.push("bounds are void: " + r.boundsVoid);
    const aborted = r.tasks.reduce((sum, t) => sum + t.aborted, 0);
    if (aborted) bad.push(aborted + " jobs were aborted");
    const p = add($("verdict"), "p");
    add(p, "strong", run.folder + ": ");
    if (r.verdict) { // in the words that the command printed
      add(p, "span", r.verdict, r.verdict.startsWith("Good") ? "good" : "bad");
      if (r.boundsVoid) add($("verdict"), "p", "Bounds are void: " + r.boundsVoid, "bad");
    } else add(p, "span", bad.length ? "not good: " + bad.join("; ") + "." : "good: no deadline was missed and no response was longer than its bound.", bad.length ? "bad" : "good");
    add($("verdict"), "p", (r.source === "simulate" ? "Simulated " : "Measured ") + time(r.durationNs) + " of " + r.taskSet + ", " + r.policy + ", seed " + r.seed
      + (r.test ? ", bounds by " + r.test : ", no bounds") + "; " + (r.platform.within ? "" : "the platform broke its stall curve " + many(r.platform.breaks.length, "time") + ", so bounds are void for " + many(r.platform.touchedJobs, "job") + "; ") + many(r.stallsSeen, "stall") + " seen, " + many(touched, "job") + " touched"
      + (r.droppedEvents ? "; " + r.droppedEvents + " events lost" : "") + (run.trace && run.trace.leftOut !== "0" ? "; the time line lacks the last "
      + run.trace.leftOut + " events" : "") + ". Devices: " + r.devices.map(d => d.name + " " + (100 * d.utilisation).toFixed(1) + "% busy").join(", ") + ".", "dim");
  }
  const head = add($("tasks"), "tr");
  const names = ["task", "run", "period", "deadline", "bound", "max", "max/bound", "p50", "p99", "p99.9", "jobs", "misses", "overruns", "skipped"];
  if (runs.length > 1) { names.push("\u0394 p99", "\u0394 max"); $("tasks").className = "several"; }
  names.forEach(n => add(head, "th", n));
  const tasks = [...new Set(runs.flatMap(r => r.results.tasks.map(t => t.name)))];
  for (const name of tasks) {
    const first = runs[0].results.tasks.find(t => t.name === name);
    runs.forEach((run, i) => {
      const t = run.results.tasks.find(x => x.name === name);
      if (!t) return;
      const row = add($("tasks"), "tr");
      [name, String(i + 1), time(t.periodNs), time(t.deadlineNs), time(t.boundNs), time(t.maxNs),
        t.boundNs && t.maxNs !== null ? (t.maxNs / t.boundNs).toFixed(3) : "\u2013", time(t.p50Ns), time(t.p99Ns), time(t.p999Ns), t.jobs].forEach(x => add(row, "td", x));
      add(row, "td", t.misses, t.misses ? "bad" : "");
      add(row, "td", t.overruns); add(row, "td", t.skipped);
      if (runs.length > 1) for (const key of ["p99Ns", "maxNs"]) {
        const known = first && first[key] && t[key] !== null && i > 0;
        add(row, "td", known ? (t[key] >= first[key] ? "+" : "\u2212") + Math.abs(100 * (t[key] / first[key] - 1)).toFixed(1) + "%" : "\u2013");
      }
    });
  }
}

/** A canvas as sharp as the screen, drawn anew whenever its size or the theme changes. */
function chart(canvas, height, draw) {
  canvas.style.height = height + "px";
  const paint = () => {
    const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth;
    canvas.width = width * ratio; canvas.height = height * ratio;
    const g = canvas.getContext("2d");
    g.scale(ratio, ratio); g.font = "12px system-ui, 'DejaVu Sans', sans-serif"; g.textBaseline = "middle";
    draw(g, width, height);
  };
  paints.push(paint);
  new ResizeObserver(paint).observe(canvas);
  return paint;
}
const paints = [];

const view = {run: null, from: 0, to: 1, rows: [], chosen: null};
const LEFT = 120, ROW = 22, TOP = 20;
function show(run) {
  view.run = run; view.chosen = null; $("job").textContent = "";
  const t = run.trace;
  view.all = Math.max(1, run.results.durationNs, ...t.jobs.map(j => j.n ? j.end[j.n - 1] : 0));
  view.from = 0; view.to = view.all;
  view.rows = [...t.tracks.map(x => ({name: x.name, data: x, slices: true})),
    ...t.jobs.map((j, i) => ({name: t.tasks[i], data: j, slices: false, result: run.results.tasks.find(x => x.name === t.tasks[i])}))];
}
function drawLine(g, width, height) {
  if (!view.run) return;
  const fg = css("--fg"), rule = css("--rule"), span = view.to - view.from, pixels = width - LEFT;
  const x = ns => LEFT + (ns - view.from) / span * pixels;
  g.fillStyle = fg; g.strokeStyle = rule;
  const step = Math.pow(10, Math.floor(Math.log10(span / 4)));
  const by = span / step > 20 ? 5 * step : span / step > 10 ? 2 * step : step;
  for (let ns = Math.ceil(view.from / by) * by; ns <= view.to; ns += by) {
    g.beginPath(); g.moveTo(x(ns), TOP - 4); g.lineTo(x(ns), height); g.stroke(); g.fillText(time(Math.round(ns)), x(ns) + 2, 9);
  }
  view.rows.forEach((row, index) => {
    const y = TOP + index * ROW, d = row.data;
    g.fillStyle = fg; g.fillText(row.name.slice(0, 17), 4, y + ROW / 2);
    g.save(); g.beginPath(); g.rect(LEFT, 0, pixels, height); g.clip();
    let a = Math.max(0, lower(d.start, view.from) - 1), b = lower(d.start, view.to);
    if (b - a < 2 * pixels) {
      for (let i = a; i < b; i++) bar(g, row, i, x(d.start[i]), x(d.start[i] + d.length[i]), y);
    } else { // more than fit: the busy share of each pixel, in the colour of the slice in its middle
      for (let p = 0; p < pixels; p++) {
        const from = view.from + p * span / pixels, to = from + span / pixels;
        const i = lower(d.start, from), j = lower(d.start, to);
        const share = j > i ? Math.min(1, (d.busy[j] - d.busy[i]) / (to - from)) : i > 0 && d.start[i - 1] + d.length[i - 1] > from ? 1 : 0;
        if (share > 0) {
          const middle = Math.min(d.n - 1, j > i ? (i + j) >> 1 : i - 1);
          g.globalAlpha = .25 + .75 * share; g.fillStyle = ofTask(row, middle); g.fillRect(LEFT + p, y + 3, 1, ROW - 6);
        }
      }
      g.globalAlpha = 1;
    }
    g.restore();
  });
  const m = view.run.trace.marks;
  let last = -9;
  for (let i = lower(m.at, view.from); i < m.at.length && m.at[i] <= view.to; i++) {
    const at = x(m.at[i]), y = TOP + Math.max(0, m.track[i]) * ROW + ROW / 2;
    if (at - last < 1) { i = Math.max(i, lower(m.at, view.from + (last + 1 - LEFT) / pixels * span) - 1); if (at - last < .5) continue; }
    last = at; mark(g, m.kind[i], at, y);
  }
}
function mark(g, kind, x, y) {
  g.fillStyle = g.strokeStyle = css("--bad"); g.beginPath();
  if (kind === 0) { g.moveTo(x, y + 7); g.lineTo(x - 5, y - 5); g.lineTo(x + 5, y - 5); g.fill(); }
  else if (kind === 1) g.fillRect(x - 4, y - 4, 8, 8);
  else { g.moveTo(x - 4, y - 4); g.lineTo(x + 4, y + 4); g.moveTo(x + 4, y - 4); g.lineTo(x - 4, y + 4); g.stroke(); }
}
const ofTask = (row, i) => row.slices ? row.data.task[i] < 0 ? css("--bad") : colourOf(view.run.trace.tasks[row.data.task[i]]) : colourOf(row.name);
function bar(g, row, i, x0, x1, y) {
  const d = row.data, wide = Math.max(1, x1 - x0), chosen = view.chosen;
  const own = chosen && d.job[i] === chosen.job && (row.slices ? d.task[i] : d.task) === chosen.task;
  g.fillStyle = ofTask(row, i);
  if (row.slices) g.fillRect(x0, y + 3, wide, ROW - 6); else g.fillRect(x0, y + ROW / 2 - 2, wide, 4);
  if (!row.slices && row.result && x1 - x0 >= 3) {
    const pixel = (x1 - x0) / Math.max(1, d.length[i]);
    g.fillStyle = css("--fg");
    if (row.result.deadlineNs) g.fillRect(x0 + row.result.deadlineNs * pixel, y + 3, 1, ROW - 6);
  }
  if (own) { g.strokeStyle = css("--fg"); g.lineWidth = 2; g.strokeRect(x0, y + 2, wide, ROW - 4); g.lineWidth = 1; }
  if (row.slices && wide > 44 && d.task[i] >= 0) {
    g.fillStyle = "#000"; g.fillText((view.run.trace.tasks[d.task[i]] + " #" + d.job[i]).slice(0, Math.floor(wide / 7)), Math.max(x0, LEFT) + 3, y + ROW / 2);
  }
}
/** What a job did between its release and its end: its segments, and between them who had the device that it waited for. */
function story(trace, task, index) {
  const j = trace.jobs[task], from = j.start[index], to = j.end[index], own = [];
  for (const t of trace.tracks) for (let i = Math.max(0, lower(t.start, from) - 1); i < t.n && t.start[i] < to; i++) {
    if (t.task[i] === task && t.job[i] === j.job[index] && t.segment[i] >= 0) own.push({track: t, from: t.start[i], to: t.start[i] + t.length[i], segment: t.segment[i]});
  }
  own.sort((a, b) => a.from - b.from);
  const parts = [];
  let at = from;
  for (const s of own) {
    if (s.from > at + 1) waits(trace, s.track, at, s.from, parts);
    parts.push({kind: "runs", by: trace.tasks[task], where: s.track.name, segment: s.segment, ns: s.to - s.from});
    at = Math.max(at, s.to);
  }
  if (to > at + 1) parts.push({kind: "ends", by: "", where: "", ns: to - at});
  return parts;
}
function waits(trace, track, from, to, parts) {
  let left = to - from;
  for (let i = Math.max(0, lower(track.start, from) - 1); i < track.n && track.start[i] < to; i++) {
    const ns = Math.min(to, track.start[i] + track.length[i]) - Math.max(from, track.start[i]);
    if (ns > 0) { parts.push({kind: "waits for", by: trace.tasks[track.task[i]] || "", where: track.name, ns}); left -= ns; }
  }
  if (left > 1) parts.push({kind: "waits", by: "", where: track.name, ns: left});
}
function choose(task, job) {
  const trace = view.run.trace, j = trace.jobs[task], index = j ? j.job.indexOf(job) : -1, out = $("job");
  out.textContent = "";
  if (index < 0) return;
  view.chosen = {task, job, index};
  const r = view.run.results.tasks.find(t => t.name === trace.tasks[task]) || {};
  add(out, "h3", trace.tasks[task] + " #" + job);
  add(out, "p", "released at " + time(j.start[index]) + "; response " + time(j.length[index]) + "; bound " + time(r.boundNs) + "; deadline " + time(r.deadlineNs) + "; "
    + ["complete", "aborted", "lost", "live at the end"][j.outcome[index]] + (r.deadlineNs && j.length[index] > r.deadlineNs ? "; MISSED by " + time(j.length[index] - r.deadlineNs) : ""));
  const list = add(out, "ul");
  story(trace, task, index).slice(0, 40).forEach(p => add(list, "li", p.kind + (p.kind === "runs" ? " segment " + p.segment : p.by ? " " + p.by : "")
    + (p.where ? " on " + p.where : "") + " for " + time(p.ns)));
}
function at(px, py) {
  const row = view.rows[Math.floor((py - TOP) / ROW)], ns = view.from + (px - LEFT) / ($("line").clientWidth - LEFT) * (view.to - view.from);
  if (!row) return;
  const i = lower(row.data.start, ns) - 1;
  if (i >= 0) choose(row.slices ? row.data.task[i] : row.data.task, row.data.job[i]);
}
function zoom(by, px) {
  const share = (px - LEFT) / ($("line").clientWidth - LEFT), middle = view.from + share * (view.to - view.from);
  const span = Math.min(view.all, Math.max(1000, (view.to - view.from) * by));
  place(middle - share * span, span);
}
function place(from, span) {
  view.from = Math.max(0, Math.min(view.all - span, from)); view.to = view.from + span;
}
function lineOfTime() {
  const canvas = $("line");
  const traced = runs.filter(r => r.trace);
  if (!traced.length) { canvas.remove(); $("job").textContent = "No folder holds a trace.json."; return; }
  traced.forEach((r, i) => { const o = add($("run"), "option", (runs.indexOf(r) + 1) + ": " + r.folder); o.value = i; });
  show(traced[0]);
  const height = Math.max(...traced.map(r => r.trace.tracks.length + r.trace.jobs.length)) * ROW + TOP + 6;
  const paint = chart(canvas, height, drawLine);
  let due = false;
  const again = () => { if (!due) { due = true; requestAnimationFrame(() => { due = false; paint(); }); } };
  $("run").onchange = e => { show(traced[e.target.value]); again(); };
  canvas.addEventListener("wheel", e => { e.preventDefault(); zoom(e.deltaY > 0 ? 1.25 : .8, e.offsetX); again(); }, {passive: false});
  let held = null;
  canvas.onpointerdown = e => { held = {x: e.offsetX, from: view.from, moved: false}; canvas.setPointerCapture(e.pointerId); };
  canvas.onpointermove = e => {
    if (!held) return;
    held.moved = held.moved || Math.abs(e.offsetX - held.x) > 3;
    if (held.moved) { const span = view.to - view.from; place(held.from - (e.offsetX - held.x) / (canvas.clientWidth - LEFT) * span, span); again(); }
  };
  canvas.onpointerup = e => { if (held && !held.moved) at(e.offsetX, e.offsetY); held = null; again(); };
  canvas.onkeydown = e => {
    const span = view.to - view.from, middle = LEFT + (canvas.clientWidth - LEFT) / 2;
    if (e.key === "ArrowLeft") place(view.from - span / 5, span);
    else if (e.key === "ArrowRight") place(view.from + span / 5, span);
    else if (e.key === "+" || e.key === "=") zoom(.5, middle);
    else if (e.key === "-") zoom(2, middle);
    else if (e.key === "0") place(0, view.all);
    else if (e.key === "n" || e.key === "N") nextMiss();
    else if (e.key === "Enter") at(middle, TOP + 1 + ROW * view.run.trace.tracks.length);
    else return;
    e.preventDefault(); again();
  };
}
function nextMiss() {
  const m = view.run.trace.marks, span = Math.min(view.to - view.from, view.all / 20), middle = (view.from + view.to) / 2;
  for (let k = 0, i = lower(m.at, middle + 1); k < m.at.length; k++, i++) {
    const mark = i % m.at.length;
    if (m.kind[mark] === 0) {
      place(m.at[mark] - span / 2, span);
      const words = /^miss (.*)#(\d+) by /.exec(m.texts[mark]);
      if (words) choose(view.run.trace.tasks.indexOf(words[1]), Number(words[2]));
      return;
    }
  }
}

function axes(g, width, height, xs, ys, x, y, xText) {
  g.strokeStyle = css("--rule"); g.fillStyle = css("--dim");
  let below = Infinity, right = -Infinity; // labels that would touch the one before are left out, their lines stay
  for (const v of ys) {
    g.beginPath(); g.moveTo(52, y(v)); g.lineTo(width - 8, y(v)); g.stroke();
    if (below - y(v) >= 13) { below = y(v); g.fillText(time(v), 2, y(v)); }
  }
  g.textAlign = "center";
  for (const v of xs) {
    const text = xText(v), half = g.measureText(text).width / 2;
    const middle = Math.min(x(v), width - half - 2);
    g.beginPath(); g.moveTo(x(v), 8); g.lineTo(x(v), height - 20); g.stroke();
    if (middle - half >= right) { right = middle + half + 4; g.fillText(text, middle, height - 9); }
  }
  g.textAlign = "left";
}
const decades = (low, high) => { const out = []; for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) out.push(Math.pow(10, e)); return out; };
function path(g, points, style, dash, width) {
  g.strokeStyle = style; g.setLineDash(dash); g.lineWidth = width || 2; g.beginPath();
  points.forEach(([px, py], i) => i ? g.lineTo(px, py) : g.moveTo(px, py));
  g.stroke(); g.setLineDash([]); g.lineWidth = 1;
}
function responses() {
  const names = [...new Set(runs.flatMap(r => Object.keys(r.percentiles)))];
  names.forEach(name => {
    const box = add($("responses"), "div");
    add(box, "h3", name);
    const canvas = add(box, "canvas");
    canvas.setAttribute("aria-label", "Response times of " + name);
    const lines = runs.map(r => r.percentiles[name] || []), tasks = runs.map(r => r.results.tasks.find(t => t.name === name) || {});
    const values = [...lines.flatMap(l => l.filter((v, i) => i % 2 && v > 0)), ...tasks.flatMap(t => [t.boundNs, t.deadlineNs])].filter(v => v > 0);
    if (!values.length) return;
    const low = Math.min(...values) * .8, high = Math.max(...values) * 1.2;
    const counts = tasks.map(t => t.jobs || 1), nines = Math.max(1, Math.ceil(Math.log10(Math.max(...counts))));
    chart(canvas, 220, (g, width, height) => {
      const x = q => 52 + Math.min(nines, -Math.log10(Math.max(1e-12, 1 - q))) / nines * (width - 70);
      const y = v => height - 22 - Math.log(v / low) / Math.log(high / low) * (height - 34);
      const xs = [0]; for (let i = 1; i <= nines; i++) xs.push(1 - Math.pow(10, -i));
      axes(g, width, height, xs, decades(low, high).flatMap(v => [v, 2 * v, 5 * v]).filter(v => v >= low && v <= high), x, y, q => q === 0 ? "0%" : parseFloat((100 * q).toPrecision(nines + 2)) + "%");
      lines.forEach((l, run) => {
        const points = [];
        for (let i = 0; i < l.length; i += 2) if (l[i + 1] > 0) points.push([x(l[i]), y(l[i + 1])]);
        path(g, points, colourOf(name), DASHES[run % DASHES.length]);
      });
      for (const t of tasks) {
        if (t.boundNs) { path(g, [[52, y(t.boundNs)], [width - 8, y(t.boundNs)]], css("--fg"), [4, 4], 1); note(g, "bound " + time(t.boundNs), 60, y(t.boundNs) + 8, css("--fg")); }
        if (t.deadlineNs) { path(g, [[52, y(t.deadlineNs)], [width - 8, y(t.deadlineNs)]], css("--bad"), [], 1); note(g, "deadline " + time(t.deadlineNs), 170, y(t.deadlineNs) - 7, css("--bad")); }
      }
    });
  });
}
/** The longest time away in a window: the window that begins where a stall begins or ends where one ends takes the most. */
function away(stalls, window) {
  let most = 0;
  for (let i = 0, j = 0, sum = 0; i < stalls.length; i++) {
    for (sum = 0, j = i; j < stalls.length && stalls[j][0] < stalls[i][0] + window; j++) sum += Math.min(stalls[j][1], stalls[i][0] + window) - stalls[j][0];
    most = Math.max(most, sum);
    for (sum = 0, j = i; j >= 0 && stalls[j][1] > stalls[i][1] - window; j--) sum += stalls[j][1] - Math.max(stalls[j][0], stalls[i][1] - window);
    most = Math.max(most, sum);
  }
  return most;
}
/** How a line of the stall chart looks: each its own colour and dashes, what is allowed thick, what was seen thin. */
function stallStyle(i, curve) {
  return {colour: colour(i), dash: curve ? [[], [14, 4], [14, 4, 3, 4]][i % 3] : DASHES[1 + i % 3], width: curve ? 3 : 1.5};
}
function platform() {
  runs.forEach((run, index) => {
    // What this process or another one of the system took is not the platform's.
    const r = run.results, ofPlatform = r.stalls.filter(s => s.cause !== "run delay" && s.cause !== "own wait" && !s.cause.startsWith("safepoint"));
    const curves = (run.bounds && run.bounds.curves) || [], places = [...new Set(ofPlatform.map(s => s.where))];
    const box = add($("stalls"), "div");
    add(box, "h3", (index + 1) + ": " + run.folder);
    if (!curves.length && !places.length) { add(box, "p", "No stall was seen, and no curve is charged.", "dim"); return; }
    const windows = []; for (let w = 1e6; w <= Math.max(1e9, r.durationNs); w *= 1.3) windows.push(w);
    const seen = places.slice(0, 8).map(place => {
      const own = []; // stalls of one place may overlap: they count once
      for (const s of ofPlatform.filter(s => s.where === place).sort((a, b) => a.atNs - b.atNs)) {
        const last = own[own.length - 1], end = s.atNs + (s.takenNs ?? s.lengthNs); // accounting tells how much of its window, not when
        if (last && s.atNs <= last[1]) last[1] = Math.max(last[1], end); else own.push([s.atNs, end]);
      }
      return {place, points: windows.map(w => [w, away(own, w)])};
    });
    const lines = curves.map(c => ({place: "curve of " + c.of, points: c.points.filter(p => p[1] > 0), curve: true})).concat(seen);
    const values = lines.flatMap(l => l.points.map(p => p[1])).filter(v => v > 0);
    if (!values.length) { add(box, "p", "No stall was seen.", "dim"); return; }
    const low = Math.min(...values) * .7, high = Math.max(...values) * 1.4, w0 = 1e6, w1 = windows[windows.length - 1];
    chart(add(box, "canvas"), 240, (g, width, height) => {
      const x = v => 52 + Math.log(Math.max(w0, v) / w0) / Math.log(w1 / w0) * (width - 70), y = v => height - 22 - Math.log(Math.max(low, v) / low) / Math.log(high / low) * (height - 34);
      axes(g, width, height, decades(w0, w1).filter(v => v <= w1), decades(low, high).filter(v => v >= low && v <= high), x, y, time);
      lines.forEach((l, i) => {
        const style = stallStyle(i, l.curve), row = 14 + 14 * i;
        path(g, l.points.filter(p => p[0] <= w1).map(p => [x(p[0]), y(p[1])]), style.colour, style.dash, style.width);
        path(g, [[60, row - 4], [94, row - 4]], style.colour, style.dash, style.width);
        g.fillStyle = css("--fg"); g.fillText(l.place, 100, row);
      });
    });
  });
}
function terms() {
  runs.forEach((run, index) => run.results.tasks.forEach(t => {
    const why = run.bounds && run.bounds.explanations.find(e => e.name === t.name), trace = run.trace;
    const task = trace ? trace.tasks.indexOf(t.name) : -1;
    let slowest = -1;
    if (task >= 0) trace.jobs[task].length.forEach((ns, i) => { if (trace.jobs[task].outcome[i] === 0 && (slowest < 0 || ns > trace.jobs[task].length[slowest])) slowest = i; });
    const above = why ? why.terms.map(x => ({ns: x.ns, kind: x.kind, text: x.kind + (x.by ? " by " + x.by : "") + (x.where ? " on " + x.where : "")})) : [];
    const below = slowest >= 0 ? story(trace, task, slowest).map(p => ({ns: p.ns, kind: p.kind === "runs" ? "own execution" : p.kind,
      text: p.kind + (p.kind !== "runs" && p.by ? " " + p.by : "") + (p.where ? " on " + p.where : "")})) : [];
    if (!above.length && !below.length) return;
    const box = add($("terms"), "div");
    add(box, "h3", t.name + (runs.length > 1 ? ", run " + (index + 1) : ""));
    const scale = Math.max(t.boundNs || 0, t.maxNs || 0, 1);
    chart(add(box, "canvas"), 58, (g, width) => [above, below].forEach((parts, row) => {
      let at = 0;
      g.fillStyle = css("--fg"); g.fillText(row ? "slowest job" : "bound", 4, 16 + 26 * row);
      for (const p of parts) {
        const x0 = 90 + at / scale * (width - 98), wide = p.ns / scale * (width - 98);
        g.fillStyle = colour({"own execution": 2, interference: 0, "waits for": 0, blocking: 4, "platform stalls": 1, overheads: 7}[p.kind] ?? 3);
        g.fillRect(x0, 5 + 26 * row, Math.max(.5, wide - 1), 22);
        g.fillStyle = ink(g.fillStyle);
        const text = [p.text + " " + time(p.ns), p.text, time(p.ns)].find(x => g.measureText(x).width + 7 <= wide); // the line below has them all
        if (text) g.fillText(text, x0 + 3, 16 + 26 * row);
        at += p.ns;
      }
    }));
    add(box, "p", "Bound " + time(t.boundNs) + ": " + (above.length ? above.map(p => p.text + " " + time(p.ns)).join(" + ") : "its terms are not in the folder")
      + (below.length ? ". Slowest job #" + trace.jobs[task].job[slowest] + ", " + time(trace.jobs[task].length[slowest]) + ": " + below.slice(0, 20).map(p => p.text + " " + time(p.ns)).join(" + ") : "") + ".", "dim");
  }));
}
function theme(name) { document.documentElement.dataset.theme = name; paints.forEach(p => p()); }
(async () => {
  const asked = new URLSearchParams(location.hash.slice(1)).get("theme");
  theme(asked || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  $("theme").onclick = () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  try {
    for (const script of document.querySelectorAll("script.run")) { runs.push(await unpack(script.textContent)); script.remove(); }
    runs.forEach(r => r.results.tasks.forEach(t => colourOf(t.name)));
    verdict(); lineOfTime(); responses(); platform(); terms();
    $("state").remove();
    document.body.dataset.ready = "yes";
  } catch (e) {
    $("state").textContent = "The page cannot be shown: " + e.message;
    console.error(e);
  }
})();
