// Instances of the shop over one database, one KV and one list of publications, as isolates of one data centre: each has
// a memory of its own, and all share the Cache API. wrangler runs one instance of a Worker and no more, behind a proxy; so
// this asks miniflare, which wrangler is made of, and what it answers comes straight from workerd.
//
// node instances.mjs WORKER STATE SECRETS PORT...: an instance for each port (0: any that is free). Prints the ports, and
// ends when its input does.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";

const [worker, state, secrets, ...ports] = process.argv.slice(2);
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
// The first one has the objects.
const of = (at) => (at === 0 ? {} : { scriptName: "shop-0" });
const instance = (port, at) => ({
  name: `shop-${at}`,
  modulesRoot: worker,
  modules,
  compatibilityDate,
  bindings: { PUBLIC_URL: "https://shop.example", SHOP_NAME: "Orilla", CURRENCY: "EUR", BANK_HOLDER: "Orilla", LOG: "troubles", ...vars },
  // As wrangler.toml names them: wrangler has filled the database.
  d1Databases: { DB: "00000000-0000-0000-0000-000000000000" },
  kvNamespaces: { KV: "00000000000000000000000000000000" },
  durableObjects: {
    PUBLICATIONS: { className: "PublicationList", useSQLite: true, ...of(at) },
    ROLLOUTS: { className: "RolloutClock", useSQLite: true, ...of(at) },
  },
  queueProducers: { EVENTS: { queueName: "orilla-events" } },
  ratelimits: {
    LIMIT: { namespace_id: "1001", simple: { limit: 1000, period: 60 } },
    LIMIT_STRICT: { namespace_id: "1002", simple: { limit: 20, period: 60 } },
  },
  queueConsumers: at === 0 ? { "orilla-events": { maxBatchSize: 100, maxBatchTimeout: 2 } } : {},
  unsafeDirectSockets: [{ host: "127.0.0.1", port: Number(port) }],
});
const options = convertV4MiniflareOptions({
  host: "127.0.0.1",
  port: 0,
  cf: false,
  workers: ports.map(instance),
});
// Where wrangler keeps them.
const miniflare = new Miniflare({ ...options, resourcePersistencePath: join(state, "v3") });
const urls = await Promise.all(ports.map((_, at) => miniflare.unsafeGetDirectURL(`shop-${at}`)));
console.log(urls.map((url) => url.port).join(" "));
process.stdin.resume();
process.stdin.on("end", async () => {
  await miniflare.dispose();
  process.exit(0);
});
