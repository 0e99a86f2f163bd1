// Several cameras on one clock. The big camera leads while it has a picture; where it has none a
// clock of our own runs on. The others are kept in step by small changes of speed, or a jump.
import { say } from "./dom.js";

export const SPEEDS = [-2, -1, 0.25, 0.5, 0.75, 1, 1.5, 2, 4, 8];
const NUDGE_ABOVE = 25;
const JUMP_ABOVE = 250;
const NUDGE = 0.05;

export class Deck extends EventTarget {
  constructor(cameras) {
    super();
    this.cameras = cameras;
    this.big = cameras[0];
    this.audible = null;
    this.playing = false;
    this.speed = 1;
    this.blank = false;
    this.range = null;
    this.startsAt = Math.min(...cameras.map((camera) => camera.startsAt));
    this.endsAt = Math.max(...cameras.map((camera) => camera.endsAt));
    this.moment = this.big.startsAt;
    this.drift = new Map();
    this.stepping = Promise.resolve();
    for (const camera of cameras) {
      camera.addEventListener("frame", () => this.follow(camera));
      camera.addEventListener("state", () => this.tell("state"));
    }
    this.tick = (now) => this.turn(now);
  }

  tell(what) {
    this.dispatchEvent(new Event(what));
  }

  // The big camera's own frame is the truth about where we are.
  follow(camera) {
    if (camera !== this.big || (!this.playing && !camera.covers(this.moment))) return;
    if (!this.reversing && (this.playing || !camera.video.seeking)) this.moment = camera.startsAt + camera.placeMs;
    this.tell("time");
    // The last frame of a range ends it: waiting for the next turn would show some after it.
    const { range } = this;
    const next = this.moment + (1000 * camera.rate[1]) / camera.rate[0];
    if (range && this.playing && this.speed > 0 && next >= range.to) this.endRange();
  }

  get reversing() {
    return this.playing && this.speed < 0;
  }

  // Opens every file at the moment at which the room begins.
  open() {
    const { moment } = this;
    for (const camera of this.cameras) if (camera.covers(moment)) camera.beginAt(moment - camera.startsAt);
    return Promise.all(this.cameras.map((camera) => camera.open())).then(() => this.go(moment));
  }

  play() {
    if (this.playing) return;
    if (this.moment >= this.endsAt - 40) this.go(this.startsAt);
    this.playing = true;
    this.before = performance.now();
    this.tell("play");
    requestAnimationFrame(this.tick);
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.range = null;
    for (const camera of this.cameras) {
      camera.video.pause();
      camera.renewIfOld();
    }
    this.tell("pause");
    this.go(this.moment);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  setSpeed(speed) {
    this.speed = speed;
    for (const camera of this.cameras) if (speed < 0) camera.video.pause();
    this.tell("speed");
  }

  faster() {
    if (!this.playing) this.setSpeed(1);
    else this.setSpeed(SPEEDS[Math.min(SPEEDS.indexOf(this.speed) + 1, SPEEDS.length - 1)]);
    this.play();
  }

  slower() {
    if (!this.playing) this.setSpeed(-1);
    else this.setSpeed(SPEEDS[Math.max(SPEEDS.indexOf(this.speed) - 1, 0)]);
    this.play();
  }

  rest() {
    this.pause();
    this.setSpeed(1);
  }

  // Goes to a moment; every camera shows what it saw then. Resolves when the big picture is there.
  async go(moment) {
    this.moment = Math.min(Math.max(moment, this.startsAt), this.endsAt - 1);
    this.before = performance.now();
    this.tell("time");
    const waits = [];
    for (const camera of this.cameras) {
      if (!camera.covers(this.moment)) continue;
      const place = this.moment - camera.startsAt;
      if (this.playing && this.speed > 0 && camera.ready) camera.video.currentTime = place / 1000;
      else if (camera === this.big) waits.push(camera.showPlace(place));
      else camera.showPlace(place);
    }
    await Promise.all(waits);
    this.tell("time");
  }

  // One frame of the big camera, forward or back. Presses in a row wait for one another.
  step(frames) {
    this.pause();
    this.stepping = this.stepping.then(async () => {
      const camera = this.big;
      if (!camera.covers(this.moment)) return;
      await camera.showFrame(camera.frame + frames);
      this.moment = camera.startsAt + camera.placeMs;
      this.tell("time");
      for (const other of this.cameras) {
        if (other !== camera && other.covers(this.moment)) other.showPlace(this.moment - other.startsAt);
      }
    });
    return this.stepping;
  }

  skip(ms) {
    return this.go(this.moment + ms);
  }

  makeBig(camera) {
    if (camera === this.big) return;
    this.big = camera;
    if (!this.playing && camera.covers(this.moment)) this.go(this.moment);
    this.tell("big");
    this.tell("time");
  }

  listenTo(camera) {
    this.audible = camera;
    for (const each of this.cameras) each.video.muted = this.blank || each !== camera;
    this.tell("sound");
  }

  setBlank(blank) {
    this.blank = blank;
    if (blank) this.pause();
    this.listenTo(this.audible);
    this.tell("blank");
  }

  playRange(range, { loop = false } = {}) {
    this.pause();
    this.go(range[0]).then(() => {
      if (this.speed < 0) this.setSpeed(1);
      this.play();
      this.range = { from: range[0], to: range[1], loop };
    });
  }

  // Once per animation frame while playing.
  turn(now) {
    if (!this.playing) return;
    const passed = (now - this.before) * this.speed;
    this.before = now;
    if (this.speed < 0) this.backwards(passed);
    else this.forwards(passed);
    if (this.playing) this.checkEnd();
    if (this.playing) requestAnimationFrame(this.tick);
  }

  backwards(passed) {
    const camera = this.big;
    this.moment = Math.max(this.startsAt, this.moment + passed);
    if (!camera.video.seeking && camera.covers(this.moment)) camera.showPlace(this.moment - camera.startsAt);
    this.tell("time");
    if (this.moment <= this.startsAt) this.rest();
  }

  forwards(passed) {
    const leads = this.big.ready && this.big.covers(this.moment) && !this.big.video.ended;
    if (leads) {
      this.run(this.big, this.speed);
      if (!this.big.video.paused) this.moment = this.big.startsAt + this.big.video.currentTime * 1000;
    } else if (!this.waitsForBig()) {
      this.moment += passed;
      this.tell("time");
    }
    for (const camera of this.cameras) if (camera !== this.big || !leads) this.keepInStep(camera);
  }

  // A picture that is late holds the clock; it must not run ahead of what can be seen.
  waitsForBig() {
    return this.big.covers(this.moment) && this.big.state !== "unplayable" && !this.big.video.ended;
  }

  keepInStep(camera) {
    const { video } = camera;
    if (!camera.ready || !camera.covers(this.moment)) {
      if (!video.paused) video.pause();
      this.drift.delete(camera);
      return;
    }
    const target = this.moment - camera.startsAt;
    const drift = video.currentTime * 1000 - target;
    if (video.paused) {
      if (Math.abs(drift) > NUDGE_ABOVE) video.currentTime = target / 1000;
      this.run(camera, this.speed);
      return;
    }
    if (video.seeking) return;
    this.drift.set(camera, drift);
    if (Math.abs(drift) > JUMP_ABOVE) {
      video.currentTime = target / 1000;
      this.dispatchEvent(new CustomEvent("jump", { detail: { camera, drift } }));
      return;
    }
    const closing = Math.abs(drift) > NUDGE_ABOVE ? this.speed * (1 - Math.sign(drift) * NUDGE) : this.speed;
    if (video.playbackRate !== closing) video.playbackRate = closing;
  }

  run(camera, speed) {
    const { video } = camera;
    if (video.playbackRate !== speed) video.playbackRate = speed;
    if (!video.paused) return;
    video.muted = this.blank || camera !== this.audible;
    video.play().catch((error) => {
      if (error.name === "AbortError" || !this.playing) return;
      this.pause();
      say("The browser did not start the picture. Press play again", { urgent: true });
    });
  }

  endRange() {
    const { from, to, loop } = this.range;
    if (!loop) this.pause();
    this.go(loop ? from : to - 1);
    this.tell("range-end");
  }

  checkEnd() {
    if (this.range && this.moment >= this.range.to) this.endRange();
    else if (this.speed > 0 && this.moment >= this.endsAt - 20) this.pause();
  }
}
