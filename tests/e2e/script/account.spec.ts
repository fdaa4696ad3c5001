// A shopper's account, with Chromium's virtual authenticator: opened, ordered with, left, and opened on a second browser.
import type { Browser, Page } from "@playwright/test";
import { Device } from "../authenticator";
import { expect, test } from "../fixtures";
import { add, fillIn, fillInAddress, follow, place } from "../shopper";
import { check } from "../team";

// The browser of the tests says that it is a program, and programs take part in no experiment.
const userAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
test.use({ userAgent });

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const inside = (page: Page) => page.getByRole("button", { name: "Sign out here" });

async function agree(page: Page) {
  await page.goto("/en");
  await follow(page, () => page.locator("button[name=answer][value=all]").click());
}

/** The variation of the demo's experiment with lists that this browser sees. */
async function variant(page: Page) {
  await page.goto("/en/search");
  return (await page.locator("#exposures").getAttribute("value")) ?? "";
}

/** Orders what is in the cart: in the variation of the checkout that this browser sees. */
async function order(page: Page) {
  await page.goto("/en/checkout");
  const forward = page.getByRole("button", { name: "Continue to delivery and payment" });
  if (await forward.isVisible()) {
    await page.getByLabel("Country").selectOption("ES");
    await fillInAddress(page);
    await follow(page, () => forward.click());
  } else {
    await fillIn(page);
  }
  await page.getByLabel("On delivery").check();
  await place(page, /^Place the order/);
  await expect(heading(page)).toHaveText(/^Order \d+$/);
  return (await heading(page).textContent()) ?? "";
}

async function visitor(page: Page) {
  const cookies = await page.context().cookies();
  return cookies.find(({ name }) => name === "__Host-visitor")?.value.split(".")[1];
}

async function second(browser: Browser, of: Device) {
  const context = await browser.newContext({ userAgent, serviceWorkers: "block" });
  const page = await context.newPage();
  const device = await Device.of(page);
  await device.syncFrom(of);
  return { page, device };
}

test("an account: opened, ordered with, left, and the same on a second browser", async ({ page, browser, staff }) => {
  test.slow();
  const device = await Device.of(page);
  await agree(page);
  const before = await variant(page);
  expect(before).not.toBe("");
  const who = await visitor(page);
  await page.getByRole("contentinfo").getByRole("link", { name: "Account" }).click();
  await expect(heading(page)).toHaveText("Your account");
  await check(page);
  await device.touched(async () => {
    await page.getByRole("button", { name: "Open an account with a passkey" }).click();
    await expect(inside(page)).toBeVisible();
  });
  await expect(page.getByText("Your account is open, and you are signed in.")).toBeVisible();
  await expect(page.getByText("No orders yet.")).toBeVisible();
  expect(await device.passkeys()).toMatchObject([{ isResidentCredential: true, rpId: "localhost" }]);

  const product = await staff.product(2500, 9);
  await add(page, product);
  const number = await order(page);
  await page.goto("/en/account");
  await expect(page.getByRole("link", { name: number })).toBeVisible();
  await check(page);

  await inside(page).click();
  await expect(page.getByText("You are signed out.")).toBeVisible();
  await check(page);
  expect(await visitor(page)).not.toBe(who);
  expect((await page.context().cookies()).filter(({ name }) => /account$|cart$|viewed$/.test(name))).toEqual([]);
  await device.touched(async () => {
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await expect(inside(page)).toBeVisible();
  });
  expect(await visitor(page)).toBe(who);

  // The first device signs no more from here on: its passkey counts, and would be taken for a copy.
  const other = await second(browser, device);
  await agree(other.page);
  await other.page.goto("/en/account");
  await other.device.touched(async () => {
    await other.page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await expect(inside(other.page)).toBeVisible();
  });
  await expect(other.page.getByRole("link", { name: number })).toBeVisible();
  expect(await visitor(other.page)).toBe(who);
  expect(await variant(other.page)).toBe(before);

  // From the other browser, everywhere: this one is told when it comes again.
  await other.page.goto("/en/account");
  await other.page.getByRole("button", { name: "Sign out on all devices" }).click();
  await expect(other.page.getByText("You are signed out on all devices.")).toBeVisible();
  await page.goto("/en/account");
  await expect(page.getByText("You are not signed in any more.")).toBeVisible();
  await other.page.context().close();
});

test("a device that does not know its user opens no account, and the page says so", async ({ page }) => {
  const device = await Device.of(page);
  await device.verifies(false);
  await page.goto("/en/account");
  await device.touched(async () => {
    await page.getByRole("button", { name: "Open an account with a passkey" }).click();
    await expect(page.locator("main").getByRole("status").last()).toContainText("Nothing has happened");
  });
  expect(await device.passkeys()).toEqual([]);
});
