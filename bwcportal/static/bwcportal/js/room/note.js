// The line under the picture: what is seen or heard, typed without looking away.
import { el, find, icon, key } from "./dom.js";

export class Note {
  constructor(room) {
    this.room = room;
    this.box = find("note");
    this.input = el("input", {
      id: "note-text", type: "text", autocomplete: "off", maxlength: 4000, "aria-label": "Seen or heard",
      oninput: () => this.typed(), onkeydown: (event) => this.pressed(event),
    });
    const { marks } = room;
    for (const name of ["select", "change", "saving"]) marks.addEventListener(name, () => this.draw());
    this.draw();
  }

  typed() {
    const mark = this.room.marks.current;
    if (mark) this.room.marks.change(mark, { observation: this.input.value }, { typing: true });
  }

  pressed(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      this.room.marks.saver.soon(0);
      this.leave();
    } else if (event.key === "Tab" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.room.panel.card.assess();
    } else if (event.key === "Escape") this.leave();
  }

  leave() {
    this.input.blur();
    find("stage").focus({ preventScroll: true });
    if (this.resume) this.room.deck.play();
    this.resume = false;
  }

  // Pauses while somebody types and goes on when they have saved.
  focus({ resume = false } = {}) {
    if (!this.input.isConnected) return;
    this.resume = resume && this.room.deck.playing;
    this.room.deck.pause();
    this.input.focus({ preventScroll: true });
  }

  draw() {
    const { room } = this;
    const mark = room.marks.current;
    const editing = Boolean(mark && mark.editable);
    const state = editing ? `edit ${mark.key}` : mark ? `read ${mark.key}` : "rest";
    if (state !== this.state) {
      this.state = state;
      this.box.className = editing ? "room-note is-on" : "room-note";
      this.box.replaceChildren(...(editing ? this.typing() : mark ? this.reading(mark) : this.resting()));
    }
    if (!editing) return;
    if (this.input.value !== mark.wanted.observation && document.activeElement !== this.input) {
      this.input.value = mark.wanted.observation;
    }
    const ties = Object.keys(mark.wanted.bearings).map((id) => room.allegation(id).label);
    const words = [`${mark.wanted.mark_type} ${room.typeName(mark.wanted.mark_type)}`, ...ties];
    this.tokens.replaceChildren(...words.flatMap((word) => [el("span", { class: "room-tok" }, word), " "]));
  }

  typing() {
    this.tokens = el("span", {});
    this.input.value = this.room.marks.current.wanted.observation;
    return [
      this.tokens, el("label", { for: "note-text" }, "Seen or heard"), this.input,
      ...key("Enter"), el("span", { class: "room-2 room-small room-keyword" }, "save"),
      ...key("Tab"), el("span", { class: "room-2 room-small room-keyword" }, "what I make of it"),
    ];
  }

  reading(mark) {
    const words = mark.wanted.observation || "Nothing was written here";
    return [
      el("span", { class: "room-tok" }, `${mark.label} by ${mark.author}`),
      el("span", { class: "room-words" }, words),
    ];
  }

  resting() {
    const { room } = this;
    if (room.replay) {
      return [el("p", { class: "room-hints" }, el("span", {}, ...key("N"), "next cited moment not watched"), el("span", {}, ...key("Space"), "play or pause"), el("span", {}, ...key("?"), "all keys"))];
    }
    if (!room.data.marking.allowed) {
      return [icon("lock"), el("span", { class: "room-words" }, room.data.marking.reason)];
    }
    const hints = [[["M"], "mark now"], [["I", "O"], "range"], [["Shift", "M"], "mark and type"], [["C"], "then a digit: camera"], [["B"], "blank the picture"], [["?"], "all keys"]];
    return [el("p", { class: "room-hints" }, ...hints.map(([names, words]) => el("span", {}, ...key(...names), words)))];
  }
}
