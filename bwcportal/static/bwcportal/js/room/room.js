// The review room: brings its parts together from the data of the page.
import { startCountdowns } from "../countdown.js";
import { Acts } from "./acts.js";
import { Camera } from "./camera.js";
import { Deck } from "./deck.js";
import { el, find, icon, show } from "./dom.js";
import { Keys } from "./keys.js";
import { Lanes } from "./lanes.js";
import { Marks } from "./marks.js";
import { Note } from "./note.js";
import { Panel } from "./panel.js";
import { Stage } from "./stage.js";
import { clock, covered } from "./time.js";
import { Watching } from "./watching.js";

class Room {
  constructor(data) {
    this.data = data;
    this.replay = data.replay;
    this.citedNow = null;
    this.opened = false;
    this.marks = new Marks(data);
    this.deck = new Deck(data.recordings.map((recording) => new Camera(recording, Stage.video(), data.urls)));
    this.byId = new Map(this.deck.cameras.map((camera) => [camera.recording.id, camera]));
    this.watching = new Watching(this.deck, data.urls);
    this.acts = new Acts(this);
    this.begin();
    this.stage = new Stage(this);
    this.panel = new Panel(this);
    this.note = new Note(this);
    this.lanes = new Lanes(this);
    this.keys = new Keys(this);
    this.marks.addEventListener("saving", () => this.tellSaving());
    this.watching.addEventListener("change", () => this.tellWatched());
    this.watching.addEventListener("sent", () => this.tellSaving());
    setInterval(() => this.tellSaving(), 1000);
    for (const [id, act] of [["phone-in", "setIn"], ["phone-mark", "markNow"], ["phone-out", "setOut"]]) {
      find(id).addEventListener("click", () => this.acts[act]());
      find(id).disabled = !data.marking.allowed;
    }
  }

  camera(id) {
    return this.byId.get(id);
  }

  allegation(id) {
    return this.data.allegations.find((each) => each.id === id);
  }

  typeName(type) {
    return this.data.types.find(([value]) => value === type)[1];
  }

  // The moment at which a mark begins, in UTC.
  momentOf(mark) {
    const content = mark.wanted || mark.saved;
    return this.camera(mark.link).startsAt + content.start_ms;
  }

  // The address says where to begin: ?link=<recording>&at=<ms in its file>, or &mark=<id>.
  begin() {
    const wanted = new URLSearchParams(location.search);
    const mark = this.marks.all.get(wanted.get("mark"));
    const camera = this.camera(mark ? mark.link : wanted.get("link")) || this.deck.cameras.find((each) => each.state !== "unplayable");
    if (!camera) return;
    this.deck.big = camera;
    const at = mark ? mark.wanted.start_ms : Number(wanted.get("at"));
    const place = Number.isFinite(at) ? Math.min(Math.max(0, at), camera.recording.duration_ms - 1) : 0;
    this.deck.moment = camera.startsAt + place;
    if (mark) this.marks.selected = mark.key;
  }

  // The warning comes before the first picture, once in a session and case.
  welcome() {
    const seen = `room-opened-${this.data.case.id}`;
    if (sessionStorage.getItem(seen)) return this.enter();
    show(find("warning"), true);
    find("open-room").focus();
    find("open-room").addEventListener("click", () => {
      sessionStorage.setItem(seen, "yes");
      show(find("warning"), false);
      find("stage").focus({ preventScroll: true });
      this.enter();
    });
    return null;
  }

  enter() {
    this.opened = true;
    document.body.dataset.room = "opening";
    return this.deck.open().then(() => {
      document.body.dataset.room = "open";
    });
  }

  tellSaving() {
    const { saver } = this.marks;
    const pill = find("saved");
    const [state, shape, words] = this.saving(saver);
    if (pill.dataset.words === words) return;
    Object.assign(pill.dataset, { state, words });
    pill.replaceChildren(icon(shape), el("span", {}, words));
  }

  saving(saver) {
    const unsaved = saver.unsaved();
    const refused = unsaved.filter((mark) => mark.problem).length;
    if (saver.trouble === "signed-out") return ["away", "again", "Signed out. Kept here: sign in in another tab"];
    if (saver.trouble && unsaved.length) return ["away", "again", "Not saved, kept here, trying again"];
    if (refused) return ["refused", "warn", `Not saved: look at the mark${refused > 1 ? "s" : ""}`];
    if (unsaved.length) return ["saving", "again", "Saving"];
    if (this.watching.queue.length > 1) return ["away", "again", "Watched time is kept here, trying again"];
    if (saver.savedAt) return ["saved", "tick", `Saved ${clock(saver.savedAt)}`];
    if (this.replay) return ["rest", "lock", `Version ${this.replay.number}, frozen for review`];
    return ["rest", this.data.marking.allowed ? "tick" : "lock", this.data.marking.allowed ? "Nothing to save" : "Read only"];
  }

  tellWatched() {
    const playable = this.data.recordings.filter((recording) => !recording.lost);
    const total = playable.reduce((sum, recording) => sum + recording.duration_ms, 0);
    const seen = playable.reduce((sum, { watched, duration_ms: whole }) => sum + covered(watched.counted, [0, whole]), 0);
    find("seen").textContent = `${total ? Math.floor((seen / total) * 100) : 0} %`;
  }
}

startCountdowns(document);
const data = JSON.parse(find("room-data").textContent);
if (data.recordings.length) {
  const room = new Room(data);
  // For the console and the tests: what the page knows, nothing more than it shows.
  window.bwcRoom = room;
  room.tellSaving();
  room.welcome();
} else find("panel").hidden = true;
