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
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const told = violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => `${node.target} ${node.failureSummary}`) }));
    expect(told, `${colorScheme} ${page.url()}`).toEqual([]);
  }
}
