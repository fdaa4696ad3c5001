// What the bundle of the islands adds to pages that work without it.
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { add, cartLink } from "../shopper";

/** Marks the document, to see that it is not left. */
const mark = (page: Page) => page.evaluate(() => document.body.setAttribute("data-mark", ""));
const marked = (page: Page) => page.locator("body[data-mark]");

test("a card's button puts a piece into the cart, and the page stays", async ({ page }) => {
  await page.goto("/en/c/light");
  await mark(page);
  const card = page.locator(".card", { has: page.getByRole("button", { name: /^Add to cart/ }) }).first();
  await card.getByRole("button").click();
  await expect(card.getByRole("status")).toHaveText("Added to your cart");
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 1 item");
  await card.getByRole("button").click();
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 2 items");
  await expect(marked(page)).toHaveCount(1);
  await page.goto("/en/cart");
  await expect(page.locator(".cart-line")).toHaveCount(1);
});

test("a version is chosen and bought without leaving the page", async ({ page }) => {
  await page.goto("/en/p/storm-lantern-no-4");
  await mark(page);
  const box = page.locator(".buy-box");
  await box.getByRole("link", { name: "Large" }).click();
  await box.getByRole("link", { name: "Navy" }).click();
  await expect(box.locator(".price")).toHaveText("€64.00");
  await box.getByLabel("Quantity").fill("2");
  await box.getByRole("button", { name: "Add to cart" }).click();
  await expect(box.getByRole("status")).toContainText("Storm Lantern No. 4 is in your cart.");
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 2 items");
  await expect(marked(page)).toHaveCount(1);
  await box.getByRole("link", { name: "View cart" }).click();
  await expect(page.locator(".cart-line")).toContainText("Large / Navy");
});

test("the cart changes in place, and what was removed can come back", async ({ page, staff }) => {
  const product = await staff.product(1000, 40);
  await add(page, product);
  await page.goto("/en/cart");
  await mark(page);
  const quantity = page.getByLabel(`Quantity of ${product.title}`);
  await quantity.fill("4");
  await quantity.press("Enter");
  await expect(page.locator(".cart-line .total")).toHaveText("€40.00");
  await expect(page.getByRole("status").getByText("Your cart is up to date.")).toBeVisible();
  await page.getByRole("button", { name: `Remove ${product.title}` }).click();
  await expect(page.getByRole("heading", { name: "Your cart is empty" })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.locator(".cart-line .total")).toHaveText("€40.00");
  await expect(marked(page)).toHaveCount(1);
});

test.describe("search suggestions", () => {
  test("are chosen by keyboard", async ({ page }) => {
    await page.goto("/en");
    const search = page.getByRole("combobox", { name: "Search the shop" });
    const options = page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");
    await search.fill("lantern"); // one question, one answer
    await expect(search).toHaveAttribute("aria-expanded", "true");
    await expect(options.first()).toBeVisible();
    const count = await options.count();
    expect(count).toBeGreaterThan(2);
    await expect(page.getByRole("search").getByRole("status")).toContainText(`${count} suggestions`);

    await search.press("ArrowDown");
    await expect(options.nth(0)).toHaveAttribute("aria-selected", "true");
    await expect(search).toHaveAttribute("aria-activedescendant", (await options.nth(0).getAttribute("id")) ?? "");
    await search.press("ArrowUp");
    await expect(options.nth(count - 1)).toHaveAttribute("aria-selected", "true");
    await search.press("ArrowDown");
    await search.press("ArrowDown");
    await expect(options.nth(1)).toHaveAttribute("aria-selected", "true");

    await search.press("Escape");
    await expect(search).toHaveAttribute("aria-expanded", "false");
    await expect(options.first()).toBeHidden();
    await expect(search).toHaveValue("lantern");

    await search.press("Backspace");
    await expect(options.first()).toBeVisible();
    const title = await options.first().locator(".title").innerText();
    await search.press("ArrowDown");
    await search.press("Enter");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  });

  test("are clicked, or left alone", async ({ page }) => {
    await page.goto("/en");
    const search = page.getByRole("combobox", { name: "Search the shop" });
    const option = page.getByRole("listbox").getByRole("option").first();
    await search.fill("kettle");
    await expect(option).toBeVisible();
    await search.press("Tab");
    await expect(option).toBeHidden();
    await search.focus();
    await search.press("e");
    await search.press("Backspace");
    await expect(option).toBeVisible();
    const title = await option.locator(".title").innerText();
    await option.click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  });

  test("do not open a list that was left before they came", async ({ page }) => {
    await page.goto("/en");
    const search = page.getByRole("combobox", { name: "Search the shop" });
    let asked = 0;
    let release = () => {};
    const left = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/fn/suggest*", async (route) => {
      asked += 1;
      await left;
      await route.continue();
    });
    await search.fill("kettle");
    await expect.poll(() => asked).toBe(1);
    await search.press("Tab");
    const answer = page.waitForResponse("**/fn/suggest*");
    release();
    await (await answer).finished();
    // Two frames later what came of it would be there.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await expect(search).toHaveAttribute("aria-expanded", "false");
  });

  test("do not keep Enter from searching", async ({ page }) => {
    await page.goto("/en");
    const search = page.getByRole("combobox", { name: "Search the shop" });
    await search.pressSequentially("soap");
    await expect(page.getByRole("listbox").getByRole("option").first()).toBeVisible();
    await search.press("Enter");
    await expect(page).toHaveURL(/\/en\/search\?q=soap$/);
  });

  test("do not stay when nothing fits", async ({ page }) => {
    await page.goto("/en");
    const search = page.getByRole("combobox", { name: "Search the shop" });
    await search.pressSequentially("soap");
    await expect(page.getByRole("listbox").getByRole("option").first()).toBeVisible();
    await search.pressSequentially("zzz");
    await expect(search).toHaveAttribute("aria-expanded", "false");
  });
});
