// The Studio looks into the pages that are kept: the team's module asks the shop's, beside it in the isolate.
import { expect, test } from "../fixtures";
import { check, signInByToken } from "../team";

test("studio: a page of the shop tells why it is fresh", async ({ page, staff, scripts }) => {
  const lead = await staff.product(1999, 9);
  await page.goto(`/en/p/${lead.handle}`);
  await page.goto(`/en/p/${lead.handle}`);
  await signInByToken(page, "/studio/pages", "Ada");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Pages");
  if (scripts) await check(page);
  await page.getByLabel("Address of a page").fill(new URL(`/en/p/${lead.handle}?utm_source=x`, page.url()).href);
  await page.getByRole("button", { name: "Look" }).click();
  const kept = page.getByRole("article");
  await expect(kept).toHaveCount(1);
  // Other tests publish meanwhile: what is related, or a count of the menu, may be another one since.
  await expect(kept).toContainText(/Nothing that it was made from is different|A text or a picture is different/);
  await expect(kept).toContainText(new URL(page.url()).origin);
  await expect(kept).toContainText(/Prices and stock of product \d+ fresh/);
  if (scripts) await check(page);
  await expect(page.getByRole("region", { name: "In all" })).toContainText(/Isolate [0-9a-f]{8}, which shows publication [1-9]/);

  await page.getByLabel("Address of a page").fill("/en/p/there-is-none");
  await page.getByRole("button", { name: "Look" }).click();
  await expect(page.getByText("This isolate keeps no page of this address")).toBeVisible();
  if (scripts) await check(page);
});
