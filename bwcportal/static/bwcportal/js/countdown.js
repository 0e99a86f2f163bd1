// Counts down to a moment that closes the page's case: hours and minutes, then minutes and seconds.
// Without this script the element is empty, and the moment stands in words beside it. At the end the
// page is asked for again, and the portal says what is left to see.
const MINUTE = 60_000;

export function startCountdowns(scope) {
  for (const clock of scope.querySelectorAll("time[data-countdown]")) {
    if (clock.dataset.counting) continue;
    clock.dataset.counting = "yes";
    run(clock, Date.parse(clock.dateTime));
  }
}

function run(clock, end) {
  const left = end - Date.now();
  if (left <= 0) {
    location.reload();
    return;
  }
  clock.textContent = `${inWords(left)} left.`;
  setTimeout(() => run(clock, end), left > 10 * MINUTE ? 15_000 : 1_000);
}

function inWords(left) {
  const minutes = Math.floor(left / MINUTE);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  if (minutes >= 10) return `${minutes} min`;
  return `${minutes} min ${Math.floor((left % MINUTE) / 1000)} s`;
}
