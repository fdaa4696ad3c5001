// One shopper, one cart: on two browsers, one of which is without a network in between, and what signing out leaves.
import type { BrowserContext, Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { Device } from "../authenticator";
import { kept, strip, test } from "../device";
import type { TestProduct } from "../fixtures";
import { cartLink, fillIn, place } from "../shopper";

test.use({ serviceWorkers: "allow" });
test.slow(); // a network that is away takes its time

const inside = (page: Page) => page.getByRole("button", { name: "Sign out here" });
const cookie = async (context: BrowserContext, name: string) =>
  (await context.cookies()).find((cookie) => cookie.name === name)?.value ?? "";

async function has(page: Page, pieces: number) {
  const name = pieces === 0 ? "Cart" : `Cart, ${pieces} item${pieces === 1 ? "" : "s"}`;
  // With the page if it is the cart's, and after it by its script elsewhere.
  await expect(cartLink(page)).toHaveAccessibleName(name, { timeout: 20_000 });
}

async function add(page: Page, shop: string, product: TestProduct, pieces: number) {
  await page.goto(`${shop}/en/p/${product.handle}`);
  await page.locator(".buy").getByRole("button", { name: "Add to cart" }).click();
  await has(page, pieces);
}

async function touch(page: Page, device: Device, shop: string, button: string) {
  await page.goto(`${shop}/en/account`);
  await device.touched(async () => {
    await page.getByRole("button", { name: button }).click();
    await expect(inside(page)).toBeVisible();
  });
}

async function remove(page: Page, product: TestProduct) {
  const line = page.getByRole("listitem").filter({ hasText: product.title });
  await line.getByRole("button", { name: /^Remove/ }).click();
  await expect(line).toHaveCount(0);
}

test("a cart on two browsers, one of them away in between; an order empties both; signing out takes it along", async ({
  page: phone,
  context,
  browser,
  network,
  staff,
  baseURL,
}) => {
  const shop = new URL(baseURL ?? "").origin;
  const [lead, line, lamp] = [await staff.product(1000, 9), await staff.product(2000, 9), await staff.product(3000, 9)];
  await phone.goto(`${network.url}/en`);
  await kept(phone);
  const device = await Device.of(phone);
  await add(phone, network.url, lead, 1);
  await touch(phone, device, network.url, "Open an account with a passkey");
  await has(phone, 1);

  // A second browser, with something in its cart. From here on the first device signs no more.
  const other = await browser.newContext({ serviceWorkers: "block" });
  const laptop = await other.newPage();
  const second = await Device.of(laptop);
  await second.syncFrom(device);
  await add(laptop, shop, line, 1);
  await touch(laptop, second, shop, "Sign in with a passkey");
  await has(laptop, 2);
  await phone.goto(`${network.url}/en`);
  await has(phone, 2);

  // Without a network the phone takes one out and puts another in, while the laptop adds to what is there.
  await network.cut();
  await phone.goto(`${network.url}/en/cart`);
  await expect(strip(phone)).toBeVisible();
  await remove(phone, lead);
  await add(phone, network.url, lamp, 2);
  await add(laptop, shop, line, 3);
  await network.restore();
  await phone.goto(`${network.url}/en`);
  await has(phone, 3);
  await laptop.goto(`${shop}/en/cart`);
  await has(laptop, 3);
  const lines = laptop.getByRole("listitem");
  await expect(lines.filter({ hasText: lead.title })).toHaveCount(0);
  await expect(lines.filter({ hasText: lamp.title })).toHaveCount(1);

  // What the laptop orders leaves the phone's cart, too.
  await laptop.goto(`${shop}/en/checkout`);
  await fillIn(laptop);
  await place(laptop);
  await expect(laptop.getByRole("heading", { level: 1 })).toHaveText(/^Order \d+$/);
  await has(laptop, 0);
  await phone.goto(`${network.url}/en/about`);
  await has(phone, 0);

  // The cart stays in the account, and nothing of it in the browser that is left.
  await add(phone, network.url, lead, 1);
  await laptop.goto(`${shop}/en`);
  await has(laptop, 1);
  await laptop.goto(`${shop}/en/account`);
  await laptop.getByRole("button", { name: "Sign out on all devices" }).click();
  await has(laptop, 0);
  for (const name of ["__Host-account", "__Host-cart", "__Host-cart-copy"]) expect(await cookie(other, name)).toBe("");
  // The phone learns of it with its next page, whichever that is.
  await phone.goto(`${network.url}/en/about`);
  await has(phone, 0);
  for (const name of ["__Host-account", "__Host-cart", "__Host-cart-copy"]) expect(await cookie(context, name)).toBe("");
  await touch(laptop, second, shop, "Sign in with a passkey");
  await has(laptop, 1);
  await other.close();
});

test("what was put in without a network is in the cart of the other browser with no tab of the shop open", async ({
  page: phone,
  context,
  browser,
  network,
  staff,
  baseURL,
}) => {
  const shop = new URL(baseURL ?? "").origin;
  const [lamp, line] = [await staff.product(3000, 9), await staff.product(2000, 9)];
  await phone.goto(`${network.url}/en`);
  await kept(phone);
  const device = await Device.of(phone);
  await touch(phone, device, network.url, "Open an account with a passkey");
  const other = await browser.newContext({ serviceWorkers: "block" });
  const laptop = await other.newPage();
  const second = await Device.of(laptop);
  await second.syncFrom(device);
  await touch(laptop, second, shop, "Sign in with a passkey");
  await add(laptop, shop, line, 1);
  await phone.goto(`${network.url}/en`);
  await has(phone, 1);

  await network.cut();
  await add(phone, network.url, lamp, 2);
  const session = await context.newCDPSession(phone);
  let registrationId = "";
  session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    registrationId = registrations.find(({ isDeleted }) => !isDeleted)?.registrationId ?? registrationId;
  });
  await session.send("ServiceWorker.enable");
  await expect.poll(() => registrationId).not.toBe("");
  const tags = () => phone.evaluate(async () => (await navigator.serviceWorker.ready).sync.getTags());
  await expect.poll(tags).toContain("cart");
  await phone.goto("about:blank");
  await network.restore();
  const { origin } = new URL(network.url);
  await session.send("ServiceWorker.dispatchSyncEvent", { origin, registrationId, tag: "cart", lastChance: false });
  await expect.poll(() => network.asked.filter((path) => path === "/fn/cart").length, { timeout: 20_000 }).toBeGreaterThan(1);
  await laptop.goto(`${shop}/en/cart`);
  await expect(async () => {
    await laptop.reload();
    await expect(cartLink(laptop)).toHaveAccessibleName("Cart, 2 items");
  }).toPass({ timeout: 20_000 });
  // The phone has it all, too, before any page asks.
  await expect.poll(() => cookie(context, "__Host-cart")).toMatch(/^1\.\d+x1-\d+x1$/);
  await other.close();
});
