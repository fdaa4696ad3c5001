// Addresses that are changed without a network: they wait on the device, and reach the account once.
import { type Page, expect } from "@playwright/test";
import AxeBuilder from "@axe-core/playwright";
import { Device } from "../authenticator";
import { test } from "../device";
import type { Network } from "../network";
import { fillInRecipient, openAccount } from "../shopper";

test.use({ serviceWorkers: "allow" });
test.slow(); // a network that is away takes its time

const PAGE = "/en/account/addresses";
const lines = (page: Page) => page.locator(".account-lines li");
const waits = (page: Page) => page.getByText("is waiting on this device to be sent");

async function arrive(page: Page, network: Network) {
  const device = await Device.of(page);
  await openAccount(page, device, network.url);
  // The device is told of the addresses beside a page of the account.
  await expect
    .poll(async () => {
      await page.goto(`${network.url}${PAGE}`);
      return network.asked.includes(`${PAGE}/book`);
    })
    .toBe(true);
  await learned(page);
}

/** What the device is being told has been kept. */
const learned = (page: Page) => page.evaluate(() => navigator.locks.request("orilla-outbox", () => undefined));

async function keep(page: Page, name: string) {
  await page.getByLabel("Country").selectOption("ES");
  await fillInRecipient(page, name);
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
  // Any page will do, in any tab: left alone, a device that has often found no network waits longer each time.
  await (await context.newPage()).goto(`${network.url}/en/about`);
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

test("what was changed elsewhere meanwhile is not written over, and what was typed is not lost", async ({
  home: page,
  network,
  context,
  baseURL,
}) => {
  await arrive(page, network);
  await keep(page, "Ada Marinero");
  await expect(lines(page)).toHaveCount(1);
  // The device is told of it beside the page.
  const told = () => network.asked.filter((path) => path === `${PAGE}/book`).length;
  const before = told();
  await page.goto(`${network.url}${PAGE}`);
  await expect.poll(told).toBeGreaterThan(before);
  await learned(page);
  const { book } = await page.evaluate(async (path) => (await fetch(path)).json(), `${PAGE}/book`);
  await network.cut();
  await page.goto(`${network.url}${PAGE}?edit=${book.addresses[0].id}`);
  await keep(page, "Ada on a plane");
  await expect(waits(page)).toBeVisible();
  const form = { intent: "keep", key: "key-of-another-browser", id: book.addresses[0].id, version: "1", name: "Ada at home" };
  const where = { address1: "Calle Mayor 1", city: "Vigo", postcode: "36201", country: "ES" };
  const headers = { origin: baseURL ?? "" };
  const other = await context.request.post(`${baseURL}${PAGE}`, { form: { ...form, ...where }, headers, maxRedirects: 0 });
  expect(other.status()).toBe(303);
  await network.restore();
  await page.goto(`${network.url}/en/about`);
  const strip = page.getByRole("complementary", { name: "Orders on this device" });
  await expect(strip).toContainText("The shop has not taken something", { timeout: 40_000 });
  await strip.getByRole("link").click();
  await expect(page.getByText("changed elsewhere meanwhile")).toBeVisible();
  await page.getByRole("button", { name: "Write it again" }).click();
  await expect(lines(page)).toContainText("Ada at home");
  await expect(page.getByLabel("Full name")).toHaveValue("Ada on a plane");
  await page.getByRole("button", { name: "Keep the address" }).click();
  await expect(lines(page)).toContainText("Ada on a plane");
  await page.goto(`${network.url}/en/orders/waiting`);
  await page.getByRole("button", { name: "Let it go" }).click();
  await expect(page.getByRole("heading", { name: "No order waits here" })).toBeVisible();
});

/** A second tab of what waits, left alone: it shows what the page would, when that has reached the shop. */
async function untilSent(page: Page, network: Network) {
  const second = await page.context().newPage();
  await second.goto(`${network.url}${PAGE}`);
  await expect(waits(second)).toBeVisible();
  await listen(page);
  await network.restore();
  await (await page.context().newPage()).goto(`${network.url}/en/about`);
  await expect(waits(second)).toHaveCount(0, { timeout: 40_000 });
  await page.evaluate(() => (document as Listening).heard);
}

type Listening = Document & { heard?: Promise<void> };

/** Notes when the page is told that something reached the shop. One that shows itself anew has nothing of it. */
const listen = (page: Page) =>
  page.evaluate(() => {
    (document as Listening).heard = new Promise((resolve) => {
      navigator.serviceWorker.addEventListener("message", ({ data }) => data?.outbox?.done?.length && resolve());
    });
  });

test("what is being typed stays when what waited was sent", async ({ home: page, network }) => {
  await arrive(page, network);
  await network.cut();
  await page.goto(`${network.url}${PAGE}`);
  await keep(page, "Ada Marinero");
  await expect(waits(page)).toBeVisible();
  const name = page.getByLabel("Full name");
  await name.fill("Bea Marinero");
  await page.evaluate(() => ((document as Document & { isFirst?: true }).isFirst = true));
  await untilSent(page, network);
  expect(await page.evaluate(() => "isFirst" in document)).toBe(true);
  await expect(name).toHaveValue("Bea Marinero");
  // Once there is nothing to lose, the page shows what the shop has.
  await name.fill("");
  await name.press("Tab");
  await expect(waits(page)).toHaveCount(0);
  await expect(lines(page)).toContainText("Ada Marinero");
});

test("what was removed can be had back when that was sent, too", async ({ home: page, network }) => {
  await arrive(page, network);
  await keep(page, "Ada Marinero");
  await expect(lines(page)).toHaveCount(1);
  // The device is told of it beside the page.
  const asked = () => network.asked.filter((path) => path === `${PAGE}/book`).length;
  const before = asked();
  await page.goto(`${network.url}${PAGE}`);
  await expect.poll(asked).toBeGreaterThan(before);
  await learned(page);
  await network.cut();
  await page.goto(`${network.url}${PAGE}`);
  await page.getByRole("button", { name: /^Remove/ }).click();
  await expect(lines(page)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
  await page.evaluate(() => ((document as Document & { isFirst?: true }).isFirst = true));
  await untilSent(page, network);
  expect(await page.evaluate(() => "isFirst" in document)).toBe(true);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(lines(page)).toContainText("Ada Marinero");
  await expect(waits(page)).toHaveCount(0);
});
