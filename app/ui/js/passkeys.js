// Passkeys: signing in with one, adding one, and opening an account with one. The server says what to ask the browser,
// and judges what it answers.
import { Refused, post } from "./post.js";

const browser = window.PublicKeyCredential;
const isAble = Boolean(browser?.parseRequestOptionsFromJSON && browser.prototype.toJSON);
// The browser offers a passkey where one types a name. What it may sign for that is renewed before it is too old.
const renewed = 4 * 60 * 1000; // milliseconds

const parts = (kind) => document.querySelectorAll(`[data-passkey="${kind}"]`);
for (const part of parts("unsupported")) part.hidden = isAble;
for (const form of isAble ? parts("create") : []) show(form, create);
for (const form of isAble ? parts("get") : []) {
  show(form, (form) => get(form));
  offer(form);
}

function show(form, act) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    say(form, form.dataset.wait);
    try {
      await act(form);
    } catch (error) {
      say(form, why(form, error));
      if (act !== create) offer(form);
    }
    form.ariaBusy = null;
  });
}

function say(form, text) {
  form.querySelector("[role=status]").textContent = text;
}

// What to tell of an error.
function why({ dataset }, error) {
  if (error instanceof Refused) return error.message;
  if (error.name === "NotAllowedError" || error.name === "AbortError") return dataset.cancelled;
  if (error.name === "InvalidStateError") return dataset.exists;
  console.warn(error);
  return dataset.failed;
}

async function create(form) {
  const publicKey = browser.parseCreationOptionsFromJSON(await post(form.dataset.begin, {}));
  const credential = await navigator.credentials.create({ publicKey });
  const { next } = await post(form.dataset.finish, { name: form.elements.name?.value, credential });
  location.assign(next);
}

// One question at a time: who presses the button ends the offer.
let asking, renewal;

async function get(form, mediation) {
  asking?.abort();
  clearTimeout(renewal);
  const { signal } = (asking = new AbortController());
  const publicKey = browser.parseRequestOptionsFromJSON(await post(form.dataset.begin, {}));
  const credential = await navigator.credentials.get({ publicKey, mediation, signal });
  const { next } = await post(form.dataset.finish, { next: form.dataset.next, credential });
  location.assign(next);
}

// Offers passkeys where one types one's name (autofill), as long as the page is open. Only a refusal is told: nobody
// has asked for the rest.
async function offer(form) {
  if (!document.querySelector("[autocomplete~=webauthn]")) return;
  if (!(await browser.isConditionalMediationAvailable?.())) return;
  const answer = get(form, "conditional");
  const { signal } = asking;
  renewal = setTimeout(() => offer(form), renewed);
  try {
    await answer;
  } catch (error) {
    // Who has pressed the button meanwhile is told what becomes of that.
    if (error instanceof Refused && !signal.aborted) say(form, error.message);
  }
}
