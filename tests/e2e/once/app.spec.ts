// The shop and the Studio as apps: what browsers read of them, and what a page does with what the device can.
import { type Browser, type Page } from "@playwright/test";
import { mkdir, writeFile } from "node:fs/promises";
import { test as device } from "../device";
import { expect, test } from "../fixtures";
import { add, fillIn, follow, place } from "../shopper";
import { signInByToken } from "../team";

const LANGUAGES = ["en", "es", "pt"];
const SHAPES = { narrow: [360, 640, 2], wide: [1280, 800, 1] } as const;

/** The manifest as Chromium reads it, and what it finds wrong with it. */
async function manifest(page: Page) {
  const session = await page.context().newCDPSession(page);
  const { url, errors, data } = await session.send("Page.getAppManifest");
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  await session.detach();
  // A context of Playwright's is a private window, in which nothing is installed.
  const faults = installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito");
  return { url, errors, faults, read: JSON.parse(data ?? "{}") };
}

test("Chromium finds nothing wrong with the shop as an app, and all pictures that it names are there", async ({ page }) => {
  for (const language of LANGUAGES) {
    await page.goto(`/${language}`);
    const { url, errors, faults, read } = await manifest(page);
    expect([url, errors, faults]).toMatchObject([expect.stringContaining(`/${language}/app.webmanifest`), [], []]);
    expect(read).toMatchObject({ lang: language, start_url: `/${language}`, share_target: { params: { text: "q" } } });
    expect(read.screenshots.map((shot: { form_factor: string }) => shot.form_factor)).toEqual(["narrow", "wide"]);
    const sizes = (src: string) =>
      page.evaluate(async (src) => {
        const picture = new Image();
        picture.src = src;
        await picture.decode();
        return `${picture.naturalWidth}x${picture.naturalHeight}`;
      }, src);
    for (const { src, sizes: told } of [...read.icons, ...read.screenshots]) {
      if (told !== "any") expect(await sizes(src), src).toBe(told);
    }
    // What was shared with the app is searched for.
    const answer = await page.goto(`${read.share_target.action}?q=lantern`);
    expect(answer?.status()).toBe(200);
    await expect(page.getByRole("main").getByRole("link").first()).toBeVisible();
  }
});

test("the screenshots are made anew where somebody asks for them", async ({ browser, baseURL }) => {
  const folder = process.env.ORILLA_SCREENSHOTS;
  test.skip(!folder, "ORILLA_SCREENSHOTS=public/screenshots writes those of the demo shop");
  test.slow();
  await mkdir(folder ?? "", { recursive: true });
  for (const language of LANGUAGES) {
    await shot(browser, `${baseURL}/${language}/p/storm-lantern-no-4`, "narrow", `${folder}/narrow-${language}.webp`);
    await shot(browser, `${baseURL}/${language}`, "wide", `${folder}/wide-${language}.webp`);
  }
});

async function shot(browser: Browser, url: string, shape: keyof typeof SHAPES, file: string) {
  const [width, height, scale] = SHAPES[shape];
  const page = await browser.newPage({ viewport: { width, height } });
  await page.goto(url, { waitUntil: "networkidle" });
  const session = await page.context().newCDPSession(page);
  const clip = { x: 0, y: 0, width, height, scale };
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 80, clip });
  await writeFile(file, Buffer.from(data, "base64"));
  await page.close();
}

test("a product's address is shared by the device's own means", async ({ page, staff }) => {
  await page.addInitScript(() => {
    navigator.share = async (what) => void ((window as never as { shared: unknown }).shared = what);
  });
  const product = await staff.product(4900, 5);
  await page.goto(`/en/p/${product.handle}`);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  const shared = await page.evaluate(() => (window as never as { shared: unknown }).shared);
  expect(shared).toEqual({ title: product.title, url: page.url() });
});

test("where a device shares nothing, the address is copied", async ({ page, staff, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const product = await staff.product(4900, 5);
  await page.addInitScript(() => delete (Navigator.prototype as { share?: unknown }).share);
  await page.goto(`/en/p/${product.handle}`);
  await page.getByRole("button", { name: "Copy the link" }).click();
  await expect(page.getByText("The link is copied.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
});

/** Chromium says that the shop may be installed, and shows its question; the answer is this one. */
const mayInstall = (page: Page, outcome: string) =>
  page.evaluate((outcome) => {
    const event = new Event("beforeinstallprompt", { cancelable: true });
    Object.assign(event, { prompt: async () => ({ outcome }) });
    return dispatchEvent(event);
  }, outcome);

device.describe(() => {
  device.use({ serviceWorkers: "allow" });

  device("who has begun to buy is offered the app, and who says no is not asked again", async ({ home, network, staff }) => {
    const product = await staff.product(4900, 5);
    const offer = home.getByRole("button", { name: "Install the app" });
    await home.goto(`${network.url}/en/cart`);
    await expect(home.locator("[data-install]")).toHaveCount(0);
    await home.goto(`${network.url}/en/p/${product.handle}`);
    await home.locator(".buy").getByRole("button", { name: "Add to cart" }).click();
    await expect(home.getByRole("banner").locator(".cart-link")).toHaveAccessibleName(/1/);
    await home.goto(`${network.url}/en/cart`);
    // The browser's own question does not come at first sight.
    await expect.poll(() => mayInstall(home, "dismissed")).toBe(false);
    await offer.click();
    await expect(offer).toBeHidden();
    await home.reload();
    const isHere = () => home.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("/install-")));
    await expect.poll(isHere, { timeout: 20_000 }).toBe(true);
    await home.waitForTimeout(200);
    await mayInstall(home, "accepted");
    await expect(offer).toBeHidden();
  });

  device("an installed shop looks for new prices now and then", async ({ home, network, staff, context }) => {
    const session = await context.newCDPSession(home);
    let registrationId = "";
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      registrationId = registrations.find(({ isDeleted }) => !isDeleted)?.registrationId ?? registrationId;
    });
    await session.send("ServiceWorker.enable");
    await expect.poll(() => registrationId).not.toBe("");
    const note = () =>
      home.evaluate(async () => (await (await caches.match("/device/note/kept"))?.json()) as { checked_at: number; chosen_for: unknown });
    const before = (await note()).checked_at;
    const product = await staff.product(4900, 5);
    // Stopped and started anew, it has not looked for a while.
    await session.send("ServiceWorker.stopAllWorkers");
    const { origin } = new URL(network.url);
    await session.send("ServiceWorker.dispatchPeriodicSyncEvent", { origin, registrationId, tag: "refresh" });
    const isNew = async () => ((now) => now.checked_at > before && Array.isArray(now.chosen_for))(await note());
    await expect.poll(isNew, { timeout: 20_000 }).toBe(true);
    await network.cut();
    await home.goto(`${network.url}/en/p/${product.handle}`);
    await expect(home.getByRole("heading", { level: 1 })).toHaveText(product.title);
  });
});

test("the code for a transfer is shown, and the screen stays on meanwhile", async ({ page, staff }) => {
  await page.addInitScript(() => {
    const real = WakeLock.prototype.request;
    WakeLock.prototype.request = async function (type) {
      const lock = await real.call(this, type);
      (window as never as { lock: WakeLockSentinel }).lock = lock;
      return lock;
    };
  });
  await add(page, await staff.product(4900, 5));
  await page.goto("/en/checkout");
  await fillIn(page);
  await page.getByLabel("Bank transfer").check();
  await follow(page, () => place(page));
  const code = page.getByRole("img", { name: "QR code with the details of the transfer" });
  await expect(code).toBeHidden();
  await page.getByText("Pay by QR code").click();
  await expect(code).toBeVisible();
  const isOn = () => page.evaluate(() => (window as never as { lock?: WakeLockSentinel }).lock?.released);
  await expect.poll(isOn).toBe(false);
  await page.getByText("Pay by QR code").click();
  await expect.poll(isOn).toBe(true);
});

test("the Studio is an app that opens the files of an import", async ({ page }) => {
  await page.addInitScript(() => {
    const launchQueue = { setConsumer: (take: unknown) => Object.assign(window, { take }) };
    Object.defineProperty(window, "launchQueue", { value: launchQueue });
  });
  await signInByToken(page, "/studio/import", "Ada");
  const { errors, faults, read } = await manifest(page);
  expect([errors, faults]).toEqual([[], []]);
  expect(read).toMatchObject({ id: "/studio", start_url: "/studio", file_handlers: [{ action: "/studio/import" }] });
  await page.evaluate(() => {
    const getFile = async () => new File(["Handle,Title\n"], "autumn.csv", { type: "text/csv" });
    (window as never as { take: (launch: unknown) => void }).take({ files: [{ getFile }] });
  });
  const chosen = () => page.locator("input[type=file]").evaluate((field: HTMLInputElement) => field.files?.[0]?.name);
  await expect.poll(chosen).toBe("autumn.csv");
});
