// What the shop tells of an order while none of its pages is open. What to show comes in the message, in the shopper's
// language: nothing is fetched for it.

import { remove, store, stored } from "./glue.js";

// The newest message about each of the last orders, closed or not.
const TOLD = "/device/note/told";
const MOST_TOLD = 20;

let showing = Promise.resolve();

// One after the other: what is shown first is there when the next one looks.
addEventListener("push", (event) => {
  showing = showing.catch(() => {}).then(() => show(event.data));
  event.waitUntil(showing);
});

async function show(message) {
  let told = {};
  try {
    told = message.json();
  } catch {}
  // A browser that lets us be told wants something shown each time.
  const { title = "Orilla", text = "", url = "/", tag, language = "", version = 0 } = told;
  const said = { title, body: text, lang: language, tag, data: { url, version } };
  // A newer message about an order takes the place of the one before, and is heard.
  const newest = tag ? await keepNewest(said).catch(() => said) : said;
  await say(newest, Boolean(tag) && newest === said);
  await badge();
}

// A push service may bring messages in any order, and twice: what is newer, or the same, stays.
async function keepNewest(said) {
  const all = JSON.parse(new TextDecoder().decode(await stored(TOLD)) || "[]");
  const known = all.find(({ tag }) => tag === said.tag);
  if (known?.data.version >= said.data.version) return known;
  const others = all.filter(({ tag }) => tag !== said.tag);
  await store(TOLD, JSON.stringify([said, ...others].slice(0, MOST_TOLD)));
  return said;
}

function say({ title, body, lang, tag, data }, renotify) {
  return registration.showNotification(title, { body, lang, tag, data, renotify, icon: "/icon-192.png" });
}

// The app's icon says how many orders have news.
async function badge() {
  const { length } = await registration.getNotifications();
  if (length) await navigator.setAppBadge?.(length);
  else await navigator.clearAppBadge?.();
}

addEventListener("notificationclose", (event) => event.waitUntil(badge()));

addEventListener("notificationclick", (event) => {
  const { notification } = event;
  notification.close();
  event.waitUntil(Promise.all([open(notification.data?.url), badge()]));
});

// A page of ours that shows the order is brought to the front; else one is opened.
async function open(path) {
  const url = new URL(path ?? "/", location.origin);
  if (url.origin !== location.origin) return;
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const shown = pages.find((page) => new URL(page.url).pathname === url.pathname);
  if (!shown) return clients.openWindow(url.href);
  // It shows how things stood when it was opened.
  await shown.focus();
  await shown.navigate?.(url.href).catch(() => {});
}

// The push service gave this browser another address, or took the old one away.
addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function renew({ oldSubscription, newSubscription }) {
  if (!oldSubscription) return;
  const { options, endpoint } = oldSubscription;
  const subscription = newSubscription ?? (await registration.pushManager.subscribe(options));
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ old: endpoint, subscription });
  await fetch("/en/orders/notices", { method: "POST", headers, body });
}

// Who signs out is told of nothing any more, and what was told is put away. The push service ends it, whether the shop
// hears of it now or, with the next message, from the push service.
export async function quiet() {
  await remove(TOLD);
  for (const notification of await registration.getNotifications()) notification.close();
  await navigator.clearAppBadge?.();
  const subscription = await registration.pushManager?.getSubscription();
  if (!subscription) return;
  await subscription.unsubscribe();
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ ended: subscription.endpoint });
  await fetch("/en/orders/notices", { method: "POST", headers, body, keepalive: true, signal: AbortSignal.timeout(10000) });
}
