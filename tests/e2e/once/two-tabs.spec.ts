// Two tabs put the same product into the cart at the same moment: it is two pieces.
import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { Device } from "../authenticator";
import { kept, strip, test } from "../device";
import type { TestProduct } from "../fixtures";
import type { Network } from "../network";
import { cartLink, openAccount } from "../shopper";

const ADD = "/fn/add_to_cart";
const button = (page: Page) => page.locator(".buy-box").getByRole("button", { name: "Add to cart" });

/** Both show the product, and their islands are there. */
async function open(tabs: Page[], network: Network, product: TestProduct) {
  for (const tab of tabs) {
    await tab.goto(`${network.url}/en/p/${product.handle}`);
    await button(tab).hover();
    await expect(tab.locator("html[data-islands=ready]")).toHaveCount(1);
  }
}

/** Both add one while no answer comes; then answers come. */
async function addAtOnce(tabs: Page[], network: Network) {
  const release = network.hold(ADD);
  await Promise.all(tabs.map((tab) => button(tab).click()));
  // One is on its way, and the other one waits for its turn.
  const lined = () => tabs[0].evaluate(() => navigator.locks.query().then(({ held, pending }) => [held, pending].map((locks) => locks?.length)));
  await expect.poll(lined).toEqual([1, 1]);
  await expect.poll(() => network.asked.filter((path) => path === ADD)).toHaveLength(1);
  release();
  for (const tab of tabs) await expect(tab.locator(".buy-box").getByRole("status")).toContainText("is in your cart");
}

async function has(page: Page, network: Network, pieces: number) {
  await page.goto(`${network.url}/en/cart`);
  await expect(cartLink(page)).toHaveAccessibleName(`Cart, ${pieces} items`);
}

test("of a guest", async ({ page, context, network, staff }) => {
  const [product, tabs] = [await staff.product(1000, 9), [page, await context.newPage()]];
  await open(tabs, network, product);
  await addAtOnce(tabs, network);
  await has(page, network, 2);
});

test("of who is signed in, whose cart is that of other browsers, too", async ({ page, context, network, staff }) => {
  const product = await staff.product(1000, 9);
  const device = await Device.of(page);
  await openAccount(page, device, network.url);
  const tabs = [page, await context.newPage()];
  await open(tabs, network, product);
  await addAtOnce(tabs, network);
  await has(page, network, 2);
});

test.describe("on a device", () => {
  test.use({ serviceWorkers: "allow" });
  test.slow(); // a network that is away takes its time

  test("that answers itself, by islands and by forms", async ({ page, context, network, staff }) => {
    const product = await staff.product(1000, 9);
    await page.goto(`${network.url}/en`);
    await kept(page);
    const tabs = [page, await context.newPage(), await context.newPage(), await context.newPage()];
    await network.cut();
    await open(tabs, network, product);
    await expect(strip(page)).toBeVisible();
    // Two of them as if their scripts had not come.
    const submit = (tab: Page) =>
      tab.evaluate(() => document.querySelector<HTMLFormElement>(".buy-box form[method=post]")?.submit());
    await Promise.all(tabs.map((tab, at) => (at < 2 ? button(tab).click() : submit(tab))));
    for (const tab of tabs.slice(0, 2)) await expect(tab.locator(".buy-box").getByRole("status")).toContainText("is in your cart");
    for (const tab of tabs.slice(2)) await tab.waitForURL(/\/cart\?notice=added$/);
    await has(page, network, 4);
  });
});
