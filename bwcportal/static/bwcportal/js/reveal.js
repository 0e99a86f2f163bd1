// Further questions of a choice: shown while it is chosen, hidden otherwise.
// Written by us because GOV.UK's own sets aria-expanded on radios, where ARIA does not allow it.
export function startReveals(scope) {
  for (const group of scope.querySelectorAll("[data-reveals]")) {
    if (group.dataset.revealing) continue;
    group.dataset.revealing = "yes";
    group.addEventListener("change", () => settle(group));
    settle(group);
  }
}

function settle(group) {
  for (const input of group.querySelectorAll("input[data-opens]")) {
    document.getElementById(input.dataset.opens).hidden = !input.checked;
  }
}
