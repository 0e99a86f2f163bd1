// The lanes: overview, ruler, cameras, allegations, marks and what was watched, on one axis of time.
// Places are attributes of SVG, so that the policy against inline styles holds.
import { el, find, show, svg } from "./dom.js";
import { View } from "./view.js";
import { drawCameras, drawCited, drawMarks, drawOverview, drawRuler, drawTies, drawWatched, patterns } from "./drawing.js";
import { clockMs } from "./time.js";

const OVERVIEW = { top: 6, height: 18 };
const RULER_TOP = 27;
const FIRST_LANE = 56;

export class Lanes {
  constructor(room) {
    this.room = room;
    this.box = find("lanes");
    this.svg = svg("svg", { class: "room-L", role: "img" });
    this.back = svg("g", {});
    this.rangeLayer = svg("g", {});
    this.head = this.makeHead();
    this.svg.append(patterns(), this.back, this.rangeLayer, this.head);
    this.view = new View(room.deck.startsAt, room.deck.endsAt);
    this.box.append(this.makeZoom(), this.svg);
    this.wire();
    this.resize();
  }

  makeHead() {
    this.headText = svg("text", { class: "l-headt", x: 0, y: 0 });
    this.headLine = svg("line", { class: "l-head", x1: 0, x2: 0, y1: 40 });
    return svg("g", {}, this.headLine, svg("rect", { class: "l-headb", x: -53, y: 26, width: 106, height: 19, rx: 4 }), this.headText);
  }

  makeZoom() {
    this.zoomWords = el("span", {});
    const button = (words, label, act) => el("button", { type: "button", "aria-label": label, onclick: act }, words);
    return el(
      "div", { class: "room-zoom", role: "group", "aria-label": "Zoom of the lanes" },
      button("−", "Zoom out", () => this.zoom(1)), this.zoomWords, button("+", "Zoom in", () => this.zoom(-1)),
      button("Fit", "Show the whole incident", () => this.fit()),
    );
  }

  wire() {
    const { deck, marks, watching } = this.room;
    const soon = () => this.soon();
    for (const name of ["big", "sound", "state"]) deck.addEventListener(name, soon);
    for (const name of ["change", "select"]) marks.addEventListener(name, soon);
    marks.addEventListener("range", () => this.drawRange());
    watching.addEventListener("change", soon);
    for (const camera of deck.cameras) camera.addEventListener("buffered", soon);
    for (const name of ["time", "play", "pause"]) deck.addEventListener(name, () => this.follow());
    new ResizeObserver(() => this.resize()).observe(this.box);
    this.svg.addEventListener("pointerdown", (event) => this.press(event));
    this.svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  soon() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.draw();
    });
  }

  resize() {
    const width = this.box.clientWidth;
    if (!width) return;
    const phone = innerWidth < 760;
    this.few = innerWidth < 1200;
    this.gutter = phone ? 92 : this.few ? 142 : 168;
    this.row = innerWidth >= 1700 ? 24 : 19;
    this.view.setPlot(this.gutter + 8, width - 12);
    this.width = width;
    this.draw();
  }

  zoom(steps) {
    this.view.step(steps, this.room.deck.moment);
    this.draw();
  }

  fit() {
    this.view.fit();
    this.draw();
  }

  zoomTo(from, to) {
    this.view.around(from, to);
    this.draw();
  }

  // Which lanes there are, from top to bottom, each with its place.
  plan() {
    const { room } = this;
    const cameras = this.few ? [room.deck.big] : room.deck.cameras;
    const allegations = this.few ? [] : room.data.allegations;
    const lanes = [];
    let y = FIRST_LANE;
    const add = (kind, height, more) => {
      lanes.push({ kind, y, height, ...more });
      y += height + (kind === "camera" || kind === "tie" ? 2 : 6);
    };
    cameras.forEach((camera) => add("camera", this.row, { camera }));
    y += 3;
    allegations.forEach((allegation) => add("tie", this.row, { allegation }));
    y += 3;
    if (room.replay) add("cited", this.row + 5, {});
    add("marks", 28, {});
    add("watched", this.row - 4, {});
    return { lanes, height: y };
  }

  draw() {
    const { room, view, width, gutter } = this;
    const { lanes, height } = this.plan();
    this.height = Math.max(height + 6, this.box.clientHeight);
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", this.height);
    const pen = { room, view, gutter, width, height: this.height, few: this.few };
    const layers = [svg("rect", { class: "l-gutter", x: 0, y: 0, width: gutter, height: this.height })];
    layers.push(drawOverview(pen, OVERVIEW), drawRuler(pen, RULER_TOP, this.height));
    for (const lane of lanes) {
      if (lane.kind === "camera") layers.push(drawCameras(pen, lane));
      else if (lane.kind === "tie") layers.push(drawTies(pen, lane));
      else if (lane.kind === "marks") layers.push(drawMarks(pen, lane));
      else if (lane.kind === "cited") layers.push(drawCited(pen, lane));
      else layers.push(drawWatched(pen, lane));
    }
    this.back.replaceChildren(...layers);
    this.zoomWords.textContent = view.words();
    this.headLine.setAttribute("y2", this.height);
    this.headText.setAttribute("y", 40);
    this.drawRange();
    this.follow();
    this.svg.setAttribute("aria-label", this.words());
  }

  words() {
    const { room } = this;
    const count = room.marks.list((mark) => room.momentOf(mark)).length;
    return `Lanes of time with ${room.deck.cameras.length} cameras and ${count} marks. The list of marks in the panel says the same in words.`;
  }

  drawRange() {
    const { range } = this.room.marks;
    const { view } = this;
    this.rangeLayer.replaceChildren();
    if (range.link === null || (range.in === null && range.out === null)) return;
    const base = this.room.camera(range.link).startsAt;
    const edge = (ms, letter, dx) => {
      const x = view.x(base + ms);
      if (x < view.left || x > view.right) return [];
      return [
        svg("line", { class: "l-edge", x1: x, x2: x, y1: 48, y2: this.height }),
        svg("rect", { class: "l-edgeb", x: x + dx, y: this.height - 20, width: 16, height: 16, rx: 2 }),
        svg("text", { class: "l-edget", x: x + dx + 8, y: this.height - 8 }, letter),
      ];
    };
    if (range.in !== null && range.out !== null) {
      const [from, to] = view.clip(base + range.in, base + range.out);
      if (to > from) this.rangeLayer.append(svg("rect", { class: "l-range", x: from, y: 48, width: to - from, height: this.height - 48 }));
    }
    if (range.in !== null) this.rangeLayer.append(...edge(range.in, "I", -16));
    if (range.out !== null) this.rangeLayer.append(...edge(range.out, "O", 0));
  }

  // Moves the playhead; while playing the window turns a page at nine tenths of it.
  follow() {
    const { deck } = this.room;
    const { view } = this;
    if (deck.playing && view.turnPage(deck.moment)) {
      this.draw();
      return;
    }
    const x = view.x(deck.moment);
    show(this.head, x >= view.left - 1 && x <= view.right + 1);
    this.head.setAttribute("transform", `translate(${x.toFixed(1)} 0)`);
    const edge = Math.min(Math.max(0, view.left - (x - 53)), 53) - Math.max(0, x + 53 - this.width);
    this.head.children[1].setAttribute("x", -53 + edge);
    this.headText.setAttribute("x", edge);
    this.headText.textContent = clockMs(deck.moment);
  }

  press(event) {
    const mark = event.target.dataset && event.target.dataset.key;
    const group = event.target.dataset && event.target.dataset.group;
    const cited = event.target.dataset && event.target.dataset.cited;
    if (cited) return this.room.acts.playCited(Number(cited));
    if (mark) return this.room.acts.show(this.room.marks.all.get(mark));
    if (group) {
      const [from, to] = group.split(" ").map(Number);
      return this.zoomTo(from - 2000, to + 2000);
    }
    const { offsetX: x, offsetY: y } = event;
    if (x < this.view.left - 4) return null;
    const inOverview = y < OVERVIEW.top + OVERVIEW.height + 2;
    const move = inOverview ? (each) => this.pan(each) : (each) => this.scrub(each);
    this.drag(event, move);
    return null;
  }

  drag(event, move) {
    this.svg.setPointerCapture(event.pointerId);
    move(event);
    const stop = () => {
      this.svg.removeEventListener("pointermove", move);
      this.svg.removeEventListener("pointerup", stop);
      this.svg.removeEventListener("pointercancel", stop);
    };
    this.svg.addEventListener("pointermove", move);
    this.svg.addEventListener("pointerup", stop);
    this.svg.addEventListener("pointercancel", stop);
  }

  // The picture follows the pointer; a seek that is still under way is not overtaken.
  scrub(event) {
    const { deck } = this.room;
    const moment = this.view.moment(event.offsetX);
    this.scrubTo = moment;
    if (this.scrubbing) return;
    this.scrubbing = true;
    deck.go(moment).then(() => {
      this.scrubbing = false;
      if (this.scrubTo !== moment) this.scrub({ offsetX: this.view.x(this.scrubTo) });
    });
  }

  pan(event) {
    this.view.centre(this.view.overviewMoment(event.offsetX));
    this.draw();
  }

  wheel(event) {
    if (event.offsetX < this.view.left || event.ctrlKey) return;
    event.preventDefault();
    const turned = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY;
    if (event.shiftKey || event.deltaX) this.view.shift(Math.sign(turned) * 0.15);
    else this.view.step(Math.sign(turned), this.view.moment(event.offsetX));
    this.soon();
  }
}
