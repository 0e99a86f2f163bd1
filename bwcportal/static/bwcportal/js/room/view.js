// The window of time that the lanes show, and its scale.
import { length } from "./time.js";

const MINUTE = 60000;
const STEPS = [4000, 10000, 30000, 2 * MINUTE, 6 * MINUTE, 12 * MINUTE, 30 * MINUTE];
const SHORTEST = STEPS[0];

export class View {
  constructor(from, to) {
    this.first = from;
    this.last = Math.max(to, from + SHORTEST);
    this.left = 0;
    this.right = 1;
    this.fit();
  }

  setPlot(left, right) {
    this.left = left;
    this.right = Math.max(right, left + 10);
  }

  get span() {
    return this.to - this.from;
  }

  get whole() {
    return this.last - this.first;
  }

  x(moment) {
    return this.left + ((moment - this.from) / this.span) * (this.right - this.left);
  }

  moment(x) {
    const part = (Math.min(Math.max(x, this.left), this.right) - this.left) / (this.right - this.left);
    return Math.round(this.from + part * this.span);
  }

  overviewX(moment) {
    return this.left + ((moment - this.first) / this.whole) * (this.right - this.left);
  }

  overviewMoment(x) {
    return this.first + ((x - this.left) / (this.right - this.left)) * this.whole;
  }

  // The part of [from, to] that is inside the window, as x and x.
  clip(from, to) {
    return [Math.max(this.left, this.x(from)), Math.min(this.right, this.x(to))];
  }

  fit() {
    this.from = this.first;
    this.to = this.last;
  }

  set(from, span) {
    const wide = Math.min(Math.max(span, SHORTEST), this.whole);
    this.from = Math.min(Math.max(from, this.first), this.last - wide);
    this.to = this.from + wide;
  }

  // One step out (1) or in (-1); `keep` stays at its place on screen.
  step(steps, keep) {
    const sizes = [...STEPS.filter((size) => size < this.whole), this.whole];
    const now = sizes.findIndex((size) => size >= this.span - 1);
    const next = sizes[Math.min(Math.max(now + steps, 0), sizes.length - 1)];
    const inside = keep >= this.from && keep <= this.to;
    const part = inside ? (keep - this.from) / this.span : 0.5;
    this.set(keep - part * next, next);
  }

  around(from, to) {
    this.set((from + to) / 2 - (to - from) * 0.6, (to - from) * 1.2);
  }

  centre(moment) {
    this.set(moment - this.span / 2, this.span);
  }

  shift(part) {
    this.set(this.from + part * this.span, this.span);
  }

  turnPage(moment) {
    if (this.span >= this.whole || (moment >= this.from && moment <= this.from + this.span * 0.9)) return false;
    const before = this.from;
    this.set(moment - this.span * 0.1, this.span);
    return this.from !== before;
  }

  words() {
    return this.span >= this.whole - 1 ? "all" : length(this.span).replace(/\.0+ s|(\.\d)\d+ s/, "$1 s");
  }
}
