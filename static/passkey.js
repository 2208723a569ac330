// Passkeys: what a page with #passkey-login or #passkey-add asks the browser for, and sends back as a form. Without
// this script people sign in by mail.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

let asking = new AbortController();
let renewal;

// The options with a new challenge; none if the page has to be left, to sign in anew.
async function options(button) {
  const response = await fetch(button.dataset.ask, {
    method: "POST", body: new URLSearchParams(JSON.parse(button.dataset.fields)), headers: { accept: "application/json" },
  });
  if (response.redirected) location.assign(response.url);
  if (!response.ok || response.redirected) throw new Error(`${response.status} ${response.url}`);
  const options = await response.json();
  options.challenge = bytes(options.challenge);
  return options;
}

function send(button, credential) {
  const { id, type, rawId, response } = credential;
  const answer = { id, type, rawId: text(rawId), response: {} };
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) answer.response[part] = text(response[part]);
  }
  const form = Object.assign(document.createElement("form"), { method: "post", action: button.dataset.answer, hidden: true });
  for (const [name, value] of [...Object.entries(JSON.parse(button.dataset.fields)), ["credential", JSON.stringify(answer)]]) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}

async function ask(button, mediation) {
  clearTimeout(renewal);
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const publicKey = await options(button);
  if (signal.aborted) return;
  let credential;
  if (button.id === "passkey-add") {
    publicKey.user.id = bytes(publicKey.user.id);
    publicKey.excludeCredentials = known(publicKey.excludeCredentials);
    credential = await navigator.credentials.create({ publicKey, signal });
  } else {
    credential = await navigator.credentials.get({ publicKey, mediation, signal });
  }
  if (credential) send(button, credential);
}

function offer(button) {
  const problem = document.getElementById("passkey-problem");
  button.hidden = false;
  button.addEventListener("click", async () => {
    problem.textContent = "";
    try {
      await ask(button);
    } catch (error) {
      problem.textContent = error.name === "InvalidStateError" ? problem.dataset.known : problem.dataset.failed;
      suggest(button);
    }
  });
}

// The browser offers passkeys in the field of the address; its challenge is renewed before it is too old.
async function suggest(button) {
  if (button.id !== "passkey-login" || !await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
  const attempt = ask(button, "conditional");
  renewal = setTimeout(() => suggest(button), 4 * 60 * 1000);
  try {
    await attempt;
  } catch {
    // The person did something else, or the server could not be asked: the button is still there.
  }
}

if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("#passkey-login, #passkey-add")) {
    offer(button);
    suggest(button);
  }
  // Tells the server that this browser can keep passkeys, so that it offers one after the sign-in by mail.
  const address = document.getElementById("email");
  if (address && await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable?.()) {
    address.form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "passkeys", value: "possible" }));
  }
}
