// A shopper asks on the order's page to be told of it, the team ships it, and the browser shows what the push service
// brought. What browsers' makers run can't be reached here: the push service is the one of tests/push, which reads messages
// as a browser does; Chromium is handed what it has read.
import { type BrowserContext, type Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { stop } from "../device";
import { type Staff, expect, test as base } from "../fixtures";
import { add, fillIn, follow, place } from "../shopper";
import { check } from "../team";
import { startPushService } from "../../push/service.mjs";

type Push = Awaited<ReturnType<typeof startPushService>>;

// One port, so one worker: the shop sends to this address alone.
const test = base.extend<object, { push: Push }>({
  push: [
    async ({}, use) => {
      const push = await startPushService(Number(new URL(process.env.ORILLA_PUSH ?? "").port));
      await use(push);
      push.end();
    },
    { scope: "worker" },
  ],
});
test.describe.configure({ mode: "serial" });
test.use({ serviceWorkers: "allow", viewport: { width: 360, height: 740 } });

const ask = (page: Page) => page.getByRole("button", { name: "Tell me when it ships" });
const told = (page: Page) => page.getByText("This device tells you when something happens to your order.");

/** Places an order and stands on its page; answers its path. */
async function order(page: Page, staff: Staff) {
  await add(page, await staff.product(4900, 5));
  await page.goto("/en/checkout");
  await fillIn(page);
  await follow(page, () => place(page));
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Order");
  return new URL(page.url()).pathname;
}

async function command(page: Page, path: string, command: object) {
  const answer = await page.request.post(`/studio/api/orders/${path.split("/").pop()}/commands`, {
    headers: { authorization: `Bearer ${process.env.ORILLA_STUDIO_TOKEN}`, "idempotency-key": randomUUID() },
    data: command,
  });
  expect(answer.status(), await answer.text()).toBe(200);
}

/** Lets the browser subscribe at the push service of the tests. */
async function subscribable(page: Page, push: Push) {
  await page.exposeFunction("subscribeAtTests", (key: string) => push.subscribe({ key }));
  await page.addInitScript(() => {
    const made = () => {
      const { key, subscription } = JSON.parse(localStorage.made ?? "{}");
      if (!subscription) return null;
      const bytes = Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
      return { endpoint: subscription.endpoint, options: { applicationServerKey: bytes.buffer }, toJSON: () => subscription };
    };
    PushManager.prototype.getSubscription = async () => made() as never;
    PushManager.prototype.subscribe = async (options) => {
      const key = options?.applicationServerKey as string;
      const { id, subscription } = await (window as never as { subscribeAtTests(key: string): Promise<{ id: string; subscription: object }> }).subscribeAtTests(key);
      localStorage.made = JSON.stringify({ key, id, subscription });
      return made() as never;
    };
  });
}

/** Hands a message to the service worker, as the browser does when its push service brings one. */
async function deliver(context: BrowserContext, page: Page, text: string) {
  const session = await context.newCDPSession(page);
  const { origin } = new URL(page.url());
  const known = new Promise<string>((resolve) =>
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const ours = registrations.find(({ scopeURL }) => scopeURL.startsWith(origin));
      if (ours) resolve(ours.registrationId);
    }),
  );
  await session.send("ServiceWorker.enable");
  await session.send("ServiceWorker.deliverPushMessage", { origin, registrationId: await known, data: text });
  await session.detach();
}

const notifications = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const shown = await registration.getNotifications();
    return shown.map(({ title, body, tag, lang, data }) => ({ title, body, tag, lang, url: data.url }));
  });

test("Web Push: an order that ships is shown on the device, once for an order, in the shopper's language", async ({ context, page, staff, push, baseURL }) => {
  test.setTimeout(90_000);
  await context.grantPermissions(["notifications"], { origin: new URL(baseURL ?? "").origin });
  await subscribable(page, push);
  const path = await order(page, staff);
  await check(page);
  await ask(page).click();
  await expect(told(page)).toBeVisible();
  await expect(page.getByRole("button", { name: "Stop telling me" })).toBeFocused();
  await check(page);
  // It is known when the page is opened again.
  await page.goto(path);
  await expect(told(page)).toBeVisible();
  const id = await page.evaluate(() => JSON.parse(localStorage.made).id);
  const messages = () => push.of(id).messages;
  for (const [at, what] of [{ type: "pay" }, { type: "pack" }, { type: "ship", carrier: "Correos" }].entries()) {
    await command(page, path, what);
    await expect.poll(() => messages().length, { timeout: 30_000 }).toBe(at + 1);
  }
  const number = (await page.getByRole("heading", { level: 1 }).innerText()).replace("Order ", "");
  for (const { text } of messages()) await deliver(context, page, text);
  // A push service promises no order, and may bring one twice.
  await deliver(context, page, messages()[0].text);
  const shown = { title: `Order ${number}`, body: "Your parcel has left us.", tag: `order-${number}`, lang: "en", url: path };
  await expect.poll(() => notifications(page)).toEqual([shown]);
  // What stands on the page need not be announced any more.
  await page.goto(path);
  await expect.poll(() => notifications(page)).toEqual([]);
  await page.getByRole("button", { name: "Stop telling me" }).click();
  await expect(page.getByRole("button", { name: "Tell me when it arrives" })).toBeVisible();
  await page.goto(path);
  await expect(page.getByRole("button", { name: "Tell me when it arrives" })).toBeVisible();
});

test("Web Push: what was read and closed is not overtaken by what is older and comes late", async ({ context, page, baseURL }) => {
  await context.grantPermissions(["notifications"], { origin: new URL(baseURL ?? "").origin });
  await page.goto("/en");
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const message = (version: number, text: string) =>
    JSON.stringify({ title: "Order 1001", text, url: "/en", tag: "order-1001", language: "en", version });
  const bodies = async () => (await notifications(page)).map(({ body }) => body);
  await deliver(context, page, message(3, "Your parcel has left us."));
  await expect.poll(bodies).toEqual(["Your parcel has left us."]);
  await page.evaluate(async () => {
    for (const shown of await (await navigator.serviceWorker.ready).getNotifications()) shown.close();
  });
  await expect.poll(bodies).toEqual([]);
  await stop(context, page);
  await deliver(context, page, message(2, "Your parcel is packed."));
  // Something has to be shown each time: what is still so.
  await expect.poll(bodies).toEqual(["Your parcel has left us."]);
  await deliver(context, page, message(4, "Your parcel has arrived."));
  await expect.poll(bodies).toEqual(["Your parcel has arrived."]);
});

test("Web Push: a notification leads to the order: to the page that shows it, or to a new one", async ({ context, page, baseURL }) => {
  await page.goto("/en");
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const [worker] = context.serviceWorkers();
  // Only a real touch brings windows to the front, so what the service worker asks for is noted.
  const clicked = (url: string) =>
    worker.evaluate(async (url) => {
      const asked: string[] = [];
      const scope = self as never as { clients: { openWindow: unknown }; WindowClient: { prototype: Record<string, unknown> } };
      scope.clients.openWindow = async (address: string) => void asked.push(`open ${address}`);
      scope.WindowClient.prototype.focus = async function (this: { url: string }) {
        asked.push(`focus ${this.url}`);
      };
      scope.WindowClient.prototype.navigate = async (address: string) => void asked.push(`navigate ${address}`);
      const event = new Event("notificationclick") as Event & Record<string, unknown>;
      event.notification = { close: () => asked.push("close"), data: { url } };
      let done: unknown;
      event.waitUntil = (promise: unknown) => (done = promise);
      self.dispatchEvent(event);
      await done;
      return asked;
    }, url);
  const origin = new URL(baseURL ?? "").origin;
  expect(await clicked("/en/orders/abc")).toEqual(["close", `open ${origin}/en/orders/abc`]);
  expect(await clicked("/en")).toEqual(["close", `focus ${origin}/en`, `navigate ${origin}/en`]);
  expect(await clicked("https://elsewhere.net/en")).toEqual(["close"]);
});

test("Web Push: a browser whose shopper signs out is told of nothing any more", async ({ context, page, staff, push, baseURL }) => {
  await context.grantPermissions(["notifications"], { origin: new URL(baseURL ?? "").origin });
  await subscribable(page, push);
  const path = await order(page, staff);
  await ask(page).click();
  await expect(told(page)).toBeVisible();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const [worker] = context.serviceWorkers();
  const endpoint = await page.evaluate(() => JSON.parse(localStorage.made).subscription.endpoint);
  // The browser's maker is out of reach: what the service worker asks of it is noted.
  await worker.evaluate((endpoint) => {
    const scope = self as never as { ended: string[] };
    scope.ended = [];
    const unsubscribe = async () => scope.ended.push(endpoint);
    PushManager.prototype.getSubscription = async () => ({ endpoint, unsubscribe }) as never;
  }, endpoint);
  const forgotten = page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
    active?.postMessage({ outbox: "forget" }, [port2]);
    return answer;
  });
  expect(await forgotten).toBe("forgotten");
  expect(await worker.evaluate(() => (self as never as { ended: string[] }).ended)).toEqual([endpoint]);
  await page.goto(path);
  await expect(ask(page)).toBeVisible();
});

test("Web Push: who may not be notified reads why, and who can't sees nothing of it", async ({ context, page, staff, baseURL }) => {
  const session = await context.newCDPSession(page);
  const { origin } = new URL(baseURL ?? "");
  const { browserContextId } = (await session.send("Target.getTargetInfo")).targetInfo;
  await session.send("Browser.setPermission", { browserContextId, origin, permission: { name: "notifications" }, setting: "denied" });
  const path = await order(page, staff);
  await expect(page.getByText("Your browser does not let this shop notify you.")).toBeVisible();
  await check(page);
  await page.addInitScript(() => void Reflect.deleteProperty(window, "PushManager"));
  await page.goto(path);
  await expect(page.getByText("This page always says where your order is.")).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expect(page.locator("[data-notices] > :visible")).toHaveCount(0);
});
