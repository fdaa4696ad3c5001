// The Worker's entry. Pages come from one module of WebAssembly; what the team, programs, checkouts and accounts ask
// for from another, which is instantiated when it is first needed: an isolate that serves pages starts without it.
export { PublicationList } from "./publications.js";
import { clockOf } from "./rollouts.js";
import * as shopScript from "./shop/shop.js";
import shopModule from "./shop_bg.wasm";
import * as teamScript from "./team/team.js";
import teamModule from "./team_bg.wasm";

// As orilla_pipeline::is_for_team; a test compares.
const TEAM_PATHS = ["/studio", "/api/", "/ofrep/", "/fn/consent", "/fn/cart"];
// Behind the language: /en/checkout
const ORDER_PATHS = ["/checkout", "/orders/", "/account"];
// Of who is signed in, the cart is the account's.
const CART_PATHS = ["/fn/add_to_cart", "/fn/set_quantity"];
const CART_PAGE = "/cart";
const ACCOUNT = "__Host-account";

// Names what is used of each script, one by one, so that the build can leave out the rest.
const shop = {
  fetch: shopScript.fetch,
  inspect: shopScript.inspect,
  start: () => shopScript.initSync({ module: shopModule }),
  restart: shopScript.__wbg_reset_state,
  failed: false,
};
const team = {
  fetch: teamScript.fetch,
  queue: teamScript.queue,
  tell: teamScript.tell,
  drive: teamScript.drive,
  learn: teamScript.learn,
  start: () => teamScript.initSync({ module: teamModule }),
  restart: teamScript.__wbg_reset_state,
  failed: false,
};
shop.start();

// After a panic an instance of WebAssembly is in no state to go on: the next request gets a new one. Where the panic
// came after the first wait, nobody tells in which module it was.
const fail = (error, parts) => {
  if (error instanceof WebAssembly.RuntimeError) for (const part of parts) part.failed = true;
};
addEventListener("error", (event) => fail(event.error, [shop, team]));
addEventListener("unhandledrejection", (event) => fail(event.reason, [shop, team]));

function call(part, act) {
  if (part.failed) {
    part.failed = false;
    part.restart();
  }
  try {
    return act();
  } catch (error) {
    fail(error, [part]);
    throw error;
  }
}

// What the shop's module keeps of pages: the team's has a memory of its own, so it asks through here.
let isolate; // the name of this one: random values are to be had only while a request is answered
function inspect(address) {
  isolate ??= crypto.randomUUID().slice(0, 8);
  return call(shop, () => shop.inspect(isolate, address));
}

// What the team's module does without a request.
async function work(act) {
  team.start();
  try {
    return await call(team, act);
  } catch (error) {
    fail(error, [team]);
    throw error instanceof Error ? error : new Error(String(error));
  }
}

// A driver of rollouts: by the clock's alarm, and by the cron trigger. Both may come at once.
const drive = (env, context) => work(() => team.drive(env, context));
export const RolloutClock = clockOf(drive);

// The cron trigger that comes once a day, as wrangler.toml has it (a test compares); the other one comes every minute.
const DAILY = "23 4 * * *";

// The queue of what shoppers are to be told, as wrangler.toml has it (a test compares).
const NOTICES = "orilla-notices";

// Each message has a fate of its own: a push service that is busy holds up nobody else's.
async function tell({ messages }, env, context) {
  const told = JSON.stringify(messages.map(({ body, attempts }) => [String(body), attempts]));
  const waits = await work(() => team.tell(told, env, context));
  messages.forEach((message, at) => {
    if (waits[at]) message.retry({ delaySeconds: waits[at] });
    else message.ack();
  });
}

export default {
  fetch(request, env, context) {
    const { url } = request;
    const path = url.indexOf("/", 8);
    const isTeam =
      TEAM_PATHS.some((begin) => url.startsWith(begin, path)) ||
      ORDER_PATHS.some((begin) => url.startsWith(begin, path + 3)) ||
      ((url.startsWith(CART_PAGE, path + 3) || CART_PATHS.some((begin) => url.startsWith(begin, path))) &&
        request.headers.get("cookie")?.includes(ACCOUNT));
    if (!isTeam) return call(shop, () => shop.fetch(request, env, context));
    team.start(); // does something the first time only
    return call(team, () => team.fetch(request, env, context, inspect));
  },

  // Returning acknowledges all messages, and throwing has all of them delivered again: so they are acknowledged when
  // the transaction that holds them is done, and not before.
  async queue(batch, env, context) {
    if (batch.queue === NOTICES) return tell(batch, env, context);
    // The body of a message that nobody of us wrote is kept as a dead letter.
    const texts = batch.messages.map(({ body }) => (typeof body === "string" ? body : JSON.stringify(body) ?? ""));
    await work(() => team.queue(JSON.stringify(texts), env, context));
  },

  async scheduled({ cron }, env, context) {
    if (cron === DAILY) return work(() => team.learn(env, context));
    const next = await drive(env, context);
    if (next) await env.ROLLOUTS.get(env.ROLLOUTS.idFromName("clock")).wake(next);
  },
};
