// Flags, experiments, metrics and rollouts in the hands of the team, at both widths, with and without scripts.
import { randomUUID } from "node:crypto";
import type { Locator, Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { follow } from "../shopper";
import { check, field, picture, signInByToken } from "../team";

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
/** A name that no other test has. */
const own = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;

/** Changes the flags. Other tests change theirs at the same time, and the page says so. */
async function save(page: Page, button: Locator, change = async () => {}) {
  await expect(async () => {
    await change();
    await follow(page, () => button.click());
    await expect(page.getByText("Saved as a new version.")).toBeVisible({ timeout: 1_000 });
  }).toPass();
}

test("studio: a flag is added, given a rule, tried out and published", async ({ page, scripts, problems }) => {
  test.slow(); // a dozen pages, each looked at by axe
  problems.expect(/409|422/);
  const flag = own("sign");
  await signInByToken(page, "/studio/flags", "Ada");
  await expect(heading(page)).toHaveText("Flags");
  await check(page, scripts);
  await picture(page, "flags");
  await save(page, page.getByRole("button", { name: "Add the flag" }), async () => {
    await page.goto("/studio/flags");
    await field(page, "Name").fill(flag);
    await field(page, "Kind").selectOption({ label: "text" });
  });
  await expect(heading(page)).toHaveText(flag);
  const settings = page.getByRole("region", { name: "Settings" });
  await save(page, settings.getByRole("button", { name: "Save" }), async () => {
    await field(page, "Value if no rule fits").fill("closed");
    await settings.getByLabel("What it is for").fill("The sign at the door");
  });
  await save(page, page.getByRole("button", { name: "Add a rule" }));

  // What is wrong is said at its field, and what was typed stays.
  const rule = page.locator("details.rule");
  const whom = rule.getByLabel("For whom");
  await whom.fill("Spain");
  await rule.getByLabel("Value", { exact: true }).fill("siesta");
  await rule.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Write a JSON object, such as")).toBeVisible();
  await expect(whom).toHaveValue("Spain");
  await check(page, scripts);
  await picture(page, "flag-wrong");
  await save(page, rule.getByRole("button", { name: "Save" }), async () => {
    await whom.fill('{"country": "ES"}');
    await rule.getByLabel("This rule counts").check();
    await rule.getByLabel("Value", { exact: true }).fill("siesta");
  });
  await expect(rule.locator("summary")).toContainText('"siesta"');

  const tester = page.getByRole("region", { name: "What would this visitor get?" });
  const answer = tester.getByRole("status");
  await expect(answer).toContainText('"closed"');
  await tester.getByLabel("Country").fill("es");
  await tester.getByRole("button", { name: "Show" }).click();
  await expect(answer).toContainText('"siesta"');
  await expect(answer).toContainText("TARGETING_MATCH");
  await page.getByRole("button", { name: "Make a link" }).click();
  await expect(field(page, "The link:")).toHaveValue(/orilla-qa=/);
  await check(page, scripts);
  await picture(page, "flag-tested");

  await page.goto("/studio/flags");
  await expect(page.getByRole("row", { name: new RegExp(flag) })).toContainText("closed");
  const publish = page.getByRole("button", { name: "Publish the flags now" });
  // Another test may publish them first.
  if (await publish.isVisible()) {
    await publish.click();
    await expect(page.getByRole("status").or(page.getByRole("alert")).first()).toBeVisible();
  }
  await expect(async () => {
    await page.goto("/studio/flags");
    await expect(page.getByRole("row", { name: new RegExp(flag) })).not.toContainText("not published yet", { timeout: 500 });
  }).toPass();
  await page.getByRole("link", { name: "Who changed what" }).click();
  await expect(page.getByRole("table")).toContainText(`${flag}: added`);
  await check(page, scripts);
  await picture(page, "flags-history");
  await page.goto("/studio/flags/document");
  await check(page, scripts);
  await picture(page, "flags-document");

  await expect(async () => {
    await page.goto(`/studio/flags/flag/${flag}`);
    await page.getByRole("button", { name: "Delete the flag" }).click();
    await expect(page).toHaveURL(/\/studio\/flags\?done=saved$/, { timeout: 5_000 });
  }).toPass();
  await expect(page.getByRole("rowheader", { name: flag })).toHaveCount(0);
});

test("studio: an experiment is designed, started, stopped and decided", async ({ page, staff, scripts, problems }) => {
  test.slow(); // a dozen pages, each looked at by axe
  problems.expect(/409|422/);
  const flag = own("greeting");
  const variations = { key: flag, variations: ["hello", "ahoy"], meta: [{ key: "hello" }, { key: "ahoy" }], hashVersion: 2 };
  await staff.flags({ [flag]: { defaultValue: "hello", rules: [{ id: "test", ...variations }] } });
  await signInByToken(page, "/studio/experiments", "Ada");
  await check(page, scripts);
  await picture(page, "experiments");
  await page.getByRole("link", { name: `Design it: ${flag}` }).click();
  await expect(heading(page)).toContainText(flag);
  await check(page, scripts);
  await picture(page, "experiment-new");

  // Shares that follow what is learned are a choice, and what is wrong with them opens it.
  await field(page, "Name").fill("Sailors");
  const why = page.getByLabel("What do you expect, and why?");
  await why.fill(" ");
  await field(page, "The metric that decides").selectOption({ label: "Visitors who order" });
  await page.getByLabel("The metric today").fill("5");
  await page.getByLabel("The change that would matter, in per cent").fill("20");
  await page.getByLabel("Visitors a day who take part").fill("1000");
  await page.locator("summary", { hasText: "Shares that follow what is learned" }).click();
  await page.getByLabel("Let the shares follow").check();
  const least = page.getByLabel("The least share of each variation");
  await least.fill("80");
  await page.getByRole("button", { name: "Save the design" }).click();
  await expect(page.getByRole("alert").first()).toContainText("What do you expect, and why?");
  await expect(page.getByRole("alert").first()).toContainText("The least share of each variation");
  await expect(least).toHaveValue("80");
  await check(page, scripts);
  await picture(page, "experiment-wrong");
  await why.fill("Sailors feel at home.");
  await least.fill("10");
  await page.getByRole("button", { name: "How long does it take?" }).click();
  await expect(page.getByRole("region", { name: "How long it takes" })).toContainText("Days, looked at any time");
  await check(page, scripts);
  await picture(page, "experiment-days");
  await page.getByRole("button", { name: "Save the design" }).click();
  await expect(page.getByRole("status")).toContainText("Saved.");

  await page.getByRole("button", { name: "Start", exact: true }).click();
  await expect(page.getByRole("status").first()).toContainText("It runs.");
  await expect(heading(page)).toContainText("Running");
  await expect(page.getByRole("region", { name: "Shares that follow what is learned" })).toContainText("Those of the flag");
  await expect(page.getByRole("main")).toContainText("There are too few visitors for any number yet.");
  await check(page, scripts);
  await picture(page, "experiment-runs");
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByRole("status").first()).toContainText("It is stopped.");
  await field(page, "Why").fill(" ");
  await page.getByRole("button", { name: "Decide" }).click();
  await expect(page.getByRole("alert").first()).toContainText("Fill this in.");
  await expect(async () => {
    await field(page, "Everybody gets").selectOption({ label: "ahoy" });
    await field(page, "Why").fill("sailors said so");
    await page.getByRole("button", { name: "Decide" }).click();
    // Another test may change the flags at the same moment.
    await expect(page.getByText("Decided for “ahoy”: sailors said so")).toBeVisible({ timeout: 5_000 });
  }).toPass();
  await check(page, scripts);
  await picture(page, "experiment-decided");
  await page.goto(`/studio/flags/flag/${flag}`);
  await expect(field(page, "Value if no rule fits")).toHaveValue("ahoy");
});

test("studio: a metric is defined, and what could not be counted is shown", async ({ page, scripts, problems }) => {
  problems.expect(/422/);
  const key = own("searches");
  await signInByToken(page, "/studio/metrics", "Ada");
  await check(page, scripts);
  await picture(page, "metrics");
  await page.getByRole("link", { name: "New metric" }).click();
  await field(page, "Key").fill(key);
  await field(page, "Name").fill(`Searches ${key}`);
  await field(page, "Until how many days after it").fill("900");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert").first()).toContainText("Write a number from");
  await check(page, scripts);
  await picture(page, "metric-wrong");
  await field(page, "Until how many days after it").fill("7");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toContainText("Saved.");
  await page.getByRole("link", { name: `Searches ${key}` }).click();
  await expect(field(page, "Until how many days after it")).toHaveValue("7");

  await page.goto("/studio/metrics");
  await page.getByRole("link", { name: /^Refused events: / }).click();
  await expect(heading(page)).toHaveText("Refused events");
  await check(page, scripts);
  await picture(page, "refused");
});

test("studio: a rollout is started, paused and ended", async ({ page, staff, scripts, problems }) => {
  test.slow(); // a dozen pages, each looked at by axe
  problems.expect(/409|422/);
  const flag = own("rolled");
  await staff.flags({ [flag]: { defaultValue: false, rules: [{ id: "go", force: true, coverage: 0, hashVersion: 2 }] } });
  await signInByToken(page, "/studio/rollouts", "Ada");
  await expect(heading(page)).toHaveText("Rollouts");
  await check(page, scripts);
  await picture(page, "rollouts");

  // What can't be carried out is said at its field, and what was typed stays.
  await field(page, "Rule").selectOption(`${flag}/go`);
  await page.getByLabel("Steps in percent").fill("50 10");
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByText("Write 2 to 20 growing percentages").first()).toBeVisible();
  await expect(page.getByLabel("Steps in percent")).toHaveValue("50 10");
  await check(page, scripts);
  await picture(page, "rollout-wrong");

  await page.getByLabel("Steps in percent").fill("5 50 100");
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("status").first()).toContainText("The rollout has begun.");
  await expect(heading(page)).toContainText(`Rollout of ${flag} running`);
  await check(page, scripts);
  await picture(page, "rollout-runs");
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(heading(page)).toContainText("paused");
  await page.getByRole("button", { name: "Let it go on" }).click();
  await page.getByRole("button", { name: /Go on to 50/ }).click();
  await expect(page.getByText("Ada went on to 50\u00a0% by hand.")).toBeVisible();
  await page.getByRole("button", { name: "End it: nobody has the new value" }).click();
  await expect(heading(page)).toContainText("ended");
  await expect(page.getByText("Ada ended it. Nobody has the new value.")).toBeVisible();
  await check(page, scripts);
  await picture(page, "rollout-ended");
});
