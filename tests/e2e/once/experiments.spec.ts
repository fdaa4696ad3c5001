// The demo's three experiments from the visitor's consent to the analysis in the Studio: who agreed is assigned, sees a
// variation, is counted, buys, and the team reads it. Who did not agree, a program, and a page that nobody saw leave
// nothing.
import type { APIRequestContext, Browser, Page } from "@playwright/test";
import { type TestProduct, expect, test } from "../fixtures";
import { start, studio } from "../experiment";
import { exposed, spenders, told } from "../recorded";
import { add, fillIn, fillInAddress, follow, place } from "../shopper";

// The browser of the tests says that it is a program, and programs are not counted. It has to be told as a whole: what a
// page sends when it is left does not say what its context was told.
const userAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
const { ORILLA_CHROMIUM, ORILLA_CHROMIUM_FLAGS } = process.env;
const flags = (ORILLA_CHROMIUM_FLAGS ?? "").split(" ").filter(Boolean);
test.use({
  actionTimeout: 60_000,
  navigationTimeout: 60_000,
  launchOptions: { executablePath: ORILLA_CHROMIUM || "/usr/bin/chromium", args: [...flags, `--user-agent=${userAgent}`] },
});

/** Names of variations by their keys, the control first. */
type Variations = Record<string, string>;

const experiments: Record<string, Variations> = {
  "card-layout": { grid: "Grid", rows: "Rows" },
  "delivery-promise": { usual: "Usual words", promise: "Days and free delivery" },
  "checkout-steps": { one: "One page", two: "Two pages" },
};

/** The visitors of each variation, as the Studio counts them: "Usual words 3 : Days and free delivery 2". */
async function counted(request: APIRequestContext, experiment: string): Promise<Record<string, number>> {
  const page = await studio(request, experiment);
  const number = ([key, name]: [string, string]) => {
    const found = page.match(new RegExp(`\\b${name} ([\\d,]+)(?: :| \\(p)`));
    return [key, Number(found?.[1]?.replaceAll(",", "") ?? 0)] as const;
  };
  return Object.fromEntries(Object.entries(experiments[experiment]).map(number));
}

async function visitor(browser: Browser, baseURL: string | undefined, agent = userAgent): Promise<Page> {
  const context = await browser.newContext({ baseURL, locale: "en-GB", userAgent: agent });
  return context.newPage();
}

async function accept(page: Page, path: string) {
  await page.goto(path);
  await expect(page.locator("#exposures")).toHaveCount(0);
  await follow(page, () => page.getByRole("button", { name: "Accept all" }).click());
}

/** Which variation of the experiment the page says that it shows. */
async function shown(page: Page, experiment: string): Promise<string> {
  const met = await page.locator("#exposures").getAttribute("value");
  const variation = met?.split(" ").find((one) => one.startsWith(`${experiment}:`))?.split(":")[1] ?? "none";
  expect(Object.keys(experiments[experiment])).toContain(variation);
  await told(page);
  return variation;
}

async function leave(page: Page) {
  await page.goto("about:blank");
  await page.context().close();
}

/** A visitor who agrees, looks, and buys: the variation of each experiment. */
async function shop(page: Page, lead: TestProduct): Promise<Record<string, string>> {
  await accept(page, "/en");
  await page.goto("/en/c/deck");
  const layout = await shown(page, "card-layout");
  await expect(page.getByRole("main").locator("ul.grid")).toHaveClass(layout === "rows" ? /\brows\b/ : /^grid$/);

  await page.goto(`/en/p/${lead.handle}`);
  const promise = await shown(page, "delivery-promise");
  await expect(page.getByRole("main")).toContainText(promise === "promise" ? /at your door in/ : "Leaves us within one working day.");
  // The same visitor sees the same again.
  await page.reload();
  expect(await shown(page, "delivery-promise")).toBe(promise);

  await add(page, lead);
  await page.goto("/en/checkout");
  const steps = await shown(page, "checkout-steps");
  const forward = page.getByRole("button", { name: "Continue to delivery and payment" });
  await expect(forward).toHaveCount(steps === "two" ? 1 : 0);
  if (steps === "two") {
    // The first step has no delivery to choose.
    await page.getByLabel("Country").selectOption("ES");
    await fillInAddress(page);
    await follow(page, () => forward.click());
  } else {
    await fillIn(page);
  }
  await page.getByLabel("On delivery").check();
  await place(page, /Place the order/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/\d+/);
  await leave(page);
  return { "card-layout": layout, "delivery-promise": promise, "checkout-steps": steps };
}

// Both start what is not started yet.
test.describe.configure({ mode: "serial" });

test("experiments: consent, assignment, page, exposure, order, analysis", async ({ browser, baseURL, staff, request }) => {
  test.setTimeout(600_000); // chance decides how many visitors it takes
  const lead = await staff.product(1999, 50);
  for (const experiment of Object.keys(experiments)) await start(request, experiment);
  // Chance decides what a visitor sees: they come until each variation was seen.
  const seen: Record<string, Record<string, number>> = {};
  for (const [experiment, variations] of Object.entries(experiments)) {
    seen[experiment] = Object.fromEntries(Object.keys(variations).map((key) => [key, 0]));
  }
  const isSeen = () => Object.values(seen).every((variations) => Object.values(variations).every((people) => people > 0));
  for (let visits = 0; visits < 20 && !isSeen(); visits++) {
    const met = await shop(await visitor(browser, baseURL), lead);
    for (const [experiment, variation] of Object.entries(met)) seen[experiment][variation]++;
  }
  expect(isSeen(), JSON.stringify(seen)).toBe(true);

  for (const experiment of Object.keys(experiments)) {
    await expect.poll(() => exposed(experiment, lead.handle), { timeout: 120_000 }).toEqual(seen[experiment]);
    // The Studio shows them, and with them who came in other tests.
    await expect(async () => expect(await counted(request, experiment)).toEqual(exposed(experiment))).toPass({ timeout: 60_000 });
  }
  // Only here somebody has a checkout, and all of them have ordered.
  const share = /Visitors who order[\s\S]*?class="number">100\u00a0%<[\s\S]*?class="number">100\u00a0%</;
  await expect.poll(() => studio(request, "checkout-steps"), { timeout: 120_000 }).toMatch(share);
  // What says 100 % may stand there of one variation, while the other's last order is on its way.
  await expect.poll(() => spenders("checkout-steps"), { timeout: 120_000 }).toEqual(exposed("checkout-steps"));
  await expect
    .poll(() => studio(request, "checkout-steps"), { timeout: 60_000 })
    .toContain("Of 100 visitors who spend something, 50 spend less than this.");
});

test("experiments: who did not agree, a program, and a page that nobody saw leave nothing", async ({ browser, baseURL, staff, request }) => {
  test.setTimeout(300_000);
  const experiment = "delivery-promise";
  const lead = await staff.product(1999, 50);
  await start(request, experiment);
  const waiting = (page: Page) => page.evaluate(() => JSON.parse(sessionStorage.getItem("orilla.events") ?? "[]"));

  const refuses = await visitor(browser, baseURL);
  await refuses.goto(`/en/p/${lead.handle}`);
  await follow(refuses, () => refuses.locator("button[name=answer][value=needed]").click());
  await refuses.goto(`/en/p/${lead.handle}`);
  await expect(refuses.locator("#exposures")).toHaveCount(0);
  expect(await waiting(refuses)).toEqual([]);
  await leave(refuses);

  const program = await visitor(browser, baseURL, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)");
  // It is not asked, and answers all the same.
  await program.context().request.post("/fn/consent", { form: { to: "/en", answer: "all" } });
  await program.goto(`/en/p/${lead.handle}`);
  await expect(program.locator("#exposures")).toHaveCount(0);
  await leave(program);

  // A page that is drawn ahead: the script waits until somebody sees it, and nobody does.
  const drawn = await visitor(browser, baseURL);
  await drawn.addInitScript(() => Object.defineProperty(document, "prerendering", { get: () => true }));
  await accept(drawn, "/en");
  const beacon = drawn.waitForResponse(/beacon/);
  await drawn.goto(`/en/p/${lead.handle}`);
  await expect(drawn.locator("#exposures")).toHaveCount(1);
  await (await beacon).finished();
  expect(await waiting(drawn)).toEqual([]);
  await leave(drawn);

  // Somebody who is counted comes last: what was sent before would be there before.
  const sees = await visitor(browser, baseURL);
  await accept(sees, `/en/p/${lead.handle}`);
  await sees.goto(`/en/p/${lead.handle}`);
  const variation = await shown(sees, experiment);
  await leave(sees);
  await expect.poll(() => exposed(experiment, lead.handle), { timeout: 120_000 }).toEqual({ [variation]: 1 });
});
