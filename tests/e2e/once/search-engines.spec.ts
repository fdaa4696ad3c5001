// What crawlers, previews and other programs read.
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";

const LANGUAGES = ["en", "es", "pt"];
const canonical = (page: Page) => page.locator("link[rel=canonical]").getAttribute("href");
const structured = async (page: Page) =>
  (await page.locator('script[type="application/ld+json"]').allTextContents()).map((text) => JSON.parse(text));

for (const path of ["", "/c/light", "/search?page=2", "/p/storm-lantern-no-4", "/about", "/privacy"]) {
  test(`the languages of ${path || "/"} name each other`, async ({ page, baseURL }) => {
    for (const language of LANGUAGES) {
      await page.goto(`/${language}${path}`);
      await expect(page.locator("html")).toHaveAttribute("lang", language);
      expect(await canonical(page)).toBe(`${baseURL}/${language}${path}`);
      for (const other of LANGUAGES) {
        const link = page.locator(`head link[rel=alternate][hreflang=${other}]`);
        await expect(link).toHaveAttribute("href", `${baseURL}/${other}${path}`);
      }
      await expect(page.locator("head link[hreflang=x-default]")).toHaveAttribute("href", `${baseURL}/en${path}`);
      await expect(page.locator("meta[name=robots]")).toHaveCount(0);
      await expect(page.locator("meta[name=description]")).toHaveAttribute("content", /.{10}/);
    }
  });
}

test("a version of a product is the product", async ({ page, baseURL }) => {
  await page.goto("/en/p/storm-lantern-no-4");
  const href = await page.locator(".buy-box").getByRole("link", { name: "Large" }).getAttribute("href");
  await page.goto(`/en/p/storm-lantern-no-4${href}`);
  expect(await canonical(page)).toBe(`${baseURL}/en/p/storm-lantern-no-4`);
});

test("what is one shopper's, or without end, is not listed", async ({ page, problems }) => {
  problems.expect(/404/);
  for (const path of ["/en/cart", "/en/checkout", "/en/search?q=lantern", "/en/c/light?stock=1", "/en/nothing"]) {
    await page.goto(path);
    await expect(page.locator("meta[name=robots]"), path).toHaveAttribute("content", "noindex");
    await expect(page.locator("link[rel=canonical]")).toHaveCount(0);
  }
});

test("a product is told to search engines", async ({ page, baseURL }) => {
  await page.goto("/en/p/storm-lantern-no-4");
  const [product, crumbs] = await structured(page);
  expect(product).toMatchObject({
    "@context": "https://schema.org",
    "@type": "Product",
    name: "Storm Lantern No. 4",
    brand: { "@type": "Brand", name: "Faro & Daughters" },
    url: `${baseURL}/en/p/storm-lantern-no-4`,
    offers: { "@type": "AggregateOffer", lowPrice: "48.00", highPrice: "64.00", priceCurrency: "EUR", offerCount: 6 },
  });
  expect(product.offers.offers[0].availability).toBe("https://schema.org/InStock");
  const picture = await page.request.get(product.image);
  expect(picture.headers()["content-type"]).toBe("image/svg+xml");
  expect(crumbs).toMatchObject({ "@type": "BreadcrumbList" });
  expect(crumbs.itemListElement.map((item: { name: string }) => item.name)).toEqual(["Light", "Lanterns", "Storm Lantern No. 4"]);
  await expect(page.locator('meta[property="og:type"]')).toHaveAttribute("content", "product");
  await expect(page.locator('meta[property="og:image"]')).toHaveAttribute("content", product.image);
});

test("the home page is told to search engines", async ({ page }) => {
  await page.goto("/en");
  expect((await structured(page))[0]).toMatchObject({ "@type": "WebSite", potentialAction: { "@type": "SearchAction" } });
});

test("robots.txt leads to a sitemap that lists pages which exist", async ({ request, baseURL }) => {
  const robots = await (await request.get("/robots.txt")).text();
  expect(robots).toContain("Disallow: /en/checkout");
  const index = robots.match(/^Sitemap: (.*)$/m)?.[1] ?? "";
  expect(index).toBe(`${baseURL}/sitemap.xml`);
  const locations = (xml: string) => [...xml.matchAll(/<loc>(.*?)<\/loc>/g)].map((found) => (found[1] ?? "").replaceAll("&amp;", "&"));
  const files = locations(await (await request.get(index)).text());
  expect(files.length).toBeGreaterThan(0);
  const pages = locations(await (await request.get(files[0] ?? "")).text());
  expect(pages.filter((page) => page.includes("/en/p/")).length).toBeGreaterThanOrEqual(136);
  expect(new Set(pages).size).toBe(pages.length);
  for (const page of [pages[0], pages.find((page) => page.includes("/es/c/")), pages.find((page) => page.includes("/pt/p/"))]) {
    expect((await request.get(page ?? "")).status(), page).toBe(200);
  }
});

test("/ leads to the language that the browser asks for", async ({ request }) => {
  for (const [asked, language] of [
    ["es-MX,es;q=0.9,en;q=0.8", "es"],
    ["de,pt-BR;q=0.8,en;q=0.5", "pt"],
    ["de", "en"],
    ["*", "en"],
    ["", "en"],
    ["en;q=0.1, pt;q=0.9", "pt"],
    ["%;;;q=x", "en"],
  ] as const) {
    const answer = await request.get("/", { headers: { "accept-language": asked }, maxRedirects: 0 });
    expect(answer.status(), asked).toBe(302);
    expect(new URL(answer.headers().location ?? "", "http://shop").pathname, asked).toBe(`/${language}`);
    expect(answer.headers().vary).toContain("accept-language");
  }
});

test("one question has one URL", async ({ request }) => {
  const answer = await request.get("/en/search?sort=price&q=soap&page=1&nonsense=7", { maxRedirects: 0 });
  expect(answer.status()).toBe(302);
  expect(answer.headers().location).toBe("/en/search?q=soap&sort=price");
});
