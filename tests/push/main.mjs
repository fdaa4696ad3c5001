// node main.mjs PORT: a push service for tests, which says "ready" and ends when its input does.
import { startPushService } from "./service.mjs";

await startPushService(Number(process.argv[2]));
console.log("ready");
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
