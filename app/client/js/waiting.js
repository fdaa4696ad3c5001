// Orders that wait on this device to be sent: asks the service worker to send them when that may work, shows their page
// anew when their state is another one, and says on every other page that there are some.
const page = document.querySelector("[data-waiting]");
// A page that shows what else waits: it names what waited when it was made.
const asking = document.querySelector("[data-requests]");
let timer;
// A form of this page is on its way: shown anew now, the page would not become what is answered. Some never are.
let leftAt = -Infinity;
const LONGEST = 30_000;
const isLeaving = () => performance.now() - leftAt < LONGEST;
// The page may be shown anew, but not over what is being typed, nor over what can be had back.
let isOld = false;
const mayBeLost = () =>
  document.querySelector("form[data-undo]") || [...document.forms].some((form) => [...form.elements].some(isTouched));

function isTouched({ type, options, selectedIndex, value, defaultValue, checked, defaultChecked }) {
  // Of a choice without a default the browser has taken the first.
  if (options) return selectedIndex !== Math.max(0, [...options].findLastIndex((option) => option.defaultSelected));
  if (type === "checkbox" || type === "radio") return checked !== defaultChecked;
  return defaultValue !== undefined && value !== defaultValue;
}

function showAnew() {
  if (isOld && !isLeaving() && !mayBeLost()) location.reload();
}

export function watchOrders(registration) {
  const ask = (hurry) => registration.active?.postMessage({ outbox: "send", hurry });
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (!data?.outbox) return;
    const { states, requests = {}, done = [], due } = data.outbox;
    clearTimeout(timer);
    // A timer waits a little longer than asked.
    if (due) timer = setTimeout(() => ask(false), Math.max(due - Date.now(), 1000));
    if (asking && (done.length || hasMoved(requests))) isOld = true;
    if (isLeaving()) return;
    if (page) follow(states[page.dataset.waiting]);
    else if (isOld) showAnew();
    else say(states, requests);
  });
  addEventListener("online", () => ask(true));
  addEventListener("submit", ({ defaultPrevented }) => {
    if (defaultPrevented) return;
    leftAt = performance.now();
    // What was told meanwhile counts if the page is still there.
    setTimeout(() => ask(false), LONGEST);
  });
  // Who has typed and taken it back has changed nothing, and leaves the field all the same.
  addEventListener("focusout", showAnew);
  addEventListener("pageshow", ({ persisted }) => {
    leftAt = -Infinity;
    if (persisted) ask(false);
  });
  // The browser should not tidy an order away.
  if (page) navigator.storage?.persist?.();
  // Who looks at it wants it sent.
  ask(page !== null || asking !== null);
}

const hasMoved = (requests) =>
  asking.dataset.requests.split(" ").some((key) => key && (requests[key] ?? "refused") === "refused");

// An order that is gone is on its way into the cart, perhaps by a form that was sent before this script was here.
const GONE = 5000;

function follow(state) {
  if (state === undefined) setTimeout(() => isLeaving() || location.reload(), GONE);
  else if (state !== "sending" && state !== page.dataset.state) location.reload();
}

// The page that lists all of it has a strip for the others.
const STRIP = "[data-waiting-strip]";
const isList = document.querySelector(STRIP) !== null;
let said = "";

// One strip, that says what the device knew last: of two messages the later one counts.
async function say(states, requests) {
  const waits = Object.values(states).some((state) => state !== "done") || Object.values(requests).includes("refused");
  const what = waits ? JSON.stringify([states, requests]) : "";
  // A page that was reloaded past the service worker can't ask it.
  if (what === said || isList || !navigator.serviceWorker.controller) return;
  said = what;
  try {
    const strip = waits && (await ofDevice());
    if (what !== said) return;
    document.querySelector(STRIP)?.remove();
    if (strip) document.querySelector("main").before(strip);
  } catch (error) {
    // The next message is another chance.
    if (what === said) said = undefined;
    console.warn(error);
  }
}

async function ofDevice() {
  const answer = await fetch(`/${document.documentElement.lang}/orders/waiting`);
  const strip = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(STRIP);
  if (strip) strip.hidden = false;
  return strip;
}
