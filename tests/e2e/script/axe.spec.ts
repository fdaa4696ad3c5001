// No page breaks a rule that axe knows: at both widths, light and dark.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { add, fillIn, follow, place } from "../shopper";

async function check(page: Page) {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expect(page.locator("html")).toHaveAttribute("data-islands", "ready");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const axe = new AxeBuilder({ page });
    // Only the colours are others in the dark.
    if (colorScheme === "dark") axe.withRules(["color-contrast"]);
    const { violations } = await axe.analyze();
    const told = violations.map(({ id, help, nodes }) => ({ id, help, at: nodes.map((node) => `${node.target} ${node.failureSummary}`) }));
    expect(told, `${colorScheme} ${page.url()}`).toEqual([]);
  }
}

const PAGES = {
  home: "/en",
  category: "/en/c/light",
  "narrowed category": "/en/c/light?brand=Faro%20%26%20Daughters&sort=price",
  search: "/en/search?q=lantern",
  "search without results": "/en/search?q=zzzzzz",
  "long list": "/en/search?page=2",
  product: "/en/p/storm-lantern-no-4",
  "sold-out product": "/en/p/gimbal-cabin-lamp",
  "empty cart": "/en/cart",
  "empty checkout": "/en/checkout",
  about: "/en/about",
  privacy: "/en/privacy",
  "another language": "/es",
};

for (const [name, path] of Object.entries(PAGES)) {
  test(name, async ({ page }) => {
    await page.goto(path);
    await check(page);
  });
}

test.describe("a page that asks for consent", () => {
  // Headless Chromium says that it is one, and programs are not asked.
  test.use({ userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36" });

  test("the question, folded and unfolded", async ({ page }) => {
    await page.goto("/en");
    await check(page);
    await page.locator(".consent summary").click();
    await check(page);
  });
});

test("what is not found", async ({ page, problems }) => {
  problems.expect(/404/);
  await page.goto("/en/nothing");
  await check(page);
});

test("a full cart, and the message that it is full", async ({ page, staff }) => {
  await add(page, await staff.product(1999, 9));
  await check(page);
  await page.goto("/en/cart");
  await check(page);
});

test("checkout, and its faults", async ({ page, staff, problems }) => {
  problems.expect(/422/);
  await add(page, await staff.product(1999, 9));
  await page.goto("/en/checkout");
  await check(page);
  await follow(page, () => place(page));
  await expect(page.getByRole("alert")).toBeVisible();
  await check(page);
});

test("an order, and one that was cancelled", async ({ page, staff }) => {
  await add(page, await staff.product(1999, 9));
  await page.goto("/en/checkout");
  await fillIn(page);
  await place(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Order /);
  await check(page);
  await follow(page, () => page.getByRole("button", { name: "Cancel the order" }).click());
  await check(page);
});

test("open drawers: filters, languages, suggestions", async ({ page }) => {
  await page.goto("/en/c/light");
  const drawer = page.getByRole("button", { name: "Filter", exact: true });
  if (await drawer.isVisible()) {
    await drawer.click();
    await check(page);
    await page.keyboard.press("Escape");
  }
  await page.getByRole("banner").locator(".languages summary").click();
  await check(page);
  await page.getByRole("combobox", { name: "Search the shop" }).pressSequentially("lantern");
  await expect(page.getByRole("listbox").getByRole("option").first()).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await check(page);
});

test("who wants less motion gets none", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const path of ["/en", "/en/c/light", "/en/p/storm-lantern-no-4", "/en/cart"]) {
    await page.goto(path);
    const moving = await page.evaluate(() => {
      const seconds = (text: string) => Math.max(...text.split(",").map((part) => parseFloat(part) * (part.includes("ms") ? 0.001 : 1)));
      const moves = (element: Element) => {
        const style = getComputedStyle(element);
        const animated = style.animationName !== "none" && seconds(style.animationDuration) > 0.01;
        return animated || seconds(style.transitionDuration) > 0.01;
      };
      return [...document.querySelectorAll("*")].filter(moves).map((element) => `${element.tagName}.${element.className}`);
    });
    expect(moving, path).toEqual([]);
  }
});

test("no page is wider than its window", async ({ page }) => {
  for (const path of Object.values(PAGES)) {
    await page.goto(path);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBeLessThanOrEqual(0);
  }
});
