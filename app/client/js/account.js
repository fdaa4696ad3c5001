// The account's page: passkeys, and what follows when somebody has signed out.
import "../../ui/js/passkeys.js";
import { forget } from "./together.js";

if (document.querySelector("[data-forget]")) forget();
