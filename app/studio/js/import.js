// Imports: how much of the file is sent, then how far the shop has read it, which it tells by server-sent events.
const address = (run) => `/studio/import/${run}`;

// At the document: a form that was refused comes back as a new one.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.import) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  send(form, new FormData(form, event.submitter));
});

// The page of an import that goes on.
for (const part of document.querySelectorAll("[data-listen]")) {
  listen(part, part.dataset.listen, () => location.reload());
}

function send(form, fields) {
  const { dataset } = form;
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    const percent = Math.round((100 * loaded) / total);
    // What is sent is half of the way.
    show(form, percent / 2, `${dataset.sending} ${percent} %`);
  });
  const events = listen(form, dataset.import, () => location.assign(address(dataset.import)), 50);
  request.addEventListener("load", () => {
    events.close();
    // A report has an address of its own; a form that was refused comes back with what is wrong.
    if (new URL(request.responseURL).pathname !== new URL(form.action).pathname) return location.assign(request.responseURL);
    const main = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
    // What is refused before the shop reads it (it is too large, or there is too much) is answered without a page.
    if (!main) return stop(form, detail(request.responseText) ?? dataset.failed);
    document.querySelector("main").replaceWith(main);
    document.querySelector("main [role=alert]")?.focus();
  });
  // The connection broke off; the import may go on, and its page knows.
  request.addEventListener("error", () => {
    events.close();
    stop(form, dataset.failed);
  });
  request.open("POST", form.action);
  request.send(fields);
  show(form, 0, dataset.sending);
}

// Says why nothing came of it. The form can be sent again.
function stop(form, text) {
  form.ariaBusy = null;
  spoken = 0;
  show(form, 0, text);
}

// What a problem document (RFC 9457) says is wrong.
function detail(text) {
  try {
    return JSON.parse(text).detail;
  } catch {
    return undefined;
  }
}

// Shows what the shop tells of an import, and calls `ended` when it has ended. What was there before is `done` percent.
function listen(part, run, ended, done = 0) {
  const events = new EventSource(`${address(run)}/events`);
  events.addEventListener("progress", ({ data }) => {
    const { state, percent, added, changed, unchanged, rejected } = JSON.parse(data);
    const rows = added + changed + unchanged + rejected;
    show(part, done + (percent * (100 - done)) / 100, `${part.dataset.reading} ${percent} % · ${rows}`);
    if (state === "running") return;
    events.close();
    ended();
  });
  return events;
}

let spoken = 0;

function show(part, percent, text) {
  const progress = part.querySelector("[data-progress]");
  progress.hidden = false;
  progress.querySelector("progress").value = percent;
  // A screen reader that is told each step never comes to an end.
  const now = Date.now();
  if (now - spoken < 1000) return;
  spoken = now;
  progress.querySelector("[role=status]").textContent = text;
}
