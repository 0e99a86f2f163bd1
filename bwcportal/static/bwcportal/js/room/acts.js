// What a person can do in the room, whichever key or button asks for it.
import { find, say } from "./dom.js";
import { clockMs, frameAt, frameStart } from "./time.js";
import { openGoTo } from "./goto.js";

export class Acts {
  constructor(room) {
    this.room = room;
    this.lastEdge = "out";
    this.open = null;
    this.openGoTo = () => openGoTo(room);
  }

  // The place of the frame on screen, in ms from the start of the file; null where there is none.
  get here() {
    const { big, moment } = this.room.deck;
    return big.covers(moment) ? big.placeMs : null;
  }

  // Where the frame after the one on screen begins.
  get after() {
    const { big } = this.room.deck;
    return Math.min(frameStart(big.frame + 1, big.rate), big.recording.duration_ms);
  }

  content(more) {
    return { kind: "MARKER", mark_type: 9, start_ms: this.here, end_ms: null, observation: "", assessment: "", bearings: {}, ...more };
  }

  mayMark() {
    if (this.room.data.marking.allowed) return true;
    say(this.room.data.marking.reason, { urgent: true });
    return false;
  }

  markNow() {
    const { marks, deck } = this.room;
    if (!this.mayMark()) return null;
    const { range } = marks;
    const camera = deck.big;
    const whole = range.link === camera.recording.id && range.in !== null && range.out !== null;
    if (!whole && this.here === null) {
      say(`${camera.recording.short} has no picture here: nothing is marked`, { urgent: true });
      return null;
    }
    const content = whole ? this.content({ kind: "CLIP", start_ms: range.in, end_ms: range.out }) : this.content({});
    const mark = marks.add(camera.recording.id, content);
    if (whole) this.clearRange();
    this.room.panel.open("marks", { rail: false });
    say(`Mark set, ${clockMs(this.room.momentOf(mark)).slice(0, 8)}`);
    return mark;
  }

  markAndType() {
    if (this.markNow()) this.room.note.focus({ resume: true });
  }

  digit(n) {
    const { marks } = this.room;
    if (marks.current && marks.current.editable) {
      marks.change(marks.current, { mark_type: n });
      say(`${n} ${this.room.typeName(n)}`);
    }
  }

  // Shift and a digit: the first press begins a passage of that type, the second ends it.
  passage(n) {
    const { marks, deck } = this.room;
    if (!this.mayMark() || this.here === null) return;
    const link = deck.big.recording.id;
    if (this.open && this.open.n === n && this.open.link === link && this.after > this.open.from) {
      marks.add(link, this.content({ kind: "CLIP", mark_type: n, start_ms: this.open.from, end_ms: this.after }));
      say(`Passage of ${this.room.typeName(n)} ended`);
      this.open = null;
      return;
    }
    this.open = { n, link, from: this.here };
    say(`Passage of ${this.room.typeName(n)} begun`);
  }

  tieNumber(n) {
    const allegation = this.room.data.allegations.find((each) => each.number === n);
    const mark = this.room.marks.current;
    if (allegation && mark && mark.editable) this.tie(allegation, mark);
  }

  tie(allegation, mark) {
    const { [allegation.id]: tied, ...others } = mark.wanted.bearings;
    const bearings = tied ? others : { ...others, [allegation.id]: "UNCLEAR" };
    if (this.room.marks.change(mark, { bearings })) say(tied ? `No longer tied to ${allegation.label}` : `Tied to ${allegation.label}`);
  }

  bigNumber(n) {
    const camera = this.room.deck.cameras.find((each) => each.recording.number === n);
    if (!camera) return;
    this.room.deck.makeBig(camera);
    say(`${camera.recording.name} is big`);
  }

  mute() {
    this.room.deck.listenTo(null);
    say("Sound off");
  }

  // A press on a mark: it is selected and the picture goes to where it begins.
  show(mark) {
    const { deck, marks } = this.room;
    const camera = this.room.camera(mark.link);
    deck.pause();
    if (camera.state !== "unplayable") deck.makeBig(camera);
    marks.select(mark.key);
    return deck.go(camera.startsAt + mark.wanted.start_ms);
  }

  neighbour(step) {
    const { marks, deck } = this.room;
    const list = marks.list((mark) => this.room.momentOf(mark));
    if (!list.length) return;
    const at = list.findIndex((mark) => mark.key === marks.selected);
    const later = list.findIndex((mark) => this.room.momentOf(mark) > deck.moment);
    const fresh = step > 0 ? (later < 0 ? list.length - 1 : later) : (later < 0 ? list.length : later) - 1;
    this.show(list[Math.min(Math.max(at < 0 ? fresh : at + step, 0), list.length - 1)]);
  }

  remove(mark) {
    if (!this.room.marks.remove(mark)) return;
    say(`${mark.id ? mark.label : "The mark"} is deleted. Control Z puts it back`);
    find("stage").focus({ preventScroll: true });
  }

  removeCurrent() {
    const { current } = this.room.marks;
    if (current) this.remove(current);
  }

  undo() {
    say(this.room.marks.undo() ? "Undone" : "Nothing to undo");
  }

  redo() {
    say(this.room.marks.redo() ? "Done again" : "Nothing to do again");
  }

  setIn() {
    this.setEdge("in", this.here);
  }

  setOut() {
    this.setEdge("out", this.here === null ? null : this.after);
  }

  setEdge(name, ms) {
    const { marks, deck } = this.room;
    if (ms === null) return;
    const link = deck.big.recording.id;
    const range = marks.range.link === link ? { ...marks.range, [name]: ms } : { link, in: null, out: null, [name]: ms };
    // An edge that would turn the range round starts a new one.
    if (range.in !== null && range.out !== null && range.out <= range.in) range[name === "in" ? "out" : "in"] = null;
    this.lastEdge = name;
    marks.range = range;
    marks.tell("range");
    say(`${name === "in" ? "In" : "Out"} ${clockMs(deck.big.startsAt + ms)}`);
  }

  clearRange() {
    this.room.marks.range = { link: null, in: null, out: null };
    this.room.marks.tell("range");
  }

  // Moves the edge that was set last by whole frames and shows its frame.
  nudge(frames) {
    const { marks, deck } = this.room;
    const { range } = marks;
    const edge = this.lastEdge;
    if (range.link === null || range[edge] === null) return;
    const camera = this.room.camera(range.link);
    const ms = frameStart(frameAt(range[edge], camera.rate) + frames, camera.rate);
    const next = { ...range, [edge]: Math.min(Math.max(0, ms), camera.recording.duration_ms) };
    if (next.in !== null && next.out !== null && next.out <= next.in) return;
    marks.range = next;
    marks.tell("range");
    deck.go(camera.startsAt + (edge === "out" ? next.out - 1 : next.in));
  }

  toEdge(name) {
    const { range, current } = this.room.marks;
    const from = range.link !== null && range[name] !== null ? { link: range.link, ms: range[name] } : this.edgeOf(current, name);
    if (!from) return;
    this.room.deck.pause();
    this.room.deck.go(this.room.camera(from.link).startsAt + (name === "out" ? from.ms - 1 : from.ms));
  }

  edgeOf(mark, name) {
    if (!mark) return null;
    const ms = name === "in" || mark.wanted.end_ms === null ? mark.wanted.start_ms : mark.wanted.end_ms;
    return { link: mark.link, ms };
  }

  // The stretch that "the range" means: In and Out, else the clip at hand. In moments.
  stretch() {
    const { range, current } = this.room.marks;
    if (range.in !== null && range.out !== null) {
      const base = this.room.camera(range.link).startsAt;
      return [base + range.in, base + range.out];
    }
    if (!current || current.wanted.end_ms === null) return null;
    const start = this.room.momentOf(current);
    return [start, start + current.wanted.end_ms - current.wanted.start_ms];
  }

  playRange() {
    const stretch = this.stretch();
    if (stretch) this.room.deck.playRange(stretch, { loop: true });
  }

  zoomToRange() {
    const stretch = this.stretch();
    if (stretch) this.room.lanes.zoomTo(...stretch);
  }

  playCited(index) {
    const { room } = this;
    const moment = room.replay.moments[index];
    const camera = room.camera(moment.link);
    room.citedNow = index;
    room.marks.select(moment.mark);
    if (camera.state === "unplayable") {
      say("This recording cannot be played", { urgent: true });
      return;
    }
    room.deck.makeBig(camera);
    room.deck.playRange([camera.startsAt + moment.from_ms, camera.startsAt + moment.to_ms]);
    room.panel.drawCited();
    room.lanes.soon();
  }

  // The next moment that has not been watched; when all have, simply the next.
  nextCited(step) {
    const { room } = this;
    const { moments } = room.replay;
    if (!moments.length) return;
    const open = moments.map((moment, index) => ({ index, done: room.panel.watchedState(moment).state === "done" }));
    const choice = open.some((each) => !each.done) ? open.filter((each) => !each.done) : open;
    const here = room.citedNow === null ? -1 : room.citedNow;
    const next = step > 0 ? choice.find((each) => each.index > here) || choice[0] : choice.findLast((each) => each.index < here) || choice.at(-1);
    this.playCited(next.index);
  }

  escape() {
    const { marks } = this.room;
    if (document.body.classList.contains("is-panel-open")) this.room.panel.toggle();
    else if (marks.selected) marks.select(null);
    else this.clearRange();
  }
}
