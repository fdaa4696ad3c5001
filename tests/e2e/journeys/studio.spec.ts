// What the shop's team does in the Studio, at both widths, with and without scripts.
import { expect, test } from "../fixtures";
import { fillIn, place } from "../shopper";
import { check, field, publish, signIn } from "../team";

test("studio: an order is found, packed and shipped", async ({ page, staff, scripts, problems }) => {
  problems.expect(/422/);
  const lead = await staff.product(1999, 9);
  // A shopper buys it.
  await page.goto(`/en/p/${lead.handle}`);
  await page.locator(".buy").getByRole("button", { name: "Add to cart" }).click();
  await expect(page.getByRole("banner").locator(".cart-link")).toHaveAccessibleName(/\b1\b/);
  await page.goto("/en/checkout");
  await fillIn(page);
  await page.getByLabel("On delivery").check();
  await place(page, /Place the order/);
  const title = await page.getByRole("heading", { level: 1 }).textContent();
  const number = title?.match(/\d+/)?.[0] ?? "";

  await signIn(page, "Ada");
  await check(page, scripts);
  await field(page, "Number, name or e-mail").fill(number);
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByRole("status")).toHaveText("Orders found: 1");
  await page.getByRole("link", { name: number, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`Order ${number}`);
  await check(page, scripts);
  await page.getByRole("button", { name: "Mark as packed" }).click();
  await expect(page.getByRole("status")).toContainText("The order is now: Packed.");

  // What the form does not take is said at its field, and what was typed stays.
  await field(page, "Carrier").fill(" ");
  await page.getByRole("button", { name: "Ship", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("Fill this in.");
  await check(page, scripts);
  await field(page, "Carrier").fill("Correos");
  await page.getByLabel("Tracking number").fill("PK42");
  await page.getByRole("button", { name: "Ship", exact: true }).click();
  await expect(page.getByRole("status")).toContainText("The order is now: Shipped.");
  await expect(page.getByRole("region", { name: "What has happened" })).toContainText("Correos PK42");
  await page.getByRole("link", { name: "The buyer’s page" }).click();
  await expect(page.getByRole("region", { name: "Status" })).toContainText("Correos");

  await page.goto("/studio");
  await check(page, scripts);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in to the Studio");
  await page.goto("/studio/orders");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in to the Studio");
});

test("studio: a product is edited, and of two who edit it nobody loses anything", async ({ page, browser, baseURL, staff, scripts, problems }) => {
  test.slow(); // a dozen pages, each looked at by axe
  problems.expect(/409/);
  const lead = await staff.product(1999, 9);
  await signIn(page, "Ada");
  await page.goto("/studio/products");
  await field(page, "Title, brand, SKU or handle").fill(lead.title);
  await page.getByRole("button", { name: "Search" }).click();
  await check(page, scripts);
  await page.getByRole("link", { name: lead.title }).click();
  await check(page, scripts);

  const context = await browser.newContext({ baseURL, locale: "en-GB", javaScriptEnabled: scripts });
  const other = await context.newPage();
  await signIn(other, "Grace");
  await other.goto(`/studio/products/${lead.handle}`);
  await other.getByLabel("Title", { exact: true }).fill("Grace’s lead");
  await other.getByRole("button", { name: "Save" }).click();
  await expect(other.getByRole("status")).toContainText("Saved.");
  await context.close();

  await field(page, "Price in EUR").fill("24,50");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("Someone else has changed this product");
  await expect(page.getByRole("table")).toContainText("Grace’s lead");
  await check(page, scripts);
  await field(page, "Title").fill("Grace’s lead");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toContainText("Saved.");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Grace’s lead");

  await page.getByText("The only variant: 9").click();
  await field(page, "Pieces more or less").fill("+3");
  await field(page, "Because").fill("found in the loft");
  await page.getByRole("button", { name: "Change the stock" }).click();
  await expect(page.getByText("The only variant: 12")).toBeVisible();
  const history = page.getByRole("region", { name: "Changes made here" });
  await expect(history.getByRole("listitem").first()).toContainText("Stock +3: found in the loft");
  await expect(history).toContainText("Grace");
  await check(page, scripts);

  // Shoppers see it when it is published, soon after at the latest.
  await page.getByRole("link", { name: "Publish" }).click();
  await check(page, scripts);
  await publish(page, "a new price");
  await expect(async () => {
    await page.goto(`/en/p/${lead.handle}`);
    await expect(page.getByRole("main")).toContainText("€24.50", { timeout: 500 });
  }).toPass({ timeout: 30_000 });
});

test("studio: a session that is ended elsewhere asks to sign in again", async ({ page, browser, baseURL, scripts }) => {
  const name = `Mary ${Math.random().toString(36).slice(2, 8)}`;
  await signIn(page, name);
  const context = await browser.newContext({ baseURL, locale: "en-GB", javaScriptEnabled: scripts });
  const other = await context.newPage();
  await signIn(other, "Grace");
  await other.goto("/studio/sessions");
  await other.getByRole("row", { name }).getByRole("button").click();
  await expect(other.getByRole("status")).toContainText("The session has ended.");
  await check(other, scripts);
  await context.close();
  await page.goto("/studio/products?stock=out");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in to the Studio");
  await check(page, scripts);
});
