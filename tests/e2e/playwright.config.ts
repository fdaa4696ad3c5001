// `cargo xtask test --only e2e` starts a shop with the demo catalogue and says where it is, and where Chromium is.
//
// journeys/: what a shopper does, at both widths, with and without JavaScript.
// script/: what needs JavaScript, or shows how the shop behaves while it is not there yet.
// once/: what doesn't depend on the width or on scripts, in the whole browser.
import { defineConfig } from "@playwright/test";

const { ORILLA_URL, ORILLA_CHROMIUM, ORILLA_SHELL, ORILLA_CHROMIUM_FLAGS, ORILLA_TRACE } = process.env;
if (!ORILLA_URL) throw new Error("ORILLA_URL is not set: run `cargo xtask test --only e2e`");

const args = (ORILLA_CHROMIUM_FLAGS ?? "").split(" ").filter(Boolean);
const executablePath = ORILLA_CHROMIUM || "/usr/bin/chromium";
const desktop = { viewport: { width: 1440, height: 900 } };
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const noScript = { javaScriptEnabled: false };

export default defineConfig({
  testDir: ".",
  outputDir: "../../test-results",
  retries: 0,
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  reporter: "list",
  // What holds must hold on a slow machine, too: patience costs time only where something is wrong.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: ORILLA_URL,
    locale: "en-GB",
    // What a service worker answers no test could intercept. Those that are about it allow it.
    serviceWorkers: "block",
    // A trace of every test takes as long as the test: ask for one where it is needed.
    trace: ORILLA_TRACE ? "retain-on-failure" : "off",
    screenshot: "only-on-failure",
    // The browser without what is around a page: no background sync, no wake lock, no install prompt, and a quarter less work.
    launchOptions: { executablePath: ORILLA_SHELL || executablePath, args },
  },
  projects: [
    { name: "once", testMatch: "once/**", use: { ...desktop, launchOptions: { executablePath, args } } },
    { name: "desktop", testIgnore: "once/**", use: desktop },
    { name: "phone", testIgnore: "once/**", use: phone },
    { name: "desktop without script", testMatch: "journeys/**", use: { ...desktop, ...noScript } },
    { name: "phone without script", testMatch: "journeys/**", use: { ...phone, ...noScript } },
  ],
});
