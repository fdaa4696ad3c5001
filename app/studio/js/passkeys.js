// Passkeys of the team: what the shop's account has, too.
import "../../ui/js/passkeys.js";
