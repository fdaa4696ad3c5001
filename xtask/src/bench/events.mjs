// Sends batches of events as pages do, for some seconds, and waits until all are in the database that wrangler keeps in
// a file. Prints one line of JSON.
import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { DatabaseSync } from "node:sqlite";

const [port, file, seconds] = process.argv.slice(2);
const connections = 8;
const visitors = 100;
const events = 10; // in a batch
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const browser = {
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36",
  "sec-fetch-site": "same-origin",
};

const post = (path, headers, body) =>
  new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, method: "POST", agent, headers: { ...browser, ...headers } };
    const sent = request(options, (answer) => answer.resume().on("end", () => resolve(answer)));
    sent.on("error", reject).end(body);
  });

async function visitor() {
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const { headers } = await post("/fn/consent", form, "to=/en&answer=all");
  return headers["set-cookie"].map((cookie) => cookie.split(";")[0]).join("; ");
}

const cookies = [];
for (let i = 0; i < visitors; i++) cookies.push(await visitor());
const database = new DatabaseSync(file, { readOnly: true });
const count = () => database.prepare("SELECT count(*) AS n FROM events").get().n;
const before = count();
const start = performance.now();
let accepted = 0;
let refused = 0;
const types = [{ type: "page_view", page: "product" }, { type: "product_view", product: "storm-lantern-no-4" }, { type: "add_to_cart" }];

async function load() {
  while (performance.now() - start < seconds * 1000) {
    const batch = Array.from({ length: events }, (_, i) => ({ id: randomUUID(), at: 1000, ...types[i % types.length] }));
    const cookie = cookies[Math.floor(Math.random() * cookies.length)];
    const { statusCode } = await post("/e", { cookie }, JSON.stringify({ sent: 2000, events: batch }));
    if (statusCode === 204) accepted += events;
    else refused += events;
  }
}

await Promise.all(Array.from({ length: connections }, load));
const sending = (performance.now() - start) / 1000;
while (count() - before < accepted && performance.now() - start < 600_000) await new Promise((resolve) => setTimeout(resolve, 100));
const recording = (performance.now() - start) / 1000;
console.log(JSON.stringify({ accepted, refused, recorded: count() - before, sending, recording }));
agent.destroy();
