// Who is known to the shop, on their device without a network: the variants that they see, what they agree to, and what
// is counted of them.
import { type Page, expect } from "@playwright/test";
import { kept, openOnline, stop, strip, test } from "../device";
import { start } from "../experiment";
import type { Network } from "../network";
import { exposed, lookedAt, recorded, told } from "../recorded";
import { cartLink, follow } from "../shopper";

// Programs are not counted, and headless Chromium says that it is one. The service worker has to say it, too.
const userAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
const { ORILLA_CHROMIUM, ORILLA_CHROMIUM_FLAGS } = process.env;
const flags = (ORILLA_CHROMIUM_FLAGS ?? "").split(" ").filter(Boolean);
test.use({
  serviceWorkers: "allow",
  userAgent,
  launchOptions: { executablePath: ORILLA_CHROMIUM || "/usr/bin/chromium", args: [...flags, `--user-agent=${userAgent}`] },
});
test.slow(); // a network that is away takes its time

const visitor = "__Host-visitor";

/** What a page says of the experiments that its visitor has met. */
const met = async (page: Page) => (await page.locator("#exposures").getAttribute("value")) ?? "";

/** The cookies that the browser holds, by their names. */
async function cookies(page: Page): Promise<Record<string, string>> {
  return Object.fromEntries((await page.context().cookies()).map(({ name, value }) => [name, value]));
}

/**
 * Lets the visitor agree to all, as somebody new, until chance assigns what nobody gets without an experiment. Nobody has
 * seen it yet: the pages that say so are not shown.
 */
async function agree(page: Page, network: Network) {
  await page.goto(`${network.url}/en/privacy`);
  const assigned = () =>
    page.evaluate(async () => {
      for (const answer of ["needed", "all"]) {
        await fetch("/fn/consent", { method: "POST", body: new URLSearchParams({ answer, to: "/en" }) });
      }
      const met = async (path: string) => {
        const page = new DOMParser().parseFromString(await (await fetch(path)).text(), "text/html");
        return (page.getElementById("exposures") as HTMLDataElement | null)?.value;
      };
      return [await met("/en/c/light"), await met("/en/p/keepers-lantern")].join();
    });
  await expect.poll(assigned, { intervals: [10], timeout: 60_000 }).toBe("card-layout:rows,delivery-promise:promise");
}

/** How many records wait on this device. */
function waiting(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const asked = indexedDB.open("orilla-outbox");
      asked.onsuccess = () => resolve(asked.result);
    });
    const count = await new Promise<number>((resolve) => {
      const asked = database.transaction("orders").objectStore("orders").count();
      asked.onsuccess = () => resolve(asked.result);
    });
    database.close();
    return count;
  });
}

/** Lets the service worker send what waits, and waits until it has. */
function send(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const told = new Promise<void>((resolve) => {
      navigator.serviceWorker.addEventListener("message", ({ data }) => data?.outbox && resolve());
    });
    registration.active?.postMessage({ outbox: "send", hurry: true });
    await told;
  });
}

/** Looks at a product and at a category without a network, and waits until that waits. */
async function look(page: Page, network: Network, handle: string) {
  await page.goto(`${network.url}/en/p/${handle}`);
  await expect(strip(page)).toBeVisible();
  await told(page);
  await page.goto(`${network.url}/en/c/wear`);
  await told(page);
  expect(await waiting(page)).toBe(1);
}

test("a visitor sees the variations that they were assigned, on pages too that they never visited", async ({ home: page, network, context }) => {
  await agree(page, network);
  await network.cut();
  await page.goto(`${network.url}/en/p/storm-lantern-no-4`);
  await expect(strip(page)).toBeVisible();
  expect(await met(page)).toBe("delivery-promise:promise");
  await expect(page.getByRole("main")).toContainText(/at your door in/);
  await page.goto(`${network.url}/en/c/wear`);
  expect(await met(page)).toBe("card-layout:rows");
  await expect(page.getByRole("main").locator("ul.grid")).toHaveClass(/\brows\b/);
  // Somebody else on this device sees what everybody sees.
  await context.clearCookies();
  await page.goto(`${network.url}/en/c/wear`);
  await expect(strip(page)).toBeVisible();
  await expect(page.locator("#exposures")).toHaveCount(0);
  await expect(page.getByRole("main").locator("ul.grid")).toHaveClass(/^grid$/);
});

test("what is seen and done without a network is counted once there is one, and once", async ({ page, network, staff, request, context }) => {
  await start(request, "delivery-promise");
  const { handle } = await staff.product(2000, 5);
  await page.goto(`${network.url}/en`);
  await kept(page);
  await agree(page, network);
  await network.cut();
  const before = Date.now();
  // Where it was seen is told, too: a bandit's shares may be others by now.
  const away = page.waitForRequest((asked) => asked.url().endsWith("/e") && asked.postData()?.includes('"away":true') === true);
  await page.goto(`${network.url}/en/p/${handle}`);
  expect(await met(page)).toBe("delivery-promise:promise");
  await away;
  await told(page);
  await page.locator(".buy-box").getByRole("button", { name: "Add to cart" }).click();
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 1 item");
  await told(page, 2);
  await page.goto(`${network.url}/en/c/wear`);
  await told(page);
  expect(await waiting(page)).toBe(1);
  // What is written down outlives the service worker.
  await stop(context, page);
  await page.goto(`${network.url}/en/c/galley`);
  await expect(strip(page)).toBeVisible();
  // What tells comes late: a page that is left before it was not seen.
  await told(page);
  expect(recorded(handle)).toEqual([]);
  const after = Date.now();
  await network.restore();
  await openOnline(page, `${network.url}/en/about`);
  const done = [`add_to_cart ${handle}`, "page_view category", "page_view category", "page_view other", "page_view product", `product_view ${handle}`];
  // A page that came too late from the shop may have been opened twice.
  const isFirst = (event: string, at: number, all: string[]) => event !== "page_view other" || all[at - 1] !== event;
  const events = () => recorded(handle).filter(isFirst);
  await expect.poll(events, { timeout: 60_000 }).toEqual(done);
  await expect.poll(() => exposed("delivery-promise", handle), { timeout: 60_000 }).toEqual({ promise: 1 });
  await send(page);
  expect(await waiting(page)).toBe(0);
  // It was then, and not when it came.
  const [at] = lookedAt(handle);
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThan(after);
});

test("what the shop took and never answered is told again, with no other page", async ({ page, network, staff }) => {
  const { handle } = await staff.product(2000, 5);
  await page.goto(`${network.url}/en`);
  await kept(page);
  await agree(page, network);
  // The browser's own way to try again is used up: it knows of no network that is away.
  await network.cut();
  await look(page, network, "storm-lantern-no-4");
  await network.restore();
  await openOnline(page, `${network.url}/en/about`);
  await told(page);
  await expect.poll(() => waiting(page)).toBe(0);
  const detained = network.detain("/e");
  await page.goto(`${network.url}/en/p/${handle}`);
  await detained;
  await expect.poll(() => recorded(handle).filter((event) => event.endsWith(handle)), { timeout: 30_000 }).toHaveLength(1);
  await expect.poll(() => waiting(page)).toBe(0);
});

test("what was seen last is told, though the service worker was stopped when the page was left", async ({ page, network, staff, context }) => {
  const { handle } = await staff.product(2000, 5);
  await page.goto(`${network.url}/en`);
  await kept(page);
  await agree(page, network);
  await page.goto(`${network.url}/en/p/${handle}`);
  await told(page);
  await stop(context, page);
  await page.goto("about:blank");
  await expect.poll(() => recorded(handle), { timeout: 30_000 }).toContain(`product_view ${handle}`);
});

async function takeBack(page: Page, network: Network) {
  await page.goto(`${network.url}/en/privacy`);
  const main = page.getByRole("main");
  await main.getByRole("checkbox", { name: "Statistics" }).uncheck();
  await main.getByRole("checkbox", { name: "Personalisation" }).uncheck();
  await follow(page, () => main.getByRole("button", { name: "Save this choice" }).click());
  await expect(main.getByText("You chose: only what is needed.")).toBeVisible();
}

test("consent that is taken back without a network ends at once, and nothing is sent", async ({ home: page, network }) => {
  await agree(page, network);
  await network.cut();
  await look(page, network, "storm-lantern-no-4");
  await takeBack(page, network);
  const { [visitor]: id, "__Host-viewed": viewed, "__Host-consent": consent } = await cookies(page);
  expect([id, viewed, consent]).toEqual([undefined, undefined, "1.00"]);
  await expect.poll(() => waiting(page)).toBe(0);
  await page.goto(`${network.url}/en/c/wear`);
  await expect(page.locator("#exposures")).toHaveCount(0);
  const asked = network.asked.length;
  await network.restore();
  await page.goto(`${network.url}/en/about`);
  await page.goto(`${network.url}/en/c/wear`);
  await send(page);
  expect(network.asked.slice(asked)).toContain("/en/c/wear");
  expect(network.asked.slice(asked).filter((path) => path === "/e" || path === "/fn/consent")).toEqual([]);
});

test("an answer of the shop that comes late does not bring back what was taken back", async ({ home: page, network }) => {
  const release = network.hold("/fn/consent");
  await page.goto(`${network.url}/en/about`);
  await follow(page, () => page.getByRole("button", { name: "Accept all" }).click());
  // The device has answered.
  expect((await cookies(page))["__Host-consent"]).toBe("1.11");
  network.letPass("/fn/consent");
  await takeBack(page, network);
  release();
  await page.goto(`${network.url}/en/about`);
  await send(page);
  const { [visitor]: id, "__Host-consent": consent } = await cookies(page);
  expect([id, consent]).toEqual([undefined, "1.00"]);
});

test("who agrees without a network is known when there is one", async ({ home: page, network }) => {
  await network.cut();
  await page.goto(`${network.url}/en/c/light`);
  await follow(page, () => page.getByRole("button", { name: "Accept all" }).click());
  await expect(page).toHaveURL(/\/en\/c\/light$/);
  await expect(page.getByRole("button", { name: "Accept all" })).toHaveCount(0);
  await page.goto(`${network.url}/en/p/keepers-lantern`);
  await page.goto(`${network.url}/en/privacy#consent`);
  await expect(page.getByText("You agreed to both.")).toBeVisible();
  // The device makes up nobody: without an id one is in no experiment, and not counted.
  await expect(page.locator("#exposures")).toHaveCount(0);
  expect(Object.keys(await cookies(page)).sort()).toEqual(["__Host-consent", "__Host-viewed"]);
  expect(await waiting(page)).toBe(0);
  // What was looked at stands on the home page, here as everywhere.
  await page.goto(`${network.url}/en`);
  const history = page.getByRole("region", { name: "You looked at these" });
  await expect(history.getByRole("link", { name: "Keeper’s Lantern" }).first()).toBeVisible();
  await network.restore();
  await openOnline(page, `${network.url}/en`);
  await expect.poll(async () => (await cookies(page))[visitor]).toMatch(/^1\./);
  await page.goto(`${network.url}/en/c/light`);
  const online = await met(page);
  expect(online).toMatch(/^card-layout:/);
  await network.cut();
  await page.goto(`${network.url}/en/c/wear`);
  await expect(strip(page)).toBeVisible();
  expect(await met(page)).toBe(online);
});
