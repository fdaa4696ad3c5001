// The cart of who is signed in is that of all their browsers: asks, when a page opens and when a network comes back, what
// is in it by now. What was done here without a network goes along: the cart is a cookie.
const isShared = () => /(?:^|; )__Host-cart-copy=/.test(document.cookie);
const cart = () => /(?:^|; )__Host-cart=([^;]*)/.exec(document.cookie)?.[1];
// The islands' name for a change of the cart.
const CHANGED = "orilla:cart";
// Milliseconds that an answer may take: one that comes later would meet what was done in between.
const PATIENCE = 5000;

// What the service worker keeps of the one who was signed in.
export async function forget() {
  const registration = await navigator.serviceWorker?.getRegistration();
  registration?.active?.postMessage({ outbox: "forget" });
}

async function ask() {
  if (!isShared()) return;
  const before = cart();
  const overtaken = new AbortController();
  addEventListener(CHANGED, () => overtaken.abort(), { once: true, signal: overtaken.signal });
  const body = new URLSearchParams({ locale: document.documentElement.lang });
  const response = await fetch("/fn/cart", { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
  if (!response.ok) return;
  const now = await response.json();
  if (now.ended) await forget();
  // The answer to what the shopper has done meanwhile and this one may have come in any order: the shop knows both.
  if (overtaken.signal.aborted) return ask();
  overtaken.abort();
  show(now);
  if (cart() !== before && /^\/\w+\/cart$/.test(location.pathname)) location.reload();
}

// Says in the header how many pieces are in it, whether the islands are there yet or not.
function show({ pieces, label }) {
  const [told, link] = [document.getElementById("cart-badge"), document.querySelector(".cart-link")];
  const count = link?.querySelector(".count");
  if (!told || !count || link.getAttribute("aria-label") === label) return;
  told.textContent = JSON.stringify({ ...JSON.parse(told.textContent), pieces });
  link.setAttribute("aria-label", label);
  count.hidden = pieces === 0;
  count.firstChild.data = pieces;
  dispatchEvent(new CustomEvent(CHANGED, { detail: pieces }));
}

export function shareCart() {
  const look = () => ask().catch((error) => console.warn("the cart is not shared now:", error));
  addEventListener("online", look);
  addEventListener("pageshow", ({ persisted }) => persisted && look());
  look();
}
