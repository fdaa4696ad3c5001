// While the code for a transfer is shown, the screen stays on: another device reads it from there. Not for ever: who has
// gone away wants the battery.
const place = document.querySelector("[data-awake]");
const LONGEST = 5 * 60 * 1000;
let lock;
let timer;

const isShown = () => place.open && document.visibilityState === "visible";

async function follow() {
  clearTimeout(timer);
  if (!isShown()) return lock?.release();
  timer = setTimeout(() => lock?.release(), LONGEST);
  if (lock && !lock.released) return;
  const own = (lock = await navigator.wakeLock.request("screen"));
  // Closed again while the browser thought about it.
  if (!isShown()) own.release();
}

if (navigator.wakeLock) {
  const heed = () => follow().catch((error) => console.warn(error));
  place.addEventListener("toggle", heed);
  // A lock ends when the page is hidden.
  document.addEventListener("visibilitychange", heed);
  heed();
}
