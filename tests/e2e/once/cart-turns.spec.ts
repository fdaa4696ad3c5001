// What changes the cart on a device comes in turn, whoever sends it, and what the device has answered in place of a slow
// network is not undone by what the network answers at last.
import { type Page, expect } from "@playwright/test";
import { checkOut, kept, test, title } from "../device";
import type { Staff, TestProduct } from "../fixtures";
import type { Network } from "../network";
import { cartLink, deliverTo } from "../shopper";

test.use({ serviceWorkers: "allow" });
test.slow(); // a network that is away takes its time

/** A browser that has the shop at home, with a product of this test's own in it. */
async function arrive(page: Page, network: Network, staff: Staff): Promise<TestProduct> {
  const product = await staff.product(1000, 9);
  await page.goto(`${network.url}/en`);
  await kept(page);
  return product;
}

const ADD = "/fn/add_to_cart";
const button = (page: Page) => page.locator(".buy-box").getByRole("button", { name: "Add to cart" });

/** Sends the product's form as if the page's scripts had not come. */
const submit = (page: Page) =>
  page.evaluate(() => document.querySelector<HTMLFormElement>(".buy-box form[method=post]")?.submit());

test("a late answer to a form does not undo what was done since", async ({ page, network, staff }) => {
  const product = await arrive(page, network, staff);
  await page.goto(`${network.url}/en/p/${product.handle}`);
  await expect(title(page)).toHaveText(product.title);
  const release = network.hold(ADD);
  await submit(page);
  await page.waitForURL(/\/cart\?notice=added$/);
  await page.getByRole("button", { name: `Remove ${product.title}` }).click();
  await expect(cartLink(page)).toHaveAccessibleName("Cart");
  release();
  // The answer comes before that of a request that was sent later.
  await page.evaluate(async () => void (await fetch("/health", { cache: "no-store" })));
  await page.goto(`${network.url}/en/cart`);
  await expect(page.getByRole("heading", { name: "Your cart is empty" })).toBeVisible();
});

test("what an island has sent keeps its turn when its page is gone", async ({
  page,
  network,
  staff,
  context,
}) => {
  const product = await arrive(page, network, staff);
  const second = await context.newPage();
  for (const tab of [page, second]) {
    await tab.goto(`${network.url}/en/p/${product.handle}`);
    await button(tab).hover();
    await expect(tab.locator("html[data-islands=ready]")).toHaveCount(1);
  }
  const asked = () => network.asked.filter((path) => path === ADD).length;
  const release = network.hold(ADD);
  await button(page).click();
  await expect.poll(asked).toBe(1);
  await page.close();
  await button(second).click();
  // Either at once or when the device has answered the first one itself.
  await expect.poll(asked).toBe(2);
  release();
  await expect(second.locator(".buy-box").getByRole("status")).toContainText("is in your cart");
  await second.goto(`${network.url}/en/cart`);
  await expect(cartLink(second)).toHaveAccessibleName("Cart, 2 items");
});

test("an order that is left on the device waits its turn", async ({ page, network, staff, context }) => {
  const product = await arrive(page, network, staff);
  await network.cut();
  await page.goto(`${network.url}/en/p/${product.handle}`);
  await button(page).click();
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 1 item");
  await page.goto(`${network.url}/en/checkout`);
  await deliverTo(page, "ES");
  // Another tab changes the cart, and takes its time.
  const second = await context.newPage();
  await second.goto(`${network.url}/en/about`);
  await second.evaluate(
    () =>
      new Promise<void>((begun) => {
        const ended = new Promise<void>((resolve) => addEventListener("end-of-turn", () => resolve()));
        void navigator.locks.request("orilla-cart", () => (begun(), ended));
      }),
  );
  const sending = checkOut(page, "ada@example.com", "Order as soon as there is a network");
  const waiting = () =>
    second.evaluate(async () => (await navigator.locks.query()).pending?.filter(({ name }) => name === "orilla-cart").length);
  await expect.poll(waiting).toBe(1);
  await second.evaluate(() => dispatchEvent(new Event("end-of-turn")));
  await sending;
  await expect(title(page)).toHaveText("Waiting to be sent");
});
