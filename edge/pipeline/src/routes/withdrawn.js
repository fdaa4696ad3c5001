// The shop is no longer kept on devices: this takes the place of what kept it, and removes its files. From then on pages are
// the network's. What waits to be sent goes first: until it has gone, this stays, and answers nothing. An order that asks the
// shopper something is not sent; it stays where it is, for a shop that comes back.
const listen = addEventListener;
listen("install", () => skipWaiting());
listen("activate", (event) => {
  event.waitUntil(clear());
  leave(); // not waited for: until this ends, pages wait
});
// Tries again with each page, and when the browser says that a network is there.
listen("fetch", (event) => event.request.mode === "navigate" && event.waitUntil(leave()));
listen("sync", (event) => event.waitUntil(leave()));

async function clear() {
  await registration.navigationPreload?.disable();
  for (const name of await caches.keys()) if (name.startsWith("orilla-")) await caches.delete(name);
}

async function leave() {
  await clear().catch((error) => console.warn("not all is removed yet:", error));
  if ((await isEmpty()) || (await isSent())) await registration.unregister();
}

// Whether nothing lies on the device that may have to be sent. Sealed as it is, this can't tell what it is.
function isEmpty() {
  return new Promise((resolve) => {
    const opening = indexedDB.open("orilla-outbox");
    // There was none, and there shall be none.
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onerror = () => resolve(true);
    opening.onsuccess = () => {
      const database = opening.result;
      const counting = database.transaction("orders").objectStore("orders").count();
      counting.onerror = () => resolve(true);
      counting.onsuccess = () => resolve(counting.result === 0);
      database.close(); // when that is done
    };
  });
}

let send;
const isSent = () => send?.().then(
  () => true,
  (error) => console.warn("what waits is not sent yet:", error),
);

// The shop's own script knows how. It may be what is broken: nothing is heard of it but what it does when a network is there,
// which fails as long as something is left to be sent.
function sendBy(script) {
  self.addEventListener = (type, listener) => {
    if (type === "sync") send = () => new Promise((done) => listener({ tag: "outbox", waitUntil: done }));
  };
  try {
    importScripts(script);
  } catch (error) {
    console.warn("nothing can be sent:", error);
  }
}
