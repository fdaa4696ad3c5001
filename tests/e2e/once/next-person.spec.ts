// A browser that people share: somebody leaves, or their session has run out there, and the next person comes.
import { type BrowserContext, type Page, expect } from "@playwright/test";
import { Device } from "../authenticator";
import { holdBack, orderAway, test, title } from "../device";
import type { TestProduct } from "../fixtures";
import type { Network } from "../network";
import { openAccount } from "../shopper";

test.use({ serviceWorkers: "allow" });

test("nothing that waits on a device is left to the next person", async ({ home: page, network, context }) => {
  const device = await Device.of(page);
  const open = () => openAccount(page, device, network.url);
  const databases = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  await open();
  // As an order that waits lies there.
  await page.evaluate(() => new Promise((resolve) => (indexedDB.open("somebody-s").onsuccess = resolve)));
  await page.goto(`${network.url}/en/account`);
  expect(await databases()).toContain("somebody-s");
  await context.clearCookies({ name: "__Host-account" });
  await open();
  await expect.poll(databases).not.toContain("somebody-s");
});

// Of the demo shop: it is not bought.
const lantern = { handle: "keepers-lantern" } as TestProduct;

/** Leaves an order on the device that does not reach the shop. Answers where it waits. */
async function leaveOrder(page: Page, network: Network): Promise<string> {
  holdBack(network);
  await network.cut();
  const address = await orderAway(page, network, lantern, "ada@example.com");
  await network.restore();
  return address;
}

/** Leaves an order, and presses the button that signs out. Answers where the order waits. */
async function signOut(page: Page, network: Network): Promise<string> {
  await openAccount(page, await Device.of(page), network.url);
  const address = await leaveOrder(page, network);
  await expect(async () => {
    await page.goto(`${network.url}/en/account`);
    await expect(page.getByRole("button", { name: "Sign out here" })).toBeVisible({ timeout: 500 });
  }).toPass();
  await page.getByRole("button", { name: "Sign out here" }).click({ noWaitAfter: true });
  return address;
}

/** What the next person finds there. */
async function found(context: BrowserContext, address: string) {
  const next = await context.newPage();
  const status = (await next.goto(address))?.status();
  await next.close();
  return status;
}

test("who signs out leaves nothing on the device, though the page that follows never comes", async ({ home: page, network, context }) => {
  test.slow(); // a network that is away takes its time
  await context.route("**/fn/cart", (route) => route.abort());
  network.hold("/en/account?done=out");
  const address = await signOut(page, network);
  await expect.poll(() => network.asked).toContain("/en/account?done=out");
  await page.close();
  expect(await found(context, address)).toBe(404);
});

test("who signs out leaves nothing on the device, though the shop's answer comes when another one is shown", async ({ home: page, network, context }) => {
  test.slow(); // a network that is away takes its time
  const release = network.hold("/en/account/sign-out");
  // No script of a page learns before that the session has ended.
  await context.route("**/fn/cart", (route) => route.abort());
  const address = await signOut(page, network);
  await expect(title(page)).toHaveText("This needs a network");
  expect(await found(context, address)).toBe(200);
  release();
  await expect.poll(() => found(context, address)).toBe(404);
});

test("nobody has left because an address says so", async ({ home: page, network }) => {
  test.slow(); // a network that is away takes its time
  const address = await leaveOrder(page, network);
  for (const done of ["out", "everywhere", "deleted", "ended"]) {
    await page.goto(`${network.url}/en/account?done=${done}`);
    await expect(title(page)).toHaveText("Your account");
    // What the page has asked of the service worker is done.
    await page.evaluate(async () => {
      await navigator.serviceWorker.getRegistration();
      await navigator.locks.request("orilla-outbox", () => {});
    });
    await page.goto(address);
    await expect(title(page)).toHaveText("Waiting to be sent");
  }
});
