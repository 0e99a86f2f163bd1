// What every page needs: GOV.UK and MOJ components, one press per form, plain words when the network fails.
import { startCountdowns } from "./countdown.js";
import { armForms } from "./once.js";
import { startReveals } from "./reveal.js";
import { listenForTrouble } from "./trouble.js";

const script = document.getElementById("bwc-page");

// The addresses carry the hash of the file's content, so they are read from the page.
async function startComponents(scope) {
  startReveals(scope);
  const govuk = await import(script.dataset.govuk);
  govuk.initAll({ scope });
  if (scope.querySelector("[data-module^='moj-']")) {
    const moj = await import(script.dataset.moj);
    moj.initAll({ scope });
  }
}

document.body.classList.add("js-enabled", "govuk-frontend-supported");
armForms(document);
listenForTrouble(document.getElementById("bwc-trouble"));
startComponents(document);
startCountdowns(document);

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}

document.addEventListener("htmx:afterSwap", (event) => startComponents(event.detail.elt));
