// The shop is no longer kept on devices: this takes the place of what kept it, and removes all that it left.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(leave()));

async function leave() {
  await registration.unregister();
  for (const name of await caches.keys()) if (name.startsWith("orilla-")) await caches.delete(name);
}
