// Loads the islands' bundle when the browser is idle or the shopper first touches an island, and replays that touch.
// Nothing of the bundle is needed for the first view, and every form works if it never arrives.
const islands = "leptos-island";
const script = document.querySelector("script[data-bundle]");
const { bundle, wasm } = script.dataset;

let started = false; // the bundle is on its way
let ready = false; // the islands are hydrated
let failed = false; // it did not arrive: leave everything to the browser
const patience = 10000; // milliseconds
const waiting = []; // what the shopper did before it was ready, in order

// What an island answers to.
for (const type of ["click", "submit", "input", "change", "focusin", "keydown", "pointerdown", "pointerenter"]) {
  addEventListener(type, touch, { capture: true, passive: false });
}

function touch(event) {
  if (ready || failed || !(event.target instanceof Element)) return;
  const island = event.target.closest(islands);
  if (!island) return;
  start();
  if (event.type === "input" || event.type === "change") keep(event);
  else if (isForIsland(event)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    keep(event);
  }
}

// What an island does in place of the browser. A search goes its way; a click on a submit button comes back as
// `submit`; and who holds a key or another button wants a new tab.
function isForIsland({ type, target, button, ctrlKey, metaKey, shiftKey, altKey }) {
  if (type === "submit") return target.getAttribute("method") === "post";
  if (type !== "click" || ctrlKey || metaKey || shiftKey || altKey || button > 0) return false;
  return target.closest("a[data-island],button[data-island]:not([type=submit])") !== null;
}

// Once is enough: an impatient shopper wants one piece, and of a field the last value counts.
function keep({ type, target, submitter }) {
  const value = type === "submit" || type === "click" ? undefined : target.value;
  if (waiting.length === 0) setTimeout(() => giveUp(new Error("the islands come too late")), patience);
  const before = waiting.find((event) => event.type === type && event.target === target);
  if (before) before.value = value;
  else waiting.push({ type, target, submitter, value });
}

async function load() {
  const module = await import(bundle);
  await module.default({ module_or_path: wasm });
  return module;
}

// A connection that hangs must not hold back what the shopper did: after a while the browser does it alone.
let giveUp;
const tooLate = new Promise((_, reject) => (giveUp = reject));
tooLate.catch(() => {});

async function start() {
  if (started) return;
  started = true;
  try {
    const module = await Promise.race([load(), tooLate]);
    module.hydrate();
    for (const island of document.querySelectorAll(islands)) module[island.dataset.component]?.(island);
    // The effects of the islands run after that, and put back what the server knew.
    await new Promise((resolve) => setTimeout(resolve));
    ready = true;
  } catch (error) {
    failed = true;
    console.error(error);
  }
  document.documentElement.dataset.islands = ready ? "ready" : "failed";
  if (ready) waiting.splice(0).forEach(replay);
  else replayAlone(waiting.splice(0));
}

// If the bundle did not come, nothing listens any more, and the browser does what the form or link says. With the last one
// it leaves the page, and each before would be cut short by the next: such forms are sent from here, one after the other.
async function replayAlone(events) {
  const leaving = events.filter(({ type }) => type === "submit" || type === "click");
  const last = leaving.pop();
  for (const event of events) if (event !== last && !leaving.includes(event)) replay(event);
  for (const { type, target, submitter } of leaving) {
    if (type !== "submit") continue;
    const body = new URLSearchParams(new FormData(target, submitter));
    const signal = AbortSignal.timeout(patience);
    const send = () => fetch(target.action, { method: "POST", body, redirect: "manual", keepalive: true, signal });
    // In turn, as islands do (turn.js). What is answered, the page that follows shows, unless it is that this could not be done.
    const sent = await (navigator.locks?.request("orilla-cart", send) ?? send()).catch(console.error);
    if (!sent || sent.status >= 400) return replay({ type, target, submitter });
  }
  if (last) replay(last);
}

function replay({ type, target, submitter, value }) {
  if (type === "submit") return target.requestSubmit(submitter);
  if (type === "click") return target.click();
  target.value = value;
  target.dispatchEvent(new Event(type, { bubbles: true }));
  if (type === "input") changeOnLeaving(target);
}

// The browser takes what a script has set for no change of the shopper's: leaving the field would say nothing. So who
// still stands in it has the change told then, unless it was told already.
function changeOnLeaving(field) {
  const told = new AbortController();
  const { signal } = told;
  const tell = () => field.dispatchEvent(new Event("change", { bubbles: true }));
  field.addEventListener("change", () => told.abort(), { signal });
  field.addEventListener("blur", tell, { signal });
  field.form?.addEventListener("submit", tell, { signal, capture: true });
}

// A browser may ask by itself whether to install the shop, at first sight too. The shop asks when it makes sense
// (install.js).
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  window.mayInstall = event;
});

// Not before the page has loaded, so that nothing competes with what the shopper looks at, and never on its own when
// the shopper asked for little data. What is seen is told by who agreed to be counted: nobody else loads the script.
function idle() {
  const later = window.requestIdleCallback || ((callback) => setTimeout(callback, 200));
  if (/(?:^|; )__Host-consent=1\.1/.test(document.cookie)) later(() => import(script.dataset.beacon), { timeout: 2000 });
  if (script.dataset.keep) later(() => import(script.dataset.keep), { timeout: 8000 });
  // What only some pages need: the part that needs it names its script.
  for (const { dataset } of document.querySelectorAll("[data-script]")) later(() => import(dataset.script), { timeout: 4000 });
  if (navigator.connection?.saveData || !document.querySelector(islands)) return;
  later(start, { timeout: 8000 });
}
// A page that the browser had brought before it was asked for made no request that could be counted: it says when it is
// shown. One that never is says nothing.
function shown() {
  const [{ activationStart, deliveryType } = {}] = performance.getEntriesByType("navigation");
  const isAhead = activationStart > 0 || deliveryType === "navigational-prefetch";
  if (isAhead && document.referrer) navigator.sendBeacon("/fn/seen", document.referrer);
}
if (document.prerendering) document.addEventListener("prerenderingchange", shown, { once: true });
else shown();

// From a list to a product and back, the product's picture stays in sight: its card's has the name of the large one
// while the pages change. Without transitions (an older browser, or somebody who wants no motion) nothing happens.
const large = document.querySelector(".gallery > .picture");
let small;
function follow(address) {
  if (small) small.style.viewTransitionName = "";
  const pathname = address && new URL(address).pathname;
  const link = [...document.querySelectorAll(".card .title a")].find((link) => link.pathname === pathname);
  small = link?.closest(".card").querySelector(".picture");
  // There is one of a name: from a product to a related one, it is the card's.
  if (large) large.style.viewTransitionName = small ? "none" : "";
  if (small) small.style.viewTransitionName = "product";
}
addEventListener("pageswap", ({ viewTransition, activation }) => {
  if (viewTransition) follow(activation?.entry?.url);
});
addEventListener("pagereveal", ({ viewTransition }) => {
  if (viewTransition) follow(large ? undefined : window.navigation?.activation?.from?.url);
});

if (document.readyState === "complete") idle();
else addEventListener("load", idle, { once: true });
