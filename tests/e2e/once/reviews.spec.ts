// Reviews that are written without a network: they wait on the device, and reach the shop once.
import { type Page, expect } from "@playwright/test";
import AxeBuilder from "@axe-core/playwright";
import { Device } from "../authenticator";
import { kept, stop, test } from "../device";
import type { Staff, TestProduct } from "../fixtures";
import type { Network } from "../network";
import { openAccount, receive } from "../shopper";

test.use({ serviceWorkers: "allow" });
test.slow(); // a network that is away takes its time

const LIST = "/en/account/reviews";
const CHANGE = "/en/account/review-change";
const waits = (page: Page) => page.getByText("is waiting on this device to be sent");
const text = (page: Page) => page.getByLabel("What do you say of it?");

/** A browser that has the shop at home, of somebody who has received a product of this test's own. */
async function arrive(page: Page, network: Network, staff: Staff): Promise<TestProduct> {
  const product = await staff.product(2000, 5);
  await page.goto(`${network.url}/en`);
  await kept(page);
  await openAccount(page, await Device.of(page), network.url);
  await receive(page, staff, product, network.url);
  return product;
}

async function write(page: Page, network: Network, product: TestProduct, stars: string, said: string) {
  await page.goto(`${network.url}${LIST}/${product.handle}`);
  await page.getByLabel(stars).check();
  await text(page).fill(said);
  await page.getByLabel("Name under the review").fill("Ada");
  await page.getByRole("button", { name: "Send the review" }).click();
  await expect(page.locator(".own-reviews li")).toContainText(product.title);
}

test("a review that is written on a plane waits on the device, and is one at the shop", async ({
  page,
  network,
  staff,
  context,
}) => {
  const product = await arrive(page, network, staff);
  await network.cut();
  await page.goto(`${network.url}${LIST}/${product.handle}`);
  await expect(page.getByText("does not know what you have said")).toBeVisible();
  const form = await new AxeBuilder({ page }).analyze();
  expect(form.violations).toEqual([]);
  await write(page, network, product, "4 – good", "It sinks.");
  await expect(waits(page)).toBeVisible();
  const list = await new AxeBuilder({ page }).analyze();
  expect(list.violations).toEqual([]);
  // Closed, and opened again.
  const again = await context.newPage();
  await page.close();
  await stop(context, again);
  await again.goto(`${network.url}${LIST}/${product.handle}`);
  await expect(text(again)).toHaveValue("It sinks.");
  await expect(waits(again)).toBeVisible();
  await again.getByLabel("5 – excellent").check();
  await again.getByRole("button", { name: "Send the review" }).click();
  await expect(again.locator(".own-reviews li")).toContainText("5 out of 5");
  // The shop gets the first, and its answer is lost.
  const arrived = network.swallow(CHANGE);
  await network.restore();
  const other = await context.newPage();
  await other.goto(`${network.url}/en/about`);
  await arrived;
  network.swallowed.clear();
  await network.cut();
  await network.restore();
  await other.goto(`${network.url}/en/about`);
  // The list that is open there follows.
  await expect(waits(again)).toHaveCount(0, { timeout: 40_000 });
  await expect(again.locator(".own-reviews li")).toContainText("5 out of 5 · Waits until the team has read it.");
  await again.goto(`${network.url}${LIST}/${product.handle}`);
  // Each of the two is done once.
  await expect(again.locator("form.own-review input[name=version]")).toHaveValue("2");
});

test("what was written elsewhere meanwhile is not written over, and what was written here is not lost", async ({
  page,
  network,
  staff,
  context,
  baseURL,
}) => {
  const product = await arrive(page, network, staff);
  await network.cut();
  await write(page, network, product, "2 – poor", "It sinks on a plane.");
  const form = { intent: "keep", key: "key-of-another-browser", version: "0", language: "en", stars: "5", author: "Ada", text: "It sinks at home." };
  const headers = { origin: baseURL ?? "" };
  const other = await context.request.post(`${baseURL}${LIST}/${product.handle}`, { form, headers, maxRedirects: 0 });
  expect(other.status()).toBe(303);
  await network.restore();
  await page.goto(`${network.url}/en/about`);
  const strip = page.getByRole("complementary", { name: "Orders on this device" });
  await expect(strip).toContainText("The shop has not taken something", { timeout: 40_000 });
  await strip.getByRole("link").click();
  await expect(page.getByText(`Your review: ${product.title}`)).toBeVisible();
  await expect(page.getByText("changed elsewhere meanwhile")).toBeVisible();
  await expect(page.getByText("It sinks on a plane.")).toBeVisible();
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations).toEqual([]);
  await page.getByRole("button", { name: "Write it again" }).click();
  await expect(text(page)).toHaveValue("It sinks on a plane.");
  await page.getByRole("button", { name: "Send the review" }).click();
  await expect(page.locator(".own-reviews li")).toContainText("2 out of 5");
  await page.goto(`${network.url}/en/orders/waiting`);
  await page.getByRole("button", { name: "Let it go" }).click();
  await expect(page.getByRole("heading", { name: "No order waits here" })).toBeVisible();
});
