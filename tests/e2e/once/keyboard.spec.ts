// From the home page to an order, and the mouse stays where it is.
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "../fixtures";

/** Presses Tab (or Shift+Tab) until `target` has the focus. Each stop on the way must be visible as such. */
async function tabTo(page: Page, target: Locator, key = "Tab") {
  for (let stops = 0; stops < 120; stops++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
    const unseen = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return "";
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      const shown = (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
      const around = element.closest("form,label,li,summary")?.matches(":has(:focus-visible)") ?? false;
      return shown || around ? "" : element.outerHTML.slice(0, 120);
    });
    expect(unseen, "has the focus, and nothing shows it").toBe("");
  }
  throw new Error(`Tab does not reach ${target}`);
}

test("the whole purchase by keyboard", async ({ page, staff }) => {
  const product = await staff.product(1500, 30);
  await page.goto("/en");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();

  await tabTo(page, page.getByRole("combobox", { name: "Search the shop" }), "Shift+Tab");
  await page.keyboard.type(product.title);
  // Not those of the name's beginning, which come before.
  await expect(page.getByRole("listbox").getByRole("option").first()).toContainText(product.title);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(product.title);

  await tabTo(page, page.getByLabel("Quantity"));
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText(`${product.title} is in your cart.`)).toBeVisible();
  await tabTo(page, page.getByRole("link", { name: "View cart" }));
  await page.keyboard.press("Enter");

  const quantity = page.getByLabel(`Quantity of ${product.title}`);
  await expect(quantity).toHaveValue("2");
  await tabTo(page, quantity);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  await expect(page.locator(".cart-line .total")).toHaveText("€45.00");
  // The line has changed under the shopper's hands, who is still there.
  await expect(page.getByRole("button", { name: `Remove ${product.title}` })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Undo" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator(".cart-line .total")).toHaveText("€45.00");
  await tabTo(page, page.getByRole("link", { name: "Go to checkout" }));
  await page.keyboard.press("Enter");

  await tabTo(page, page.getByLabel("Email"));
  await page.keyboard.type("ada@example.com");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Ada Marinero");
  await tabTo(page, page.getByLabel("Country"));
  await page.keyboard.type("Spain");
  await expect(page.getByLabel("Country")).toHaveValue("ES");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Calle del Faro 7");
  await tabTo(page, page.getByLabel("Postcode"));
  await page.keyboard.type("11001");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Cádiz");
  const arrived = page.waitForEvent("domcontentloaded");
  await tabTo(page, page.getByRole("button", { name: "Show delivery options" }));
  await page.keyboard.press("Enter");
  await arrived;
  await tabTo(page, page.getByRole("radio", { name: /^Bank transfer/ }));
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("radio", { name: /^Pay on delivery/ })).toBeChecked();
  await tabTo(page, page.getByRole("button", { name: "Place the order and pay" }));
  await page.keyboard.press("Enter");
  await expect(page.getByText("Thank you. Your order is on board.")).toBeVisible();
});
