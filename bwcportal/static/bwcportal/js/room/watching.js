// What was really played of the big picture: stretches of presented frames, sent every few seconds.
import { post } from "./api.js";
import { merge } from "./time.js";

const SEND_EVERY = 8000;
const LONGEST = 60000;
// Frames further apart than this (in time of the file) were not played one after the other.
const GAP = 1000;

export class Watching extends EventTarget {
  constructor(deck, urls) {
    super();
    this.deck = deck;
    this.urls = urls;
    this.open = null;
    this.queue = [];
    this.sending = false;
    this.begun = null;
    for (const camera of deck.cameras) camera.addEventListener("frame", () => this.frame(camera));
    for (const name of ["pause", "big", "speed", "sound"]) deck.addEventListener(name, () => this.close());
    // The frame on screen when play is pressed is the first of the stretch, whichever comes next.
    deck.addEventListener("play", () => {
      this.begun = { camera: deck.big, from: deck.big.placeMs };
    });
    setInterval(() => this.carryOn(), SEND_EVERY);
    addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => document.hidden && this.close());
  }

  frame(camera) {
    const { deck } = this;
    const { video } = camera;
    if (camera !== deck.big) return;
    if (!deck.playing || deck.speed < 0 || deck.blank || video.paused || video.seeking || document.hidden) {
      this.close();
      return;
    }
    const from = camera.placeMs;
    const to = Math.min(Math.round(from + (1000 * camera.rate[1]) / camera.rate[0]), camera.recording.duration_ms);
    const { open } = this;
    const follows = open && open.camera === camera && from >= open.from && from - open.to < GAP * Math.max(1, deck.speed);
    if (follows) {
      open.to = Math.max(open.to, to);
      if (open.to - open.from >= LONGEST) this.carryOn();
      return;
    }
    this.close();
    const { begun } = this;
    this.begun = null;
    const joins = begun && begun.camera === camera && from >= begun.from && from - begun.from < GAP;
    this.open = {
      camera, from: joins ? begun.from : from, to, rate: Math.round(deck.speed * 100),
      sound: deck.audible === camera && !video.muted && video.volume > 0 && camera.recording.has_audio,
    };
  }

  // Sends what was played so far; what follows is joined to it.
  carryOn() {
    const { open } = this;
    this.close();
    if (open && open.to > open.from) this.open = { ...open, from: open.to };
  }

  // Ends the stretch at hand and sends it.
  close() {
    const { open } = this;
    this.open = null;
    if (open && open.to > open.from) {
      this.note(open);
      this.queue.push(open);
    }
    this.send();
  }

  // Shows at once what was played; the portal's own answer replaces it.
  note({ camera, from, to, rate, sound }) {
    const { watched } = camera.recording;
    const add = (name) => {
      watched[name] = merge([...watched[name], [from, to]]);
    };
    if (rate > 200) add("too_fast");
    else {
      add("counted");
      if (sound) add("heard");
    }
    this.dispatchEvent(new Event("change"));
  }

  body({ camera, from, to, rate, sound }) {
    return { link: camera.recording.id, from_ms: from, to_ms: to, rate_percent: rate, with_sound: sound };
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    while (this.queue.length) {
      const first = this.queue[0];
      const answer = await post(this.urls.viewings, this.body(first));
      if (answer.kind === "away" || answer.kind === "signed-out") break;
      this.queue.shift();
      if (answer.kind === "done" && !this.queue.length && !this.open) {
        first.camera.recording.watched = answer.data.watched;
        this.dispatchEvent(new Event("change"));
      }
    }
    this.sending = false;
    this.dispatchEvent(new Event("sent"));
  }

  leave() {
    if (this.open) this.queue.push(this.open);
    this.open = null;
    for (const each of this.queue) post(this.urls.viewings, this.body(each), { leaving: true });
    this.queue = [];
  }
}
