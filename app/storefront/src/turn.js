// The cart is a cookie: each change is made of what the one before has left there. So one comes after the other, in all
// tabs of a browser. (Forms that no island sends are put in turn by the service worker.)
const CART = "orilla-cart";
// Milliseconds after which nobody waits any longer for one that does not end.
const PATIENCE = 10000;

export async function inTurn(request) {
  let sent;
  const send = () => (sent = fetch(request));
  // A browser without locks, or a page without https.
  if (!navigator.locks) return send();
  const signal = AbortSignal.timeout(PATIENCE);
  return navigator.locks.request(CART, { signal }, send).catch(() => sent ?? send());
}
