// The card of the mark at hand: its times, type, ties and words.
import { el, icon, key } from "./dom.js";
import { clockMs, frameAt, frameStart, length, parseClock } from "./time.js";

const SIGNS = { SUPPORTS: "+", CONTRADICTS: "−", NEUTRAL: "○", UNCLEAR: "?" };
export const sign = (bearing) => SIGNS[bearing];

export class Card {
  constructor(room) {
    this.room = room;
    this.node = el("div", {});
    this.shown = "";
    const { marks } = room;
    for (const name of ["select", "change", "saving"]) marks.addEventListener(name, () => this.draw());
    this.draw();
  }

  draw() {
    const mark = this.room.marks.current;
    const shape = mark ? `${mark.key} ${mark.editable}` : "";
    if (shape !== this.shape) {
      this.shape = shape;
      this.node.replaceChildren(...(mark ? [this.build(mark)] : []));
    }
    if (mark) this.refresh(mark);
  }

  build(mark) {
    const fixed = !mark.editable;
    this.title = el("h2", { class: "room-h" });
    this.when = el("p", { class: "room-small room-2" });
    this.problem = el("div", {});
    this.types = el("div", { class: "room-chips", role: "group", "aria-label": "Type" });
    this.ties = el("div", { class: "room-chips room-chips--a", role: "group", "aria-label": "Allegations" });
    this.bearings = el("div", { class: "room-bearings" });
    this.edges = el("div", { class: "room-edges" });
    this.observation = this.area("card-observation", "observation", fixed);
    this.assessment = this.area("card-assessment", "assessment", fixed);
    return el(
      "section", { class: `room-card${fixed ? " is-fixed" : ""}`, "aria-label": "The mark at hand" },
      el("div", { class: "room-row" }, this.title, this.tag(mark), fixed ? null : this.deleteButton(mark)),
      this.when, this.problem, this.types, this.ties, this.bearings,
      el("label", { class: "room-lab", for: "card-observation" }, "Seen or heard"), this.observation,
      el("label", { class: "room-lab", for: "card-assessment" }, "What I make of it"), this.assessment,
      fixed ? null : this.edges,
    );
  }

  tag(mark) {
    const words = mark.state === "DRAFT" ? (mark.mine ? "draft, only you" : `draft of ${mark.author}`) : `submitted, ${mark.author}`;
    return el("span", { class: "room-tag" }, icon("lock"), words);
  }

  deleteButton(mark) {
    return el(
      "button", { type: "button", class: "room-btn room-btn--small", onclick: () => this.room.acts.remove(mark) },
      icon("bin"), "Delete",
    );
  }

  area(id, name, fixed) {
    return el("textarea", {
      id, class: "room-area", rows: 2, maxlength: 4000, readonly: fixed,
      oninput: (event) => {
        const mark = this.room.marks.current;
        if (mark) this.room.marks.change(mark, { [name]: event.target.value }, { typing: true });
      },
    });
  }

  assess() {
    if (this.room.marks.current) {
      this.room.panel.open("marks");
      this.assessment.focus();
    }
  }

  refresh(mark) {
    const { room } = this;
    const { wanted } = mark;
    const camera = room.camera(mark.link);
    const start = camera.startsAt + wanted.start_ms;
    this.title.textContent = mark.id ? mark.label : "New mark";
    const span = wanted.end_ms === null ? clockMs(start) : `${clockMs(start)} to ${clockMs(camera.startsAt + wanted.end_ms)} · ${length(wanted.end_ms - wanted.start_ms)}`;
    this.when.textContent = `${span} · ${camera.recording.label}`;
    this.drawTypes(mark);
    this.drawTies(mark);
    this.drawProblem(mark);
    for (const [area, value] of [[this.observation, wanted.observation], [this.assessment, wanted.assessment]]) {
      if (area.value !== value && document.activeElement !== area) area.value = value;
    }
    if (mark.editable) this.drawEdges(mark, camera);
  }

  drawTypes(mark) {
    const chips = this.room.data.types.map(([value, name]) =>
      this.chip(String(value), name, mark.wanted.mark_type === value, !mark.editable, () => this.room.marks.change(mark, { mark_type: value })));
    this.swap(this.types, chips, `${mark.wanted.mark_type} ${mark.editable}`);
  }

  drawTies(mark) {
    const { data } = this.room;
    const tied = mark.wanted.bearings;
    const chips = data.allegations.map((each) =>
      this.chip(`A ${each.number}`, each.title, each.id in tied, !mark.editable, () => this.room.acts.tie(each, mark)));
    this.swap(this.ties, chips, JSON.stringify(tied));
    const rows = data.allegations.filter((each) => each.id in tied).map((each) =>
      el(
        "div", { class: "room-bearing" },
        el("b", {}, each.label),
        el(
          "div", { class: "room-seg", role: "group", "aria-label": `What it says about ${each.label}` },
          ...data.bearings.map(([value, name]) =>
            el("button", {
              type: "button", "aria-pressed": String(tied[each.id] === value), disabled: !mark.editable,
              onclick: () => this.room.marks.change(mark, { bearings: { ...tied, [each.id]: value } }),
            }, `${sign(value)} ${name}`)),
        ),
      ));
    this.swap(this.bearings, rows, JSON.stringify(tied));
  }

  chip(name, words, pressed, fixed, act) {
    return el(
      "button", { type: "button", class: "room-chip", "aria-pressed": String(pressed), disabled: fixed, title: words, onclick: act },
      ...key(name), el("span", {}, words),
    );
  }

  // Replaces the children only when they differ, and gives the focus back to the one that had it.
  swap(node, children, state) {
    if (node.dataset.state === state && node.childElementCount === children.length) return;
    node.dataset.state = state;
    const focused = [...node.querySelectorAll("button")].indexOf(document.activeElement);
    node.replaceChildren(...children);
    if (focused >= 0) node.querySelectorAll("button")[focused]?.focus();
  }

  drawProblem(mark) {
    const { problem } = mark;
    if (this.problemShown === problem && this.problemFor === mark.key) return;
    Object.assign(this, { problemShown: problem, problemFor: mark.key });
    this.problem.replaceChildren();
    if (!problem) return;
    const { saver } = this.room.marks;
    const theirs = problem.current ? `It says now: “${problem.current.observation || "nothing"}”` : "";
    this.problem.append(
      el(
        "div", { class: "room-problem" },
        el("p", {}, el("b", {}, "Not saved. "), problem.words, "."),
        theirs ? el("p", {}, theirs) : null,
        el(
          "div", { class: "room-row" },
          el("button", { type: "button", class: "room-btn room-btn--small", onclick: () => saver.keepMine(mark) }, problem.current ? "Save mine over it" : "Try again"),
          el("button", {
            type: "button", class: "room-btn room-btn--small",
            onclick: () => {
              saver.takeTheirs(mark);
              this.room.marks.tell("change");
            },
          }, problem.current ? "Take the current one" : "Give up my change"),
        ),
      ),
    );
  }

  drawEdges(mark, camera) {
    const { start_ms: start, end_ms: end } = mark.wanted;
    const fields = [this.edge(mark, camera, "start_ms", end === null ? "Moment" : "In", start)];
    if (end !== null) fields.push(this.edge(mark, camera, "end_ms", "Out, not included", end));
    if (this.edges.contains(document.activeElement) && document.activeElement.tagName === "INPUT") return;
    this.swap(this.edges, fields, `${start} ${end}`);
  }

  edge(mark, camera, name, words, value) {
    const id = `card-${name}`;
    const nudge = (frames) => () => this.moveEdge(mark, camera, name, frameStart(frameAt(value, camera.rate) + frames, camera.rate));
    const typed = (event) => {
      const moment = parseClock(event.target.value, camera.startsAt, camera.endsAt);
      event.target.blur();
      if (moment === null || !this.moveEdge(mark, camera, name, moment - camera.startsAt)) this.refresh(mark);
    };
    return el(
      "div", {},
      el("label", { class: "room-lab", for: id }, words),
      el(
        "div", { class: "room-field" },
        el("input", { id, value: clockMs(camera.startsAt + value), autocomplete: "off", onchange: typed }),
        el("button", { type: "button", "aria-label": `${words}, one frame earlier`, onclick: nudge(-1) }, "−"),
        el("button", { type: "button", "aria-label": `${words}, one frame later`, onclick: nudge(1) }, "+"),
      ),
    );
  }

  // Moves an edge, shows its frame, and keeps the range the right way round.
  moveEdge(mark, camera, name, ms) {
    const next = { ...mark.wanted, [name]: Math.min(Math.max(0, ms), camera.recording.duration_ms - (name === "start_ms" ? 1 : 0)) };
    if (next.end_ms !== null && next.end_ms <= next.start_ms) return false;
    this.room.marks.change(mark, next);
    this.room.deck.go(camera.startsAt + (name === "end_ms" ? next.end_ms - 1 : next.start_ms));
    return true;
  }
}
