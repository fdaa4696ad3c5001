// What somebody says of a product, from their account by way of the team to the product's page.
import { expect, test } from "../fixtures";
import { haveAccount, receive } from "../shopper";
import { check, picture, signIn } from "../team";

test("studio: a review waits, is read and shown, and stands on the product's page once that is published", async ({
  page,
  browser,
  context,
  staff,
  scripts,
  problems,
}) => {
  test.slow();
  problems.expect(/409/);
  await haveAccount(browser, context);
  const product = await staff.product(2000, 5);
  await receive(page, staff, product);
  const write = async (stars: string, text: string) => {
    await page.goto(`/en/account/reviews/${product.handle}`);
    await page.getByLabel(stars).check();
    await page.getByLabel("What do you say of it?").fill(text);
    await page.getByLabel("Name under the review").fill("Ada");
    await page.getByRole("button", { name: "Send the review" }).click();
    await expect(page.getByText("Your review waits until the team has read it.")).toBeVisible();
  };
  await write("4 – good", "It <b>sinks</b>.\n\nFor years.");
  await page.goto(`/en/p/${product.handle}`);
  const reviews = page.getByRole("region", { name: "Reviews" });
  await expect(reviews).toContainText("Nobody has said yet how good it is.");

  await signIn(page, "Grace");
  await page.goto("/studio/reviews");
  const item = page.getByRole("listitem").filter({ hasText: product.title }).filter({ hasText: "out of 5" });
  await expect(item).toContainText("It <b>sinks</b>.");
  await check(page, scripts);
  await picture(page, "studio-reviews");
  // Its writer has thought again meanwhile: nobody shows what nobody has read.
  const other = await context.newPage();
  await other.goto("/studio/reviews");
  await write("5 – excellent", "It sinks, and comes up again.");
  await other.getByRole("button", { name: `Show what Ada says of ${product.title}` }).click();
  await expect(other.getByText("Its writer has changed or removed this review meanwhile")).toBeVisible();
  const changed = other.getByRole("listitem").filter({ hasText: product.title }).filter({ hasText: "out of 5" });
  await expect(changed).toContainText("comes up again");
  await other.getByRole("button", { name: `Show what Ada says of ${product.title}` }).click();
  await expect(other.getByText("The review is shown from the next publication on.")).toBeVisible();
  await check(other, scripts);
  await picture(other, "studio-reviews-shown");

  await staff.publish();
  await expect(async () => {
    await page.goto(`/en/p/${product.handle}`);
    await expect(reviews).toContainText("comes up again", { timeout: 500 });
  }).toPass({ timeout: 30_000 });
  await expect(reviews).toContainText("5 out of 5 · 1 review");
  await check(page, scripts);
  await picture(page, "product-reviews");
  const data = page.locator('script[type="application/ld+json"]').first();
  expect(JSON.parse((await data.textContent()) ?? "").aggregateRating).toMatchObject({ ratingValue: "5.0", reviewCount: 1 });
});
