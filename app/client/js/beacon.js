// Tells the shop what its visitor sees and does. loader.js brings it late, and only to those who agreed to be counted.
// A page that was drawn ahead of a visit tells nothing before somebody sees it. What waits is kept for the next page of
// this tab; each event has an id, so that what comes twice counts once.
const key = "orilla.events";
const most = 50; // events in a batch, as orilla_events::MOST_EVENTS
const day = 864e5; // milliseconds after which an event is no news
const kinds = new Map(
  Object.entries({ "": "home", c: "category", p: "product", search: "search", cart: "cart", checkout: "checkout", orders: "order" }),
);
const [, , part = "", name] = location.pathname.split("/");
const page = kinds.get(part) ?? "other";

let waiting = [];
try {
  waiting = JSON.parse(sessionStorage.getItem(key)) ?? [];
} catch {} // storage is switched off, or something else stands there

function keep() {
  try {
    sessionStorage.setItem(key, JSON.stringify(waiting));
  } catch {}
}

function tell(type, fields) {
  waiting.push({ id: crypto.randomUUID(), type, at: Date.now(), ...fields });
  keep();
}

function see() {
  tell("page_view", { page });
  if (page === "product") tell("product_view", { product: name });
  if (page === "checkout") tell("checkout_begun");
  if (page === "search" && new URLSearchParams(location.search).get("q")) tell("search");
  // Which variations of experiments the page shows: "card-layout:rows delivery-promise:promise". A page that was made on the
  // device (pages::away_strip) shows them by the flags of some day, so it says that.
  const away = document.querySelector(".away:not([data-waiting-strip])") ? { away: true } : {};
  for (const shown of document.getElementById("exposures")?.value.split(" ") ?? []) {
    const [experiment, variation] = shown.split(":");
    if (variation) tell("exposure", { experiment, variation, ...away });
  }
}

function send() {
  const agreed = /(?:^|; )__Host-consent=1\.1/.test(document.cookie);
  const now = Date.now();
  waiting = agreed ? waiting.filter(({ at }) => now - at < day) : [];
  while (waiting.length > 0) {
    const batch = waiting.splice(0, most);
    const body = JSON.stringify({ sent: now, events: batch });
    if (navigator.onLine && navigator.sendBeacon("/e", body)) continue;
    const back = () => {
      waiting.push(...batch);
      keep();
    };
    fetch("/e", { method: "POST", body, keepalive: true }).then(({ ok }) => ok || back(), back);
  }
  keep();
}

addEventListener(
  "submit",
  ({ target }) => {
    if (target.getAttribute("action") !== "/fn/add_to_cart") return;
    tell("add_to_cart", page === "product" ? { product: name } : {});
  },
  true,
);
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
addEventListener("pagehide", send);
addEventListener("pageshow", ({ persisted }) => persisted && see());
if (document.prerendering) document.addEventListener("prerenderingchange", see, { once: true });
else see();
