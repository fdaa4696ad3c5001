// Orders without a network: they wait on the device, and reach the shop exactly once, whatever happens on the way.
import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, type Page, chromium, expect } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { DUE, checkOut, kept, orderAway, placed, stop, test, title } from "../device";
import type { Staff, TestProduct } from "../fixtures";
import type { Network } from "../network";
import { cartLink, deliverTo } from "../shopper";

test.use({ serviceWorkers: "allow" });
test.describe.configure({ timeout: 300_000 }); // a network that is away takes its time

const shopper = () => `ada-${randomUUID()}@example.com`;
const API = "/api/v1/orders";

/** A browser that has the shop at home, with a product of this test's own in it. */
async function arrive(page: Page, network: Network, staff: Staff, price = 2000): Promise<TestProduct> {
  const product = await staff.product(price, 5);
  await page.goto(`${network.url}/en`);
  await kept(page);
  return product;
}

/** The network is back, and the browser has noticed. */
async function reconnect(page: Page, network: Network) {
  await network.restore();
  await page.evaluate(() => dispatchEvent(new Event("online")));
}

/** The shop has one order of this shopper, at this price with delivery, and its piece is taken once. */
async function once(staff: Staff, product: TestProduct, email: string, total = 2490) {
  const orders = await staff.orders(email);
  expect(orders.map((order) => order.total.minor)).toEqual([total]);
  expect(await staff.left(product)).toBe(4);
}

/** From now on nobody but a person sends: neither pages that open here, nor the browser by itself. */
async function alone(page: Page, context: BrowserContext) {
  await page.addInitScript(() => {
    if (sessionStorage.alone) ServiceWorker.prototype.postMessage = () => {};
  });
  await page.evaluate(() => void (sessionStorage.alone = "yes"));
  const [worker] = context.serviceWorkers();
  await worker.evaluate("SyncManager.prototype.register = async () => {}");
}

/** The shop has promised that it is not placed and will not be. */
async function intoCart(page: Page) {
  await expect(title(page)).toHaveText("Taken back", { timeout: DUE });
  await page.getByRole("button", { name: "Put it into the cart again" }).click();
  await expect(page).toHaveURL(/\/en\/cart$/);
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 1 item");
}

test("an order without a network waits, and is one order when the network is back", async ({ page, network, staff, context }) => {
  const [product, email] = [await arrive(page, network, staff), shopper()];
  await network.cut();
  await alone(page, context);
  const address = await orderAway(page, network, product, email);
  await expect(cartLink(page)).toHaveAccessibleName("Cart");
  await expect(page.locator(".waiting")).toContainText("€24.90");
  await expect(page.locator(".waiting")).toContainText(/prices are from \d+ \w+ \d{4}, \d\d:\d\d/);
  expect(await staff.orders(email)).toEqual([]);
  await network.restore();
  // The pages after this one ask again.
  await page.evaluate(() => sessionStorage.removeItem("alone"));
  await page.getByRole("button", { name: "Send it now" }).click();
  await placed(page);
  await once(staff, product, email);
  // Its waiting page leads to the order from now on.
  await page.goto(address);
  await placed(page);
});

test("what waits is sent without anybody asking, and every tab sees it", async ({ page, network, staff, context }) => {
  const [product, email] = [await arrive(page, network, staff), shopper()];
  await network.cut();
  const address = await orderAway(page, network, product, email);
  const second = await context.newPage();
  await second.goto(address);
  const third = await context.newPage();
  await third.goto(`${network.url}/es/c/light`);
  await expect(third.getByRole("complementary", { name: "Pedidos en este dispositivo" })).toContainText("Verlo");
  await network.restore();
  await Promise.all([placed(page), placed(second)]);
  await expect(third.getByRole("complementary", { name: "Pedidos en este dispositivo" })).toHaveCount(0, { timeout: DUE });
  await once(staff, product, email);
});

test("what a page says of what waits changes with it", async ({ page, network, staff, context }) => {
  const product = await arrive(page, network, staff);
  await network.cut();
  const first = await orderAway(page, network, product, shopper());
  const second = await context.newPage();
  await second.goto(`${network.url}/en/about`);
  const see = second.getByRole("complementary", { name: "Orders on this device" }).getByRole("link");
  await expect(see).toHaveAttribute("href", new URL(first).pathname);
  await orderAway(page, network, product, shopper());
  await expect(see).toHaveAttribute("href", "/en/orders/waiting");
  await expect(see).toHaveCount(1);
});

test("a price that has changed meanwhile asks first", async ({ page, network, staff }) => {
  const [product, email] = [await arrive(page, network, staff), shopper()];
  await network.cut();
  await orderAway(page, network, product, email);
  product.variants[0].price.minor = 2600;
  await staff.import(product);
  await reconnect(page, network);
  await expect(title(page)).toHaveText("Your order needs an answer", { timeout: DUE });
  await expect(page.getByRole("region", { name: "As you ordered" })).toContainText("€24.90");
  await expect(page.getByRole("region", { name: "As it is now" })).toContainText("€30.90");
  expect(await staff.orders(email)).toEqual([]);
  await page.getByRole("button", { name: "Order for €30.90" }).click();
  await placed(page);
  await once(staff, product, email, 3090);
});

test("what is sold out meanwhile goes back into the cart", async ({ page, network, staff }) => {
  const [product, email] = [await arrive(page, network, staff), shopper()];
  await network.cut();
  await orderAway(page, network, product, email);
  product.variants[0].available = 0;
  await staff.import(product);
  await reconnect(page, network);
  await expect(page.locator(".waiting")).toContainText("None of it can be bought now.", { timeout: DUE });
  await page.getByRole("button", { name: "Take it back into the cart" }).click();
  await intoCart(page);
  expect(await staff.orders(email)).toEqual([]);
});

test("an order that is taken back on its way, and has arrived, is shown, with the way to cancel it", async ({ page, network, staff }) => {
  const [product, email] = [await arrive(page, network, staff), shopper()];
  await network.cut();
  await orderAway(page, network, product, email);
  const taken = network.swallow(API);
  await network.restore();
  await taken;
  network.swallowed.clear();
  await page.getByRole("button", { name: "Take it back into the cart" }).click();
  await expect(title(page)).toHaveText("Being taken back");
  await placed(page);
  await expect(page.getByRole("button", { name: "Cancel the order" })).toBeVisible();
  await once(staff, product, email);
});

test("an order that is taken back on its way is never placed, however late it arrives", async ({ page, network, staff }) => {
  const [product, email] = [await arrive(page, network, staff), shopper()];
  await network.cut();
  await orderAway(page, network, product, email);
  const taken = network.detain(API);
  await network.restore();
  const deliver = await taken;
  await page.getByRole("button", { name: "Take it back into the cart" }).click();
  await expect(title(page)).toHaveText("Being taken back");
  // The device waits for an answer for a while, and tells the shop then.
  await intoCart(page);
  expect(await deliver()).toBe(409);
  expect(await staff.orders(email)).toEqual([]);
  expect(await staff.left(product)).toBe(5);
});

test("the browser is closed while the order waits", async ({ network, staff }, info) => {
  const email = shopper();
  const { launchOptions, locale, viewport } = info.project.use;
  const open = () =>
    chromium.launchPersistentContext(info.outputPath("profile"), { ...launchOptions, locale, viewport });
  const page = async (context: BrowserContext) => context.pages()[0] ?? (await context.newPage());
  let context = await open();
  const product = await arrive(await page(context), network, staff);
  await network.cut();
  const address = await orderAway(await page(context), network, product, email);
  await context.close();
  context = await open();
  await (await page(context)).goto(address);
  await expect(title(await page(context))).toHaveText("Waiting to be sent");
  await context.close();
  await network.restore();
  // Any page will do.
  context = await open();
  await (await page(context)).goto(`${network.url}/en/about`);
  await expect.poll(async () => (await staff.orders(email)).length, { timeout: DUE }).toBe(1);
  await (await page(context)).goto(address);
  await placed(await page(context));
  await context.close();
  await once(staff, product, email);
});

test("the service worker ends in the middle of a sending whose order the shop has", async ({ page, network, staff, context }) => {
  const [product, email] = [await arrive(page, network, staff), shopper()];
  await network.cut();
  const address = await orderAway(page, network, product, email);
  const taken = network.swallow(API);
  await network.restore();
  await taken;
  await stop(context, page);
  network.swallowed.clear();
  await page.goto(address);
  await placed(page);
  expect(network.asked.filter((path) => path === API).length).toBeGreaterThan(1);
  await once(staff, product, email);
});

test("a network that takes an order and never answers", async ({ page, network, staff }) => {
  const [product, email] = [await arrive(page, network, staff), shopper()];
  await page.goto(`${network.url}/en/p/${product.handle}`);
  await page.locator(".buy-box").getByRole("button", { name: "Add to cart" }).click();
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 1 item");
  await page.goto(`${network.url}/en/checkout`);
  await deliverTo(page, "ES");
  // The shop's own form reaches the shop, and nothing comes back.
  const taken = network.swallow("/en/checkout");
  await checkOut(page, email, "Place the order and pay");
  await taken;
  await placed(page);
  await once(staff, product, email);
});

test("a network that takes everything and answers nothing, when the order is left and when it is sent", async ({ page, network, staff }) => {
  const [product, email] = [await arrive(page, network, staff), shopper()];
  network.hang();
  const address = await orderAway(page, network, product, email);
  await page.getByRole("button", { name: "Send it now" }).click();
  await expect(title(page)).toHaveText("Waiting to be sent");
  // Nothing was sent into it that nobody would know of.
  expect(network.asked).not.toContain(API);
  await expect(page.getByRole("button", { name: "Take it back into the cart" })).toBeVisible();
  network.answer();
  await page.goto(address);
  await placed(page);
  await once(staff, product, email);
});

test("a new build takes over while the order waits", async ({ page, network, staff, request }) => {
  const [product, email] = [await arrive(page, network, staff), shopper()];
  await network.cut();
  const address = await orderAway(page, network, product, email);
  const script = await (await request.get("/sw.js")).text();
  const path = script.match(/"(.*)"/)![1];
  const build = path.match(/device-(\w+)\.js/)![1];
  const next = build.replace(/./g, "3");
  const body = (await (await request.get(path)).text()).replaceAll(build, next);
  network.instead.set(path.replace(build, next), { type: "text/javascript", body });
  network.instead.set("/sw.js", { type: "text/javascript", body: script.replace(build, next) });
  // The order may not be on its way before the new build is there.
  network.instead.set("/device/current", { type: "text/plain", body: "not yet" });
  await network.restore();
  const builds = () => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("orilla-files-")));
  await expect
    .poll(async () => {
      await page.goto(`${network.url}/en`);
      return builds();
    }, { timeout: 40_000, intervals: [3000] })
    .toContain(`orilla-files-${next}`);
  expect(await staff.orders(email)).toEqual([]);
  network.instead.delete("/device/current");
  await page.goto(address);
  await placed(page);
  await once(staff, product, email);
});

test("who signs out leaves nothing of it on the device", async ({ page, network, staff, context }) => {
  const [product, email] = [await arrive(page, network, staff), shopper()];
  await network.cut();
  const address = await orderAway(page, network, product, email);
  // What is written down names nobody, and its key can't be read.
  const written = await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const asked = indexedDB.open("orilla-outbox");
      asked.onsuccess = () => resolve(asked.result);
    });
    const all = (store: string) =>
      new Promise<any[]>((resolve) => {
        const asked = database.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => resolve(asked.result);
      });
    const [[order], [key]] = [await all("orders"), await all("keys")];
    database.close();
    const text = new TextDecoder().decode(order.sealed);
    return { fields: Object.keys(order).sort(), text, extractable: key.extractable, uses: key.usages };
  });
  expect(written).toMatchObject({ fields: ["id", "iv", "sealed", "version"], extractable: false });
  expect(written.text).not.toMatch(/Calle|Marinero|ada-/);
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = resolve;
        navigator.serviceWorker.controller?.postMessage({ outbox: "forget" }, [port2]);
      }),
  );
  // Its page, which is open, is told.
  await expect(title(page)).toHaveText("We can't find this order");
  await stop(context, page);
  expect((await page.goto(address))?.status()).toBe(404);
  await network.restore();
  await page.goto(`${network.url}/en`);
  expect(await staff.orders(email)).toEqual([]);
});

for (const width of [1440, 360]) {
  test(`the pages are for everyone, ${width} wide`, async ({ page, network, staff }, info) => {
    await page.setViewportSize({ width, height: 800 });
    const [product, email] = [await arrive(page, network, staff), shopper()];
    const check = async (name: string) => {
      await page.emulateMedia({ reducedMotion: "reduce" });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), name).toBeLessThanOrEqual(0);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ target }) => target) })), name).toEqual([]);
        await page.screenshot({ path: info.outputPath(`${name}-${colorScheme}.png`), fullPage: true });
      }
    };
    await network.cut();
    await page.goto(`${network.url}/en/p/${product.handle}`);
    await page.locator(".buy-box").getByRole("button", { name: "Add to cart" }).click();
    await expect(cartLink(page)).toHaveAccessibleName("Cart, 1 item");
    await page.goto(`${network.url}/en/checkout`);
    await check("checkout");
    await deliverTo(page, "ES");
    await checkOut(page, email, "Order as soon as there is a network");
    await expect(title(page)).toHaveText("Waiting to be sent");
    await check("waiting");
    const address = page.url();
    for (const [locale, heading] of [["es", "A la espera de enviarse"], ["pt", "À espera de ser enviada"]]) {
      await page.goto(address.replace("/en/", `/${locale}/`));
      await expect(title(page)).toHaveText(heading);
    }
    await page.goto(`${network.url}/en/orders/waiting`);
    await check("list");
    await page.goto(`${network.url}/en`);
    await expect(page.getByRole("complementary", { name: "Orders on this device" })).toBeVisible();
    await check("home");
    product.variants[0].price.minor = 2600;
    await staff.import(product);
    await network.restore();
    await page.goto(address);
    await expect(title(page)).toHaveText("Your order needs an answer", { timeout: DUE });
    await check("asks");
  });
}
