// What somebody of the team does in the Studio, in words.
import AxeBuilder from "@axe-core/playwright";
import { type Page, expect } from "@playwright/test";

/** Signs in by the team's token, on the way to a page of the Studio. */
export async function signInByToken(page: Page, path: string, name: string) {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in to the Studio");
  await page.getByLabel("Your name", { exact: true }).fill(name);
  await page.getByLabel("The team’s token", { exact: true }).fill(process.env.ORILLA_STUDIO_TOKEN ?? "");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`**${path}`);
}

/** Nothing that axe knows is wrong with the page, and it is not wider than its window. Needs scripts. */
export async function check(page: Page) {
  // A colour on its way from light to dark is neither.
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), page.url()).toBeLessThanOrEqual(0);
// What every test of the Studio does.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect } from "./fixtures";

/** The field with exactly this label. */
export const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });

export async function signIn(page: Page, name: string) {
  await page.goto("/studio/orders");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in to the Studio");
  await field(page, "Your name").fill(name);
  await field(page, "The team’s token").fill(process.env.ORILLA_STUDIO_TOKEN ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Orders");
}

/** Nothing that axe knows is wrong with the page, and it is not wider than its window. */
export async function check(page: Page, scripts: boolean) {
  const wide = () => document.documentElement.scrollWidth - innerWidth;
  if (!scripts) return;
  // A colour on its way from light to dark is neither.
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await page.evaluate(wide), page.url()).toBeLessThanOrEqual(0);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const told = violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => `${node.target} ${node.failureSummary}`) }));
    expect(told, `${colorScheme} ${page.url()}`).toEqual([]);
  }
}
