// The catalogue in the Studio: a category, a product in it, a file of more; published, shoppers see all of it.
import { randomUUID } from "node:crypto";
import { expect, test } from "../fixtures";
import { check, field, picture, publish, signIn } from "../team";

test("studio: a category, a product and a file come into the shop", async ({ page, scripts, problems }) => {
  problems.expect(/422|409.*publish/);
  test.slow(); // some twenty pages, each looked at by axe
  const id = randomUUID().slice(0, 8);
  // Shoppers see what was published soon after; until then the category is not there.
  problems.expect(new RegExp(`404.*/en/c/buoys-${id}`));
  await signIn(page, "Ada");

  await page.getByRole("link", { name: "Categories" }).click();
  await check(page, scripts);
  await picture(page, "categories");
  const fold = page.getByText("New category", { exact: true });
  await fold.click();
  await field(page, "Name").fill(`Buoys ${id}`);
  await page.getByRole("button", { name: "Create the category" }).click();
  await expect(page.getByRole("status")).toContainText("The category is there.");
  await check(page, scripts);
  await picture(page, "category");

  await page.goto("/studio/products");
  await page.getByRole("link", { name: "New product" }).click();
  await check(page, scripts);
  await picture(page, "new-product");
  // What is wrong is said at its field, and what was typed stays.
  await field(page, "Title").fill(`Bell buoy ${id}`);
  await field(page, "Status").selectOption("On sale");
  await field(page, "Category (optional)").selectOption(`Buoys ${id}`);
  await field(page, "Price in EUR").fill("cheap");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("Write an amount such as 12.50.");
  await check(page, scripts);
  await field(page, "Price in EUR").fill("129,50");
  await field(page, "Pieces in stock (optional)").first().fill("3");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toContainText("The product is there.");
  await expect(page.getByText("The only variant: 3")).toBeVisible();

  // An attribute and a picture's address, from rows that stand ready.
  await page.getByText(/^Attributes \(/).click();
  const attribute = page.getByRole("group", { name: "New attribute" });
  await attribute.getByLabel("Name").fill("Height");
  await attribute.getByLabel("Kind").selectOption("Number");
  await attribute.getByLabel("Value").fill("1,8");
  await attribute.getByLabel("Unit of a number").fill("m");
  await check(page, scripts);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toContainText("Saved.");
  const history = page.getByRole("region", { name: "Changes made here" });
  await expect(history).toContainText("Height: 1.8 m");
  await picture(page, "product");
  await check(page, scripts);

  // A change that was none.
  await field(page, "Title").fill("Wrong");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Take this change back" }).click();
  await expect(page.getByRole("status")).toContainText("The last change is taken back.");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`Bell buoy ${id}`);

  await page.getByRole("link", { name: "Import" }).click();
  await check(page, scripts);
  await picture(page, "import");
  const rows = [
    "Handle,Title,Variant Price,Type,Variant Inventory Qty",
    `whistle-${id},Whistle buoy ${id},49.00,Buoys ${id},5`,
    `oops-${id},Oops,cheap,Buoys ${id},5`,
  ];
  const file = { name: "buoys.csv", mimeType: "text/csv", buffer: Buffer.from(rows.join("\n") + "\n") };
  await page.getByLabel("File").setInputFiles(file);
  await page.getByRole("button", { name: "Only check" }).click();
  await expect(page.getByRole("status")).toContainText("Nothing was changed");
  await expect(page.getByRole("table")).toContainText("is not an amount");
  await check(page, scripts);
  await picture(page, "import-report");
  await page.getByRole("link", { name: "Another import" }).click();
  await page.getByLabel("File").setInputFiles(file);
  await page.getByRole("main").getByRole("button", { name: "Import" }).click();
  await expect(page.getByRole("status")).toContainText("The file was read to its end.");
  await check(page, scripts);

  await publish(page);
  await expect(async () => {
    await page.goto(`/en/c/buoys-${id}`);
    for (const title of [`Bell buoy ${id}`, `Whistle buoy ${id}`]) {
      await expect(page.getByRole("link", { name: title }).first()).toBeVisible({ timeout: 500 });
    }
  }).toPass({ timeout: 30_000 });

  // Under another name, the category is found at its old address.
  await page.goto("/studio/categories");
  await page.getByRole("link", { name: `Buoys ${id}`, exact: true }).click();
  await field(page, "Name").fill(`Sea marks ${id}`);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toContainText("Saved.");
  await expect(page.getByRole("region", { name: "Earlier addresses" })).toContainText(`buoys-${id}`);
  await check(page, scripts);
  await publish(page);
  await expect(async () => {
    await page.goto(`/en/c/buoys-${id}`);
    expect(new URL(page.url()).pathname).toBe(`/en/c/sea-marks-${id}`);
  }).toPass({ timeout: 30_000 });
  await expect(page.getByRole("main")).toContainText(`Bell buoy ${id}`);
});
