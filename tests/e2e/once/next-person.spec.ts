// A browser that people share: somebody's session has run out there, and the next person opens an account.
import { expect } from "@playwright/test";
import { Device } from "../authenticator";
import { test } from "../device";
import { openAccount } from "../shopper";

test.use({ serviceWorkers: "allow" });

test("nothing that waits on a device is left to the next person", async ({ home: page, network, context }) => {
  const device = await Device.of(page);
  const open = () => openAccount(page, device, network.url);
  const databases = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  await open();
  // As an order that waits lies there.
  await page.evaluate(() => new Promise((resolve) => (indexedDB.open("somebody-s").onsuccess = resolve)));
  await page.goto(`${network.url}/en/account`);
  expect(await databases()).toContain("somebody-s");
  await context.clearCookies({ name: "__Host-account" });
  await open();
  await expect.poll(databases).not.toContain("somebody-s");
});
