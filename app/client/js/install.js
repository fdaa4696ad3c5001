// Offers to install the shop as an app: where something is in the cart or was ordered, and not to who has said no. Browsers
// that install nothing, or ask in a way of their own, never say that one may be asked.
const place = document.querySelector("[data-install]");
const NO = "orilla-no-app";

// A browser that keeps nothing would be asked each time.
function hasSaidNo() {
  try {
    return localStorage.getItem(NO) !== null;
  } catch {
    return true;
  }
}

function offer() {
  place.hidden = !window.mayInstall || hasSaidNo();
}

function end() {
  // Who has pressed a button that goes away goes on in the page.
  if (place.contains(document.activeElement)) document.getElementById("content").focus({ preventScroll: true });
  place.hidden = true;
}

const no = () => localStorage.setItem(NO, "1");

place.addEventListener("click", async ({ target }) => {
  const wish = target.closest("[data-do]")?.dataset.do;
  if (!wish) return;
  end();
  if (wish === "no") return no();
  // Browsers ask once for each time that they say so.
  const { mayInstall } = window;
  window.mayInstall = undefined;
  const { outcome } = (await mayInstall.prompt()) ?? (await mayInstall.userChoice);
  if (outcome === "dismissed") no();
});
addEventListener("beforeinstallprompt", offer);
addEventListener("appinstalled", end);
offer();
