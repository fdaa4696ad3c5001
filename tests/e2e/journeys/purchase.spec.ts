import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { add, cartLink, deliverTo, fillIn, place } from "../shopper";

const line = (page: Page, title: string) => page.locator(".cart-line", { hasText: title });
const status = (page: Page) => page.getByRole("region", { name: "Status" });

/** With scripts, a changed number is enough; without, there is a button. */
async function setQuantity(page: Page, scripts: boolean, title: string, quantity: number) {
  const field = line(page, title).getByLabel(`Quantity of ${title}`);
  await field.fill(String(quantity));
  if (scripts) await field.blur();
  else await line(page, title).getByRole("button", { name: "Update" }).click();
}

test("the cart: quantities, removal, and second thoughts", async ({ page, staff, scripts }) => {
  const rope = await staff.product(1250, 40);
  const lead = await staff.product(399, 40);
  await add(page, rope);
  await add(page, lead);
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 2 items");
  await page.goto("/en/cart");
  const summary = page.getByRole("region", { name: "Summary" });
  await expect(summary).toContainText("€16.49");

  await setQuantity(page, scripts, rope.title, 3);
  await expect(line(page, rope.title).locator(".total")).toHaveText("€37.50");
  await expect(summary).toContainText("€41.49");
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 4 items");

  await line(page, rope.title).getByRole("button", { name: `Remove ${rope.title}` }).click();
  await expect(line(page, rope.title)).toHaveCount(0);
  await expect(summary).toContainText("€3.99");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(line(page, rope.title).locator(".total")).toHaveText("€37.50");
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 4 items");

  // What the page shows is what is kept.
  await page.goto("/en/cart");
  await expect(line(page, rope.title).getByLabel(`Quantity of ${rope.title}`)).toHaveValue("3");
  for (const product of [rope, lead]) {
    await line(page, product.title).getByRole("button", { name: `Remove ${product.title}` }).click();
    await expect(line(page, product.title)).toHaveCount(0);
  }
  await expect(page.getByRole("heading", { name: "Your cart is empty" })).toBeVisible();
  await expect(cartLink(page)).toHaveAccessibleName("Cart");
});

test("checkout: faults first, then another country, then the order, which is cancelled", async ({ page, staff, problems }) => {
  problems.expect(/422/);
  const product = await staff.product(2500, 9);
  await add(page, product);
  await page.goto("/en/cart");
  await page.getByRole("link", { name: "Go to checkout" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Checkout");

  await page.getByLabel("Country").selectOption("ES");
  await page.getByLabel("Email").fill("ada@example");
  await page.getByLabel("Full name").fill("Ada Marinero");
  await place(page);
  const faults = page.getByRole("alert");
  await expect(faults).toContainText("4 fields need your attention");
  await expect(page.getByLabel("Full name")).toHaveValue("Ada Marinero");
  const email = page.getByLabel("Email");
  await expect(email).toHaveAccessibleDescription(/email address such as/);
  await faults.getByRole("link", { name: "Email" }).click();
  await expect(email).toBeFocused();
  await faults.getByRole("link", { name: "Town or city" }).click();
  await expect(page.getByLabel("Town or city")).toBeFocused();

  await fillIn(page);
  const summary = page.getByRole("complementary", { name: "Your order" });
  const near = await summary.innerText();
  await deliverTo(page, "NZ");
  await expect(summary).not.toHaveText(near);
  await deliverTo(page, "ES");
  await expect(summary).toHaveText(near, { useInnerText: true });
  await expect(page.getByLabel("Street and number")).toHaveValue("Calle del Faro 7");
  await page.getByRole("radio", { name: "Pay on delivery" }).check();

  await place(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Order /);
  await expect(page.getByText("Thank you. Your order is on board.")).toBeVisible();
  await expect(cartLink(page)).toHaveAccessibleName("Cart");
  const link = page.url().replace("?placed=1", "");
  expect(link).toMatch(/\/en\/orders\/[a-z0-9]{26}$/);

  await page.goto(link);
  await expect(page.getByText("Thank you. Your order is on board.")).toHaveCount(0);
  await expect(page.getByRole("complementary", { name: "What you ordered" })).toContainText(`1 × ${product.title}`);
  await expect(page.getByText("Calle del Faro 7")).toBeVisible();
  await page.reload();
  await expect(status(page)).toContainText("Placed");
  await page.getByRole("button", { name: "Cancel the order" }).click();
  await expect(status(page)).toContainText("The order was cancelled.");
  await expect(page.getByRole("button", { name: "Cancel the order" })).toHaveCount(0);
  await page.goto("/en/cart");
  await expect(page.getByRole("heading", { name: "Your cart is empty" })).toBeVisible();
});

test("bank transfer: the order tells where to send how much", async ({ page, staff }) => {
  await add(page, await staff.product(2500, 9));
  await page.goto("/en/checkout");
  await fillIn(page);
  await page.getByRole("radio", { name: "Bank transfer" }).check();
  await place(page);
  const pay = page.getByRole("region", { name: "How to pay" });
  await expect(pay).toContainText(/ES91 2100/);
  const total = page.getByRole("complementary", { name: "What you ordered" }).locator("dd.total");
  await expect(pay).toContainText(await total.innerText());
});

test("a price that changed in between is shown and must be confirmed", async ({ page, staff, problems }) => {
  problems.expect(/409/);
  const product = await staff.product(1000, 9);
  await add(page, product);
  await page.goto("/en/checkout");
  await fillIn(page);
  product.variants[0].price.minor = 1300;
  await staff.import(product);
  await place(page);
  await expect(page.getByRole("alert")).toContainText("Something changed since you last looked");
  await expect(page.getByRole("complementary", { name: "Your order" })).toContainText("€13.00");
  await expect(page.getByLabel("Full name")).toHaveValue("Ada Marinero");
  await place(page, "I have seen the changes: place the order");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Order /);
  await expect(page.getByRole("complementary", { name: "What you ordered" })).toContainText("€13.00");
});

test("what was sold in between is named; the rest can be ordered", async ({ page, staff, problems }) => {
  problems.expect(/409/);
  const gone = await staff.product(1000, 1);
  const stays = await staff.product(700, 9);
  await add(page, gone);
  await add(page, stays);
  await page.goto("/en/checkout");
  await fillIn(page);
  gone.variants[0].available = 0;
  await staff.import(gone);
  await place(page);
  await expect(page.getByRole("alert")).toContainText(`${gone.title} is sold out`);
  await place(page, "I have seen the changes: place the order");
  const ordered = page.getByRole("complementary", { name: "What you ordered" });
  await expect(ordered).toContainText(stays.title);
  await expect(ordered).not.toContainText(gone.title);
});

test("if everything was sold in between, the shopper is told so", async ({ page, staff, problems }) => {
  problems.expect(/409/);
  const gone = await staff.product(1000, 1);
  await add(page, gone);
  await page.goto("/en/checkout");
  await fillIn(page);
  gone.variants[0].available = 0;
  await staff.import(gone);
  await place(page);
  await expect(page.getByRole("main")).toContainText(`${gone.title} is sold out`);
  await page.goto("/en/cart");
  await expect(page.getByRole("main")).toContainText("Sold out");
  await expect(page.getByRole("link", { name: "Go to checkout" })).toHaveCount(0);
});

test("the order form sent twice is one order", async ({ page, staff }) => {
  const product = await staff.product(1000, 5);
  await add(page, product);
  await page.goto("/en/checkout");
  await fillIn(page);
  await page.getByRole("button", { name: "Place the order and pay" }).dblclick();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Order /);
  await staff.publish();
  await page.goto(`/en/p/${product.handle}`);
  await expect(page.getByText("Only 4 left")).toBeVisible();
});

test("a link that nobody was given opens no order", async ({ page, problems }) => {
  problems.expect(/404/);
  for (const token of ["0".repeat(26), "1", "zhnad7ytxwcj4h4tkhygkpwave"]) {
    const answer = await page.goto(`/en/orders/${token}`);
    expect(answer?.status(), token).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("We can't find this order");
  }
});
