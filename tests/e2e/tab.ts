// A browser that draws pages beforehand. Playwright's does not: Chromium leaves it to clients that attach to the tab and
// let the page in it change (https://issues.chromium.org/issues/40274348), and Playwright attaches to the page.
import { expect } from "@playwright/test";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Message {
  id?: number;
  method?: string;
  params?: Record<string, any>;
  result?: any;
  error?: { message: string };
  sessionId?: string;
}

export class Tab {
  private last = 0;
  /** The page that the tab shows. */
  private page = "";
  private readonly waiting = new Map<number, (message: Message) => void>();
  private readonly listeners = new Set<(message: Message) => void>();

  private constructor(
    private readonly browser: ChildProcess,
    private readonly folder: string,
    private readonly socket: WebSocket,
  ) {
    socket.addEventListener("message", ({ data }) => {
      const message: Message = JSON.parse(data);
      if (message.id) this.waiting.get(message.id)?.(message);
      else for (const listener of this.listeners) listener(message);
    });
  }

  static async start(userAgent: string): Promise<Tab> {
    const folder = await mkdtemp(join(tmpdir(), "orilla-"));
    const flags = (process.env.ORILLA_CHROMIUM_FLAGS ?? "--headless").split(" ").filter(Boolean);
    const browser = spawn(
      process.env.ORILLA_CHROMIUM || "/usr/bin/chromium",
      [...flags, `--user-agent=${userAgent}`, `--user-data-dir=${folder}`, "--remote-debugging-port=0", "about:blank"],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let said = "";
    const address = await new Promise<string>((resolve, reject) => {
      browser.once("exit", () => reject(new Error(`Chromium did not start: ${said}`)));
      browser.stderr?.on("data", (text) => {
        said += text;
        const found = /DevTools listening on (ws:\S+)/.exec(said);
        if (found) resolve(found[1]);
      });
    });
    const socket = new WebSocket(address);
    await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
    const tab = new Tab(browser, folder, socket);
    const shown = tab.event("Target.attachedToTarget", ({ targetInfo }) => targetInfo.type === "page");
    const { targetInfos } = await tab.send("Target.getTargets", { filter: [{ type: "tab" }] });
    const { sessionId } = await tab.send("Target.attachToTarget", { targetId: targetInfos[0].targetId, flatten: true });
    const attach = { autoAttach: true, waitForDebuggerOnStart: false, flatten: true };
    await tab.send("Target.setAutoAttach", attach, sessionId);
    tab.page = (await shown).sessionId;
    await tab.send("Preload.enable", {}, tab.page);
    return tab;
  }

  private async send(method: string, params: object = {}, sessionId?: string): Promise<any> {
    const id = ++this.last;
    const answer = new Promise<Message>((resolve) => this.waiting.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    const { result, error } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  private event(method: string, fits: (params: Record<string, any>) => boolean): Promise<Record<string, any>> {
    return new Promise((resolve) => {
      const listener = (message: Message) => {
        if (message.method !== method || !message.params || !fits(message.params)) return;
        this.listeners.delete(listener);
        resolve(message.params);
      };
      this.listeners.add(listener);
    });
  }

  /** Opens a page, and waits until another one has been drawn beforehand. Fails if the browser refuses to. */
  async openAndWaitFor(address: string, drawn: string) {
    const drawing = this.event("Target.attachedToTarget", ({ targetInfo }) => targetInfo.subtype === "prerender");
    const done = this.event(
      "Preload.prerenderStatusUpdated",
      ({ key, status }) => key.url.endsWith(drawn) && (status === "Ready" || status === "Failure"),
    );
    await this.send("Page.navigate", { url: address }, this.page);
    const { status, prerenderStatus } = await done;
    if (status !== "Ready") throw new Error(`${drawn} was not drawn: ${prerenderStatus}`);
    return (await drawing).sessionId as string;
  }

  /** Follows a link, and goes on with the page that was drawn beforehand. */
  async follow(selector: string, drawn: string) {
    await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
    this.page = drawn;
  }

  /** Opens a page. */
  async open(address: string) {
    await this.send("Page.navigate", { url: address }, this.page);
    await expect(async () => {
      expect(await this.evaluate("document.readyState + location.href")).toBe(`complete${address}`);
    }).toPass();
  }

  /** What an expression comes to on the page that is shown, or on another one. A promise is waited for. */
  async evaluate(expression: string, page = this.page): Promise<any> {
    const asked = { expression, returnByValue: true, awaitPromise: true };
    const { result } = await this.send("Runtime.evaluate", asked, page);
    return result.value;
  }

  async close() {
    this.socket.close();
    const ended = new Promise((resolve) => this.browser.once("exit", resolve));
    this.browser.kill();
    await ended;
    // Its helpers end a moment after it.
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
