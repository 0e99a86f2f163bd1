// One recording: its <video>, the frame on screen, its link and the words under its picture.
import { post } from "./api.js";
import { frameAt, frameMiddle, frameOfMediaTime, frameStart, offGrid } from "./time.js";

const FRAME_WAIT = 2500;
// A presented frame this far off the grid means the rate varies: then frames are ± 1.
const OFF_GRID = 0.2;
// A link is renewed at a pause when less than this is left of it.
const RENEW_BEFORE = 60000;

export class Camera extends EventTarget {
  constructor(recording, video, urls) {
    super();
    this.recording = recording;
    this.video = video;
    this.address = urls.recording.replace(urls.any_id, recording.id);
    this.frame = 0;
    this.exact = true;
    this.state = recording.lost || !recording.plays ? "unplayable" : "closed";
    this.reason = "";
    this.linkUntil = 0;
    this.failures = 0;
    this.restoring = null;
    this.onFrame = (_, meta) => {
      this.present(meta.mediaTime);
      this.video.requestVideoFrameCallback(this.onFrame);
    };
    video.requestVideoFrameCallback(this.onFrame);
    video.addEventListener("error", () => this.recover());
    video.addEventListener("waiting", () => this.tell("state"));
    video.addEventListener("playing", () => this.tell("state"));
    video.addEventListener("progress", () => this.tell("buffered"));
  }

  tell(what) {
    this.dispatchEvent(new Event(what));
  }

  get startsAt() {
    return this.recording.starts_at_ms;
  }

  get endsAt() {
    return this.recording.starts_at_ms + this.recording.duration_ms;
  }

  get rate() {
    return this.recording.rate;
  }

  get lastFrame() {
    return Math.max(0, frameAt(this.recording.duration_ms - 1, this.rate));
  }

  // Where the frame on screen begins, in ms from the start of the file.
  get placeMs() {
    return frameStart(this.frame, this.rate);
  }

  get ready() {
    return this.state === "open";
  }

  covers(moment) {
    return moment >= this.startsAt && moment < this.endsAt;
  }

  // Says where the file is to be opened.
  beginAt(ms) {
    this.frame = Math.min(frameAt(Math.max(0, ms), this.rate), this.lastFrame);
  }

  // Asks for a link and opens the file, at the place where the picture was.
  async open() {
    if (this.state === "unplayable" || this.state === "opening") return;
    this.state = "opening";
    this.tell("state");
    const answer = await post(this.address, {});
    if (answer.kind === "refused") {
      this.state = "unplayable";
      this.reason = answer.data.detail;
      this.tell("state");
      return;
    }
    if (answer.kind !== "done") {
      this.failed(answer.kind === "signed-out" ? "You are signed out" : "No connection");
      return;
    }
    await this.load(answer.data);
  }

  async load({ url, seconds }) {
    const wasPlaying = !this.video.paused;
    const { frame } = this;
    this.linkUntil = performance.now() + seconds * 1000;
    this.video.src = url;
    await new Promise((resolve) => {
      this.video.addEventListener("loadeddata", resolve, { once: true });
      this.video.addEventListener("error", resolve, { once: true });
    });
    if (this.video.error) return;
    this.state = "open";
    this.reason = "";
    this.failures = 0;
    this.restoring = frame;
    this.video.currentTime = frameMiddle(frame, this.rate);
    if (wasPlaying) this.video.play().catch(() => {});
    this.tell("state");
  }

  // The address has run out or the connection has gone: ask for a new one, ever less often.
  recover() {
    if (this.state === "opening" && !this.video.error) return;
    this.failed("The picture stopped coming");
  }

  failed(reason) {
    this.state = "broken";
    this.reason = reason;
    this.failures += 1;
    this.tell("state");
    const pause = this.failures === 1 ? 0 : Math.min(15000, 1000 * 2 ** this.failures);
    setTimeout(() => this.state === "broken" && this.open(), pause);
  }

  renewIfOld() {
    if (this.ready && this.video.paused && this.linkUntil - performance.now() < RENEW_BEFORE) this.open();
  }

  present(mediaTime) {
    const frame = Math.min(frameOfMediaTime(mediaTime, this.rate), this.lastFrame);
    // A file that is opened anew shows its first frame before the one that was asked for.
    if (!this.ready || (this.restoring !== null && this.restoring !== frame && this.video.seeking)) return;
    this.restoring = null;
    this.frame = frame;
    this.exact = offGrid(mediaTime, this.rate) < OFF_GRID;
    this.mediaTime = mediaTime;
    this.tell("frame");
  }

  // Shows exactly this frame; resolves when it is on screen, or when the browser never says so.
  async showFrame(frame) {
    const wanted = Math.min(Math.max(0, frame), this.lastFrame);
    if (!this.ready) {
      this.frame = wanted;
      this.tell("frame");
      return;
    }
    this.video.pause();
    const shown = new Promise((resolve) => {
      const timer = setTimeout(resolve, FRAME_WAIT);
      const look = () => {
        if (this.frame !== wanted || this.video.seeking) return;
        this.removeEventListener("frame", look);
        this.video.removeEventListener("seeked", look);
        clearTimeout(timer);
        resolve();
      };
      this.addEventListener("frame", look);
      this.video.addEventListener("seeked", look);
    });
    this.video.currentTime = frameMiddle(wanted, this.rate);
    await shown;
  }

  showPlace(ms) {
    return this.showFrame(frameAt(Math.max(0, ms), this.rate));
  }

  // The stretches that the browser holds already, in ms.
  get loaded() {
    const { buffered } = this.video;
    return Array.from({ length: buffered.length }, (_, i) => [buffered.start(i) * 1000, buffered.end(i) * 1000]);
  }
}
