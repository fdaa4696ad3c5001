// What an evaluation costs, in nanoseconds: see README.md.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { GrowthBook, GrowthBookClient } from "@growthbook/growthbook";
import { FlagdCore } from "@openfeature/flagd-core";
import * as workload from "./workload.mjs";

const ROUNDS = 9;
const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const features = workload.features();
const visitors = workload.visitors(20_000);
const evaluations = features.length * visitors.length;

function build() {
  // As the Worker is built.
  const profile = ["--profile", "worker"];
  const cargo = (...more) =>
    execFileSync("cargo", ["build", "--quiet", "--package", "orilla-flags", ...profile, ...more], {
      cwd: root,
      stdio: "inherit",
    });
  cargo("--example", "flags_native");
  cargo("--example", "flags_wasm", "--target", "wasm32-unknown-unknown");
}

/** Every engine: a function that does one round and returns the sum of what the values weigh. */
function growthbookPerVisitor() {
  const definitions = workload.growthbook(features);
  return () => {
    let sum = 0;
    for (const attributes of visitors) {
      const sdk = new GrowthBook({ features: definitions, attributes });
      for (const { key } of features) sum += workload.weigh(sdk.evalFeature(key).value);
      sdk.destroy();
    }
    return sum;
  };
}

function growthbookClient() {
  const client = new GrowthBookClient().initSync({ payload: { features: workload.growthbook(features) } });
  return () => {
    let sum = 0;
    for (const attributes of visitors) {
      const context = { attributes };
      for (const { key } of features) sum += workload.weigh(client.evalFeature(key, context).value);
    }
    return sum;
  };
}

function flagd() {
  const quiet = { error() {}, warn() {}, info() {}, debug() {} };
  const core = new FlagdCore(undefined, quiet);
  core.setConfigurations(JSON.stringify(workload.flagd(features)));
  const calls = features.map((feature) => {
    const fallback = workload.defaultOf(feature);
    const name = { boolean: "resolveBooleanEvaluation", string: "resolveStringEvaluation", number: "resolveNumberEvaluation" }[typeof fallback];
    return [feature.key, fallback, core[name].bind(core)];
  });
  return () => {
    let sum = 0;
    for (const visitor of visitors) {
      const context = { targetingKey: visitor.id, ...visitor };
      for (const [key, fallback, call] of calls) sum += workload.weigh(call(key, fallback, context, quiet).value);
    }
    return sum;
  };
}

function wasm(text) {
  const bytes = readFileSync(join(target, "wasm32-unknown-unknown/worker/examples/flags_wasm.wasm"));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  for (const byte of Buffer.from(text)) exports.push(byte);
  if (exports.load() !== 1) throw new Error("the module refused the workload");
  return { round: exports.round, memory: () => exports.memory.buffer.byteLength };
}

function time(round) {
  const start = process.hrtime.bigint();
  const sum = round();
  return { sum, nanoseconds: Number(process.hrtime.bigint() - start) / evaluations };
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function main() {
  if (!process.argv.includes("--no-build")) build();
  const text = JSON.stringify({
    definitions: { features: workload.growthbook(features) },
    keys: features.map((feature) => feature.key),
    visitors,
  });
  const module = wasm(text);
  const engines = {
    "Orilla, WebAssembly": module.round,
    "@growthbook/growthbook, GrowthBookClient": growthbookClient(),
    "@growthbook/growthbook, GrowthBook per visitor": growthbookPerVisitor(),
    "@openfeature/flagd-core": flagd(),
  };
  const sums = {};
  for (const [name, round] of Object.entries(engines)) sums[name] = round();
  const memory = module.memory();
  const times = Object.fromEntries(Object.keys(engines).map((name) => [name, []]));
  for (let i = 0; i < ROUNDS; i++) {
    for (const [name, round] of Object.entries(engines)) times[name].push(time(round).nanoseconds);
  }
  const folder = mkdtempSync(join(tmpdir(), "flags-bench-"));
  writeFileSync(join(folder, "workload.json"), text);
  const native = JSON.parse(
    execFileSync(join(target, "worker/examples/flags_native"), [join(folder, "workload.json"), String(ROUNDS)]),
  );
  rmSync(folder, { recursive: true });
  times["Orilla, native"] = native.times;
  sums["Orilla, native"] = native.sum;

  const expected = sums["@growthbook/growthbook, GrowthBookClient"];
  for (const [name, sum] of Object.entries(sums)) {
    if (!name.includes("flagd") && sum !== expected) throw new Error(`${name} gives other values: ${sum}, not ${expected}`);
  }
  report(times, module.memory() - memory);
}

function report(times, growth) {
  const nanoseconds = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
  const ours = nanoseconds["Orilla, WebAssembly"];
  const growthbook = Math.min(...Object.keys(nanoseconds).filter((n) => n.includes("growthbook")).map((n) => nanoseconds[n]));
  const figures = {
    evaluations,
    rounds: ROUNDS,
    nanoseconds,
    ofGrowthbook: ours / growthbook,
    ofFlagd: ours / nanoseconds["@openfeature/flagd-core"],
    memoryGrowthBytes: growth,
  };
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify(figures, null, 2));
    return;
  }
  console.log(`${features.length} features, ${visitors.length} visitors, median of ${ROUNDS} rounds, ns per evaluation`);
  for (const [name, value] of Object.entries(nanoseconds)) console.log(`  ${name.padEnd(48)} ${value.toFixed(1).padStart(9)}`);
  console.log(`  WebAssembly needs ${(100 * figures.ofGrowthbook).toFixed(1)} % of GrowthBook's best (goal: 10 %)`);
  console.log(`  WebAssembly needs ${(100 * figures.ofFlagd).toFixed(1)} % of flagd's (goal: 33.3 %)`);
  console.log(`  its memory grew by ${growth} bytes over ${ROUNDS * evaluations} evaluations`);
}

main();
