// What is on the stage: the pictures with their captions, the transport and the clock.
import { el, find, icon, say, show } from "./dom.js";
import { clockMs, day, length, place, utcMs, zone } from "./time.js";

const MOST_SMALL = 4;

export class Stage {
  constructor(room) {
    this.room = room;
    this.layout = "small";
    this.tiles = new Map();
    this.box = find("tiles");
    const { deck } = room;
    for (const name of ["big", "state", "sound", "blank"]) deck.addEventListener(name, () => this.arrange());
    for (const name of ["time", "play", "pause", "speed"]) deck.addEventListener(name, () => this.tell());
    deck.addEventListener("jump", ({ detail }) => this.jumped(detail));
    room.marks.addEventListener("range", () => this.tellRange());
    for (const camera of deck.cameras) this.box.append(this.tile(camera));
    this.wire();
    this.arrange();
    this.tell();
    this.tellRange();
  }

  static video() {
    // Sound is off until somebody chooses otherwise.
    const video = el("video", { preload: "auto", playsinline: true, disablepictureinpicture: true, tabindex: "-1" });
    video.muted = true;
    video.disableRemotePlayback = true;
    return video;
  }

  tile(camera) {
    const { recording } = camera;
    const parts = {
      place: el("span", {}),
      drift: el("span", { class: "room-drift" }),
      sound: el("span", { class: "room-soundmark room-big-only" }),
      words: el("p", {}),
    };
    const correction = recording.correction_ms;
    const offset = `${correction < 0 ? "−" : "+"}${(Math.abs(correction) / 1000).toFixed(3)} s`;
    const name = el(
      "button",
      { type: "button", class: "room-name", onclick: () => this.room.deck.makeBig(camera) },
      el("span", { class: "room-n" }, String(recording.number)),
      el("span", { class: "room-big-only" }, recording.name),
      el("span", { class: "room-small-only" }, recording.short),
    );
    const figure = el(
      "figure",
      { class: "room-tile" },
      el("div", { class: "room-pic" }, camera.video, parts.words),
      el(
        "figcaption", {},
        name,
        el("span", { class: "room-big-only room-2" }, `${recording.mount} ${recording.serial}`),
        parts.sound,
        el("span", { class: "room-big-only room-grow" }),
        el("span", { class: "room-extra" }, el("span", { class: "room-big-only room-2" }, "media "), el("b", {}, parts.place)),
        el(
          "span", { class: "room-extra room-2 room-offset", title: "How much the camera's clock has been corrected" },
          el("span", { class: "room-big-only" }, "clock "),
          recording.clock_verified ? offset : "clock not verified",
        ),
        el("span", { class: "room-extra" }, parts.drift),
      ),
    );
    this.tiles.set(camera, { figure, name, ...parts });
    return figure;
  }

  wire() {
    const { deck } = this.room;
    find("play").addEventListener("click", () => deck.toggle());
    find("frame-back").addEventListener("click", () => deck.step(-1));
    find("frame-on").addEventListener("click", () => deck.step(1));
    find("speed").addEventListener("click", () => deck.setSpeed(1));
    find("sound").addEventListener("click", () => this.nextSound());
    find("layout").addEventListener("click", () => this.nextLayout());
  }

  nextSound() {
    const { deck } = this.room;
    const heard = [null, ...deck.cameras.filter((camera) => camera.recording.has_audio && !camera.recording.lost)];
    // The big camera comes first: that is the one people mean.
    heard.sort((a, b) => (a === null ? -1 : b === null ? 1 : Number(b === deck.big) - Number(a === deck.big)));
    deck.listenTo(heard[(heard.indexOf(deck.audible) + 1) % heard.length]);
    say(deck.audible ? `Sound from ${deck.audible.recording.short}` : "Sound off");
  }

  nextLayout() {
    this.layout = this.layout === "small" ? "single" : "small";
    this.arrange();
  }

  // Which picture is big, which are small, and what stands in place of one that is not there.
  arrange() {
    const { deck } = this.room;
    const others = deck.cameras.filter((camera) => camera !== deck.big);
    const near = (camera) => (camera.covers(deck.moment) ? 0 : 1);
    const small = [...others].sort((a, b) => near(a) - near(b)).slice(0, MOST_SMALL);
    this.box.dataset.small = small.length < 4 && small.length > 0 ? "3" : String(small.length);
    this.box.dataset.layout = this.layout;
    document.body.classList.toggle("is-blank", deck.blank);
    for (const [camera, tile] of this.tiles) {
      const isBig = camera === deck.big;
      tile.figure.classList.toggle("is-big", isBig);
      tile.figure.classList.toggle("is-spare", !isBig && !small.includes(camera));
      tile.name.setAttribute("aria-label", isBig ? `${camera.recording.name}, big picture` : `Make ${camera.recording.name} big`);
      const audible = deck.audible === camera && !deck.blank;
      tile.sound.replaceChildren(...(audible ? [icon("sound"), "Sound"] : []));
      this.tellTile(camera, tile);
    }
    const heard = deck.audible ? deck.audible.recording.short : "Sound off";
    find("sound").replaceChildren(icon(deck.audible ? "sound" : "silent"), el("span", {}, heard), el("kbd", {}, "H"));
    find("sound").setAttribute("aria-label", deck.audible ? `Sound from ${heard}. Next camera` : "Sound off. Next camera");
    const words = this.layout === "small" ? "1 + small" : "single";
    find("layout").replaceChildren(icon("layout"), el("span", {}, words), el("kbd", {}, "V"));
    find("layout").setAttribute("aria-label", `Layout ${words}. Next layout`);
    show(find("layout"), deck.cameras.length > 1);
  }

  tellTile(camera, tile) {
    const { deck } = this.room;
    const away = this.whyAway(camera);
    tile.figure.classList.toggle("is-away", away !== "");
    tile.words.textContent = deck.blank && !away ? "Blank. Press B to see it again" : away;
    tile.place.textContent = camera.covers(deck.moment) ? place(camera.placeMs) : "--:--";
    if (camera === deck.big) {
      tile.drift.className = "room-drift room-2";
      tile.drift.replaceChildren("leads the clock");
      return;
    }
    const drift = deck.drift.get(camera);
    if (drift === undefined || !deck.playing || away) {
      tile.drift.replaceChildren(away ? "" : "");
      return;
    }
    const ms = Math.round(Math.abs(drift));
    const near = ms <= 25;
    tile.drift.className = `room-drift ${near ? "room-ok" : "room-warn"}`;
    tile.drift.replaceChildren(icon(near ? "tick" : "again"), near ? `${ms} ms` : `${ms} ms closing`);
  }

  whyAway(camera) {
    const { recording } = camera;
    if (recording.lost) return "This recording is lost. Its marks remain";
    if (camera.state === "unplayable") return camera.reason || recording.why_not;
    if (!camera.covers(this.room.deck.moment)) {
      return this.room.deck.moment < camera.startsAt ? "Not recording yet" : "No longer recording";
    }
    if (camera.state === "broken") return `${camera.reason}. Trying again`;
    if (camera.state === "opening") return "Opening";
    return "";
  }

  jumped({ camera, drift }) {
    say(`${camera.recording.short} was ${Math.round(Math.abs(drift))} ms off and was moved into step`);
  }

  // The clock, the play button, the speed, and each picture's own time.
  tell() {
    const { deck } = this.room;
    const { big, moment } = deck;
    find("clock").textContent = clockMs(moment);
    find("zone").textContent = zone(moment);
    const frame = big.covers(moment) ? `frame ${big.frame}${big.exact ? "" : " ± 1"}` : "no frame here";
    find("clock-sub").textContent = `${day(moment)} · ${utcMs(moment)} UTC`;
    find("clock-sub").title = `${big.recording.label} ${frame}`;
    const button = find("play");
    if (button.dataset.playing !== String(deck.playing)) {
      button.dataset.playing = String(deck.playing);
      button.setAttribute("aria-label", deck.playing ? "Pause" : "Play");
      button.replaceChildren(icon(deck.playing ? "pause" : "play"));
    }
    const speed = `${String(deck.speed).replace("-", "−")}×`;
    if (find("speed").textContent !== speed) {
      find("speed").textContent = speed;
      find("speed").setAttribute("aria-label", `Speed, ${deck.speed} times. Back to 1 times`);
    }
    for (const [camera, tile] of this.tiles) this.tellTile(camera, tile);
    this.tellRange();
  }

  tellRange() {
    const { marks, deck } = this.room;
    const { range } = marks;
    const rows = [];
    const moment = (ms) => clockMs(this.room.camera(range.link).startsAt + ms);
    if (range.in !== null) rows.push(["In", moment(range.in)]);
    if (range.out !== null) rows.push(["Out", range.in === null ? moment(range.out) : `${moment(range.out)}  ${length(range.out - range.in)}`]);
    if (!rows.length) {
      rows.push(["Frame", `${deck.big.frame} of ${deck.big.lastFrame + 1}`]);
      const [num, den] = deck.big.rate;
      const rate = den === 1 ? String(num) : (num / den).toFixed(2);
      rows.push(deck.big.exact ? ["Exact", `${rate} per second`] : ["± 1 frame", "the rate varies"]);
    }
    const text = rows.flat().join("|");
    if (this.rangeText === text) return;
    this.rangeText = text;
    find("io").replaceChildren(...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
  }
}
