// Passkeys: a form marked data-passkey fetches a challenge, asks the browser, and sends the answer.
const STATED = {
  NotAllowedError: "No passkey was used. Try again, or use a code.",
  InvalidStateError: "This device has a passkey of your account already.",
  SecurityError: "Passkeys do not work at this address. Use a code instead.",
};
const OTHERWISE = "The browser could not use a passkey. Try again, or use a code.";

function toBytes(text) {
  const padded = text.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(text.length / 4) * 4, "=");
  return Uint8Array.from(atob(padded), (sign) => sign.charCodeAt(0));
}

function toText(buffer) {
  const signs = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function readOptions(given) {
  const options = { ...given.publicKey, challenge: toBytes(given.publicKey.challenge) };
  if (options.user) options.user = { ...options.user, id: toBytes(options.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (options[list]) options[list] = options[list].map((each) => ({ ...each, id: toBytes(each.id) }));
  }
  return options;
}

function writeAnswer(credential) {
  const { response } = credential;
  const parts = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = toText(response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response: parts,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function ask(about, token, way) {
  const reply = await fetch(about.challenge, {
    method: "POST",
    headers: { "X-CSRFToken": token, "Content-Type": "application/x-www-form-urlencoded" },
    body: about.challengeBody ?? "",
  });
  if (!reply.ok) throw new Error("no challenge");
  const publicKey = readOptions(await reply.json());
  if (way === "create") return navigator.credentials.create({ publicKey });
  return navigator.credentials.get({ publicKey });
}

// Numbers are no host names: no browser makes a passkey for them.
const usable =
  window.isSecureContext && "PublicKeyCredential" in window && !/^[\d.]+$|^\[/.test(location.hostname);

function arm(form) {
  const said = form.querySelector("[role=alert]");
  let asking = false;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (asking) return;
    asking = true;
    said.hidden = true;
    try {
      const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
      const credential = await ask(form.dataset, token, form.dataset.passkey);
      form.elements.answer.value = writeAnswer(credential);
      form.submit();
    } catch (error) {
      said.textContent = STATED[error.name] ?? OTHERWISE;
      said.hidden = false;
      asking = false;
    }
  });
}

// Beside an act: the answer goes along with the form in which the button stands.
function armBeside(button) {
  const form = button.closest("form");
  const said = button.parentElement.querySelector("[role=alert]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.hidden = true;
    try {
      const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
      const credential = await ask(button.dataset, token, "get");
      form.elements["step_up-answer"].value = writeAnswer(credential);
      form.requestSubmit(form.querySelector("button[type=submit]"));
    } catch (error) {
      said.textContent = STATED[error.name] ?? OTHERWISE;
      said.hidden = false;
    }
    button.disabled = false;
  });
}

if (usable) {
  for (const button of document.querySelectorAll("[data-passkey-beside]")) armBeside(button);
  for (const form of document.querySelectorAll("form[data-passkey]")) arm(form);
  for (const each of document.querySelectorAll("[data-no-passkey]")) each.hidden = true;
}
