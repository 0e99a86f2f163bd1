// Arithmetic of frames and clocks. Places in a file are whole milliseconds from its start; moments
// are milliseconds since 1970 UTC. A rate is [numerator, denominator] frames per second.
const LONDON = "Europe/London";
const CLOCK = new Intl.DateTimeFormat("en-GB", {
  timeZone: LONDON, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const DAY = new Intl.DateTimeFormat("en-GB", {
  timeZone: LONDON, weekday: "short", day: "numeric", month: "short", year: "numeric",
});
const ZONE = new Intl.DateTimeFormat("en-GB", { timeZone: LONDON, timeZoneName: "short" });

const two = (n) => String(n).padStart(2, "0");
const three = (n) => String(n).padStart(3, "0");
const thousandths = (ms) => three(((Math.floor(ms) % 1000) + 1000) % 1000);

// The frame that is on screen at a place in the file. Half a millisecond makes up for rounding.
export function frameAt(ms, [num, den]) {
  return Math.max(0, Math.floor(((ms + 0.5) * num) / (den * 1000) + 1e-6));
}

// Where a frame begins, in whole milliseconds.
export function frameStart(frame, [num, den]) {
  return Math.round((frame * den * 1000) / num);
}

// The middle of a frame in seconds: a seek that cannot land on a neighbour.
export function frameMiddle(frame, [num, den]) {
  return ((frame + 0.5) * den) / num;
}

// How far a presented media time (seconds) lies from the grid of frames, in frames: 0 to 0.5.
export function offGrid(mediaTime, [num, den]) {
  const frames = (mediaTime * num) / den;
  return Math.abs(frames - Math.round(frames));
}

export function frameOfMediaTime(mediaTime, [num, den]) {
  return Math.max(0, Math.round((mediaTime * num) / den));
}

export const clock = (moment) => CLOCK.format(moment);
export const clockMs = (moment) => `${CLOCK.format(moment)}.${thousandths(moment)}`;
export const day = (moment) => DAY.format(moment).replace(",", "");
export const zone = (moment) => ZONE.formatToParts(moment).find((part) => part.type === "timeZoneName").value;
export const utcMs = (moment) => new Date(moment).toISOString().slice(11, 23);

export function place(ms, { withMs = true } = {}) {
  const seconds = Math.floor(ms / 1000);
  const text = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return withMs ? `${text}.${three(Math.floor(ms) % 1000)}` : text;
}

export function length(ms) {
  if (ms < 60000) return `${(ms / 1000).toFixed(3)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
}

// Reads 1:02:03.480, 2:03 or 12.48 as milliseconds; null for anything else.
export function parsePlace(text) {
  const match = /^(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,6})(?:[.,](\d{1,3}))?$/.exec(text.trim());
  if (!match) return null;
  const [, hours = "0", minutes = "", seconds, part = ""] = match;
  if ((minutes !== "" && Number(seconds) > 59) || (hours !== "0" && Number(minutes) > 59)) return null;
  return ((Number(hours) * 60 + Number(minutes || 0)) * 60 + Number(seconds)) * 1000 + Number(part.padEnd(3, "0"));
}

// Reads a London clock time, 23:14:07.480, as the moment of it in [from, to]; null if there is none.
export function parseClock(text, from, to) {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?$/.exec(text.trim());
  if (!match) return null;
  const [, h, m, s = "00", part = ""] = match;
  const wanted = `${two(Number(h))}:${m}:${s}`;
  const second = Number(part.padEnd(3, "0"));
  // Every quarter of an hour is a possible offset from UTC midnight; London uses two of them.
  for (let base = Math.floor(from / 86400000) * 86400000 - 86400000; base <= to; base += 86400000) {
    for (const shift of [0, -3600000]) {
      const moment = base + shift + ((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1000 + second;
      if (clock(moment) === wanted && moment >= from && moment <= to) return moment;
    }
  }
  return null;
}

// Joins stretches [from, to] that touch or overlap.
export function merge(stretches) {
  const merged = [];
  for (const [from, to] of [...stretches].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else if (to > from) merged.push([from, to]);
  }
  return merged;
}

export function covered(stretches, [from, to]) {
  return stretches.reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, to) - Math.max(a, from)), 0);
}
