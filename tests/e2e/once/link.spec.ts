// A shopper without a passkey asks for a link, finds it in the mail, and is signed in by it; on a second browser, too. The
// provider of e-mail is the one of tests/mail.
import { type Browser, type BrowserContext, type Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { expect, test as base } from "../fixtures";
import { Device } from "../authenticator";
import { cartLink, follow, openAccount } from "../shopper";
import { check, picture } from "../team";
import { startMailService } from "../../mail/service.mjs";

type Mail = Awaited<ReturnType<typeof startMailService>>;

// One port, so one worker: the shop sends to this address alone.
const test = base.extend<object, { mail: Mail }>({
  mail: [
    async ({}, use) => {
      const { ORILLA_MAIL = "", ORILLA_MAIL_KEY = "" } = process.env;
      const mail = await startMailService(Number(new URL(ORILLA_MAIL).port), { key: ORILLA_MAIL_KEY });
      await use(mail);
      mail.end();
    },
    { scope: "worker" },
  ],
});
test.describe.configure({ mode: "serial" });

const phone = { width: 360, height: 740 };
const inside = (page: Page) => page.getByRole("button", { name: "Sign out here" });
const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const field = (page: Page) => page.getByRole("textbox", { name: "Email" });
const address = () => `ada-${randomUUID()}@example.org`;

/** Asks for a link on the page that is open, and answers its address, from the mail. */
async function ask(page: Page, mail: Mail, to: string, button = "Send me a link") {
  const before = mail.mails.length;
  await field(page).fill(to);
  await follow(page, () => page.getByRole("button", { name: button }).click());
  await expect(page.getByText("look at the spam folder")).toBeVisible();
  expect(mail.mails).toHaveLength(before + 1);
  const { from, to: sent, subject, text } = mail.mails[before];
  expect({ from, sent, subject }).toEqual({ from: "Orilla <hello@shop.example>", sent: [to], subject: "Your link to Orilla" });
  const link = text.match(/^http:\S+$/m)?.[0] ?? "";
  expect(new URL(link).pathname).toMatch(/^\/en\/account\/link\/[0-9a-f]{32}$/);
  return link;
}

async function enter(page: Page, link: string) {
  // As from a mail's program: no page of the shop has led there.
  await page.goto(link);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(inside(page)).toBeVisible();
}

async function another(browser: Browser, javaScriptEnabled: boolean): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ javaScriptEnabled, serviceWorkers: "block", viewport: phone });
  return { context, page: await context.newPage() };
}

for (const scripts of [true, false]) {
  test(`A link by e-mail ${scripts ? "with" : "without"} scripts: opens an account once, and on a second browser the same one with its cart`, async ({
    browser,
    mail,
    staff,
  }) => {
    test.slow();
    const [first, second] = [await another(browser, scripts), await another(browser, scripts)];
    const to = address();
    const product = await staff.product(1500, 9);
    const { page } = first;
    await page.goto(`/en/p/${product.handle}`);
    await page.locator(".buy").getByRole("button", { name: "Add to cart" }).click();
    await expect(cartLink(page)).toHaveAccessibleName("Cart, 1 item");
    await page.goto("/en/account");
    await check(page, scripts);
    await picture(page, `link-door-${scripts}`);
    const link = await ask(page, mail, to);
    await check(page, scripts);
    await picture(page, `link-sent-${scripts}`);
    const answer = await page.goto(link);
    expect(answer?.headers()).toMatchObject({ "cache-control": "private, no-store", "referrer-policy": "same-origin" });
    await expect(page.getByText(to)).toBeVisible();
    await check(page, scripts);
    await picture(page, `link-${scripts}`);
    await enter(page, link);
    await expect(page.getByText("Your account is open, and you are signed in.")).toBeVisible();
    await expect(page.getByText(to)).toBeVisible();
    await check(page, scripts);
    await picture(page, `link-account-${scripts}`);
    await page.goto("/en/cart");
    await expect(cartLink(page)).toHaveAccessibleName("Cart, 1 item");

    // Whoever finds the mail later gets nowhere with it, and reads how to get a new one.
    const stale = await second.page.goto(link);
    expect(stale?.status()).toBe(410);
    await expect(heading(second.page)).toHaveText("This link leads nowhere any more");
    await check(second.page, scripts);
    await picture(second.page, `link-over-${scripts}`);
    await enter(second.page, await ask(second.page, mail, to));
    await expect(second.page.getByText("You are signed in.")).toBeVisible();
    await second.page.goto("/en/cart");
    await expect(cartLink(second.page)).toHaveAccessibleName("Cart, 1 item");
    await expect(second.page.getByRole("listitem").filter({ hasText: product.title })).toBeVisible();

    // It is the only way in: it stays.
    await second.page.goto("/en/account");
    await second.page.getByRole("button", { name: "Remove the email address" }).click();
    await expect(second.page.getByText("It stays:")).toBeVisible();
    await second.page.goto("/en/account");
    await second.page.getByRole("button", { name: "Sign out here" }).click();
    await expect(second.page.getByText("You are signed out.")).toBeVisible();
    await page.goto("/en/account");
    await expect(inside(page)).toBeVisible();
    for (const { context } of [first, second]) await context.close();
  });
}

test("A link by e-mail: an account with a passkey gets an address, and who came by it goes with it", async ({ page, browser, mail, problems }) => {
  const to = address();
  const device = await Device.of(page);
  await openAccount(page, device);
  await check(page);
  const link = await ask(page, mail, to, "Send a link to add it");
  // It lets nobody in who is not inside.
  const other = await another(browser, true);
  expect((await other.page.goto(link))?.status()).toBe(401);
  await expect(other.page.getByText("Sign in to that account on this browser first")).toBeVisible();
  await check(other.page);
  await picture(other.page, "link-outside");
  await page.goto(link);
  await expect(heading(page)).toHaveText("Add this address to your account");
  await check(page);
  await page.getByRole("button", { name: "Add the address" }).click();
  await expect(page.getByText("The address opens your account from now on.")).toBeVisible();
  await expect(page.getByText(to)).toBeVisible();
  await check(page);
  await picture(page, "link-account-passkey");
  await other.page.goto("/en/account");
  await enter(other.page, await ask(other.page, mail, to));
  await page.getByRole("button", { name: "Remove the email address" }).click();
  await expect(page.getByText("The address was removed.")).toBeVisible();
  await other.page.goto("/en/account");
  await expect(inside(other.page)).toHaveCount(0);
  await other.context.close();

  // Who is signed in here is not who the link is for.
  const stranger = await another(browser, true);
  await stranger.page.goto("/en/account");
  const theirs = await ask(stranger.page, mail, address());
  problems.expect(/409/);
  await page.goto(theirs);
  await expect(page.getByText("Another account is signed in on this browser.")).toBeVisible();
  await check(page);
  await picture(page, "link-elsewhere");
  await enter(stranger.page, theirs);
  await stranger.context.close();
});

test("A link by e-mail: a provider that is busy, refuses or stays silent is told of, and what was typed stays", async ({ page, mail, problems }) => {
  test.slow();
  problems.expect(/422|503/);
  const to = address();
  await page.goto("/en/account");
  for (const [statuses, words] of [
    [[429], "Nothing could be sent right now."],
    [[422], "Our mail service sends nothing to this address."],
    [[0, 0], "Nothing could be sent right now."],
  ] as const) {
    mail.says(...statuses);
    await field(page).fill(to);
    await follow(page, () => page.getByRole("button", { name: "Send me a link" }).click());
    await expect(page.getByText(words)).toBeVisible({ timeout: 30_000 });
    await expect(field(page)).toHaveValue(to);
    await check(page);
  }
  await picture(page, "link-away");
  // Silence once is no failure: the provider is asked again, and sends one mail.
  mail.says(0);
  await enter(page, await ask(page, mail, to));
});
