import { expect, test } from "@playwright/test";

test("the shop is up and its database answers", async ({ request }) => {
  const health = await request.get("/health");
  expect(health.status()).toBe(200);
  expect(health.headers()["content-type"]).toContain("application/json");
});

test("the home page has a title, one heading, and nothing that fails", async ({ page }) => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(`${message.text()} ${message.location().url}`));
  page.on("response", (part) => part.status() >= 400 && errors.push(`${part.status()} ${part.url()}`));
  const answer = await page.goto("/", { waitUntil: "load" });
  expect(answer?.status()).toBe(200);
  await expect(page).toHaveTitle(/Orilla/);
  await expect(page.locator("h1")).toHaveCount(1);
  expect(errors).toEqual([]);
});

test("hashed files are compressed and immutable", async ({ page, request }) => {
  await page.goto("/");
  const style = await page.locator("link[rel=stylesheet]").first().getAttribute("href");
  const answer = await request.get(style ?? "", { headers: { "accept-encoding": "br" } });
  expect(answer.headers()["content-encoding"]).toBe("br");
  expect(answer.headers()["cache-control"]).toContain("immutable");
});
