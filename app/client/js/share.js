// On the page of a product: its address is shared by the device's own means; where there are none, it is copied.
const place = document.querySelector("[data-share]");

function show(name) {
  for (const button of place.querySelectorAll("[data-do]")) button.hidden = button.dataset.do !== name;
}

async function share() {
  try {
    await navigator.share({ title: document.querySelector("h1").textContent, url: location.href });
  } catch (error) {
    // Who closed the list has changed their mind; else this device can't.
    if (error.name === "AbortError") return;
    console.warn(error);
    if (!navigator.clipboard) return show();
    show("copy");
    place.querySelector("[data-do=copy]").focus();
  }
}

async function copy() {
  await navigator.clipboard.writeText(location.href);
  const said = place.querySelector("[data-when=copied]");
  said.hidden = false;
  setTimeout(() => (said.hidden = true), 4000);
}

place.addEventListener("click", ({ target }) => {
  const wish = target.closest("[data-do]")?.dataset.do;
  if (wish === "share") share();
  else if (wish === "copy") copy().catch(console.warn);
});
if (navigator.share) show("share");
else if (navigator.clipboard) show("copy");
