// A shopper's device with a network that can be cut, and what happens on it.
import { type BrowserContext, type Page, expect, test as base } from "@playwright/test";
import { Staff, type TestProduct } from "./fixtures";
import { Network } from "./network";
import { cartLink, deliverTo, fillInAddress } from "./shopper";

export const test = base.extend<{ network: Network; staff: Staff; home: Page }>({
  network: async ({ baseURL }, use) => {
    const network = await Network.to(baseURL ?? "");
    await use(network);
    await network.end();
  },
  staff: async ({ playwright, baseURL }, use) => {
    const request = await playwright.request.newContext({ baseURL });
    await use(new Staff(request));
    await request.dispose();
  },
  // A page of a browser that has visited the home page and then had time.
  home: async ({ page, network }, use) => {
    await page.goto(`${network.url}/en`);
    await kept(page);
    await use(page);
  },
});

/** Waits until the shop is on the device, its product pages too. */
export async function kept(page: Page) {
  const isKept = () =>
    page.evaluate(async () => {
      const note = await (await caches.match("/device/note/kept"))?.json();
      return Array.isArray(note?.chosen_for);
    });
  await expect.poll(isKept, { timeout: 45_000 }).toBe(true);
}

/** The strip of a page that was made on the device. */
export const strip = (page: Page) => page.getByRole("complementary", { name: "You are offline." });

/** Opens a page that the shop itself makes: where it is slow, the device may be faster. */
export async function openOnline(page: Page, url: string) {
  await expect(async () => {
    expect((await page.goto(url))?.status()).toBe(200);
    await expect(strip(page)).toHaveCount(0, { timeout: 500 });
  }).toPass({ timeout: 30_000 });
}

/** Ends the service worker, as browsers do when it has had nothing to do for a while, and waits until it has ended. */
export async function stop(context: BrowserContext, page: Page) {
  const session = await context.newCDPSession(page);
  const stopped = new Promise<void>((resolve) => {
    const running = new Set<string>();
    session.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
      for (const { versionId, runningStatus } of versions) {
        if (runningStatus !== "stopped") running.add(versionId);
        else if (running.delete(versionId) && running.size === 0) resolve();
      }
      if (versions.length > 0 && running.size === 0) resolve();
    });
  });
  await session.send("ServiceWorker.enable");
  await session.send("ServiceWorker.stopAllWorkers");
  await stopped;
  await session.detach();
}

export const title = (page: Page) => page.getByRole("heading", { level: 1 });

/** Fills the checkout in that the page shows, and sends it. */
export async function checkOut(page: Page, email: string, button: string) {
  await fillInAddress(page);
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: button }).click();
}

/** Puts a piece into the cart of a device without a network, and orders it there. Answers where the order waits. */
export async function orderAway(page: Page, network: Network, product: TestProduct, email: string): Promise<string> {
  await page.goto(`${network.url}/en/p/${product.handle}`);
  await page.locator(".buy-box").getByRole("button", { name: "Add to cart" }).click();
  await expect(cartLink(page)).toHaveAccessibleName(/, 1 item$/);
  await page.goto(`${network.url}/en/checkout`);
  await deliverTo(page, "ES");
  await checkOut(page, email, "Order as soon as there is a network");
  await expect(title(page)).toHaveText("Waiting to be sent");
  return page.url();
}

/** The network brings pages, and nothing that waits reaches the shop. */
export function holdBack(network: Network) {
  network.instead.set("/device/current", { type: "text/plain", body: "not yet" });
}

/** What waits reaches the shop again. */
export function letThrough(network: Network) {
  network.instead.delete("/device/current");
}

/** Milliseconds within which a sending is due after some that found no network: chance decides, and each doubles it. */
export const DUE = 150_000;

/** The page has become the one of a placed order. */
export async function placed(page: Page) {
  await expect(title(page)).toHaveText(/^Order \d+$/, { timeout: DUE });
}
