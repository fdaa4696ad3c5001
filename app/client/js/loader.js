// Loads the islands' bundle when the browser is idle or the shopper first touches an island, and replays that touch.
// Nothing of the bundle is needed for the first view, and every form works if it never arrives.
const islands = "leptos-island";
const script = document.querySelector("script[data-bundle]");
const { bundle, wasm } = script.dataset;

let started = false; // the bundle is on its way
let ready = false; // the islands are hydrated
let failed = false; // it did not arrive: leave everything to the browser
const waiting = []; // what the shopper did before it was ready, in order

// What an island answers to. `input` needs no replay of its own: the island reads the field's value when it starts.
for (const type of ["click", "submit", "input", "focusin", "keydown", "pointerdown", "pointerenter"]) {
  addEventListener(type, touch, { capture: true, passive: false });
}

function touch(event) {
  if (ready || failed || !(event.target instanceof Element)) return;
  const island = event.target.closest(islands);
  if (!island) return;
  start();
  const modified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button > 0;
  const acts = event.type === "submit" || (event.type === "click" && event.target.closest("a[data-island],button[data-island]"));
  if (!acts || modified) return;
  // A click on a submit button comes back as `submit`: only that one is kept.
  if (event.type === "click" && event.target.closest("button[type=submit]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  waiting.push(event);
}

async function start() {
  if (started) return;
  started = true;
  try {
    const module = await import(bundle);
    await module.default({ module_or_path: wasm });
    module.hydrate();
    for (const island of document.querySelectorAll(islands)) module[island.dataset.component]?.(island);
    ready = true;
  } catch (error) {
    failed = true;
    console.error(error);
  }
  document.documentElement.dataset.islands = ready ? "ready" : "failed";
  for (const event of waiting.splice(0)) replay(event);
}

// If the bundle did not come, nothing listens any more, and the browser does what the form or link says.
function replay({ type, target, submitter }) {
  if (type === "submit") target.requestSubmit(submitter);
  else target.click();
}

// Not before the page has loaded, so that nothing competes with what the shopper looks at, and never on its own when
// the shopper asked for little data.
function idle() {
  if (navigator.connection?.saveData) return;
  const later = window.requestIdleCallback || ((callback) => setTimeout(callback, 200));
  later(start, { timeout: 8000 });
}
if (document.querySelector(islands)) {
  if (document.readyState === "complete") idle();
  else addEventListener("load", idle, { once: true });
}
