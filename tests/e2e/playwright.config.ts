// `cargo xtask test --only e2e` starts a shop with the demo catalogue and says where it is, and where Chromium is.
import { defineConfig } from "@playwright/test";

const { ORILLA_URL, ORILLA_CHROMIUM, ORILLA_CHROMIUM_FLAGS } = process.env;
if (!ORILLA_URL) throw new Error("ORILLA_URL is not set: run `cargo xtask test --only e2e`");

const at = (width: number, height: number) => ({ viewport: { width, height } });

export default defineConfig({
  testDir: ".",
  outputDir: "../../test-results",
  retries: 0,
  workers: 2,
  forbidOnly: true,
  reporter: "list",
  timeout: 30_000,
  use: {
    baseURL: ORILLA_URL,
    locale: "en-GB",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: ORILLA_CHROMIUM || "/usr/bin/chromium",
      args: (ORILLA_CHROMIUM_FLAGS ?? "").split(" ").filter(Boolean),
    },
  },
  projects: [
    { name: "desktop", use: at(1440, 900) },
    { name: "phone", use: { ...at(360, 780), hasTouch: true, isMobile: true } },
    { name: "no-script", use: { ...at(1440, 900), javaScriptEnabled: false } },
  ],
});
