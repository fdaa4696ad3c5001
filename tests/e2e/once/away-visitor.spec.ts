// Who is known to the shop, on their device without a network: the variants that they see, what they agree to, and what
// is counted of them.
import { type Page, expect } from "@playwright/test";
import { kept, strip, test } from "../device";
import type { Network } from "../network";

// Programs are not counted, and headless Chromium says that it is one. The service worker has to say it, too.
const userAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
const { ORILLA_CHROMIUM, ORILLA_CHROMIUM_FLAGS } = process.env;
const flags = (ORILLA_CHROMIUM_FLAGS ?? "").split(" ").filter(Boolean);
test.use({
  serviceWorkers: "allow",
  userAgent,
  launchOptions: { executablePath: ORILLA_CHROMIUM || "/usr/bin/chromium", args: [...flags, `--user-agent=${userAgent}`] },
});
test.slow(); // a network that is away takes its time

/** What a page says of the experiments that its visitor has met. */
const met = async (page: Page) => (await page.locator("#exposures").getAttribute("value")) ?? "";

/** Lets the visitor agree to all, as somebody new, until chance shows them what nobody gets without an experiment. */
async function agree(page: Page, network: Network) {
  for (let tries = 0; tries < 30; tries++) {
    await page.goto(`${network.url}/en/privacy`);
    for (const answer of ["needed", "all"]) {
      await page.evaluate((answer) => fetch("/fn/consent", { method: "POST", body: new URLSearchParams({ answer, to: "/en" }) }), answer);
    }
    await page.goto(`${network.url}/en/c/light`);
    if ((await met(page)) !== "card-layout:rows") continue;
    await page.goto(`${network.url}/en/p/keepers-lantern`);
    if ((await met(page)) === "delivery-promise:promise") return;
  }
  throw new Error("chance has it in for this test");
}

test("a visitor sees the variations that they were assigned, on pages too that they never visited", async ({ home: page, network, context }) => {
  await agree(page, network);
  await kept(page);
  await network.cut();
  await page.goto(`${network.url}/en/p/storm-lantern-no-4`);
  await expect(strip(page)).toBeVisible();
  expect(await met(page)).toBe("delivery-promise:promise");
  await expect(page.getByRole("main")).toContainText(/at your door in/);
  await page.goto(`${network.url}/en/c/wear`);
  expect(await met(page)).toBe("card-layout:rows");
  await expect(page.getByRole("main").locator("ul.grid")).toHaveClass(/\brows\b/);
  // Somebody else on this device sees what everybody sees.
  await context.clearCookies();
  await page.goto(`${network.url}/en/c/wear`);
  await expect(strip(page)).toBeVisible();
  await expect(page.locator("#exposures")).toHaveCount(0);
  await expect(page.getByRole("main").locator("ul.grid")).toHaveClass(/^grid$/);
});
