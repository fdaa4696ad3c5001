// Apps read the shop's flags with the official clients, as they come from npm: OpenFeature's providers for servers and
// for browsers, and GrowthBook's SDK.
import { GrowthBook } from "@growthbook/growthbook";
import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OpenFeature } from "@openfeature/server-sdk";
import type * as Web from "@openfeature/web-sdk";
import type { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { build } from "esbuild";
import { randomUUID } from "node:crypto";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "../fixtures";

/** What `cargo xtask` puts into CLIENT_KEYS. */
const clientKey = "orilla-dev";
const headers: [string, string][] = [["Authorization", `Bearer ${clientKey}`]];
const visitors = Array.from({ length: 40 }, (_, i) => `visitor-${i}`);

/** A flag of each kind, with names that no other test has. */
function flags() {
  const id = randomUUID().slice(0, 8);
  const [text, split, on, count, shape, off] = ["text", "split", "on", "count", "shape", "off"].map((name) => `${name}-${id}`);
  const spain = { id: "spain", condition: { country: "ES" }, force: "siesta" };
  const experiment = { id: "test", key: split, variations: ["a", "b"], meta: [{ key: "A" }, { key: "B" }], hashVersion: 2 };
  const features = {
    [text]: { defaultValue: "none", rules: [spain] },
    [split]: { defaultValue: "a", rules: [experiment] },
    [on]: { defaultValue: true },
    [count]: { defaultValue: 42 },
    [shape]: { defaultValue: { sides: 3 } },
    [off]: { defaultValue: "off", enabled: false, rules: [{ force: "on" }] },
  };
  return { text, split, on, count, shape, off, features };
}

test("flags: the server's provider of OpenFeature", async ({ baseURL, staff }) => {
  const { text, split, on, count, shape, off, features } = flags();
  await staff.flags(features);
  const domain = randomUUID();
  await OpenFeature.setProviderAndWait(domain, new OFREPProvider({ baseUrl: baseURL ?? "", headers }));
  const client = OpenFeature.getClient(domain);
  const ada = { targetingKey: "ada", country: "PT" };

  expect(await client.getStringDetails(text, "mine", { ...ada, country: "ES" })).toMatchObject({
    value: "siesta",
    reason: "TARGETING_MATCH",
    flagMetadata: { source: "force", ruleId: "spain" },
  });
  expect(await client.getStringDetails(text, "mine", ada)).toMatchObject({ value: "none", reason: "UNKNOWN" });
  expect(await client.getBooleanDetails(on, false, ada)).toMatchObject({ value: true, reason: "STATIC" });
  expect(await client.getNumberDetails(count, 0, ada)).toMatchObject({ value: 42, reason: "STATIC" });
  expect(await client.getObjectDetails(shape, {}, ada)).toMatchObject({ value: { sides: 3 }, reason: "STATIC" });
  expect(await client.getStringDetails(off, "mine", ada)).toMatchObject({ value: "off", reason: "DISABLED" });

  const shown = new Set<string>();
  for (const targetingKey of visitors) {
    const { value, variant, reason, flagMetadata } = await client.getStringDetails(split, "mine", { targetingKey });
    expect([variant, reason, flagMetadata.experiment]).toEqual([value.toUpperCase(), "SPLIT", split]);
    shown.add(value);
  }
  expect([...shown].sort()).toEqual(["a", "b"]);

  // Whatever goes wrong, the caller's default counts.
  const missing = await client.getStringDetails(`no-${text}`, "mine", ada);
  expect(missing).toMatchObject({ value: "mine", reason: "ERROR", errorCode: "FLAG_NOT_FOUND" });
  const mismatch = await client.getNumberDetails(text, 7, ada);
  expect(mismatch).toMatchObject({ value: 7, reason: "ERROR", errorCode: "TYPE_MISMATCH" });
  const nobody = await client.getStringDetails(text, "mine", {});
  expect(nobody).toMatchObject({ value: "mine", reason: "ERROR", errorCode: "INVALID_CONTEXT" });
  await OpenFeature.setProviderAndWait(domain, new OFREPProvider({ baseUrl: baseURL ?? "" }));
  expect(await client.getStringDetails(text, "mine", ada)).toMatchObject({ value: "mine", reason: "ERROR" });
});

declare const app: { OpenFeature: typeof Web.OpenFeature; OFREPWebProvider: typeof OFREPWebProvider; changed: string[] };

/** A page of somebody else's, with the provider in it. */
async function appServer(): Promise<Server> {
  const contents = `
    import { OpenFeature } from "@openfeature/web-sdk";
    import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
    globalThis.app = { OpenFeature, OFREPWebProvider, changed: [] };`;
  const bundle = await build({ stdin: { contents, resolveDir: __dirname }, bundle: true, write: false, format: "iife" });
  const script = bundle.outputFiles[0].text;
  const page = '<!doctype html><html lang="en"><title>An app</title><link rel="icon" href="data:,"><script src="app.js"></script>';
  const server = createServer(({ url }, answer) => {
    const isScript = url === "/app.js";
    answer.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    answer.end(isScript ? script : page);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

test("flags: the browser's provider of OpenFeature, in an app of another origin", async ({ page, baseURL, staff, problems }) => {
  const { text, split, on, features } = flags();
  await staff.flags(features);
  const server = await appServer();
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  problems.expect(new RegExp(`^foreign: ${origin}`));
  const answers: { status: number; tag: string; sent: string }[] = [];
  page.on("response", async (answer) => {
    const request = answer.request();
    if (!answer.url().endsWith("/ofrep/v1/evaluate/flags") || request.method() !== "POST") return;
    answers.push({ status: answer.status(), tag: answer.headers().etag, sent: request.headers()["if-none-match"] });
  });
  await page.goto(origin);
  const begin = async ([baseUrl, key]: string[]) => {
    const { OpenFeature, OFREPWebProvider } = app;
    await OpenFeature.setContext({ targetingKey: "ada", country: "ES" });
    OpenFeature.addHandler("PROVIDER_CONFIGURATION_CHANGED" as Web.ClientProviderEvents.ConfigurationChanged, (event) => {
      app.changed.push(...(event?.flagsChanged ?? []));
    });
    const headers: [string, string][] = [["Authorization", `Bearer ${key}`]];
    await OpenFeature.setProviderAndWait(new OFREPWebProvider({ baseUrl, headers, pollInterval: 500 }));
  };
  await page.evaluate(begin, [baseURL ?? "", clientKey]);
  const ask = ([text, split, on]: string[]) => {
    const client = app.OpenFeature.getClient();
    return {
      text: client.getStringDetails(text, "mine"),
      split: client.getStringDetails(split, "mine"),
      on: client.getBooleanDetails(on, false),
      missing: client.getStringDetails(`no-${text}`, "mine"),
      mismatch: client.getNumberDetails(text, 7),
    };
  };
  const found = await page.evaluate(ask, [text, split, on]);
  expect(found).toMatchObject({
    text: { value: "siesta", reason: "TARGETING_MATCH", flagMetadata: { source: "force", ruleId: "spain" } },
    split: { variant: found.split.value.toUpperCase(), reason: "SPLIT", flagMetadata: { experiment: split } },
    on: { value: true, reason: "STATIC" },
    missing: { value: "mine", reason: "ERROR", errorCode: "FLAG_NOT_FOUND" },
    mismatch: { value: 7, reason: "ERROR", errorCode: "TYPE_MISMATCH" },
  });

  // It asks again with the tag that it was given, and is told that nothing has changed. (Another test may change flags.)
  const isUnchanged = () => answers.some(({ status, tag, sent }) => status === 304 && sent === tag);
  await expect.poll(isUnchanged, { timeout: 20_000 }).toBe(true);
  expect(await page.evaluate((key) => app.changed.includes(key), text)).toBe(false);

  await staff.flags({ [text]: { defaultValue: "changed", rules: [] } });
  await expect.poll(() => page.evaluate((key) => app.changed.includes(key), text), { timeout: 20_000 }).toBe(true);
  const changed = await page.evaluate(ask, [text, split, on]);
  expect(changed.text).toMatchObject({ value: "changed", reason: "STATIC" });
  expect(changed.split).toEqual(found.split);

  // For somebody else it asks anew.
  await page.evaluate(() => app.OpenFeature.setContext({ targetingKey: "grace" }));
  expect((await page.evaluate(ask, [text, split, on])).split.reason).toBe("SPLIT");
  await page.evaluate(() => app.OpenFeature.close());
  server.close();
});

test("flags: GrowthBook’s SDK says what the shop says", async ({ baseURL, request, staff }) => {
  const { text, split, on, count, shape, off, features } = flags();
  await staff.flags(features);
  const tracked: string[] = [];
  const growthbook = new GrowthBook({
    apiHost: baseURL,
    clientKey,
    attributes: { id: "ada", country: "ES" },
    trackingCallback: ({ key }, { variationId }) => void tracked.push(`${key}:${variationId}`),
  });
  expect(await growthbook.init({ timeout: 20_000 })).toMatchObject({ success: true, source: "network" });
  expect(growthbook.evalFeature(text)).toMatchObject({ value: "siesta", source: "force", ruleId: "spain" });
  expect(growthbook.evalFeature(off)).toMatchObject({ value: "off", source: "defaultValue" });
  expect(growthbook.evalFeature(`no-${text}`)).toMatchObject({ value: null, source: "unknownFeature" });
  expect(growthbook.getFeatureValue(`no-${text}`, "mine")).toBe("mine");
  expect(growthbook.isOn(on)).toBe(true);

  // Both make the same buckets, of these flags and of those that the demo brings.
  const keys = [text, split, on, count, shape, off, "card-layout", "delivery-promise", "checkout-steps"];
  const ofrep = { Authorization: `Bearer ${clientKey}` };
  const values = new Map<string, Set<string>>(keys.map((key) => [key, new Set()]));
  for (const id of visitors) {
    const country = ["ES", "PT"][id.length % 2];
    await growthbook.setAttributes({ id, country });
    const data = { context: { targetingKey: id, country } };
    const { flags } = await (await request.post("/ofrep/v1/evaluate/flags", { headers: ofrep, data })).json();
    const ours = Object.fromEntries(flags.map(({ key, value }: { key: string; value: unknown }) => [key, value]));
    for (const key of keys) {
      expect(growthbook.evalFeature(key).value, `${key} for ${id}`).toEqual(ours[key]);
      values.get(key)?.add(JSON.stringify(ours[key]));
    }
  }
  for (const key of [text, split]) expect(values.get(key)?.size, key).toBe(2);
  expect(new Set(tracked.filter((one) => one.startsWith(split)))).toEqual(new Set([`${split}:0`, `${split}:1`]));
  growthbook.destroy();

  // The shop's own address says the same, with a tag.
  const one = await request.get(`/api/v1/features/${clientKey}`);
  const other = await request.get(`/api/features/${clientKey}`);
  expect(Object.keys((await one.json()).features)).toEqual(expect.arrayContaining(keys));
  expect(one.headers()["access-control-allow-origin"]).toBe("*");
  expect(other.status()).toBe(200);

  const stranger = new GrowthBook({ apiHost: baseURL, clientKey: "nobody" });
  expect(await stranger.init({ timeout: 20_000 })).toMatchObject({ success: false });
  stranger.destroy();
});
