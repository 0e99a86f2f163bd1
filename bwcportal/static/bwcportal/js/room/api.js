// Talking to the portal: one function, four kinds of answer.
let token = document.body.dataset.csrf;

// The answer's `kind`: "done"; "refused" (the portal said no, and why); "away" (no answer: try
// again); "signed-out" (somebody must sign in first).
export async function post(address, body, { leaving = false } = {}) {
  let response = await send(address, body, leaving);
  if (response && response.status === 403 && !isProblem(response)) {
    // A new session has a new token: read it from a fresh copy of this page and try once more.
    if (!(await renewToken())) return { kind: "signed-out" };
    response = await send(address, body, leaving);
  }
  if (!response || response.status >= 500 || response.status === 429) return { kind: "away" };
  if (response.redirected) return { kind: "signed-out" };
  if (response.status === 404 && (await isGone())) return leave();
  const data = await response.json().catch(() => null);
  if (data === null) return { kind: "away" };
  return response.ok ? { kind: "done", data } : { kind: "refused", status: response.status, data };
}

const isProblem = (response) => (response.headers.get("Content-Type") || "").includes("problem+json");

async function send(address, body, leaving) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
  try {
    return await fetch(address, { method: "POST", headers, body: JSON.stringify(body), keepalive: leaving });
  } catch {
    return null;
  }
}

// Tells whether the room itself can no longer be opened: the case is not there for this person now.
async function isGone() {
  const response = await fetch(location.href, { headers: { "X-Background": "1" } }).catch(() => null);
  return response !== null && response.status === 404;
}

// Takes everything off the screen, streams included, and shows what anybody else is shown here.
// Nothing of the case may stay in a page that was open when the right to it ended.
function leave() {
  document.body.replaceChildren();
  document.body.dataset.room = "gone";
  location.replace(location.href);
  return new Promise(() => {});
}

async function renewToken() {
  try {
    const response = await fetch(location.href, { headers: { "X-Background": "1" } });
    if (response.redirected || !response.ok) return false;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    token = page.body.dataset.csrf || token;
    return true;
  } catch {
    return false;
  }
}
