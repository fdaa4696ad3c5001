// The account's page: passkeys, and what follows when somebody has signed out.
import "../../ui/js/passkeys.js";

// What the service worker keeps of the one who was signed in goes as well.
if (document.querySelector("[data-forget]")) {
  navigator.serviceWorker?.getRegistration().then((worker) => worker?.active?.postMessage({ outbox: "forget" }));
}
