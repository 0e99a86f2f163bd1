// The keyboard: what each key does, the list of them, and the switch that turns single keys off.
import { el, find, icon, key, say } from "./dom.js";

const PREFIX_LASTS = 2000;
const STORED = "room-single-keys";
const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select";
const PRESSABLE = "button, a, summary, label, [role=tab]";

export class Keys {
  constructor(room) {
    this.room = room;
    this.single = sessionStorage.getItem(STORED) !== "off";
    this.prefix = "";
    this.map = this.makeMap();
    this.dialog = find("keys");
    document.addEventListener("keydown", (event) => this.pressed(event));
    find("open-keys").addEventListener("click", () => this.open());
  }

  // name of the key (with Shift+, Ctrl+) -> [act, words for the list, group]
  makeMap() {
    const { acts, deck, stage, lanes, panel, data } = this.room;
    const map = new Map();
    const add = (names, act, group = "", words = "", shown = null) => {
      for (const name of [names].flat()) map.set(name, { act });
      if (words) this.listed.push({ group, words, keys: shown || [names].flat().slice(0, 2) });
    };
    this.listed = [];
    add("Space", () => deck.toggle(), "Play", "Play or pause");
    add("K", () => deck.rest(), "Play", "Pause, back to 1×");
    add("J", () => deck.slower(), "Play", "Slower, then backwards");
    add("L", () => deck.faster(), "Play", "Faster");
    add("ArrowLeft", () => deck.step(-1), "Play", "One frame", ["←", "→"]);
    add("ArrowRight", () => deck.step(1));
    add("Shift+ArrowLeft", () => deck.skip(-1000), "Play", "One second", ["Shift", "←", "→"]);
    add("Shift+ArrowRight", () => deck.skip(1000));
    add("Ctrl+ArrowLeft", () => deck.skip(-5000), "Play", "Five seconds", ["Ctrl", "←", "→"]);
    add("Ctrl+ArrowRight", () => deck.skip(5000));
    add("G", () => acts.openGoTo(), "Play", "Go to a time");
    if (data.marking.allowed) {
      add("M", () => acts.markNow(), "Mark", "Mark now, no dialog");
      add("Shift+M", () => acts.markAndType(), "Mark", "Mark and type", ["Shift", "M"]);
      this.listed.push({ group: "Mark", words: "Type of the mark", keys: ["1–9"] }, { group: "Mark", words: "Tie to an allegation, or untie", keys: ["A", "1–9"] });
      for (let n = 1; n <= 9; n += 1) {
        add(String(n), () => acts.digit(n));
        add(`Shift+${n}`, () => acts.passage(n));
      }
      this.listed.push({ group: "Mark", words: "Start or stop a passage", keys: ["Shift", "1–9"] });
      add("A", () => this.startPrefix("A"));
      add("Enter", () => this.room.note.focus(), "Mark", "Edit or save the note");
      this.listed.push({ group: "Mark", words: "What I make of it, from the note", keys: ["Tab"] });
      add("Delete", () => acts.removeCurrent(), "Mark", "Delete my draft");
      add("Ctrl+Z", () => acts.undo(), "Mark", "Undo, redo in drafts", ["Ctrl", "Z"]);
      add(["Ctrl+Shift+Z", "Ctrl+Y"], () => acts.redo());
    }
    add(["I", "["], () => acts.setIn(), "Range", "Set In");
    add(["O", "]"], () => acts.setOut(), "Range", "Set Out, this frame included");
    add("Ctrl+Shift+ArrowLeft", () => acts.nudge(-1), "Range", "Nudge the last edge", ["Ctrl", "Shift", "←", "→"]);
    add("Ctrl+Shift+ArrowRight", () => acts.nudge(1));
    add(["S"], () => acts.toEdge("in"), "Range", "Jump to In, Out", ["S", "E"]);
    add("E", () => acts.toEdge("out"));
    add("Shift+Space", () => acts.playRange(), "Range", "Play the range, loop", ["Shift", "Space"]);
    add("R", () => acts.clearRange(), "Range", "Clear the range");
    add("Z", () => acts.zoomToRange(), "Range", "Zoom to range, fit all", ["Z", "F"]);
    add("F", () => lanes.fit());
    add("-", () => lanes.zoom(1), "Range", "Zoom out, in", ["−", "="]);
    add(["=", "+"], () => lanes.zoom(-1));
    add("C", () => this.startPrefix("C"), "Cameras and care", "Make a camera big", ["C", "1–9"]);
    add("H", () => stage.nextSound(), "Cameras and care", "Sound: next camera");
    add("Shift+H", () => acts.mute(), "Cameras and care", "Sound off", ["Shift", "H"]);
    add("V", () => stage.nextLayout(), "Cameras and care", "Next layout");
    add("P", () => panel.toggle(), "Cameras and care", "Open the panel (narrow window)");
    add("B", () => deck.setBlank(!deck.blank), "Cameras and care", "Blank picture and sound");
    add("ArrowUp", () => acts.neighbour(-1), "Cameras and care", "Previous, next mark", ["↑", "↓"]);
    add("ArrowDown", () => acts.neighbour(1));
    if (this.room.replay) {
      add("N", () => acts.nextCited(1), "Cameras and care", "Next, previous cited moment", ["N", "Shift"]);
      add("Shift+N", () => acts.nextCited(-1));
    }
    add("?", () => this.open(), "Cameras and care", "This list");
    add("Escape", () => acts.escape(), "Cameras and care", "Deselect", ["Esc"]);
    return map;
  }

  // The name under which the key stands in the map.
  name(event) {
    const shift = event.shiftKey ? "Shift+" : "";
    const ctrl = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
    if (event.code.startsWith("Digit") || event.code.startsWith("Numpad")) {
      const digit = event.code.slice(-1);
      if (/\d/.test(digit)) return `${ctrl}${shift}${digit}`;
    }
    if (event.code === "Space") return `${ctrl}${shift}Space`;
    // With Alt some keyboards write another letter: then the place of the key counts.
    const letter = event.altKey && /^Key[A-Z]$/.test(event.code) ? event.code.slice(3) : event.key;
    if (letter.length > 1) return `${ctrl}${shift}${letter}`;
    return /[a-z]/i.test(letter) ? `${ctrl}${shift}${letter.toUpperCase()}` : letter;
  }

  pressed(event) {
    if (document.querySelector("dialog[open]") || !this.room.opened) return;
    const inField = event.target.matches(FIELDS);
    const name = this.name(event);
    if (inField && !event.altKey) return;
    if ((name === "Space" || name === "Enter") && event.target.closest(PRESSABLE)) return;
    const letter = name.replace(/^(Ctrl\+)?(Shift\+)?/, "");
    // A character alone may be turned off: people who speak to their computer set off many at once.
    if (!this.single && letter.length === 1 && !event.altKey && !event.ctrlKey && !event.metaKey && name !== "?") return;
    if (this.prefix && /^[1-9]$/.test(letter)) {
      event.preventDefault();
      this.finishPrefix(Number(letter));
      return;
    }
    const found = this.map.get(name);
    if (!found) return;
    event.preventDefault();
    if (this.prefix && name !== this.prefix) this.endPrefix();
    found.act();
  }

  startPrefix(letter) {
    this.endPrefix();
    this.prefix = letter;
    for (const row of document.querySelectorAll(".room-chips--a")) row.classList.toggle("is-waiting", letter === "A");
    say(letter === "A" ? "Allegation: press its number" : "Camera: press its number");
    this.timer = setTimeout(() => this.endPrefix(), PREFIX_LASTS);
  }

  endPrefix() {
    clearTimeout(this.timer);
    this.prefix = "";
    for (const row of document.querySelectorAll(".is-waiting")) row.classList.remove("is-waiting");
  }

  finishPrefix(n) {
    const { prefix } = this;
    this.endPrefix();
    if (prefix === "A") this.room.acts.tieNumber(n);
    else this.room.acts.bigNumber(n);
  }

  open() {
    if (!this.dialog.childElementCount) this.build();
    this.dialog.showModal();
  }

  build() {
    const groups = ["Play", "Mark", "Range", "Cameras and care"].filter((group) => this.listed.some((each) => each.group === group));
    const column = (group) =>
      el("section", {}, el("h3", {}, group), el("dl", {}, ...this.listed.filter((each) => each.group === group).map((each) =>
        el("div", { class: "room-key" }, el("dt", {}, each.words), el("dd", {}, ...key(...each.keys))))));
    const toggle = el("input", { type: "checkbox", id: "single-keys", onchange: (event) => this.setSingle(event.target.checked) });
    toggle.checked = this.single;
    this.dialog.append(
      el(
        "header", {},
        el("h2", { id: "keys-title" }, "Keys that work here now"),
        el("button", { type: "button", class: "room-x", "aria-label": "Close", onclick: () => this.dialog.close() }, icon("cross")),
      ),
      el(
        "div", { class: "room-dialog__body" },
        el("p", { class: "room-2" }, "While you type a note, hold ", ...key("Alt"), " as well: ", ...key("Alt", "K"), " pauses, ", ...key("Alt", "1–9"), " sets the type."),
        el("div", { class: "room-keycols" }, ...groups.map(column)),
      ),
      el(
        "footer", {},
        el("label", { class: "room-switch" }, toggle, el("span", {}, el("b", {}, "Single keys are on. "), "Turned off, every letter and digit needs ", ...key("Alt"), " as well. Helps with voice control.")),
        el("button", { type: "button", class: "room-btn room-btn--go", onclick: () => this.dialog.close() }, "Done ", ...key("Esc")),
      ),
    );
    this.setSingle(this.single);
  }

  setSingle(on) {
    this.single = on;
    sessionStorage.setItem(STORED, on ? "on" : "off");
    this.dialog.querySelector(".room-switch b").textContent = on ? "Single keys are on. " : "Single keys are off. ";
  }
}
