import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { follow } from "../shopper";

// Headless Chromium says that it is one, and programs are not asked.
test.use({ userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36" });

const question = (page: Page) => page.getByRole("region", { name: "What may we remember?" });
const history = (page: Page) => page.getByRole("region", { name: "You looked at these" });

test("who agrees sees what was looked at, and can take it back", async ({ page }) => {
  await page.goto("/en/p/storm-lantern-no-4");
  await question(page).locator("summary").click();
  await question(page).getByRole("checkbox", { name: "Personalisation" }).check();
  await follow(page, () => question(page).getByRole("button", { name: "Save this choice" }).click());
  await expect(page).toHaveURL(/\/en\/p\/storm-lantern-no-4$/);
  await expect(question(page)).toHaveCount(0);

  await page.goto("/en");
  await expect(history(page).getByRole("link", { name: "Storm Lantern No. 4" }).first()).toBeVisible();

  await page.getByRole("contentinfo").getByRole("link", { name: "Cookie settings" }).click();
  await expect(page).toHaveURL(/\/en\/privacy#consent$/);
  const main = page.getByRole("main");
  await expect(main.getByRole("checkbox", { name: "Personalisation" })).toBeChecked();
  await expect(main.getByRole("checkbox", { name: "Statistics" })).not.toBeChecked();
  await main.getByRole("checkbox", { name: "Personalisation" }).uncheck();
  await follow(page, () => main.getByRole("button", { name: "Save this choice" }).click());
  await expect(main.getByText("You chose: only what is needed.")).toBeVisible();
  await page.goto("/en");
  await expect(history(page)).toHaveCount(0);
});

test("the question covers nothing and moves nothing", async ({ page }) => {
  await page.goto("/es");
  const banner = page.getByRole("region", { name: "¿Qué podemos recordar?" });
  await expect(banner).toBeVisible();
  const boxes = await Promise.all([page.getByRole("banner"), banner, page.getByRole("main")].map((part) => part.boundingBox()));
  for (const [above, below] of [boxes.slice(0, 2), boxes.slice(1, 3)]) {
    expect(above!.y + above!.height).toBeLessThanOrEqual(below!.y + 1);
  }
  // The Enter key gives nothing away.
  await banner.locator("summary").click();
  await banner.getByRole("checkbox", { name: "Estadísticas" }).focus();
  await follow(page, () => page.keyboard.press("Enter"));
  await expect(banner).toHaveCount(0);
  const consent = (await page.context().cookies()).find((cookie) => cookie.name === "__Host-consent");
  expect(consent?.value).toBe("1.00");
});
