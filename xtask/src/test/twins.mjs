// Two instances of the shop over one database, one KV and one list of publications, as two isolates of one data centre:
// each has a memory of its own, and both share the Cache API. wrangler runs one instance of a Worker and no more; so this
// asks miniflare, which wrangler is made of.
//
// node twins.mjs WORKER STATE SECRETS: prints the port of each, and ends when its input does.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";

const [worker, state, secrets] = process.argv.slice(2);
const compatibilityDate = "2026-10-01";
const modules = [
  { type: "ESModule", path: join(worker, "index.js") },
  ...["shop", "team"].map((name) => ({ type: "CompiledWasm", path: join(worker, `${name}_bg.wasm`) })),
];
// KEY="value", a line each.
const vars = Object.fromEntries(
  readFileSync(secrets, "utf8")
    .split("\n")
    .map((line) => line.match(/^(\w+)="?(.*?)"?$/))
    .filter(Boolean)
    .map(([, name, value]) => [name, value]),
);
const twin = (name, objects) => ({
  name,
  modulesRoot: worker,
  modules,
  compatibilityDate,
  bindings: { PUBLIC_URL: "https://shop.example", SHOP_NAME: "Orilla", CURRENCY: "EUR", LOG: "troubles", ...vars },
  // As wrangler.toml names them: wrangler has filled the database.
  d1Databases: { DB: "00000000-0000-0000-0000-000000000000" },
  kvNamespaces: { KV: "00000000000000000000000000000000" },
  durableObjects: {
    PUBLICATIONS: { className: "PublicationList", useSQLite: true, ...objects },
    ROLLOUTS: { className: "RolloutClock", useSQLite: true, ...objects },
  },
  queueProducers: { EVENTS: { queueName: "orilla-events" } },
  ratelimits: {
    LIMIT: { namespace_id: "1001", simple: { limit: 1000, period: 60 } },
    LIMIT_STRICT: { namespace_id: "1002", simple: { limit: 20, period: 60 } },
  },
  unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
});
const options = convertV4MiniflareOptions({
  host: "127.0.0.1",
  port: 0,
  cf: false,
  workers: [
    { ...twin("one", {}), queueConsumers: { "orilla-events": { maxBatchSize: 100, maxBatchTimeout: 2 } } },
    twin("two", { scriptName: "one" }),
  ],
});
// Where wrangler keeps them.
const miniflare = new Miniflare({ ...options, resourcePersistencePath: join(state, "v3") });
const urls = await Promise.all(["one", "two"].map((name) => miniflare.unsafeGetDirectURL(name)));
console.log(urls.map((url) => url.port).join(" "));
process.stdin.resume();
process.stdin.on("end", async () => {
  await miniflare.dispose();
  process.exit(0);
});
