// The panel beside the picture: tabs for marks, cited moments and allegations.
import { el, find, icon, key } from "./dom.js";
import { Card, sign } from "./card.js";
import { clock, covered, length } from "./time.js";

// A player reports whole frames: less than this missing is all of it (as on the server).
const SLACK = 250;

export class Panel {
  constructor(room) {
    this.room = room;
    this.tabs = new Map();
    this.card = new Card(room);
    const { replay, data } = room;
    if (replay) this.addTab("cited", "Cited moments", () => replay.moments.length);
    this.addTab("marks", "Marks", () => this.marksInOrder().length);
    this.addTab("allegations", "Allegations", () => data.allegations.length);
    this.list = el("ul", { class: "room-list" });
    this.listHead = el("div", { class: "room-row" });
    this.tabs.get("marks").panel.append(this.card.node, this.listHead, this.list);
    this.drawAllegations();
    const { marks, watching, deck } = room;
    for (const name of ["change", "select", "saving"]) marks.addEventListener(name, () => this.draw());
    if (replay) {
      this.cited = el("div", { class: "room-tabpanel-in" });
      this.tabs.get("cited").panel.append(this.cited);
      watching.addEventListener("change", () => this.drawCited());
      deck.addEventListener("range-end", () => this.drawCited());
    }
    this.open(replay ? "cited" : "marks", { rail: false });
    this.draw();
  }

  addTab(name, words, count) {
    const button = el(
      "button",
      { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, onclick: () => this.open(name), onkeydown: (event) => this.along(event, name) },
    );
    const panel = el("div", { class: "room-tabpanel", role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, tabindex: "0" });
    const rail = el("button", { type: "button", onclick: () => this.open(name, { toggle: true }) });
    this.tabs.set(name, { button, panel, rail, words, count });
    find("tabs").append(button);
    find("tabpanels").append(panel);
    find("rail").append(rail);
  }

  along(event, name) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const names = [...this.tabs.keys()];
    const next = names[(names.indexOf(name) + step + names.length) % names.length];
    this.open(next);
    this.tabs.get(next).button.focus();
    event.preventDefault();
    event.stopPropagation();
  }

  open(name, { rail = true, toggle = false } = {}) {
    const again = toggle && this.current === name && document.body.classList.contains("is-panel-open");
    this.current = name;
    if (rail) document.body.classList.toggle("is-panel-open", !again);
    for (const [each, { button, panel }] of this.tabs) {
      const here = each === name;
      button.setAttribute("aria-selected", String(here));
      button.tabIndex = here ? 0 : -1;
      panel.hidden = !here;
    }
  }

  toggle() {
    document.body.classList.toggle("is-panel-open");
  }

  marksInOrder() {
    return this.room.marks.list((mark) => this.room.momentOf(mark));
  }

  draw() {
    for (const { button, rail, words, count } of this.tabs.values()) {
      button.replaceChildren(`${words} `, el("span", {}, String(count())));
      rail.replaceChildren(el("b", {}, words), el("span", { class: "room-2" }, String(count())));
    }
    if (!this.railHint) {
      this.railHint = el("p", { class: "room-2" }, "open ", ...key("P"));
      find("rail").append(this.railHint);
    }
    const marks = this.marksInOrder();
    this.listHead.replaceChildren(
      el("h2", { class: "room-lab" }, marks.length ? "In time order" : "Nothing marked yet"),
      marks.length ? el("a", { class: "room-small", href: this.room.data.urls.marks_page }, "By typed time") : "",
    );
    const focused = [...this.list.querySelectorAll("button")].indexOf(document.activeElement);
    this.list.replaceChildren(...(marks.length ? marks.map((mark) => this.item(mark)) : [this.nothing()]));
    if (focused >= 0) this.list.querySelectorAll("button")[focused]?.focus();
    if (this.cited) this.drawCited();
  }

  nothing() {
    const { marking, urls } = this.room.data;
    if (!marking.allowed) return el("li", { class: "room-2" }, `${marking.reason}.`);
    return el(
      "li", { class: "room-info" },
      "Press ", ...key("M"), " when something matters. No box opens; the time is kept and you can type later. You can also ",
      el("a", { href: urls.marks_page }, "add a mark by typed time"), ".",
    );
  }

  item(mark) {
    const { room } = this;
    const { wanted } = mark;
    const camera = room.camera(mark.link);
    const ties = Object.entries(wanted.bearings).map(([id, bearing]) => `${room.allegation(id).label} ${sign(bearing)}`);
    const what = wanted.observation.trim() || room.typeName(wanted.mark_type);
    const waiting = mark.wanted !== mark.saved ? "not saved yet" : "";
    return el(
      "li", {},
      el(
        "button", {
          type: "button", class: "room-mk", "aria-current": mark.key === room.marks.selected ? "true" : null,
          "data-mark": mark.id || mark.key, onclick: () => room.acts.show(mark),
        },
        el("span", { class: "room-mk__t", title: room.typeName(wanted.mark_type) }, String(wanted.mark_type)),
        el(
          "span", {},
          el("span", { class: "room-mk__w" }, what.length > 70 ? `${what.slice(0, 70)}…` : what),
          el("small", {}, [mark.id ? mark.label : "new", camera.recording.label, mark.mine ? "" : mark.author, waiting].filter(Boolean).join(" · ")),
        ),
        el("span", { class: "room-mk__m" }, clock(room.momentOf(mark)), el("br", {}), ties.join(", ") || (wanted.end_ms === null ? "" : length(wanted.end_ms - wanted.start_ms))),
      ),
    );
  }

  drawAllegations() {
    const { data } = this.room;
    const items = data.allegations.map((each) =>
      el("article", { class: "room-allegation" }, el("h2", { class: "room-h" }, `${each.label} ${each.title}`), el("blockquote", {}, each.words)));
    const intro = data.allegations.length ? "In the complainant’s words. Read them before watching." : "No allegation is recorded yet.";
    this.tabs.get("allegations").panel.append(el("p", { class: "room-2 room-small" }, intro), ...items);
  }

  // How far the person at hand has watched a cited moment: "done", "part", "fast" or "".
  watchedState(moment) {
    const { watched } = this.room.camera(moment.link).recording;
    const span = [moment.from_ms, moment.to_ms];
    const seen = covered(watched.counted, span);
    if (seen >= span[1] - span[0] - SLACK) return { state: "done", words: "watched" };
    if (seen > 0) return { state: "part", words: `${length(seen)} of ${length(span[1] - span[0])}` };
    const fast = covered(watched.too_fast, span);
    return fast > 0 ? { state: "part", words: `${length(fast)} too fast, again` } : { state: "", words: "not watched" };
  }

  drawCited() {
    const { room } = this;
    const all = room.replay.moments.map((moment, index) => ({ moment, index, ...this.watchedState(moment) }));
    const done = all.filter((each) => each.state === "done");
    const left = all.filter((each) => each.state !== "done");
    const item = ({ moment, index, state, words }) =>
      el(
        "li", {},
        el(
          "button", { type: "button", class: "room-mk", "aria-current": room.citedNow === index ? "true" : null, onclick: () => room.acts.playCited(index) },
          el("span", { class: `room-state${state === "done" ? " is-done" : state === "part" ? " is-part" : ""}` }, state === "done" ? icon("tick") : String(index + 1)),
          el("span", {}, el("span", { class: "room-mk__w" }, moment.title), el("small", {}, `${moment.label} · ${moment.allegations.join(", ")} · ${clock(room.camera(moment.link).startsAt + moment.from_ms)} · ${length(moment.to_ms - moment.from_ms)}`)),
          el("span", { class: `room-mk__m${state === "part" ? " room-warn" : ""}` }, words),
        ),
      );
    const words = all.length ? `You have watched ${done.length} of ${all.length} cited moments` : "No moment is cited";
    this.cited.replaceChildren(
      el("h2", { class: "room-h" }, words),
      el("div", { class: "room-meter", role: "img", "aria-label": words }, ...all.map(({ state }) => el("span", { class: state ? `is-${state}` : "" }))),
      el("p", { class: "room-2 room-small" }, "Counts when all of it played here in the big picture, at 2× or slower."),
      el(
        "div", { class: "room-row" },
        el("button", { type: "button", class: "room-btn room-btn--go room-grow", onclick: () => room.acts.nextCited(1) }, left.length ? "Next not watched" : "Play them again", ...key("N")),
        el("a", { class: "room-btn", href: room.data.urls.sign_off }, "Sign-off"),
      ),
      left.length ? el("h3", { class: "room-lab" }, `Still to watch: ${left.length}`) : "",
      el("ul", { class: "room-list" }, ...left.map(item)),
      done.length ? el("h3", { class: "room-lab" }, `Watched: ${done.length}`) : "",
      el("ul", { class: "room-list" }, ...done.map(item)),
    );
  }
}
