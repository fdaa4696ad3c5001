// A file that the shop refuses before it reads it: the page of imports says why, and its form can be sent again.
import { expect, test } from "../fixtures";
import { signInByToken } from "../team";

const file = { name: "lamps.csv", mimeType: "text/csv", buffer: Buffer.from("Handle,Title\n") };
const detail = "This is more than the shop takes at once. An import can be sent in several parts.";

test("studio: an import that is too large is told, and another file can be sent", async ({ page, problems }) => {
  problems.expect(/413|502/);
  await signInByToken(page, "/studio/import", "Ada");
  const main = page.getByRole("main");
  const told = main.getByRole("status");
  const send = async () => {
    await page.getByLabel("File").setInputFiles(file);
    await main.getByRole("button", { name: "Only check" }).click();
  };
  // As the shop answers, and as something before it that knows no problem documents.
  const problem = { contentType: "application/problem+json", body: JSON.stringify({ status: 413, detail }) };
  const answers = [
    { text: detail, answer: { status: 413, ...problem } },
    { text: "The connection broke off", answer: { status: 502, contentType: "text/plain", body: "bad gateway" } },
  ];
  for (const { text, answer } of answers) {
    await page.route("**/studio/import", (route) => (route.request().method() === "POST" ? route.fulfill(answer) : route.fallback()));
    await send();
    await expect(told).toContainText(text);
    await page.unroute("**/studio/import");
  }
  await send();
  await expect(page).toHaveURL(/\/studio\/import\/./);
});
