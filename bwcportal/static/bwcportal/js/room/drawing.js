// How each lane is drawn. `pen` is {room, view, gutter, width, height, few}; a lane has y and height.
import { svg } from "./dom.js";
import { sign } from "./card.js";
import { clock, day } from "./time.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const RULER_STEPS = [1, 2, 5, 10, 15, 30].map((n) => n * SECOND).concat([1, 2, 5, 10, 15, 30, 60, 120, 360, 1440].map((n) => n * MINUTE));
const LABEL_SPACE = 84;
const JOIN_BELOW = 19;

export function patterns() {
  const hatch = (id, line) =>
    svg("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, svg("line", { class: line, x1: 0, y1: 0, x2: 0, y2: 7, "stroke-width": 2.5 }));
  return svg("defs", {}, hatch("p-buffer", "l-hatch"), hatch("p-fast", "l-fast"));
}

const rect = (name, x, y, width, height, more) => svg("rect", { class: name, x, y, width: Math.max(width, 0.8), height, ...more });
const text = (name, x, y, words) => svg("text", { class: name, x, y }, words);

function bar(pen, name, from, to, y, height, more) {
  const [x1, x2] = pen.view.clip(from, to);
  return x2 > x1 ? [rect(name, x1, y, x2 - x1, height, more)] : [];
}

const ground = (pen, lane) => rect("l-lane", pen.view.left, lane.y, pen.view.right - pen.view.left, lane.height);
const middle = (lane) => lane.y + lane.height / 2 + 4.5;

export function drawOverview(pen, { top, height }) {
  const { room, view, gutter } = pen;
  const g = svg("g", {});
  if (gutter > 120) g.append(text("l-dim l-s", 10, top + 13, "Whole incident"));
  g.append(rect("l-lane", view.left, top, view.right - view.left, height));
  room.deck.cameras.forEach((camera, index) => {
    const x = view.overviewX(camera.startsAt);
    g.append(rect("l-over", x, top + 2 + (index % 4) * 3, view.overviewX(camera.endsAt) - x, 2));
  });
  for (const mark of room.marks.list((each) => room.momentOf(each))) {
    g.append(rect("l-overm", view.overviewX(room.momentOf(mark)), top + height - 5, 1.5, 4));
  }
  const [from, to] = [view.overviewX(view.from), view.overviewX(view.to)];
  g.append(rect("l-window", from, top, to - from, height), rect("l-windowl", from, top, to - from, height, { rx: 2 }));
  return g;
}

export function drawRuler(pen, top, height) {
  const { view } = pen;
  const g = svg("g", {});
  const most = (view.right - view.left) / LABEL_SPACE;
  const step = RULER_STEPS.find((each) => view.span / each <= most) || RULER_STEPS.at(-1);
  // Steps are counted on the London clock, whose offset is whole hours.
  for (let moment = Math.ceil(view.from / step) * step; moment <= view.to; moment += step) {
    const x = view.x(moment);
    const words = step < MINUTE ? clock(moment) : clock(moment).slice(0, 5);
    const midnight = clock(moment) === "00:00:00";
    g.append(svg("line", { class: "l-rule", x1: x, x2: x, y1: top + 8, y2: height }));
    if (x + 50 < view.right) g.append(text(midnight ? "l-b" : "l-dim", x + 4, top + 13, midnight ? day(moment).slice(0, 10) : words));
  }
  const small = step / 5;
  for (let moment = Math.ceil(view.from / small) * small; moment <= view.to; moment += small) {
    const x = view.x(moment);
    g.append(svg("line", { class: "l-tick", x1: x, x2: x, y1: top + 19, y2: top + 23 }));
  }
  return g;
}

export function drawCameras(pen, lane) {
  const { room, gutter } = pen;
  const { camera, y, height } = lane;
  const { recording } = camera;
  const g = svg("g", {}, ground(pen, lane));
  g.append(rect("l-n", 10, y + 1, 18, height - 2, { rx: 3 }), text("l-nt", 19, middle(lane), String(recording.number)));
  g.append(text(camera === room.deck.big ? "l-b" : "", 35, middle(lane), recording.short.slice(0, gutter > 150 ? 16 : 8)));
  const audible = room.deck.audible === camera;
  if (audible && gutter > 150) g.append(svg("text", { class: "l-dim l-s", x: gutter - 6, y: middle(lane), "text-anchor": "end" }, "sound"));
  const speech = camera.startsAt + recording.buffer_ms;
  const kind = recording.lost ? "l-camera is-lost" : audible ? "l-camera is-audible" : "l-camera";
  g.append(...bar(pen, kind, speech, camera.endsAt, y + 1, height - 2));
  if (recording.buffer_ms) g.append(...buffer(pen, camera, speech, lane));
  for (const [from, to] of camera.loaded) {
    g.append(...bar(pen, "l-loaded", camera.startsAt + from, camera.startsAt + to, y + height - 4, 3));
  }
  if (recording.lost) g.append(text("l-s l-dim", Math.max(pen.view.left, pen.view.x(speech)) + 8, middle(lane), "lost"));
  return g;
}

function buffer(pen, camera, speech, { y, height }) {
  const [from, to] = pen.view.clip(camera.startsAt, speech);
  if (to <= from) return [];
  const parts = [rect("l-silentbuffer", from, y + 1, to - from, height - 2, { fill: "url(#p-buffer)" })];
  const words = `${Math.round(camera.recording.buffer_ms / 1000)} s silent buffer`;
  if (to - from > words.length * 7 + 12) {
    parts.push(rect("l-lane", from + 4, y + 2, words.length * 6.6 + 8, height - 4, { rx: 3 }), text("l-s", from + 8, y + height / 2 + 4.5, words));
  }
  return parts;
}

export function drawTies(pen, lane) {
  const { room, view } = pen;
  const { allegation, y, height } = lane;
  const g = svg("g", {}, ground(pen, lane));
  g.append(rect("l-n", 9, y + 1, 22, height - 2, { rx: 3 }), text("l-nt", 20, middle(lane), allegation.label));
  const title = allegation.title.length > 19 ? `${allegation.title.slice(0, 18)}…` : allegation.title;
  g.append(text("", 37, middle(lane), title));
  for (const mark of room.marks.list((each) => room.momentOf(each))) {
    const bearing = mark.wanted.bearings[allegation.id];
    if (!bearing) continue;
    const start = room.momentOf(mark);
    const end = mark.wanted.end_ms === null ? start : start + mark.wanted.end_ms - mark.wanted.start_ms;
    if (end < view.from || start > view.to) continue;
    const x = Math.max(view.left, view.x(start));
    const width = Math.max(16, Math.min(view.right, view.x(end)) - x);
    g.append(rect("l-tie", x, y + 2, width, height - 4, { rx: 3 }), text("l-tiet", x + 8, middle(lane), sign(bearing)));
  }
  return g;
}

// Marks nearer to one another than a flag is wide become one pill with their number.
function grouped(marks, view, momentOf) {
  const groups = [];
  for (const mark of marks) {
    const x = view.x(momentOf(mark));
    const last = groups.at(-1);
    if (last && x - last.x < JOIN_BELOW && x - last.first < 44) {
      last.marks.push(mark);
      last.x = x;
    } else groups.push({ marks: [mark], x, first: x });
  }
  return groups;
}

export function drawMarks(pen, lane) {
  const { room, view, gutter } = pen;
  const { y, height } = lane;
  const momentOf = (mark) => room.momentOf(mark);
  const all = room.marks.list(momentOf);
  const g = svg("g", {}, ground(pen, lane), text("", 10, middle(lane), "Marks"));
  g.append(svg("text", { class: "l-dim l-s", x: gutter - 6, y: middle(lane), "text-anchor": "end" }, String(all.length)));
  for (const mark of all) {
    if (mark.wanted.end_ms === null) continue;
    const end = momentOf(mark) + mark.wanted.end_ms - mark.wanted.start_ms;
    g.append(...bar(pen, "l-body", momentOf(mark), end, y + 5, height - 10));
  }
  const inside = all.filter((mark) => momentOf(mark) >= view.from && momentOf(mark) <= view.to);
  const groups = grouped(inside, view, momentOf);
  groups.forEach((group, index) => {
    const room_ = index + 1 < groups.length ? groups[index + 1].first - group.x : view.right - group.x;
    g.append(...(group.marks.length === 1 ? flag(pen, group.marks[0], lane, room_) : pill(group, lane, momentOf)));
  });
  return g;
}

function flag(pen, mark, { y, height }, space) {
  const { room, view } = pen;
  const x = view.x(room.momentOf(mark));
  const parts = [
    svg("line", { class: "l-stem", x1: x, x2: x, y1: y, y2: y + height }),
    rect("l-mark", x, y + 5, 18, 18, { rx: 3 }),
    text("l-markt", x + 9, y + 18.5, String(mark.wanted.mark_type)),
  ];
  const letters = Math.floor((space - 28) / 6.6);
  const title = mark.wanted.observation.trim() || room.typeName(mark.wanted.mark_type);
  if (letters >= 5) parts.push(text("l-s l-title", x + 22, y + 18.5, title.length > letters ? `${title.slice(0, letters - 1)}…` : title));
  if (mark.key === room.marks.selected) parts.push(rect("l-here", x - 2, y + 3, 22, 22, { rx: 4 }));
  parts.push(rect("l-hit", x - 3, y, 24, height, { "data-key": mark.key }));
  return parts;
}

function pill(group, { y, height }, momentOf) {
  const width = Math.min(44, Math.max(26, group.x - group.first + 18));
  const moments = group.marks.map(momentOf);
  return [
    rect("l-group", group.first, y + 5, width, 18, { rx: 9 }),
    text("l-grouped l-b", group.first + width / 2, y + 18.5, String(group.marks.length)),
    rect("l-hit", group.first - 2, y, width + 4, height, { "data-group": `${Math.min(...moments)} ${Math.max(...moments)}` }),
  ];
}

export function drawCited(pen, lane) {
  const { room } = pen;
  const g = svg("g", {}, ground(pen, lane), text("", 10, middle(lane), "Cited"));
  room.replay.moments.forEach((moment, index) => {
    const base = room.camera(moment.link).startsAt;
    const [x1, x2] = pen.view.clip(base + moment.from_ms, base + moment.to_ms);
    if (x2 <= x1) return;
    const { state } = room.panel.watchedState(moment);
    const words = `${index + 1}${state === "done" ? " ✓" : ""}`;
    g.append(rect("l-cited", x1, lane.y + 2, Math.max(x2 - x1, 20), lane.height - 4, { rx: 3 }), text("l-b", x1 + 5, middle(lane), words));
    if (room.citedNow === index) g.append(rect("l-here", x1 - 2, lane.y, Math.max(x2 - x1, 20) + 4, lane.height, { rx: 4 }));
    g.append(rect("l-hit", x1, lane.y, Math.max(x2 - x1, 20), lane.height, { "data-cited": index }));
  });
  return g;
}

export function drawWatched(pen, lane) {
  const { room, gutter } = pen;
  const camera = room.deck.big;
  const { counted, heard, too_fast: fast } = camera.recording.watched;
  const g = svg("g", {}, ground(pen, lane), text("", 10, middle(lane) + 0.5, gutter > 120 ? "Watched by you" : "Watched"));
  const draw = (stretches, name, more) => {
    for (const [from, to] of stretches) g.append(...bar(pen, name, camera.startsAt + from, camera.startsAt + to, lane.y + 2, lane.height - 4, more));
  };
  draw(fast, "l-fastbar", { fill: "url(#p-fast)" });
  draw(counted, "l-silent", {});
  draw(heard, "l-watched", {});
  return g;
}
