// Texts of others stay texts.
import { expect, test } from "../fixtures";

const HOSTILE = `"><img src=x onerror=alert(1)></script><script>alert(2)</script>`;

test("a product's texts run nothing", async ({ page, staff }) => {
  const alerts: string[] = [];
  page.on("dialog", (dialog) => {
    alerts.push(dialog.message());
    void dialog.dismiss();
  });
  const product = await staff.product(1000, 3);
  Object.assign(product, {
    title: `${product.title} ${HOSTILE}`,
    brand: HOSTILE,
    description: `<p onclick="alert(3)">Fine <b>words</b><script>alert(4)</script><img src=x onerror=alert(5)><a href="javascript:alert(6)">here</a><style>*{display:none}</style></p>`,
  });
  await staff.import(product);
  await page.goto(`/en/p/${product.handle}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(product.title);
  const description = page.getByRole("region", { name: "Description" });
  await expect(description).toContainText("Fine words");
  await expect(description.locator("script, img, style, [onclick], [href^=javascript]")).toHaveCount(0);
  for (const text of await page.locator('script[type="application/ld+json"]').allTextContents()) JSON.parse(text);
  await page.locator(".buy").getByRole("button", { name: "Add to cart" }).click();
  await expect(page.getByText(`${product.title} is in your cart.`)).toBeVisible();
  await page.goto("/en/cart");
  await expect(page.locator(".cart-line .title")).toHaveText(product.title);
  await page.goto(`/en/search?brand=${encodeURIComponent(HOSTILE)}`);
  await expect(page.locator(".card .brand").first()).toHaveText(HOSTILE);
  expect(alerts).toEqual([]);
});

test("what is searched for and filled in runs nothing", async ({ page, staff, problems }) => {
  problems.expect(/422/);
  const alerts: string[] = [];
  page.on("dialog", (dialog) => {
    alerts.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(`/en/search?q=${encodeURIComponent(HOSTILE)}`);
  await expect(page.getByRole("combobox", { name: "Search the shop" })).toHaveValue(HOSTILE);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("<script>alert(2)</script>");
  const product = await staff.product(1000, 3);
  await page.goto(`/en/p/${product.handle}`);
  await page.locator(".buy").getByRole("button", { name: "Add to cart" }).click();
  await expect(page.locator(".cart-link")).toHaveAccessibleName("Cart, 1 item");
  await page.goto("/en/checkout");
  await page.getByLabel("Full name").fill(HOSTILE);
  await page.getByLabel("Town or city").fill(HOSTILE);
  await page.getByRole("button", { name: "Place the order and pay" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("Full name")).toHaveValue(HOSTILE);
  expect(alerts).toEqual([]);
});
