// On the page of an order: this browser is told of it, by Web Push, if the shopper asks for it. Where that can't be, the
// page shows nothing of it.
const place = document.querySelector("[data-notices]");
const { notices: address, key, tag } = place.dataset;
const workers = navigator.serviceWorker;

function show(state) {
  // Who has pressed a button that goes away goes on from what comes in its place.
  const hasFocus = place.contains(document.activeElement);
  for (const part of place.children) part.hidden = part.dataset.when !== state;
  const shown = [...place.children].find((part) => !part.hidden);
  if (!hasFocus || !shown) return;
  const target = shown.matches("button") ? shown : (shown.querySelector("button") ?? shown);
  if (!target.matches("button")) target.tabIndex = -1;
  target.focus();
}

// Asks the shop for something; answers whether this browser is told of the order.
async function send(wish) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(wish) });
  if (response.status === 409) return undefined;
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return (await response.json()).told;
}

const base64url = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

// One for another key of the shop can't be used any more.
function isOurs(subscription) {
  const made = subscription?.options?.applicationServerKey;
  return made && base64url(made) === key;
}

// One subscription for all orders of this browser.
async function subscribe(manager) {
  const earlier = await manager.getSubscription();
  if (isOurs(earlier)) return earlier;
  await earlier?.unsubscribe();
  return manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function begin() {
  show("coming");
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return show(permission === "denied" ? "denied" : "possible");
  if (!(await workers.getRegistration())) await workers.register("/sw.js");
  const { pushManager } = await workers.ready;
  const told = await send({ do: "begin", subscription: await subscribe(pushManager) });
  show(told ? "told" : "full");
}

// The subscription stays: other orders may have it, and one that nobody writes to harms nobody.
async function end() {
  const { pushManager } = await workers.ready;
  const subscription = await pushManager.getSubscription();
  if (subscription) await send({ do: "end", endpoint: subscription.endpoint });
  show("possible");
}

async function state() {
  if (Notification.permission === "denied") return "denied";
  const registration = await workers.getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  if (!isOurs(subscription)) return "possible";
  return (await send({ do: "ask", endpoint: subscription.endpoint })) ? "told" : "possible";
}

// What stands here need not be announced any more.
async function read() {
  const registration = await workers.getRegistration();
  for (const notification of (await registration?.getNotifications({ tag })) ?? []) notification.close();
  if (registration && !(await registration.getNotifications()).length) await navigator.clearAppBadge?.();
}

function failed(error) {
  console.warn(error);
  show("failed");
}

// The cart is a cookie, which the service worker has to read: where it can't, there is none.
if (workers && window.cookieStore && window.PushManager && window.Notification) {
  place.addEventListener("click", ({ target }) => {
    const wish = target.closest("[data-do]")?.dataset.do;
    if (wish) (wish === "begin" ? begin() : end()).catch(failed);
  });
  state().then(show, failed);
  read().catch(() => {});
}
