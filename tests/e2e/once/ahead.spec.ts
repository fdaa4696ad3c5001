// What the browser brings before it is asked for: the likely pages are really there, showing them is counted, and bringing
// them is not.
import type { APIRequestContext, Page } from "@playwright/test";
import { expect, test, type Staff, type TestProduct } from "../fixtures";
import { TOLD, recorded } from "../recorded";
import { cartLink } from "../shopper";
import { Tab } from "../tab";

// The shop does not count programs, and headless Chromium says that it is one.
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
test.use({ userAgent: BROWSER });
// They read the same counters.
test.describe.configure({ mode: "serial", timeout: 180_000 });

/** What is not of the page that was opened last: that one may be told of in time, or not. */
const isNotLast = (event: string) => event !== "page_view other";

/** Two products that stand on each other's page, the second of which most go on to from the first. */
async function likely(staff: Staff, request: APIRequestContext, baseURL: string) {
  const from = await staff.product(1000, 9);
  const to = await staff.product(2000, 9);
  const category = [`Shelf ${from.handle.slice(-12)}`];
  await staff.import({ ...from, category }, { ...to, category });
  const follow = () =>
    request.get(`/en/p/${to.handle}`, {
      headers: {
        referer: `${baseURL}/en/p/${from.handle}`,
        "sec-fetch-dest": "document",
        "sec-fetch-mode": "navigate",
        "user-agent": BROWSER,
      },
    });
  // As many as are stored at once.
  for (let step = 0; step < 64; step++) await follow();
  await expect(async () => {
    // What has been counted is stored with the next step, a second after the last time; what is published, a publish makes.
    await follow();
    await staff.publish();
    await request.get(`/en/p/${from.handle}`);
    const page = await (await request.get(`/en/p/${from.handle}`)).text();
    expect(rules(page).prerender?.[0].urls).toEqual([`/en/p/${to.handle}`]);
  }).toPass();
  return { from, to };
}

interface Rules {
  prerender?: { urls: string[] }[];
  prefetch: { urls?: string[]; where?: { href_matches: string[] }; eagerness?: string }[];
}

function rules(page: string): Rules {
  return JSON.parse(/<script type="speculationrules">(.*?)<\/script>/s.exec(page)?.[1] ?? "null");
}

/** Pages that were reached from another page of the shop, by how. */
async function arrivals(request: APIRequestContext): Promise<Record<string, number>> {
  const answer = await request.get("/metrics", {
    headers: { authorization: `Bearer ${process.env.ORILLA_STUDIO_TOKEN}` },
  });
  const lines = (await answer.text()).matchAll(/^orilla_arrivals_total\{how="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, how, count]) => [how, Number(count)]));
}

/** Opens a page, and waits until the browser has brought another one. */
async function openAndWait(page: Page, from: TestProduct, to: TestProduct) {
  const client = await page.context().newCDPSession(page);
  const brought = new Promise<void>((resolve) => {
    const look = (event: { key: { url: string }; status: string }) => {
      if (event.key.url.endsWith(`/en/p/${to.handle}`) && event.status === "Ready") resolve();
    };
    client.on("Preload.prerenderStatusUpdated", look);
    client.on("Preload.prefetchStatusUpdated", look);
  });
  await client.send("Preload.enable");
  await page.goto(`/en/p/${from.handle}`);
  await brought;
}

test("the likely page is there before it is asked for, and counts when it is shown", async ({
  page,
  staff,
  request,
  baseURL,
}) => {
  const { from, to } = await likely(staff, request, baseURL ?? "");
  const before = await arrivals(request);
  await openAndWait(page, from, to);
  await expect.poll(async () => (await arrivals(request)).ahead).toBe(before.ahead + 1);
  expect((await arrivals(request)).activated).toBe(before.activated);

  await page.locator(".card .title a", { hasText: to.title }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(to.title);
  const came = await page.evaluate(
    () => (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming & { deliveryType: string }).deliveryType,
  );
  expect(came, "without a request").toBe("navigational-prefetch");
  await expect.poll(async () => (await arrivals(request)).activated).toBe(before.activated + 1);
  expect(await arrivals(request)).toMatchObject({ asked: before.asked, ahead: before.ahead + 1 });
});

test("the very likely page is drawn before it is asked for", async ({ staff, request, baseURL }) => {
  const { from, to } = await likely(staff, request, baseURL ?? "");
  const before = await arrivals(request);
  const tab = await Tab.start(BROWSER);
  try {
    const drawn = await tab.openAndWaitFor(`${baseURL}/en/p/${from.handle}`, `/en/p/${to.handle}`);
    expect(await arrivals(request)).toMatchObject({ activated: before.activated, ahead: before.ahead + 1 });
    await tab.follow(`.card a[href$="${to.handle}"]`, drawn);
    await expect.poll(() => tab.evaluate("document.prerendering")).toBe(false);
    expect(await tab.evaluate("document.querySelector('h1').textContent")).toBe(to.title);
    expect(await tab.evaluate("performance.getEntriesByType('navigation')[0].activationStart")).toBeGreaterThan(0);
    await expect.poll(async () => (await arrivals(request)).activated).toBe(before.activated + 1);
    expect(await arrivals(request)).toMatchObject({ asked: before.asked, ahead: before.ahead + 1 });
  } finally {
    await tab.close();
  }
});

test("a page that was brought and never shown is not counted", async ({ page, staff, request, baseURL }) => {
  const { from, to } = await likely(staff, request, baseURL ?? "");
  const before = await arrivals(request);
  await openAndWait(page, from, to);
  await expect.poll(async () => (await arrivals(request)).ahead).toBe(before.ahead + 1);
  await page.getByRole("contentinfo").getByRole("link", { name: "Privacy" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Privacy");
  await expect.poll(async () => (await arrivals(request)).asked).toBe(before.asked + 1);
  expect((await arrivals(request)).activated).toBe(before.activated);
});

/** Somebody who has agreed to everything and has something in the cart. */
async function visitor(baseURL: string) {
  const tab = await Tab.start(BROWSER);
  await tab.open(`${baseURL}/en/about`);
  await tab.evaluate(`(async () => {
    const post = (path, fields) => fetch(path, { method: "POST", body: new URLSearchParams(fields) });
    await post("/fn/consent", { to: "/en", answer: "all" });
    const page = new DOMParser().parseFromString(await (await fetch("/en/p/keepers-lantern")).text(), "text/html");
    await post("/fn/add_to_cart", new FormData(page.querySelector(".buy-box form")));
  })()`);
  return tab;
}

/** What the page at hand has seen and the shop has not heard: types of events, of products with their handle. */
const WAITING = `JSON.parse(sessionStorage.getItem("orilla.events") ?? "[]").map(({ type, product }) => [type, product].join(" "))`;
const COUNTS = `performance.getEntriesByType("resource").some(({ name }) => name.includes("/pkg/beacon-"))`;

/** Opens a page, waits until the other one has been drawn, and until both have all that counts. */
async function openBoth(tab: Tab, baseURL: string, from: TestProduct, to: TestProduct) {
  const drawn = await tab.openAndWaitFor(`${baseURL}/en/p/${from.handle}`, `/en/p/${to.handle}`);
  await expect.poll(() => tab.evaluate(COUNTS, drawn)).toBe(true);
  await expect.poll(() => tab.evaluate(TOLD)).toBe(1);
  return drawn;
}

test("a page that was drawn is its visitor's own", async ({ staff, request, baseURL }) => {
  const { from, to } = await likely(staff, request, baseURL ?? "");
  const tab = await visitor(baseURL ?? "");
  try {
    const drawn = await openBoth(tab, baseURL ?? "", from, to);
    const own = (page: string) =>
      `(() => [${page}.getElementById("exposures").value, ${page}.querySelector(".cart-link").ariaLabel,
               ${page}.querySelector(".buy-box").textContent])()`;
    const ahead = await tab.evaluate(own("document"), drawn);
    expect(ahead.slice(0, 2)).toEqual([expect.stringMatching(/^delivery-promise:/), "Cart, 1 item"]);
    const asked = `fetch("/en/p/${to.handle}").then((answer) => answer.text()).then((text) => {
      const page = new DOMParser().parseFromString(text, "text/html");
      return ${own("page")};
    })`;
    expect(ahead).toEqual(await tab.evaluate(asked));
  } finally {
    await tab.close();
  }
});

test("who leaves for another page than the one that was drawn has not seen that one", async ({ staff, request, baseURL }) => {
  const { from, to } = await likely(staff, request, baseURL ?? "");
  const tab = await visitor(baseURL ?? "");
  try {
    const drawn = await openBoth(tab, baseURL ?? "", from, to);
    // It was given a copy of what the first page had seen by then.
    const seen = await tab.evaluate(WAITING, drawn);
    expect(seen.filter((event: string) => event.startsWith("exposure")).length).toBeLessThanOrEqual(1);
    expect(seen).not.toContain(`product_view ${to.handle}`);
    await tab.open(`${baseURL}/en/privacy`);
    await expect.poll(() => tab.evaluate(TOLD)).toBe(1);
    await tab.open(`${baseURL}/en/about`);
    const events = () => recorded(from.handle);
    await expect.poll(events, { timeout: 60_000 }).toContain("page_view other");
    expect(events().filter(isNotLast)).toEqual(["page_view product", `product_view ${from.handle}`]);
  } finally {
    await tab.close();
  }
});

test("a page that was drawn and then shown was seen once", async ({ staff, request, baseURL }) => {
  const { from, to } = await likely(staff, request, baseURL ?? "");
  const tab = await visitor(baseURL ?? "");
  try {
    const drawn = await openBoth(tab, baseURL ?? "", from, to);
    await tab.follow(`.card a[href$="${to.handle}"]`, drawn);
    await expect.poll(() => tab.evaluate(TOLD)).toBe(1);
    await tab.open(`${baseURL}/en/about`);
    const events = () => recorded(from.handle).filter(isNotLast);
    const views = ["page_view product", "page_view product", `product_view ${from.handle}`, `product_view ${to.handle}`];
    await expect.poll(events, { timeout: 60_000 }).toEqual(views.toSorted());
  } finally {
    await tab.close();
  }
});

test("a page that was brought before the cart changed does not show the cart of then", async ({
  page,
  staff,
  request,
  baseURL,
}) => {
  const { from, to } = await likely(staff, request, baseURL ?? "");
  await openAndWait(page, from, to);
  await page.locator(".buy-box").getByRole("button", { name: "Add to cart" }).click();
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 1 item");
  await page.locator(".card .title a", { hasText: to.title }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(to.title);
  await expect(cartLink(page)).toHaveAccessibleName("Cart, 1 item");
});

test("a product is brought when its link is pointed at", async ({ page }) => {
  await page.goto("/en/c/galley");
  const card = page.locator(".card .title a").first();
  const client = await page.context().newCDPSession(page);
  const brought = new Promise<string>((resolve) => {
    client.on("Preload.prefetchStatusUpdated", ({ status, prefetchUrl }) => status === "Ready" && resolve(prefetchUrl));
  });
  await client.send("Preload.enable");
  await card.hover();
  expect(await brought).toContain(await card.getAttribute("href"));
});

test("nothing private is ever brought", async ({ request }) => {
  for (const path of ["/en", "/es/search", "/pt/c/galley", "/en/p/keepers-lantern", "/en/cart", "/en/about"]) {
    const { prerender = [], prefetch } = rules(await (await request.get(path)).text());
    const language = path.slice(0, 3);
    for (const { urls = [], where } of [...prerender, ...prefetch] as Rules["prefetch"]) {
      for (const url of urls) expect(url).toMatch(new RegExp(`^${language}(/(p|c)/.+|/search|/about|/privacy)?$`));
      if (where) expect(where.href_matches).toEqual([`${language}/p/*`, `${language}/c/*`]);
    }
  }
});

for (const [motion, expected] of [
  ["no-preference", true],
  ["reduce", false],
] as const) {
  test(`pages change with a transition: prefers-reduced-motion is ${motion}`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: motion });
    await page.addInitScript(() => {
      addEventListener("pagereveal", (event) => {
        const transition = (event as Event & { viewTransition?: { ready: Promise<void> } }).viewTransition;
        sessionStorage.setItem("transition", String(Boolean(transition)));
      });
    });
    await page.goto("/en/c/galley");
    const card = page.locator(".card").first();
    const title = await card.locator(".title").innerText();
    await card.locator(".title a").click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
    await expect.poll(() => page.evaluate(() => sessionStorage.getItem("transition"))).toBe(String(expected));
    const name = () =>
      page.locator(".gallery > .picture").first().evaluate((picture) => getComputedStyle(picture).viewTransitionName);
    expect(await name()).toBe(expected ? "product" : "none");
  });
}
