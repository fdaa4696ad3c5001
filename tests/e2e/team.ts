// What every test of the Studio does.
import AxeBuilder from "@axe-core/playwright";
import { type Page, expect } from "@playwright/test";

/** The field with exactly this label. */
export const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });

/** Signs in by the team's token, on the way to a page of the Studio. */
export async function signInByToken(page: Page, path: string, name: string) {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in to the Studio");
  await field(page, "Your name").fill(name);
  await field(page, "The team’s token").fill(process.env.ORILLA_STUDIO_TOKEN ?? "");
  // Not the button for passkeys, which stands there with scripts.
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`**${path}`);
}

/** Signs in, and is where the orders are. */
export async function signIn(page: Page, name: string) {
  await signInByToken(page, "/studio/orders", name);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Orders");
}

/** Publishes. Another test may publish it first, or at the same time. */
export async function publish(page: Page, note = "") {
  await expect(async () => {
    await page.goto("/studio/publish");
    const button = page.getByRole("button", { name: "Publish" });
    if (!(await button.isVisible())) return;
    if (note) await field(page, "What it is about (optional)").fill(note);
    await button.click();
    await expect(page.getByRole("status")).toContainText(/Published\.|nothing to publish/, { timeout: 10_000 });
  }).toPass();
}

/** Keeps a picture of the page where somebody asks for them. */
export async function picture(page: Page, name: string) {
  const folder = process.env.ORILLA_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${name}-${page.viewportSize()?.width}.png`, fullPage: true });
}

/** Nothing that axe knows is wrong with the page, and it is not wider than its window. Without scripts nobody can tell. */
export async function check(page: Page, scripts = true) {
  if (!scripts) return;
  // A form that was just sent may lead on: what it leads to has to be there.
  await page.waitForFunction(() => document.readyState === "complete");
  // A form that waits for its answer is about to change; and a colour on its way from light to dark is neither.
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), page.url()).toBeLessThanOrEqual(0);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const told = violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => `${node.target} ${node.failureSummary}`) }));
    expect(told, `${colorScheme} ${page.url()}`).toEqual([]);
  }
}
