// A network between a browser and the shop that a test can cut, let hang, or change what comes over.
import { type IncomingMessage, type Server, createServer, request } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export class Network {
  /** Answers in place of the shop's, by path. */
  readonly instead = new Map<string, { type: string; body: string }>();
  /** The paths that were asked for. */
  readonly asked: string[] = [];
  /** Paths whose requests reach the shop, and whose answers nobody gets; and what is told of each that the shop gave. */
  readonly swallowed = new Map<string, () => void>();
  private readonly detained = new Map<string, (request: IncomingMessage) => void>();
  private readonly held = new Map<string, Promise<void>>();
  private readonly sockets = new Set<Socket>();
  private hangs = false;
  private readonly server: Server;
  private port = 0;

  private constructor(private readonly shop: string) {
    const { hostname, port } = new URL(shop);
    this.server = createServer((incoming, outgoing) => {
      const path = incoming.url ?? "/";
      this.asked.push(path);
      if (this.hangs) return;
      const instead = this.instead.get(path);
      if (instead) {
        outgoing.writeHead(200, { "content-type": instead.type, "cache-control": "no-cache" });
        return void outgoing.end(instead.body);
      }
      const detain = this.detained.get(path);
      if (detain) {
        this.detained.delete(path);
        return detain(incoming);
      }
      const { method, headers } = incoming;
      const onward = request({ hostname, port, path, method, headers }, (answer) => {
        const swallowed = this.swallowed.get(path);
        if (swallowed) {
          answer.resume();
          return void answer.on("end", swallowed);
        }
        const hand = () => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
          answer.pipe(outgoing);
        };
        const held = this.held.get(path);
        if (held) void held.then(() => outgoing.destroyed || hand());
        else hand();
      });
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    });
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
    });
  }

  static async to(shop: string): Promise<Network> {
    const network = new Network(shop);
    await network.restore();
    return network;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Takes no connection any more, and ends those that there are. */
  async cut() {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.sockets.forEach((socket) => socket.destroy());
    await closed;
  }

  /** Ends it. */
  async end() {
    if (this.server.listening) await this.cut();
  }

  /** Takes connections again. */
  async restore() {
    this.hangs = false;
    await new Promise<void>((resolve) => this.server.listen(this.port, "127.0.0.1", resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Lets what is sent to a path reach the shop, and keeps the answers. Ends when the shop has answered one. */
  swallow(path: string): Promise<void> {
    return new Promise((resolve) => this.swallowed.set(path, resolve));
  }

  /** Takes the next request to a path, and keeps it. What it gives sends it on after all, and tells the shop's status. */
  detain(path: string): Promise<() => Promise<number>> {
    return new Promise((resolve) =>
      this.detained.set(path, async (incoming) => {
        const body = Buffer.concat(await incoming.toArray());
        const { method, headers: { connection, host, "content-length": _, ...headers } } = incoming;
        const sent = { method, headers: headers as Record<string, string>, body };
        resolve(async () => (await fetch(new URL(path, this.shop), sent)).status);
      }),
    );
  }

  /** Keeps the shop's answers to a path back until what it gives is called. */
  hold(path: string): () => void {
    let release = () => {};
    this.held.set(path, new Promise((resolve) => (release = resolve)));
    return () => {
      this.held.delete(path);
      release();
    };
  }

  /** Holds no further answer back; those that are held wait on. */
  letPass(path: string) {
    this.held.delete(path);
  }

  /** Takes what is sent, and never answers. */
  hang() {
    this.hangs = true;
  }

  /** Answers again. What was asked meanwhile never gets an answer. */
  answer() {
    this.hangs = false;
    this.sockets.forEach((socket) => socket.destroy());
  }
}
