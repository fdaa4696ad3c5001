// Tells the shop what its visitor sees and does. loader.js brings it late, and only to those who agreed to be counted.
// A page that was drawn ahead of a visit tells nothing before somebody sees it. What was not heard is kept for the next page
// of this tab; each event has an id, so that what comes twice counts once.
const key = "orilla.events";
const most = 50; // events in a batch, as orilla_events::MOST_EVENTS
const day = 864e5; // milliseconds after which an event is no news
const soon = 1000; // milliseconds without anything new after which it is told
const patience = 10000; // milliseconds for an answer
const kinds = new Map(
  Object.entries({ "": "home", c: "category", p: "product", search: "search", cart: "cart", checkout: "checkout", orders: "order" }),
);
const [, , part = "", name] = location.pathname.split("/");
const page = kinds.get(part) ?? "other";

let waiting = [];
let timer;
let telling = false;

// Another page of this tab may have been there since.
function recall() {
  try {
    waiting = JSON.parse(sessionStorage.getItem(key)) ?? waiting;
  } catch {} // storage is switched off, or something else stands there
}

function keep() {
  try {
    sessionStorage.setItem(key, JSON.stringify(waiting));
  } catch {}
}

function note(type, fields) {
  waiting.push({ id: crypto.randomUUID(), type, at: Date.now(), ...fields });
  keep();
  clearTimeout(timer);
  timer = setTimeout(tell, soon);
}

function see() {
  recall();
  // Which variations of experiments the page shows: "card-layout:rows delivery-promise:promise". A page that was made on the
  // device (pages::away_strip) shows them by the flags of some day, so it says that.
  const away = document.querySelector(".away:not([data-waiting-strip])") ? { away: true } : {};
  for (const shown of document.getElementById("exposures")?.value.split(" ") ?? []) {
    const [experiment, variation] = shown.split(":");
    if (variation) note("exposure", { experiment, variation, ...away });
  }
  // After that: what counts of a variation is what is done once it was seen, and this page is that already.
  note("page_view", { page });
  if (page === "product") note("product_view", { product: name });
  if (page === "checkout") note("checkout_begun");
  if (page === "search" && new URLSearchParams(location.search).get("q")) note("search");
}

// What may still be told.
function choose() {
  const agreed = /(?:^|; )__Host-consent=1\.1/.test(document.cookie);
  const now = Date.now();
  waiting = agreed ? waiting.filter(({ at }) => now - at < day) : [];
  keep();
}

const pack = (events) => JSON.stringify({ sent: Date.now(), events });

// While the page is there, an answer can be heard. The shop has what it answers well, and will never take what it refuses.
async function tell() {
  choose();
  if (telling || waiting.length === 0) return;
  telling = true;
  const batch = waiting.slice(0, most);
  const asked = { method: "POST", body: pack(batch), keepalive: true, signal: AbortSignal.timeout(patience) };
  const isHeard = await fetch("/e", asked).then(
    ({ status }) => status < 500 && status !== 408 && status !== 429,
    () => false,
  );
  telling = false;
  if (!isHeard) return;
  const told = new Set(batch.map(({ id }) => id));
  waiting = waiting.filter(({ id }) => !told.has(id));
  keep();
  if (waiting.length > 0) tell();
}

// Nobody hears an answer any more, and a service worker that has to start first may not get it: the next page tells it again.
function leave() {
  choose();
  for (let at = 0; at < waiting.length; at += most) navigator.sendBeacon("/e", pack(waiting.slice(at, at + most)));
}

addEventListener(
  "submit",
  ({ target }) => {
    if (target.getAttribute("action") !== "/fn/add_to_cart") return;
    note("add_to_cart", page === "product" ? { product: name } : {});
  },
  true,
);
let isLeft = false;
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && !isLeft && tell());
addEventListener("pagehide", () => {
  isLeft = true;
  leave();
});
addEventListener("pageshow", ({ persisted }) => {
  isLeft = false;
  if (persisted) see();
});
if (document.prerendering) document.addEventListener("prerenderingchange", see, { once: true });
else see();
