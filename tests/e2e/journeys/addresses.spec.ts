// The addresses that an account keeps, with and without scripts.
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { add, fillInRecipient, haveAccount } from "../shopper";
import { check, picture } from "../team";

async function fill(page: Page, name: string, street: string) {
  await page.getByLabel("Country").selectOption("ES");
  await fillInRecipient(page, name, street);
}

const keep = (page: Page) => page.getByRole("button", { name: "Keep the address" });
const lines = (page: Page) => page.locator(".account-lines li");

test("addresses: added, edited, made the default, removed and taken back, and a checkout is filled in with one", async ({
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
  await page.goto("/en/account");
  await page.getByRole("link", { name: "See and change the addresses" }).click();
  await expect(page.getByText("No address is kept yet.")).toBeVisible();
  await keep(page).click();
  await expect(page.getByRole("link", { name: "Street and number" })).toBeVisible();
  await fill(page, "Ada Marinero", "Calle del Faro 7");
  await keep(page).click();
  await expect(page.getByText("The address is kept.")).toBeVisible();
  await fill(page, "Bea Marinero", "Rua do Cais 3");
  await keep(page).click();
  await expect(lines(page)).toHaveCount(2);
  await check(page, javaScriptEnabled);
  await picture(page, "addresses");
  await lines(page).nth(1).getByRole("link", { name: /^Edit/ }).click();
  await expect(page.getByRole("heading", { name: "Edit the address" })).toBeVisible();
  await page.getByLabel("Street and number").fill("Rua do Cais 5");
  await keep(page).click();
  await expect(lines(page).nth(1)).toContainText("Rua do Cais 5");
  await lines(page).nth(1).getByRole("button", { name: /^Make it the default/ }).click();
  await expect(lines(page).nth(1)).toContainText("Default");
  await lines(page).first().getByRole("button", { name: /^Remove/ }).click();
  await expect(lines(page)).toHaveCount(1);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(lines(page)).toHaveCount(2);
  await page.goto("/en");
  const product = await staff.product(2000, 5);
  await add(page, product);
  await page.goto("/en/checkout");
  await expect(page.getByLabel("Street and number")).toHaveValue("Rua do Cais 5");
  await page.getByLabel("Your addresses").selectOption({ label: "Ada Marinero, Calle del Faro 7, 11001, Cádiz, Spain" });
  await page.getByRole("button", { name: "Fill it in" }).click();
  await expect(page.getByLabel("Street and number")).toHaveValue("Calle del Faro 7");
  // The enter key fills in nothing over what was typed.
  await page.getByLabel("Street and number").fill("Calle Nueva 9");
  await page.getByLabel("Street and number").press("Enter");
  await page.waitForLoadState();
  await expect(page.getByLabel("Street and number")).toHaveValue("Calle Nueva 9");
  await expect(page.getByLabel("Your addresses")).toHaveValue("");
  await expect(page.getByLabel("Keep this address in my account")).not.toBeChecked();
  await check(page, javaScriptEnabled);
  await picture(page, "checkout-kept");
});
