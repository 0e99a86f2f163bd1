// The marks of the room: what is there, which one is at hand, the range, and undo.
import { Saver, contentOf, identity, same } from "./saver.js";

export class Marks extends EventTarget {
  constructor(data) {
    super();
    this.all = new Map();
    this.fresh = 0;
    this.selected = null;
    this.range = { link: null, in: null, out: null };
    this.done = [];
    this.undone = [];
    this.mayMark = data.marking.allowed;
    for (const mark of data.marks) this.all.set(mark.id, fromPortal(mark));
    this.saver = new Saver(data.urls, this.all, () => this.tell("saving"));
  }

  tell(what) {
    this.dispatchEvent(new Event(what));
  }

  // Those that are there, in order of time on the common clock.
  list(momentOf) {
    return [...this.all.values()]
      .filter((mark) => mark.wanted !== null)
      .sort((a, b) => momentOf(a) - momentOf(b) || a.number - b.number);
  }

  get current() {
    const mark = this.all.get(this.selected);
    return mark && mark.wanted !== null ? mark : null;
  }

  select(key) {
    this.selected = key;
    this.tell("select");
  }

  add(link, content) {
    const key = `new-${(this.fresh += 1)}`;
    const mark = {
      key, link, id: null, version: 0, number: Infinity, label: "New mark", saved: null, wanted: content,
      mine: true, editable: true, state: "DRAFT", author: "you", problem: null,
    };
    this.all.set(key, mark);
    this.remember(mark, null);
    this.selected = key;
    this.saver.soon(0);
    this.tell("change");
    this.tell("select");
    return mark;
  }

  // Changes parts of a mark; with `typing` several changes in a row are one step of undo.
  change(mark, parts, { typing = false } = {}) {
    if (!mark.editable || mark.wanted === null) return false;
    const before = mark.wanted;
    const after = { ...before, ...parts };
    if (same(before, after)) return false;
    this.remember(mark, before, typing);
    mark.wanted = after;
    mark.problem = null;
    this.saver.soon();
    this.tell("change");
    return true;
  }

  remove(mark) {
    if (!mark.editable) return false;
    this.remember(mark, mark.wanted);
    this.put(mark, null);
    if (this.selected === mark.key) this.select(null);
    return true;
  }

  undo() {
    return this.back(this.done, this.undone);
  }

  redo() {
    return this.back(this.undone, this.done);
  }

  back(from, to) {
    const step = from.pop();
    if (!step) return null;
    const mark = this.all.get(step.key);
    to.push({ key: step.key, content: mark.wanted });
    this.put(mark, step.content);
    if (step.content !== null) this.select(mark.key);
    else if (this.selected === mark.key) this.select(null);
    return mark;
  }

  put(mark, content) {
    mark.wanted = content;
    mark.problem = null;
    this.saver.soon(0);
    this.tell("change");
  }

  remember(mark, content, typing = false) {
    const last = this.done.at(-1);
    this.undone.length = 0;
    if (typing && last && last.key === mark.key && last.typing) return;
    this.done.push({ key: mark.key, content, typing });
    if (this.done.length > 200) this.done.shift();
  }
}

function fromPortal(mark) {
  const content = contentOf(mark);
  return {
    ...identity(mark), key: mark.id, link: mark.link, saved: content, wanted: content, mine: mark.mine,
    editable: mark.editable, state: mark.state, author: mark.author, problem: null,
  };
}
