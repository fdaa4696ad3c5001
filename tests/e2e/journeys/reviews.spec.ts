// What somebody says of a product that they have received, with and without scripts.
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { haveAccount, receive } from "../shopper";
import { check, picture } from "../team";

const line = (page: Page, title: string) => page.locator(".own-reviews li", { hasText: title });
const send = (page: Page) => page.getByRole("button", { name: "Send the review" }).click();
const text = (page: Page) => page.getByLabel("What do you say of it?");

test("a review: faults first, then written, edited, removed and taken back", async ({
  page,
  browser,
  context,
  staff,
  javaScriptEnabled,
  problems,
}) => {
  test.slow();
  problems.expect(/422/);
  await haveAccount(browser, context);
  const product = await staff.product(2000, 5);
  await page.goto(`/en/account/reviews/${product.handle}`);
  await expect(page.getByText("A product is reviewed by who has received it.")).toBeVisible();
  await check(page, javaScriptEnabled);
  await page.getByRole("link", { name: "Reviews", exact: true }).click();
  await expect(page.getByText("There is nothing to review yet.")).toBeVisible();

  await receive(page, staff, product);
  await page.goto("/en/account");
  await page.getByRole("link", { name: "See and write reviews" }).click();
  await page.getByRole("link", { name: `Write a review: ${product.title}` }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your review");
  await page.getByLabel("Name under the review").fill("Ada");
  await send(page);
  await expect(page.getByRole("link", { name: "How many stars?" })).toBeVisible();
  await expect(page.getByRole("link", { name: "What do you say of it?" })).toBeVisible();
  await expect(page.getByLabel("Name under the review")).toHaveValue("Ada");
  await page.getByLabel("4 – good").check();
  await text(page).fill("It <b>sinks</b>.\n\nFor years.");
  await check(page, javaScriptEnabled);
  await picture(page, "review");
  await send(page);
  await expect(page.getByText("Your review waits until the team has read it.")).toBeVisible();
  await expect(line(page, product.title)).toContainText("4 out of 5");
  await check(page, javaScriptEnabled);
  await picture(page, "reviews");

  await line(page, product.title).getByRole("link", { name: /^Edit/ }).click();
  await expect(text(page)).toHaveValue("It <b>sinks</b>.\n\nFor years.");
  await expect(page.getByLabel("4 – good")).toBeChecked();
  await page.getByLabel("5 – excellent").check();
  // The enter key sends, and removes nothing.
  await page.getByLabel("Name under the review").press("Enter");
  await expect(line(page, product.title)).toContainText("5 out of 5");
  await line(page, product.title).getByRole("link", { name: /^Edit/ }).click();
  await page.getByRole("button", { name: "Remove the review" }).click();
  await expect(page.getByText("The review is removed.")).toBeVisible();
  await expect(text(page)).toHaveValue("");
  await check(page, javaScriptEnabled);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(line(page, product.title)).toContainText("5 out of 5");
});
