// The account's page: passkeys, and what follows when somebody has signed out.
import "../../ui/js/passkeys.js";
import { forget } from "./together.js";

// The service worker forgets by itself, unless the browser has asked past it.
if (/(?:^|; )__Host-left=/.test(document.cookie)) forget();
