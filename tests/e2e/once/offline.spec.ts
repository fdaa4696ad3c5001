// The shop on a shopper's device, with a network that is really cut: the service worker renders what was never visited.
import { expect } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { DUE, holdBack, kept, letThrough, openOnline, orderAway, stop, strip, test, title } from "../device";
import { cartLink } from "../shopper";

test.use({ serviceWorkers: "allow" });

/** The service worker that ends itself. */
const withdrawn = () => readFileSync(new URL("../../../edge/pipeline/src/routes/withdrawn.js", `file://${__filename}`), "utf8");

test("the shop is browsed without a network, pages too that were never visited", async ({ home: page, network }) => {
  await expect(strip(page)).toHaveCount(0);
  await network.cut();
  for (const [path, title] of [
    ["/en", "Orilla"],
    ["/en/c/light", "Light · Orilla"],
    ["/en/c/light?stock=1", "Light · Orilla"],
    ["/en/search?q=soap", "Results for “soap” · Orilla"],
    ["/en/p/storm-lantern-no-4", "Storm Lantern No. 4 · Orilla"],
    ["/en/about", "About Orilla · Orilla"],
  ]) {
    const answer = await page.goto(network.url + path);
    expect(answer?.status(), path).toBe(200);
    expect(answer?.fromServiceWorker(), path).toBe(true);
    await expect(page).toHaveTitle(title);
    await expect(strip(page)).toContainText(/prices and stock are from \d+ \w+ \d{4}, \d\d:\d\d\./);
  }
  await page.goto(`${network.url}/es/c/light`);
  await expect(page.getByRole("complementary", { name: "Estás sin conexión." })).toBeVisible();
  expect((await page.goto(`${network.url}/en/p/nothing`))?.status()).toBe(404);
  const picture = page.locator("main img").first();
  await page.goto(`${network.url}/en/c/wear`);
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
});

test("a version is chosen and put into the cart without a network, and the edge gets that cart", async ({ home: page, network }) => {
  await network.cut();
  await page.goto(`${network.url}/en/p/storm-lantern-no-4`);
  const box = page.locator(".buy-box");
  await box.getByRole("link", { name: "Large" }).click();
  await expect(box.locator(".price")).toHaveText("€64.00");
  await box.getByRole("button", { name: "Add to cart" }).click();
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 1 item");
  await page.goto(`${network.url}/en/cart`);
  await page.getByLabel(/^Quantity of/).fill("3");
  await page.getByLabel(/^Quantity of/).press("Tab");
  await expect(page.locator(".cart-line .total")).toHaveText("€192.00");
  // What only the shop can do says so, and leaves the cart.
  const order = await page.goto(`${network.url}/en/orders/aaaaaaaaaaaaaaaaaaaaaaaaaa`);
  expect(order?.status()).toBe(503);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This needs a network");
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 3 items");
  await network.restore();
  await openOnline(page, `${network.url}/en/cart`);
  await expect(page.locator(".cart-line .total")).toHaveText("€192.00");
});

test("suggestions come without a network", async ({ home: page, network }) => {
  await network.cut();
  await page.goto(`${network.url}/en`);
  await page.getByRole("combobox", { name: "Search the shop" }).fill("lant");
  await expect(page.getByRole("listbox").getByRole("option").first()).toContainText(/lantern/i);
});

test("a network that takes what is sent and never answers is none", async ({ home: page, network }) => {
  network.hang();
  const answer = await page.goto(`${network.url}/en/c/light`);
  expect(answer?.fromServiceWorker()).toBe(true);
  await expect(strip(page)).toBeVisible();
  network.answer();
  await openOnline(page, `${network.url}/en/c/light`);
});

test("a page of the shop that is newer than the device comes, over a slow network too", async ({ home: page, network, staff, context }) => {
  holdBack(network); // nor is anything new brought to the device
  const product = await staff.product(2000, 5);
  const [worker] = context.serviceWorkers();
  const path = `/en/p/${product.handle}`;
  const release = network.hold(path);
  // The device says by itself that it has no such page.
  await worker.evaluate(() => {
    const scope = self as never as { missed: boolean; Response: typeof Response };
    scope.Response = class extends Response {
      constructor(body?: BodyInit | null, init?: ResponseInit) {
        super(body, init);
        scope.missed ||= init?.status === 404;
      }
    };
  });
  const going = page.goto(network.url + path);
  await expect.poll(() => worker.evaluate(() => (self as never as { missed?: boolean }).missed), { intervals: [100] }).toBe(true);
  release();
  expect((await going)?.status()).toBe(200);
  await expect(title(page)).toHaveText(product.title);
  await expect(strip(page)).toHaveCount(0);
});

test("pictures are asked of the network again when it was away a while ago, whoever has drawn them meanwhile", async ({ home: page, network, context }) => {
  const [worker] = context.serviceWorkers();
  await worker.evaluate(() => {
    const [scope, now] = [self as never as { later: number }, Date.now];
    scope.later = 0;
    Date.now = () => now() + scope.later;
  });
  const pass = (milliseconds: number) => worker.evaluate((passed) => void ((self as never as { later: number }).later += passed), milliseconds);
  const src = (await page.locator("main img").first().getAttribute("src"))!;
  const see = (query: string) => page.evaluate(async (url) => (await fetch(url)).status, `${src}?${query}`);
  const isAsked = (query: string) => network.asked.some((path) => path.endsWith(`?${query}`));
  await network.cut();
  expect(await see("away")).toBe(200);
  await network.restore();
  await pass(6000);
  // Nothing was asked of the network: that it is away is no news.
  expect(await see("drawn")).toBe(200);
  expect(isAsked("drawn")).toBe(false);
  await pass(6000);
  expect(await see("back")).toBe(200);
  expect(isAsked("back")).toBe(true);
});

test("a service worker that was ended, and one whose start failed, start anew", async ({ home: page, network, context }) => {
  const swap = (bytes: string) =>
    page.evaluate(async (bytes) => {
      const name = (await caches.keys()).find((name) => name.startsWith("orilla-files-")) ?? "";
      const cache = await caches.open(name);
      const wasm = (await cache.keys()).find(({ url }) => /device-.*wasm/.test(url));
      if (bytes) await cache.put(wasm!, new Response(bytes, { headers: { "content-type": "application/wasm" } }));
      else await cache.put(wasm!, await fetch(`${wasm!.url}?again`));
    }, bytes);
  await swap("this is no module");
  await stop(context, page);
  // The network still answers.
  await expect(page.goto(`${network.url}/en/c/light`)).resolves.toMatchObject({});
  await network.cut();
  await expect(page.goto(`${network.url}/en/c/wear`)).rejects.toThrow(/ERR_/);
  await page.waitForURL("chrome-error://chromewebdata/");
  await network.restore();
  await page.goto(`${network.url}/en`);
  await swap("");
  await network.cut();
  expect((await page.goto(`${network.url}/en/c/wear`))?.status()).toBe(200);
  await stop(context, page);
  expect((await page.goto(`${network.url}/en/c/galley`))?.status()).toBe(200);
});

test("a new build takes over, and open tabs go on", async ({ home: page, network, context, request }) => {
  test.slow(); // a service worker takes over
  const open = await context.newPage();
  await open.goto(`${network.url}/en/p/keepers-lantern`);
  const script = await (await request.get(`${network.url}/sw.js`)).text();
  const path = script.match(/"(.*)"/)![1];
  const build = path.match(/device-(\w+)\.js/)![1];
  const next = build.replace(/./g, "2");
  const body = (await (await request.get(network.url + path)).text()).replaceAll(build, next);
  network.instead.set(path.replace(build, next), { type: "text/javascript", body });
  network.instead.set("/sw.js", { type: "text/javascript", body: script.replace(build, next) });
  const builds = () => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("orilla-files-")));
  await expect
    .poll(async () => {
      await page.goto(`${network.url}/en`);
      return builds();
    }, { timeout: 30_000, intervals: [3000] })
    .toContain(`orilla-files-${next}`);
  expect(await builds()).toContain(`orilla-files-${build}`);
  await open.locator(".buy-box").getByRole("button", { name: "Add to cart" }).click();
  await expect(cartLink(open)).toHaveAccessibleName("Cart, 1 item");
  await network.cut();
  await open.locator(".buy-box").getByRole("button", { name: "Add to cart" }).click();
  await expect(cartLink(open)).toHaveAccessibleName("Cart, 2 items");
  await open.goto(`${network.url}/en/c/light`);
  await expect(strip(open)).toBeVisible();
});

test("a broken build is withdrawn from devices", async ({ home: page, network }) => {
  test.slow(); // two service workers take over
  const broken = `addEventListener("install", () => skipWaiting());
    addEventListener("activate", (event) => event.waitUntil(clients.claim()));
    addEventListener("fetch", (event) => event.respondWith(new Response("broken")));`;
  network.instead.set("/sw.js", { type: "text/javascript", body: broken });
  const shown = async () => {
    await page.goto(`${network.url}/en`);
    return page.locator("body").innerText();
  };
  // Chromium asks for the script a second after a page, and puts that off with each further page.
  const patiently = { timeout: 30_000, intervals: [3000] };
  await expect.poll(shown, patiently).toBe("broken");
  network.instead.set("/sw.js", { type: "text/javascript", body: withdrawn() });
  await expect.poll(shown, patiently).toContain("Orilla");
  const left = () => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("orilla-shop")));
  await expect.poll(left).toEqual([]);
});

test("a shop that is withdrawn from devices takes what waits there first", async ({ page, network, staff, request }) => {
  test.setTimeout(300_000); // a network that is away takes its time
  const [product, email] = [await staff.product(2000, 5), `ada-${randomUUID()}@example.com`];
  await page.goto(`${network.url}/en`);
  await kept(page);
  await network.cut();
  await orderAway(page, network, product, email);
  holdBack(network);
  const build = (await (await request.get("/sw.js")).text()).match(/"(.*)"/)![1];
  network.instead.set("/sw.js", { type: "text/javascript", body: `${withdrawn()}\nsendBy("${build}");` });
  await network.restore();
  // Its pages go at once.
  const left = () => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("orilla-")));
  await expect
    .poll(async () => {
      await page.goto(`${network.url}/en`);
      return left();
    }, { timeout: 30_000, intervals: [3000] })
    .toEqual([]);
  expect((await page.goto(`${network.url}/en/c/light`))?.fromServiceWorker()).toBe(false);
  expect(await staff.orders(email)).toEqual([]);
  letThrough(network);
  await expect
    .poll(async () => {
      await page.goto(`${network.url}/en`);
      return (await staff.orders(email)).length;
    }, { timeout: DUE })
    .toBe(1);
  // And then nothing is left.
  await page.route("**/pkg/keep-*", (route) => route.abort());
  const registered = () => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
  await expect
    .poll(async () => {
      await page.goto(`${network.url}/en`);
      return registered();
    })
    .toBe(0);
  expect(await left()).toEqual([]);
});

test("a form of another host is refused, with a service worker as without", async ({ home: page, network, context }) => {
  const other = network.url.replace("localhost", "127.0.0.1");
  const form = `<form method="post" action="${network.url}/fn/add_to_cart"><input name="variant" value="1"><button>Go</button></form>`;
  network.instead.set("/elsewhere", { type: "text/html", body: form });
  await page.goto(`${other}/elsewhere`);
  const answered = page.waitForResponse(/add_to_cart/);
  await page.getByRole("button").click();
  expect((await answered).status()).toBe(403);
  expect((await context.cookies(network.url)).map((cookie) => cookie.name)).not.toContain("__Host-cart");
});

test("who saves data keeps the shop by a button only", async ({ page, network }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, "connection", { value: { saveData: true } }));
  await page.goto(`${network.url}/en/about`);
  const button = page.getByRole("button", { name: "Keep the shop on this device" });
  await expect(button).toBeVisible();
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  expect(network.asked.filter((path) => /device-|sw\.js/.test(path))).toEqual([]);
  await button.click();
  await expect(page.getByText("The shop is on this device.")).toBeVisible();
  await kept(page);
});
