// How the bundle of the islands arrives: late, never, or too late for what the shopper does already.
import type { Page, Request } from "@playwright/test";
import { expect, test } from "../fixtures";
import { add, cartLink } from "../shopper";

const BUNDLE = /\/pkg\/client-/;

/** Holds the bundle's WebAssembly back until the returned function is called. */
async function hold(page: Page): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\/pkg\/client-.*\.wasm/, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

/** The browser asks for little data, so the bundle never loads on its own. */
async function saveData(page: Page) {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, "connection", { value: { saveData: true } });
  });
}

/** Waits until the page has had time for everything it does on its own. */
async function idle(page: Page) {
  await page.waitForLoadState("load");
  await page.evaluate(async () => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => requestIdleCallback(resolve));
  });
}

const islands = (page: Page) => page.locator("html");

test("it loads when the browser is idle", async ({ page }) => {
  await page.goto("/en");
  await expect(islands(page)).toHaveAttribute("data-islands", "ready");
});

test("it does not load before it is needed when the shopper saves data", async ({ page }) => {
  const requests: Request[] = [];
  page.on("request", (request) => BUNDLE.test(request.url()) && requests.push(request));
  await saveData(page);
  await page.goto("/en");
  await idle(page);
  expect(requests).toEqual([]);
  await page.getByRole("combobox", { name: "Search the shop" }).focus();
  await expect(islands(page)).toHaveAttribute("data-islands", "ready");
  expect(requests.length).toBeGreaterThan(0);
});

test("a page without an interaction needs nothing of it for the first view", async ({ page }) => {
  await page.route(BUNDLE, () => {});
  await page.goto("/en/p/storm-lantern-no-4");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator(".buy-box").getByRole("button", { name: "Add to cart" })).toBeEnabled();
});

test("what the shopper clicked before it was there is done once it is", async ({ page }) => {
  const release = await hold(page);
  await page.goto("/en/p/keepers-lantern");
  const button = page.locator(".buy-box").getByRole("button", { name: "Add to cart" });
  for (let click = 0; click < 3; click++) await button.click(); // an impatient shopper
  await expect(cartLink(page)).toHaveAccessibleName("Cart");
  release();
  await expect(page.locator(".buy-box").getByRole("status")).toContainText("is in your cart");
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 1 item");
  await expect(page).toHaveURL(/\/en\/p\/keepers-lantern$/);
  await page.goto("/en/cart");
  await expect(page.locator(".cart-line").getByLabel(/^Quantity/)).toHaveValue("1");
});

test("a quantity that was typed before it was there counts", async ({ page }) => {
  const release = await hold(page);
  await page.goto("/en/p/keepers-lantern");
  const box = page.locator(".buy-box");
  await box.getByLabel("Quantity").fill("2");
  await box.getByRole("button", { name: "Add to cart" }).click();
  release();
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 2 items");
});

test("a version that was chosen before it was there is chosen", async ({ page }) => {
  const release = await hold(page);
  await page.goto("/en/p/storm-lantern-no-4");
  const box = page.locator(".buy-box");
  await box.getByRole("link", { name: "Large" }).click();
  await expect(box.locator(".price")).toHaveText("€48.00");
  release();
  await expect(box.locator(".price")).toHaveText("€64.00");
  await expect(page).toHaveURL(/\?variant=\d+$/);
});

for (const [how, leave] of [
  ["by leaving the field", (page: Page) => page.keyboard.press("Tab")],
  ["by Enter", (page: Page) => page.keyboard.press("Enter")],
] as const) {
  // It may come while the shopper still stands in the field.
  for (const comes of ["afterwards", "in between"]) {
    test(`a cart that was changed before it was there is changed: ${how}, and it comes ${comes}`, async ({ page, staff }) => {
      const product = await staff.product(1000, 40);
      await add(page, product);
      const release = await hold(page);
      await page.goto("/en/cart");
      await page.getByLabel(`Quantity of ${product.title}`).fill("5");
      if (comes === "in between") {
        release();
        await expect(islands(page)).toHaveAttribute("data-islands", "ready");
        await expect(page.getByLabel(`Quantity of ${product.title}`)).toHaveValue("5");
      }
      await leave(page);
      release();
      await expect(page.locator(".cart-line .total")).toHaveText("€50.00");
      await expect(cartLink(page)).toHaveAccessibleName("Cart, 5 items");
    });
  }
}

test("what was typed into the search before it was there gets suggestions", async ({ page }) => {
  const release = await hold(page);
  await page.goto("/en");
  await page.getByRole("combobox", { name: "Search the shop" }).fill("lantern");
  release();
  await expect(page.getByRole("listbox").getByRole("option").first()).toBeVisible();
});

test("a search does not wait for it", async ({ page }) => {
  await page.route(BUNDLE, () => {});
  await page.goto("/en");
  const search = page.getByRole("combobox", { name: "Search the shop" });
  await search.fill("soap");
  await search.press("Enter");
  await expect(page).toHaveURL(/\/en\/search\?q=soap$/);
});

for (const [what, files] of [
  ["its script", /\/pkg\/client-.*\.js/],
  ["its WebAssembly", /\/pkg\/client-.*\.wasm/],
] as const) {
  test(`if ${what} does not arrive, the forms do what forms do`, async ({ page, problems }) => {
    problems.expect(/client-|Failed to fetch|WebAssembly/);
    await page.route(files, (route) => route.abort());
    await page.goto("/en/p/keepers-lantern");
    await page.locator(".buy-box").getByRole("button", { name: "Add to cart" }).click();
    await expect(page).toHaveURL(/\/en\/cart\?notice=added$/);
    await expect(page.locator(".cart-line").getByLabel(/^Quantity/)).toHaveValue("1");
    await page.getByRole("button", { name: /^Remove/ }).click();
    await expect(page.getByRole("heading", { name: "Your cart is empty" })).toBeVisible();
    await page.goto("/en/p/storm-lantern-no-4");
    await page.locator(".buy-box").getByRole("link", { name: "Large" }).click();
    await expect(page.locator(".buy-box .price")).toHaveText("€64.00");
  });
}

test("if it does not arrive, a cart's new quantity has a button", async ({ page, problems }) => {
  problems.expect(/client-|Failed to fetch|WebAssembly/);
  await page.goto("/en/p/keepers-lantern");
  await page.locator(".buy-box").getByRole("button", { name: "Add to cart" }).click();
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 1 item");
  await page.route(BUNDLE, (route) => route.abort());
  await page.goto("/en/cart");
  await page.getByLabel(/^Quantity of/).fill("3");
  await page.getByLabel(/^Quantity of/).press("Enter");
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 3 items");
});

test("if it does not arrive, all forms that waited for it are sent", async ({ page, staff, problems }) => {
  problems.expect(/client-|Failed to fetch|WebAssembly/);
  const products = [await staff.product(1000, 40), await staff.product(2000, 40), await staff.product(3000, 40)];
  for (const product of products) await add(page, product);
  let fail = () => {};
  const failed = new Promise<void>((resolve) => (fail = resolve));
  await page.route(/\/pkg\/client-.*\.wasm/, async (route) => {
    await failed;
    await route.abort();
  });
  await page.goto("/en/cart");
  for (const { title } of products) await page.getByRole("button", { name: `Remove ${title}` }).click();
  await expect(page.locator(".cart-line")).toHaveCount(3);
  fail();
  await expect(page.getByRole("heading", { name: "Your cart is empty" })).toBeVisible();
});
