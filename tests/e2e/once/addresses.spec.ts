// Addresses that are changed without a network: they wait on the device, and reach the account once.
import { type Page, expect } from "@playwright/test";
import AxeBuilder from "@axe-core/playwright";
import { Device } from "../authenticator";
import { test } from "../device";
import type { Network } from "../network";

test.use({ serviceWorkers: "allow" });
test.slow(); // a network that is away takes its time

const PAGE = "/en/account/addresses";
const lines = (page: Page) => page.locator(".account-lines li");
const waits = (page: Page) => page.getByText("is waiting on this device to be sent");

async function arrive(page: Page, network: Network) {
  const device = await Device.of(page);
  await page.goto(`${network.url}/en/account`);
  await device.touched(async () => {
    await page.getByRole("button", { name: "Open an account with a passkey" }).click();
    await expect(page.getByRole("button", { name: "Sign out here" })).toBeVisible();
  });
  // The device is told of the addresses beside a page of the account.
  await expect
    .poll(async () => {
      await page.goto(`${network.url}${PAGE}`);
      return network.asked.includes(`${PAGE}/book`);
    })
    .toBe(true);
}

async function keep(page: Page, name: string) {
  await page.getByLabel("Full name").fill(name);
  await page.getByLabel("Country").selectOption("ES");
  await page.getByLabel("Street and number").fill("Calle del Faro 7");
  await page.getByLabel("Postcode").fill("11001");
  await page.getByLabel("Town or city").fill("Cádiz");
  await page.getByRole("button", { name: "Keep the address" }).click();
}

test("an address of a device arrives once, and every tab sees it", async ({ home: page, network, context }) => {
  await arrive(page, network);
  await network.cut();
  await page.goto(`${network.url}${PAGE}`);
  await keep(page, "Ada Marinero");
  await expect(lines(page)).toContainText("Ada Marinero");
  await expect(waits(page)).toBeVisible();
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations).toEqual([]);
  const second = await context.newPage();
  await second.goto(`${network.url}${PAGE}`);
  await expect(waits(second)).toBeVisible();
  await keep(second, "Bea Marinero");
  await expect(lines(second)).toHaveCount(2);
  await network.restore();
  for (const tab of [page, second]) {
    await expect(waits(tab)).toHaveCount(0, { timeout: 40_000 });
    await expect(lines(tab)).toHaveCount(2);
  }
  // As the shop has them.
  const book = await page.evaluate(async (path) => (await fetch(path)).json(), `${PAGE}/book`);
  expect(book.book.addresses.map(({ to }: { to: { name: string } }) => to.name)).toEqual(["Ada Marinero", "Bea Marinero"]);
  // Whoever signs out leaves none here.
  await page.goto(`${network.url}/en/account`);
  await page.getByRole("button", { name: "Sign out here" }).click();
  await expect(page.getByText("You are signed out.")).toBeVisible();
  await network.cut();
  await page.goto(`${network.url}${PAGE}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This needs a network");
});
