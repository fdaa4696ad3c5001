// What a shopper does, in words. Each step ends when the page shows that it is done.
import { type Browser, type BrowserContext, type Page, expect } from "@playwright/test";
import { Device } from "./authenticator";
import type { Staff, TestProduct } from "./fixtures";

/** Puts one piece of a product into the cart, from its page; `shop` is where, if it is not where the tests are. */
export async function add(page: Page, product: TestProduct, shop = "") {
  await page.goto(`${shop}/en/p/${product.handle}`);
  const before = Number((await cartLink(page).getAttribute("aria-label"))?.match(/\d+/)?.[0] ?? 0);
  await page.locator(".buy").getByRole("button", { name: "Add to cart" }).click();
  await expect(cartLink(page)).toHaveAccessibleName(new RegExp(`\\b${before + 1}\\b`));
}

/** The link to the cart in the header, whose name tells how many pieces are in it. */
export function cartLink(page: Page) {
  return page.getByRole("banner").locator(".cart-link");
}

/** Does what leads to a new document, and waits for that. */
export async function follow(page: Page, step: () => Promise<void>) {
  const arrived = page.waitForEvent("domcontentloaded");
  await step();
  await arrived;
}

/** Chooses a country and has the delivery to it shown. */
export async function deliverTo(page: Page, country: string) {
  await page.getByLabel("Country").selectOption(country);
  await follow(page, () => page.getByRole("button", { name: "Show delivery options" }).click());
  await expect(page.getByLabel("Country")).toHaveValue(country);
}

/** Fills in the checkout with an address in Spain. */
export async function fillIn(page: Page) {
  await deliverTo(page, "ES");
  await fillInAddress(page);
}

/** Fills in the fields of an address in Spain, but for the country. */
export async function fillInAddress(page: Page) {
  await page.getByLabel("Email").fill("ada@example.com");
  await fillInRecipient(page, "Ada Marinero");
}

/** Fills in who receives a parcel, and where in Cádiz. */
export async function fillInRecipient(page: Page, name: string, street = "Calle del Faro 7") {
  await page.getByLabel("Full name").fill(name);
  await page.getByLabel("Street and number").fill(street);
  await page.getByLabel("Postcode").fill("11001");
  await page.getByLabel("Town or city").fill("Cádiz");
}

/** Opens an account with a passkey of the device; `shop` is where, if it is not where the tests are. */
export async function openAccount(page: Page, device: Device, shop = "") {
  await page.goto(`${shop}/en/account`);
  await device.touched(async () => {
    await page.getByRole("button", { name: "Open an account with a passkey" }).click();
    await expect(page.getByRole("button", { name: "Sign out here" })).toBeVisible();
  });
}

/** Signs a browser in to a new account. That takes a script: a browser without any gets the session of one that has. */
export async function haveAccount(browser: Browser, context: BrowserContext) {
  const other = await browser.newContext({ javaScriptEnabled: true, serviceWorkers: "block" });
  const page = await other.newPage();
  await openAccount(page, await Device.of(page));
  await context.addCookies(await other.cookies());
  await other.close();
}

/** Orders a product and gets it; `shop` is where, if it is not where the tests are. */
export async function receive(page: Page, staff: Staff, product: TestProduct, shop = "") {
  await add(page, product, shop);
  await page.goto(`${shop}/en/checkout`);
  await fillIn(page);
  await place(page);
  await page.waitForURL(/\/orders\/[a-z2-7]{26}/);
  await staff.ship(new URL(page.url()).pathname.split("/").pop() ?? "");
}

/** Sends the checkout. */
export async function place(page: Page, button: string | RegExp = "Place the order and pay") {
  await page.getByRole("button", { name: button }).click();
}
