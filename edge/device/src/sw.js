// The service worker: the network first, and where there is none, the pipeline's second host. Listeners are registered
// at once; the module of WebAssembly is started when it is first needed, and anew after it has failed.
//
// `BUILD` is this build: its name, the names of its static files, and those that pages cannot be without.
import { BUILD } from "./build.js";
import { hasLeft, isShared, keep, noteForgotten } from "./cookies.js";
import { cookies } from "./glue.js";
import { call } from "./instance.js";
import { quiet } from "./push.js";

// The languages of pages: a test compares with the shop's.
const PAGES = /^\/(?:en|es|pt)(?:\/|$)|^\/$/;
// What the shop can do without a network; what else begins so is asked for over the network alone. `/e` is what pages tell
// of their visitors: where there is no network, it waits here.
const FUNCTIONS = /^\/(?:fn\/(?:add_to_cart|set_quantity|suggest|consent|qa)|e)$/;
const CONSENT = "/fn/consent";
const EVENTS = "/e";
const PICTURES = /^\/(?:art|img)\//;
// What is the device's own, network or not: the orders that wait, and the checkout's form that was made here.
const WAITING = /^\/(?:en|es|pt)\/orders\/waiting(?:\/|$)/;
// The pages that show the addresses of who is signed in: whoever was there has them on the device, too.
const ADDRESSES = /^\/(?:en|es|pt)\/(?:account|checkout)(?:\/|$)/;
const CHECKOUT = /^\/(?:en|es|pt)\/checkout$/;
// Forms whose answer may change the cart: an order takes out of it what was ordered.
const CHANGES_CART = /^\/fn\/(?!consent$)|\/checkout$/;
// What islands ask that changes the cart, and what forms ask in their place.
const CART = /^\/fn\/(?:add_to_cart|set_quantity)$/;
const MADE_HERE = "?away=1";
const FILES = "orilla-files-";
const mine = FILES + BUILD.build;

// Milliseconds that the network may take before the device answers, if it can: a network that takes what is sent and
// never answers is none.
const PATIENCE = 3000;
// Milliseconds after which a form waits no longer for one before it that does not end.
const TURN = 10000;
// Milliseconds for which a network that was none is not waited for again by what stands in a page.
const AWAY = 10000;
// Milliseconds between two looks for what is new, and where each byte may cost.
const FRESH = 60000;
const FRESH_IF_COSTLY = 15 * 60000;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(mine).then((cache) => cache.addAll(BUILD.files)));
});

addEventListener("activate", (event) => event.waitUntil(take()));

// Open tabs go on with the files of their own build: those of the build before this one stay.
async function take() {
  const builds = (await caches.keys()).filter((name) => name.startsWith(FILES) && name !== mine);
  for (const name of builds.slice(0, -1)) await caches.delete(name);
  await registration.navigationPreload?.enable();
  await clients.claim();
  refresh(); // not waited for: until this ends, pages wait
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (origin !== location.origin || !isOurs(request)) return;
  const isMadeHere = request.method === "POST" && CHECKOUT.test(pathname) && search === MADE_HERE;
  if (BUILD.files.includes(pathname) || pathname.startsWith("/pkg/")) event.respondWith(file(request));
  else if (request.method === "GET" && PICTURES.test(pathname)) event.respondWith(picture(request));
  else if (WAITING.test(pathname) || isMadeHere) event.respondWith(own(event));
  else if (FUNCTIONS.test(pathname)) event.respondWith(answer(event));
  else if (request.mode === "navigate" && PAGES.test(pathname)) event.respondWith(answer(event));
});

// A page of another host may send a form here. What does so is the shop's to refuse: sent on from here it would look as
// if it came from a page of ours.
function isOurs({ method, mode, referrer }) {
  return method === "GET" || mode !== "navigate" || referrer.startsWith(location.origin + "/");
}

// ---- what is new ----

let looked = 0;
let looking;

function refresh() {
  const { saveData, type } = navigator.connection ?? {};
  const fresh = saveData || type === "cellular" ? FRESH_IF_COSTLY : FRESH;
  if (looking || Date.now() - looked < fresh) return looking;
  looking = look()
    .catch((error) => console.warn("no look for what is new:", error))
    .finally(() => (looking = undefined));
  return looking;
}

addEventListener("periodicsync", (event) => event.waitUntil(refresh()));

async function look() {
  const came = await call((shop) => shop.sync());
  looked = Date.now();
  // What takes the place of this script sends what waits, and removes the rest.
  if (came === "withdrawn") await registration.update();
}

// ---- what waits ----

let sending;

// Sends what waits, and tells every tab where the orders are. Tabs ask for it when they open, when a network is
// there again, and when the next one is due; one at a time, whichever script of which build does it.
function send(hurry) {
  if (sending && !hurry) return sending;
  const act = () => call((shop) => shop.send(hurry));
  const mine = mustBeForgotten().then(() => navigator.locks.request("orilla-outbox", act)).then(tell);
  sending = mine;
  const done = () => {
    if (sending === mine) sending = undefined;
  };
  mine.then(done, done);
  return mine;
}

// Sends what was written down just now, which a sending that goes on may not have seen. Where that fails, tabs are told when
// the next one is due: nothing waits for another page to be opened.
function sendToo() {
  const before = Promise.resolve(sending).catch(() => {});
  return before.then(() => send(false)).catch((error) => console.warn("nothing is sent:", error));
}

async function tell(text) {
  const outbox = JSON.parse(text);
  for (const tab of await clients.matchAll({ includeUncontrolled: true })) tab.postMessage({ outbox });
  return outbox;
}

addEventListener("message", (event) => {
  const { outbox, hurry } = event.data ?? {};
  if (outbox === "send") event.waitUntil(send(hurry).catch((error) => console.warn("nothing is sent:", error)));
  // Who signs out leaves nothing personal behind.
  if (outbox === "forget") event.waitUntil(forget(event.ports[0]));
});

async function forget(port) {
  const silent = quiet().catch((error) => console.warn("the shop was not told that this browser is quiet:", error));
  await navigator.locks.request("orilla-outbox", () => call((shop) => shop.forget()).then(noteForgotten));
  await silent;
  port?.postMessage("forgotten");
  await tell('{"states":{}}');
}

let forgetting;

// Of who has left nothing is shown and nothing is sent: it is forgotten first, if need be by the next one who comes, or
// there is no answer. The page that follows a sign-out may never be shown.
async function mustBeForgotten() {
  if (!(await hasLeft())) return;
  forgetting ??= forget().finally(() => (forgetting = undefined));
  await within(PATIENCE, forgetting);
  if (await hasLeft()) throw new Error("who has left is not forgotten yet");
}

// Background Sync: the browser calls when a network is there, with no tab open. It calls again if that fails.
addEventListener("sync", (event) => {
  if (event.tag === "cart") event.waitUntil(shareCart());
  if (event.tag === "outbox") event.waitUntil(send(true).then(({ due }) => due && Promise.reject("more is to be sent")));
});

// The other browsers of who is signed in get what was done to the cart here without a network.
async function shareCart() {
  if (!(await isShared())) return;
  const body = new URLSearchParams({ locale: "en" });
  const ask = () => fetch("/fn/cart", { method: "POST", body, signal: AbortSignal.timeout(TURN) });
  const answer = await inTurn("orilla-cart", () => inTurn(SENT, ask));
  if (!answer.ok) throw new Error(`the cart is not shared: ${answer.status}`);
  // The session was ended elsewhere.
  if ((await answer.json()).ended) await forget();
}

// The addresses of who is signed in. What waits is sent, and all of it forgotten, in the same turn: what comes late of
// somebody who has left meanwhile is not kept.
function learn() {
  return navigator.locks.request("orilla-outbox", async () => {
    if (!(await isShared())) return;
    const came = await fetch("/en/account/addresses/book", { redirect: "manual", signal: AbortSignal.timeout(TURN) });
    if (!came.ok) return;
    const book = await came.text();
    if (await isShared()) await call((shop) => shop.learn(book));
  });
}

// A page, or what a form asks, of the device alone.
async function own(event) {
  const { request } = event;
  const copy = request.clone();
  const ofDevice = () => device(request).catch((error) => console.warn("no answer of the device:", error));
  const act = async () => (await ofDevice()) ?? fetch(copy);
  // It may take an order out of the cart, or put one back into it.
  const answer = await (request.method === "POST" ? inTurn("orilla-cart", () => inTurn(SENT, act)) : act());
  // Whoever presses a button there sees what came of it, unless that takes long.
  if (request.method === "POST" && WAITING.test(new URL(request.url).pathname)) {
    const sent = send(false).catch(() => {});
    event.waitUntil(sent);
    await within(PATIENCE, sent);
  }
  return answer;
}

// ---- answers ----

let awaySince = -Infinity;
const isAway = () => Date.now() - awaySince < AWAY;

// What the promise comes to, or nothing after so long.
const within = (milliseconds, promise) =>
  Promise.race([promise, new Promise((resolve) => setTimeout(resolve, milliseconds))]);

// Names hold their content's hash: what is here is what was asked for.
async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

// Pictures are drawn on the device where none can be fetched.
async function picture(request) {
  if (isAway()) return (await device(request).catch(() => undefined)) ?? fetch(request);
  return first(fetch(request), () => {
    awaySince = Date.now();
    return device(request);
  });
}

// Pages and functions. What a form changes of the cart, which is a cookie, comes after what was changed before, in all
// tabs; what islands change they have put in turn (turn.js). Their turn ends with their page, and what they have sent may
// go on here: so there is another turn, for what was sent. Nobody waits for the first one who holds the second.
const SENT = "orilla-cart-sent";

function answer(event) {
  const { method, mode, url } = event.request;
  const { pathname } = new URL(url);
  const isForm = mode === "navigate" && CHANGES_CART.test(pathname);
  const act = () => answerNow(event);
  if (method !== "POST" || !(isForm || CART.test(pathname))) return act();
  const sent = () => inTurn(SENT, act);
  return isForm ? inTurn("orilla-cart", sent) : sent();
}

// One after the other, but not after one that does not end.
function inTurn(name, act) {
  let acted;
  const once = () => (acted ??= act());
  return navigator.locks.request(name, { signal: AbortSignal.timeout(TURN) }, once).catch(once);
}

async function answerNow(event) {
  const { request } = event;
  const { pathname } = new URL(request.url);
  const copy = request.method === "GET" ? request : request.clone();
  const ending = new AbortController();
  const { signal } = ending;
  const ask = async () => {
    // What is answered here has to be ended there: a late answer would undo what the visitor has said or done since.
    const isAlone = request.method === "POST" && request.mode === "navigate" && CART.test(pathname);
    if (pathname === CONSENT || isAlone) return fetch(request.url, { ...(await form(request)), redirect: request.redirect, signal });
    // A navigation is sent on as it is: with anything added it would no longer be one.
    return fetch(request, request.mode === "navigate" ? undefined : { signal });
  };
  const network = (async () => {
    const came = (await event.preloadResponse) ?? (await ask());
    // Nobody looks at this answer but the device, which tells it again.
    if (pathname === EVENTS && came.status >= 500) throw new TypeError(`the shop did not take what it was told: ${came.status}`);
    return came;
  })();
  let own;
  const response = await first(network, async () => {
    // What a page tells when it is left takes its time: that says nothing of the next one.
    if (pathname !== EVENTS) awaySince = Date.now();
    own = await device(copy);
    if (own && pathname === EVENTS) event.waitUntil(sendToo());
    return own;
  });
  if (own && response === own) ending.abort();
  if (request.mode === "navigate" && ADDRESSES.test(pathname)) {
    const forgotten = () => mustBeForgotten().catch((error) => console.warn(error));
    // What tells of a sign-out may come when another answer is shown.
    event.waitUntil(network.then(forgotten, () => {}));
    await forgotten();
  }
  if (request.mode === "navigate" && request.method === "GET") event.waitUntil(after(network, request));
  // What waits of somebody who is not counted any more goes at once.
  if (pathname === CONSENT) event.waitUntil(sendToo());
  return response;
}

// What a form asks, as a request of this script's own.
async function form(request) {
  const headers = { "content-type": request.headers.get("content-type") ?? "", accept: request.headers.get("accept") ?? "*/*" };
  return { method: "POST", headers, body: await request.arrayBuffer() };
}

// The network's answer; the device's, if that fails or takes too long. A device that can't answer leaves it to the network.
async function first(network, own) {
  network.catch(() => {});
  const response = await within(PATIENCE, network.catch(() => undefined));
  if (response) return response;
  const here = await own().catch((error) => console.warn("no answer of the device:", error));
  if (!here) return network;
  // A page that says that something is not here is better than none, and worse than one of the shop's, which may have what
  // is new.
  if (here.status < 500 && here.status !== 404) return here;
  return within(PATIENCE, network.catch(() => undefined)).then((late) => late ?? here);
}

// A page that came over the network was looked at, and the network is there: a good time to look for what is new.
async function after(network, request) {
  const came = await network.catch(() => undefined);
  if (!came?.ok) return;
  awaySince = -Infinity;
  const { pathname } = new URL(request.url);
  await call((shop) => shop.visit(pathname)).catch(() => {});
  if (ADDRESSES.test(pathname)) await learn().catch((error) => console.warn("no addresses:", error));
  await identify().catch((error) => console.warn("no id:", error));
  await send(true).catch((error) => console.warn("nothing is sent:", error));
  await refresh();
}

// Who agreed without a network gets an id when there is one: the shop alone can make it. It agrees to nothing: an answer
// that the visitor has given meanwhile stays. One at a time, or two tabs would make two; a shop that gives none is not asked
// again.
const VISITOR = "__Host-visitor";
const agreed = async () => /^1\.(?!00)/.test((await cookieStore.get("__Host-consent"))?.value);
let givesNone = false;
function identify() {
  return navigator.locks.request("orilla-visitor", async () => {
    if (givesNone || !(await agreed()) || (await cookieStore.get(VISITOR))) return;
    const body = new URLSearchParams({ answer: "given" });
    try {
      const came = await fetch(CONSENT, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
      givesNone = came.type === "opaqueredirect" && (await agreed()) && !(await cookieStore.get(VISITOR));
    } finally {
      if (!(await agreed())) await cookieStore.delete({ name: VISITOR, path: "/" });
    }
  });
}

// The answer of this device.
async function device(request) {
  await mustBeForgotten();
  const { method, url } = request;
  const headers = [
    ["accept", request.headers.get("accept") ?? "*/*"],
    ["accept-language", navigator.languages?.join(",") ?? ""],
    ["user-agent", navigator.userAgent],
    ["sec-ch-ua-mobile", { true: "?1", false: "?0" }[navigator.userAgentData?.mobile]],
    ["cookie", await cookies()],
  ];
  const type = request.headers.get("content-type");
  if (type) headers.push(["content-type", type]);
  if (method !== "GET") headers.push(["origin", location.origin]);
  const body = method === "GET" ? new Uint8Array(0) : new Uint8Array(await request.arrayBuffer());
  const text = headers.filter(([, value]) => value).map((pair) => pair.join("\n")).join("\n");
  const answered = await call((shop) => shop.fetch(method, url, text, body));
  if (!answered) return undefined;
  const [status, lines, bytes] = answered;
  // A form may have left an order, and a page something to be told.
  const { pathname } = new URL(url);
  if (ADDRESSES.test(pathname) || WAITING.test(pathname) || pathname === EVENTS) registration.sync?.register("outbox").catch(() => {});
  else if (method === "POST" && (await isShared())) registration.sync?.register("cart").catch(() => {});
  const given = new Headers();
  const pairs = lines.split("\n");
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    if (pairs[at] === "set-cookie") await keep(pairs[at + 1]);
    else given.append(pairs[at], pairs[at + 1]);
  }
  const isEmpty = [204, 303, 302, 304, 308].includes(status);
  return new Response(isEmpty ? null : bytes, { status, headers: given });
}
