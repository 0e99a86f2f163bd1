// Keeps the portal in step with what the person wants. Each mark has what is `wanted` and what is
// `saved`; the saver works until they are the same, and loses nothing when the portal is away.
// Nothing of a case is written to the browser's own storage: unsaved marks live in this page.
import { post } from "./api.js";

const PAUSES = [2000, 5000, 10000, 15000];
const TYPING_PAUSE = 500;

export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

export class Saver {
  constructor(urls, marks, changed) {
    this.urls = urls;
    this.marks = marks;
    this.changed = changed;
    this.failures = 0;
    this.savedAt = null;
    this.trouble = "";
    this.busy = false;
    this.timer = 0;
    addEventListener("online", () => this.soon(0));
    addEventListener("beforeunload", (event) => {
      if (this.unsaved().length && document.body.dataset.room !== "gone") event.preventDefault();
    });
  }

  unsaved() {
    return [...this.marks.values()].filter((mark) => !same(mark.wanted, mark.saved));
  }

  // Saves after a short pause, so that typing is not sent letter by letter.
  soon(pause = TYPING_PAUSE) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.work(), pause);
    this.changed();
  }

  async work() {
    if (this.busy) return;
    this.busy = true;
    this.changed();
    let mark = this.next();
    while (mark) {
      const sent = mark.wanted;
      const answer = await this.send(mark);
      if (answer.kind === "away" || answer.kind === "signed-out") {
        this.trouble = answer.kind;
        break;
      }
      this.trouble = "";
      this.failures = 0;
      this.take(mark, sent, answer);
      mark = this.next();
    }
    this.busy = false;
    if (this.trouble) this.later();
    this.changed();
  }

  next() {
    return this.unsaved().find((mark) => !mark.problem);
  }

  later() {
    const pause = PAUSES[Math.min(this.failures, PAUSES.length - 1)];
    this.failures += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.work(), pause);
  }

  send(mark) {
    const address = (name) => this.urls[name].replace(this.urls.any_id, mark.id);
    if (mark.wanted === null) return post(address("mark_delete"), { version: mark.version });
    if (!mark.id) return post(this.urls.marks, { link: mark.link, ...mark.wanted });
    return post(address("mark"), { version: mark.version, ...mark.wanted });
  }

  take(mark, sent, answer) {
    if (answer.kind === "done") {
      this.savedAt = Date.now();
      mark.saved = sent;
      if (sent === null) Object.assign(mark, { id: null, version: 0 });
      else Object.assign(mark, identity(answer.data.mark));
      return;
    }
    // What was changed meanwhile is tried again; what the portal refused waits for a change.
    if (!same(sent, mark.wanted)) return;
    if (answer.status === 404) {
      mark.problem = { words: "This mark is not there any more. It may have been deleted elsewhere" };
      return;
    }
    mark.problem = { words: answer.data.detail, current: answer.data.current || null };
  }

  // Gives up what was wanted and shows the mark as the portal has it.
  takeTheirs(mark) {
    const current = mark.problem && mark.problem.current;
    if (current) {
      Object.assign(mark, identity(current), { saved: contentOf(current), wanted: contentOf(current) });
    } else mark.wanted = mark.saved;
    mark.problem = null;
    this.changed();
  }

  // Writes what was wanted over the version that somebody else made.
  keepMine(mark) {
    if (mark.problem && mark.problem.current) {
      Object.assign(mark, identity(mark.problem.current), { saved: contentOf(mark.problem.current) });
    }
    mark.problem = null;
    this.soon(0);
  }
}

export function contentOf(mark) {
  return {
    kind: mark.kind,
    mark_type: mark.type,
    start_ms: mark.start_ms,
    end_ms: mark.end_ms,
    observation: mark.observation,
    assessment: mark.assessment,
    bearings: mark.bearings,
  };
}

export const identity = (mark) => ({ id: mark.id, label: mark.label, number: mark.number, version: mark.version });
