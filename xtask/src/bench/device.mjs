// A browser that has visited the shop once and then has no network: how long pages take that the device renders. Prints
// a line for each kind of page: pages, and milliseconds, the median and the most.
import { chromium } from "@playwright/test";
import { createServer, request } from "node:http";

const [port, executablePath, flags] = process.argv.slice(2);
const pages = 30; // of a kind
const restarts = 15;

// The network that is cut: what stands between the browser and the shop.
const sockets = new Set();
const network = createServer((incoming, outgoing) => {
  const { method, headers, url: path } = incoming;
  const onward = request({ host: "127.0.0.1", port, path, method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.rawHeaders);
    answer.pipe(outgoing);
  });
  incoming.pipe(onward.on("error", () => outgoing.destroy()));
});
network.on("connection", (socket) => sockets.add(socket.on("close", () => sockets.delete(socket))));
await new Promise((resolve) => network.listen(0, "127.0.0.1", resolve));
const url = `http://localhost:${network.address().port}`;

// Each page is asked for once: none is one that the device has kept in memory.
const links = async (path, kind) => {
  const html = await (await fetch(url + path)).text();
  return [...new Set(html.match(new RegExp(`(?<=href=")/en/${kind}/[\\w-]+(?=")`, "g")))];
};
const categories = await links("/en", "c");
const products = [...new Set((await Promise.all(categories.map((path) => links(path, "p")))).flat())].slice(0, pages);
const words = products.map((path) => path.split("/").at(-1).split("-")[0]);
const searches = [...new Set(words)].map((word) => `/en/search?q=${word}`);

const browser = await chromium.launch({ executablePath, args: flags.split(" ").filter(Boolean) });
const context = await browser.newContext({ locale: "en-GB" });
const page = await context.newPage();
await page.goto(`${url}/en`);
const kept = async () => Array.isArray((await (await caches.match("/device/note/kept"))?.json())?.chosen_for);
for (let waited = 0; !(await page.evaluate(kept)); waited += 100) {
  if (waited > 60_000) throw new Error("the shop is not on the device after a minute");
  await page.waitForTimeout(100);
}
const gone = new Promise((resolve) => network.close(resolve));
for (const socket of sockets) socket.destroy();
await gone;

// From the request until the page's last byte: the network that fails, the service worker, the render.
async function visit(path) {
  const answer = await page.goto(url + path);
  if (!answer.fromServiceWorker()) throw new Error(`${path} is not from the device`);
  return page.evaluate(() => {
    const [{ fetchStart, responseEnd }] = performance.getEntriesByType("navigation");
    return responseEnd - fetchStart;
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

await visit("/en/about"); // starts the module
const kinds = { category: [], product: [], search: [] };
for (const path of categories) kinds.category.push(await visit(path));
for (const path of products) kinds.product.push(await visit(path));
for (const path of searches) kinds.search.push(await visit(path));
const session = await context.newCDPSession(page);
await session.send("ServiceWorker.enable");
const first = [];
for (let restart = 0; restart < restarts; restart++) {
  await session.send("ServiceWorker.stopAllWorkers");
  first.push(await visit(products[restart]));
}
const row = (kind, times) => console.log([kind, times.length, median(times), Math.max(...times)].join("\t"));
for (const [kind, times] of Object.entries(kinds)) row(kind, times);
row("any", Object.values(kinds).flat());
row("first after the service worker was ended", first);
await browser.close();
