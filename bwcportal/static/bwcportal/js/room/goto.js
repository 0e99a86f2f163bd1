// "Go to a time": a small dialog that takes a time of the incident or a place in the file.
import { el, find, icon } from "./dom.js";
import { clockMs, parseClock, parsePlace, place, zone } from "./time.js";

export function openGoTo(room) {
  const dialog = find("goto");
  const { deck } = room;
  const camera = deck.big;
  const choice = (value, words, checked) => {
    const input = el("input", { type: "radio", name: "goto-how", value });
    input.checked = checked;
    return el("label", {}, input, words);
  };
  const input = el("input", { class: "room-input", id: "goto-time", autocomplete: "off", "aria-describedby": "goto-hint goto-error" });
  const error = el("p", { class: "room-error", id: "goto-error", role: "alert" });
  const go = (event) => {
    event.preventDefault();
    const inFile = dialog.querySelector("[value=file]").checked;
    const moment = inFile ? momentInFile(camera, input.value) : parseClock(input.value, deck.startsAt, deck.endsAt - 1);
    if (moment === null) {
      error.textContent = inFile
        ? `Enter a time from 0:00:00 to ${place(camera.recording.duration_ms)}, such as 0:03:12.480`
        : `Enter a time from ${clockMs(deck.startsAt)} to ${clockMs(deck.endsAt)}, such as 23:14:07`;
      input.setAttribute("aria-invalid", "true");
      input.focus();
      return;
    }
    dialog.close();
    deck.pause();
    deck.go(moment);
  };
  dialog.replaceChildren(
    el(
      "form", { novalidate: true, onsubmit: go },
      el("header", {}, el("h2", { id: "goto-title" }, "Go to a time"), el("button", { type: "button", class: "room-x", "aria-label": "Close", onclick: () => dialog.close() }, icon("cross"))),
      el(
        "div", { class: "room-dialog__body" },
        el("fieldset", { class: "room-plainset" }, el("legend", { class: "room-hide" }, "Which clock"), el("div", { class: "room-choice" }, choice("incident", `Of the incident (${zone(deck.moment)})`, true), choice("file", `In the file of ${camera.recording.short}`, false))),
        el("label", { for: "goto-time", class: "room-lab" }, "Time"), input,
        el("p", { id: "goto-hint", class: "room-2 room-small" }, `Now at ${clockMs(deck.moment)}, in the file ${place(camera.placeMs)}. Thousandths may be left out.`), error,
      ),
      el("footer", {}, el("span", { class: "room-grow" }), el("button", { type: "submit", class: "room-btn room-btn--go" }, "Go")),
    ),
  );
  dialog.showModal();
  input.focus();
}

function momentInFile(camera, text) {
  const ms = parsePlace(text);
  return ms === null || ms >= camera.recording.duration_ms ? null : camera.startsAt + ms;
}
