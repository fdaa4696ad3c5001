// Passkeys in the Studio, with Chromium's virtual authenticator.
import type { Page } from "@playwright/test";
import { Device } from "../authenticator";
import { expect, test } from "../fixtures";
import { check, signInByToken } from "../team";

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const status = (page: Page) => page.locator("main").getByRole("status");

async function signOut(page: Page) {
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(heading(page)).toHaveText("Sign in to the Studio");
}

/** The device of somebody who is signed in and has added a passkey. */
async function withPasskey(page: Page, name: string): Promise<Device> {
  const device = await Device.of(page);
  await signInByToken(page, "/studio/passkeys", name);
  await page.getByLabel("Name", { exact: true }).fill("Key");
  await device.touched(async () => {
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await expect(status(page).first()).toContainText("The passkey was added.");
  });
  return device;
}

test("a passkey is added with the token, signs in, and is removed", async ({ page, problems }) => {
  problems.expect(/401/);
  test.slow();
  const name = `Ada ${Math.random().toString(36).slice(2, 8)}`;
  const device = await Device.of(page);
  await signInByToken(page, "/studio/passkeys", name);
  await check(page);
  await page.getByLabel("Name", { exact: true }).fill("My phone");
  await device.touched(async () => {
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await expect(status(page).first()).toHaveText("The passkey was added. Next time you can sign in with it.");
  });
  expect(await device.passkeys()).toMatchObject([{ isResidentCredential: true, rpId: "localhost" }]);
  const row = page.getByRole("row").filter({ hasText: name });
  await expect(row).toContainText("My phone");
  await check(page);
  await signOut(page);
  await check(page);

  await device.touched(async () => {
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await expect(heading(page)).toHaveText("Today");
  });
  await expect(page.getByRole("banner")).toContainText(name);
  await page.getByRole("link", { name: "Access" }).click();
  await expect(page.getByRole("row").filter({ hasText: name }).first()).toContainText("Passkey “My phone”");
  await check(page);

  await page.getByRole("link", { name: "Passkeys" }).click();
  await row.locator("summary").click();
  await row.getByRole("button", { name: "Remove" }).click();
  await expect(status(page).first()).toHaveText("The passkey was removed, and its sessions have ended.");
  await expect(row).toHaveCount(0);
  await signOut(page);
  await device.touched(async () => {
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await expect(status(page)).toContainText("This passkey is not known here");
  });
  await check(page);
});

test("a device that does not know its user adds nothing, and the page says so", async ({ page }) => {
  const device = await Device.of(page);
  await signInByToken(page, "/studio/passkeys", "Grace");
  await device.verifies(false);
  await page.getByLabel("Name", { exact: true }).fill("My phone");
  await device.touched(async () => {
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await expect(status(page)).toContainText("Nothing has happened");
  });
  expect(await device.passkeys()).toEqual([]);
});

test("what becomes of the offer is not told to who has pressed the button meanwhile", async ({ page, problems }) => {
  problems.expect(/401/);
  const name = `Edith ${Math.random().toString(36).slice(2, 8)}`;
  const device = await withPasskey(page, name);
  const row = page.getByRole("row").filter({ hasText: name });
  await row.locator("summary").click();
  await row.getByRole("button", { name: "Remove" }).click();
  await expect(status(page).first()).toContainText("The passkey was removed");

  // The offer is taken up, but its answer is on its way for long.
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const offered = new Promise<void>((resolve) => {
    void page.route("**/sign-in/finish", async (route) => {
      resolve();
      await held;
      await route.continue();
    }, { times: 1 });
  });
  await signOut(page);
  await device.touched(() => offered);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  const refused = page.waitForResponse("**/sign-in/finish");
  release();
  expect((await refused).status()).toBe(401);
  await (await refused).finished();
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
  await expect(status(page)).toHaveText("Your device asks you now.");
});

test("the browser offers a passkey where one types one's name", async ({ page }) => {
  const name = `Mary ${Math.random().toString(36).slice(2, 8)}`;
  const device = await withPasskey(page, name);
  await signOut(page);
  // The page to sign in makes the offer, too: it must not lead on while another page is asked for.
  await page.goto("/en");
  // A virtual device chooses from the offer by itself, as soon as it is touched.
  await device.touched(async () => {
    // It may sign in, and be led on, before the page has loaded.
    await page.goto("/studio/sessions", { waitUntil: "commit" });
    await expect(heading(page)).toHaveText("Sessions");
  });
  await expect(page.getByRole("banner")).toContainText(name);
});
