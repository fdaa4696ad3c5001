// A form that is on its way says so, and is not sent again by an impatient press: publishing takes a while. Sent twice
// it would still have the effect of once; this is for the eye and the ear.
const patience = 15000; // milliseconds after which one may press again

addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.ariaBusy === "true") return event.preventDefault();
  form.ariaBusy = "true";
  setTimeout(() => (form.ariaBusy = null), patience);
});

// Who comes back by the browser's button finds the page as it was.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) for (const form of document.forms) form.ariaBusy = null;
});
