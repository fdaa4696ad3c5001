import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";

const cards = (page: Page) => page.getByRole("main").locator(".results .card");
const titles = (page: Page) => cards(page).locator(".title").allInnerTexts();

/** The prices of the cards, in cents; of a range its lower end. */
async function prices(page: Page): Promise<number[]> {
  const texts = await cards(page).locator(".price").evaluateAll((all) => all.map((price) => (price.querySelector("ins") ?? price).textContent ?? ""));
  return texts.map((text) => Number(text.replace(/\D/g, "")));
}

/** On phones the filters are in a drawer. */
async function openFilters(page: Page) {
  const drawer = page.getByRole("button", { name: "Filter", exact: true });
  if (await drawer.isVisible()) await drawer.click();
}

test("from the home page by category, filter and order to a product", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveURL(/\/en$/);
  await page.getByRole("main").getByRole("link", { name: /^Light/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Light");

  await openFilters(page);
  const box = page.getByRole("checkbox", { name: /^Faro & Daughters/ });
  const count = Number(await box.locator("..").locator(".count").innerText());
  await box.check();
  await page.getByRole("button", { name: "Show results" }).click();
  await expect(page).toHaveURL(/\/en\/c\/light\?brand=Faro/);
  await expect(page.locator(".list-bar").getByRole("status")).toHaveText(`${count} products`);
  await expect(cards(page)).toHaveCount(count);
  await expect(cards(page).locator(".brand")).toHaveText(Array(count).fill("Faro & Daughters"));

  await page.getByLabel("Sort by").selectOption("Price: low to high");
  await page.getByRole("button", { name: "Sort", exact: true }).click();
  await expect(page).toHaveURL(/sort=price/);
  await expect(cards(page)).toHaveCount(count); // the filter is still on
  const rising = await prices(page);
  expect(rising).toEqual([...rising].sort((a, b) => a - b));

  await page.getByRole("link", { name: "Remove filter: Brand: Faro & Daughters" }).click();
  await expect(page).not.toHaveURL(/brand=/);
  await expect(page).toHaveURL(/sort=price/);

  const chosen = cards(page).first().getByRole("link").first();
  const title = await chosen.innerText();
  await chosen.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  await page.getByRole("navigation", { name: "You are here" }).getByRole("link", { name: "Light", exact: true }).click();
  await expect(page).toHaveURL(/\/en\/c\/light$/);
});

test("a long list has pages with URLs of their own", async ({ page }) => {
  const pages = page.getByRole("navigation", { name: "Pages" });
  // What another test publishes between two pages moves the list.
  await expect(async () => {
    await page.goto("/en/search?sort=title");
    await expect(cards(page)).toHaveCount(48);
    const first = await titles(page);
    await pages.getByRole("link", { name: "Next" }).click();
    await expect(page).toHaveURL(/\/en\/search\?sort=title&page=2$/);
    await expect(pages.getByRole("link", { name: "Page 2", exact: true })).toHaveAttribute("aria-current", "page");
    const second = await titles(page);
    expect(second).toHaveLength(48);
    expect(second.filter((title) => first.includes(title))).toEqual([]);
    await pages.getByRole("link", { name: "Previous" }).click();
    await expect(page).toHaveURL(/\/en\/search\?sort=title$/);
    expect(await titles(page)).toEqual(first);
  }).toPass();
  await pages.getByRole("link", { name: /^Page/ }).last().click();
  await expect(page).toHaveURL(/page=\d+$/);
  await expect(pages.getByRole("link", { name: "Next" })).toHaveCount(0);
});

test("a price range and the stock narrow the list", async ({ page }) => {
  await page.goto("/en/c/light");
  await openFilters(page);
  await page.locator("summary", { hasText: "Price" }).click();
  await page.getByLabel("From").fill("30");
  await page.getByLabel("To", { exact: true }).fill("60,50");
  await page.getByRole("checkbox", { name: /^In stock/ }).check();
  await page.getByRole("button", { name: "Show results" }).click();
  await expect(page).toHaveURL(/stock=1/);
  const found = await prices(page);
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((price) => price > 6050)).toEqual([]);
  // What has versions of several prices may begin below.
  const ranges = await cards(page).locator(".price", { hasText: "from" }).count();
  expect(found.filter((price) => price < 3000).length).toBeLessThanOrEqual(ranges);
  await expect(cards(page).getByText("Sold out")).toHaveCount(0);
});

test("a search finds by the beginnings of words, and says so when it finds nothing", async ({ page }) => {
  await page.goto("/en");
  const search = page.getByRole("combobox", { name: "Search the shop" });
  await search.fill("storm lant");
  await page.getByRole("search").getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL(/\/en\/search\?q=storm/);
  await expect(cards(page).first()).toContainText("Storm Lantern No. 4");
  await expect(search).toHaveValue("storm lant");

  await search.fill("zzzzzz");
  await search.press("Enter");
  await expect(page.getByRole("heading", { name: "Nothing washed ashore" })).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "All products" }).last().click();
  await expect(cards(page)).toHaveCount(48);
});

test("each version of a product has its price, its stock and its URL", async ({ page }) => {
  await page.goto("/en/p/storm-lantern-no-4");
  const box = page.locator(".buy-box");
  await expect(box.locator(".price")).toHaveText("€48.00");
  await box.getByRole("link", { name: "Large" }).click();
  await expect(page).toHaveURL(/\?variant=\d+$/);
  await expect(box.locator(".price")).toHaveText("€64.00");
  await expect(box.getByText("Only 3 left")).toBeVisible();
  await expect(box.getByRole("link", { name: "Large" })).toHaveAttribute("aria-current", "true");
  await expect(box.getByRole("link", { name: "Small" })).not.toHaveAttribute("aria-current", "true");
  const large = page.url();
  await box.getByRole("link", { name: "Navy" }).click();
  await expect(page).not.toHaveURL(large);
  await expect(box.getByText("FD-STORM4-LAR-NAV")).toBeVisible();
  await page.reload();
  await expect(box.getByText("FD-STORM4-LAR-NAV")).toBeVisible();
  await expect(box.locator(".price")).toHaveText("€64.00");
});

test("a version that is sold out can be looked at but not bought", async ({ page }) => {
  await page.goto("/en/p/gangway-lantern");
  const box = page.locator(".buy-box");
  await expect(box.getByRole("button", { name: "Add to cart" })).toBeEnabled();
  await box.getByRole("link", { name: "Yellow" }).click();
  await expect(box.getByRole("button", { name: "Sold out" })).toBeDisabled();
});

test("a page keeps its place in another language", async ({ page }) => {
  await page.goto("/en/p/storm-lantern-no-4");
  const large = page.locator(".buy-box").getByRole("link", { name: "Large" });
  await page.goto(`/en/p/storm-lantern-no-4${await large.getAttribute("href")}`);
  await page.getByRole("contentinfo").getByRole("link", { name: "Español" }).click();
  await expect(page).toHaveURL(/\/es\/p\/storm-lantern-no-4\?variant=\d+$/);
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  await expect(page.locator(".buy-box .price")).toHaveText(/^64,00\s€$/);
  await page.getByRole("contentinfo").getByRole("link", { name: "Português" }).click();
  await expect(page).toHaveURL(/\/pt\/p\/storm-lantern-no-4\?variant=\d+$/);
  await expect(page.getByRole("button", { name: "Adicionar ao carrinho", exact: true })).toBeVisible();
});

test("an address that leads nowhere says so and shows the way home", async ({ page, problems }) => {
  problems.expect(/404/);
  for (const path of ["/en/p/no-such-thing", "/en/c/no/such/category", "/es/nada", "/nothing.html"]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
  }
  await page.getByRole("main").getByRole("link", { name: "To the home page" }).click();
  await expect(page).toHaveURL(/\/en$/);
});
