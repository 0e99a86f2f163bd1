// Says in the page, in plain words, that a part of it could not be fetched or sent.
const OFFLINE = "The portal cannot be reached. What you typed is still here: try again when the connection is back.";
const FAULT = "Something went wrong on our side and it has been logged. What you typed is still here: try again in a minute.";

export function listenForTrouble(place) {
  if (!place) return;
  const say = (words) => {
    place.textContent = words;
  };
  document.addEventListener("htmx:sendError", () => say(OFFLINE));
  document.addEventListener("htmx:timeout", () => say(OFFLINE));
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 500) say(FAULT);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) say("");
  });
}
