// What every test of the shop gets: a page on which nothing may go wrong unnoticed, and a staff that changes the
// catalogue by imports.
import { type APIRequestContext, type Page, expect, test as base } from "@playwright/test";
import { randomUUID } from "node:crypto";

/** A product as the shop's own NDJSON writes it. Prices are in cents. */
export interface TestProduct {
  handle: string;
  title: string;
  variants: { sku: string; options?: string[]; price: { minor: number; currency: string }; available: number }[];
  [field: string]: unknown;
}

/** The shop's team: what it imports is published at once. */
export class Staff {
  constructor(private readonly request: APIRequestContext) {}

  async import(...products: TestProduct[]) {
    const answer = await this.request.post("/studio/api/import?format=ndjson", {
      headers: { authorization: `Bearer ${process.env.ORILLA_STUDIO_TOKEN}` },
      data: products.map((product) => JSON.stringify(product)).join("\n"),
    });
    expect(answer.status(), await answer.text()).toBe(200);
    expect(await answer.json()).toMatchObject({ rejected_total: 0 });
    await this.publish();
  }

  /** Makes what was imported, and what orders have left of it, what pages show, and waits until they do. */
  async publish() {
    const publish = () =>
      this.request.post("/studio/api/publish", {
        headers: { authorization: `Bearer ${process.env.ORILLA_STUDIO_TOKEN}` },
        data: {},
      });
    let done = await publish();
    // Tests publish at the same time; the one that was overtaken tries again.
    while (done.status() === 409) done = await publish();
    expect(done.status(), await done.text()).toBe(200);
    await this.shown((await done.json()).number);
  }

  /** Adds flags to the document, or changes them, publishes that, and waits until pages show it. */
  async flags(features: Record<string, unknown>) {
    const headers = { authorization: `Bearer ${process.env.ORILLA_STUDIO_TOKEN}` };
    const save = async () => {
      const { version, document } = await (await this.request.get("/studio/api/flags", { headers })).json();
      return this.request.put("/studio/api/flags", {
        headers: { ...headers, "idempotency-key": randomUUID() },
        data: { version, document: { ...document, features: { ...document.features, ...features } }, publish: true },
      });
    };
    let done = await save();
    while (done.status() === 409) done = await save();
    expect(done.status(), await done.text()).toBe(200);
    await this.shown((await done.json()).publication);
  }

  /** The orders of the shopper with this address. */
  async orders(email: string): Promise<{ number: number; total: { minor: number }; token: string }[]> {
    const headers = { authorization: `Bearer ${process.env.ORILLA_STUDIO_TOKEN}` };
    const found = [];
    let cursor = "";
    do {
      const answer = await this.request.get(`/studio/api/orders?limit=100${cursor && `&cursor=${cursor}`}`, { headers });
      const page = await answer.json();
      found.push(...page.orders.filter((order: { email: string }) => order.email === email));
      cursor = page.next_cursor;
    } while (cursor);
    return found;
  }

  /** Has an order paid, packed and shipped. */
  async ship(token: string) {
    for (const command of [{ type: "pay" }, { type: "pack" }, { type: "ship", carrier: "Correos" }]) {
      const answer = await this.request.post(`/studio/api/orders/${token}/commands`, {
        headers: { authorization: `Bearer ${process.env.ORILLA_STUDIO_TOKEN}`, "idempotency-key": randomUUID() },
        data: command,
      });
      expect(answer.status(), await answer.text()).toBe(200);
    }
  }

  /** The pieces that are left of a product with one variant. */
  async left(product: TestProduct): Promise<number> {
    await this.publish();
    const found = await this.request.get(`/api/v1/products/${product.handle}`);
    return (await found.json()).variants[0].available;
  }

  private async shown(publication: number) {
    const shown = async () => (await (await this.request.get("/health")).json()).publication;
    await expect.poll(shown, { intervals: [100] }).toBeGreaterThanOrEqual(publication);
  }

  /** A product that no other test touches: one variant, `price` cents, `available` pieces. */
  async product(price: number, available: number): Promise<TestProduct> {
    const id = randomUUID();
    const product: TestProduct = {
      handle: `sounding-lead-${id}`,
      title: `Sounding Lead ${id.slice(0, 8)}`,
      status: "active",
      category: ["Deck"],
      variants: [{ sku: id, price: { minor: price, currency: "EUR" }, available }],
    };
    await this.import(product);
    return product;
  }
}

/** Collects what goes wrong on a page. A test says beforehand what is meant to. */
export class Problems {
  readonly seen: string[] = [];
  // A transition between pages that the browser leaves out: the page is there all the same.
  // And the service worker, which most tests do without.
  private readonly expected = [/^uncaught: Transition was /, /Service Worker registration blocked by Playwright/];

  expect(problem: RegExp) {
    this.expected.push(problem);
  }

  watch(page: Page, origin: string) {
    const own = (url: string) => url.startsWith(origin);
    page.on("pageerror", (error) => this.seen.push(`uncaught: ${error.message}`));
    // Warnings of the policy and of hydration are problems, too.
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) {
        this.seen.push(`console: ${message.text()} ${message.location().url}`);
      }
    });
    page.on("response", (answer) => {
      if (own(answer.url()) && answer.status() >= 400) this.seen.push(`${answer.status()} ${answer.url()}`);
    });
    page.on("requestfailed", (request) => {
      // What a navigation cuts short has not failed.
      const why = request.failure()?.errorText ?? "";
      if (!why.includes("ERR_ABORTED")) this.seen.push(`failed: ${why} ${request.url()}`);
    });
    page.on("request", (request) => {
      if (!own(request.url()) && !request.url().startsWith("data:")) this.seen.push(`foreign: ${request.url()}`);
    });
  }

  unexpected(): string[] {
    return this.seen.filter((problem) => !this.expected.some((expected) => expected.test(problem)));
  }
}

export const test = base.extend<{ problems: Problems; staff: Staff; scripts: boolean }>({
  problems: [
    async ({ page, baseURL }, use) => {
      const problems = new Problems();
      problems.watch(page, baseURL ?? "");
      await use(problems);
      expect(problems.unexpected(), "what went wrong on the pages").toEqual([]);
    },
    { auto: true },
  ],
  staff: async ({ playwright, baseURL }, use) => {
    const request = await playwright.request.newContext({ baseURL });
    await use(new Staff(request));
    await request.dispose();
  },
  scripts: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),
});

export { expect };
