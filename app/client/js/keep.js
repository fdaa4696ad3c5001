import { shareCart } from "./together.js";
import { watchOrders } from "./waiting.js";

// Keeps the shop on the device: registers the service worker once the page is idle, but where each byte may cost only
// when the shopper says so, on the page about the shop.
const place = document.querySelector("[data-keep]:not(script)");
const { saveData, type } = navigator.connection ?? {};
const isCostly = saveData || type === "cellular";
const workers = navigator.serviceWorker;

function tell(state) {
  for (const part of place?.children ?? []) part.hidden = part.dataset.when !== state;
}

async function keep() {
  tell("coming");
  try {
    await workers.register("/sw.js");
    watchOrders(await workers.ready);
    tell("kept");
  } catch (error) {
    tell("possible");
    console.warn(error);
  }
}

// Where the browser allows it to a shop that was installed, the shop looks for new prices now and then while it is closed.
async function lookNowAndThen() {
  const { periodicSync } = await workers.ready;
  const permission = periodicSync && (await navigator.permissions.query({ name: "periodic-background-sync" }));
  if (permission?.state === "granted") await periodicSync.register("refresh", { minInterval: 12 * 60 * 60 * 1000 });
}

async function start() {
  // The cart is a cookie, which the service worker has to read.
  if (!workers || !window.cookieStore) return tell("impossible");
  if (await workers.getRegistration()) {
    watchOrders(await workers.ready);
    lookNowAndThen().catch((error) => console.warn(error));
    return tell("kept");
  }
  if (!isCostly) return keep();
  tell("possible");
  place?.querySelector("button")?.addEventListener("click", () => {
    navigator.storage?.persist?.();
    keep();
  });
}
start();
if (document.prerendering) document.addEventListener("prerenderingchange", shareCart, { once: true });
else shareCart();
