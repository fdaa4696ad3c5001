// The definitions and the visitors of the benchmark: the same in every run.

const COUNTRIES = ["ES", "FR", "DE", "PT", "IT", "GB", "US", "MX", "BR", "JP"];
const DEVICES = ["mobile", "mobile", "desktop", "tablet"];
const PLANS = ["free", "free", "plus", "club"];

export function visitors(count) {
  return Array.from({ length: count }, (_, i) => ({
    id: `visitor-${(i * 7919) % 1000003}-${i}`,
    country: COUNTRIES[(i * 13) % COUNTRIES.length],
    deviceType: DEVICES[(i * 5) % DEVICES.length],
    plan: PLANS[(i * 3) % PLANS.length],
    age: 16 + ((i * 31) % 70),
    cart: (i * 17) % 400,
  }));
}

const plain = (i) => ({ kind: "plain", value: [i % 2 === 0, `text-${i}`, i][i % 3] });
const rollout = (i) => ({ kind: "rollout", percent: 5 + i * 7 });
const experiment = () => ({ kind: "experiment", variations: ["control", "calm", "bright"], weights: [34, 33, 33] });
const targeting = (i) =>
  [
    { kind: "in", attribute: "country", values: COUNTRIES.slice(i % 5, (i % 5) + 3) },
    { kind: "gt", attribute: "age", limit: 20 + i * 3 },
    { kind: "and", device: "mobile", countries: COUNTRIES.slice(0, 2 + (i % 4)), cart: 20 * i },
  ][i % 3];

/** 50 features: 14 plain, 12 rollouts, 12 experiments, 12 with targeting. */
export function features() {
  const list = [
    ...Array.from({ length: 14 }, (_, i) => plain(i)),
    ...Array.from({ length: 12 }, (_, i) => rollout(i)),
    ...Array.from({ length: 12 }, (_, i) => experiment(i)),
    ...Array.from({ length: 12 }, (_, i) => targeting(i)),
  ];
  return list.map((feature, i) => ({ key: `${feature.kind}-${String(i).padStart(2, "0")}`, ...feature }));
}

/** The features in GrowthBook's format, which is ours. */
export function growthbook(features) {
  const rules = {
    plain: () => [],
    rollout: (f) => [{ id: "part", coverage: f.percent / 100, hashAttribute: "id", hashVersion: 2, force: true }],
    experiment: (f) => [
      {
        id: "test",
        key: f.key,
        hashAttribute: "id",
        hashVersion: 2,
        coverage: 1,
        variations: f.variations,
        weights: f.weights.map((weight) => weight / 100),
        meta: f.variations.map((key) => ({ key })),
      },
    ],
    in: (f) => [{ id: "match", condition: { [f.attribute]: { $in: f.values } }, force: true }],
    gt: (f) => [{ id: "match", condition: { [f.attribute]: { $gt: f.limit } }, force: true }],
    and: (f) => [
      {
        id: "match",
        condition: { $and: [{ deviceType: f.device }, { country: { $in: f.countries } }, { cart: { $gt: f.cart } }] },
        force: true,
      },
    ],
  };
  return Object.fromEntries(
    features.map((f) => [f.key, { defaultValue: defaultOf(f), rules: rules[f.kind](f) }]),
  );
}

/** The features in flagd's format. */
export function flagd(features) {
  const onOff = (targeting) => ({ variants: { on: true, off: false }, defaultVariant: "off", targeting });
  const flags = {
    plain: (f) => ({ variants: { value: f.value }, defaultVariant: "value" }),
    rollout: (f) => onOff({ fractional: [["on", f.percent], ["off", 100 - f.percent]] }),
    experiment: (f) => ({
      variants: Object.fromEntries(f.variations.map((name) => [name, name])),
      defaultVariant: f.variations[0],
      targeting: { fractional: f.variations.map((name, i) => [name, f.weights[i]]) },
    }),
    in: (f) => onOff({ if: [{ in: [{ var: f.attribute }, f.values] }, "on", "off"] }),
    gt: (f) => onOff({ if: [{ ">": [{ var: f.attribute }, f.limit] }, "on", "off"] }),
    and: (f) =>
      onOff({
        if: [
          {
            and: [
              { "==": [{ var: "deviceType" }, f.device] },
              { in: [{ var: "country" }, f.countries] },
              { ">": [{ var: "cart" }, f.cart] },
            ],
          },
          "on",
          "off",
        ],
      }),
  };
  return { flags: Object.fromEntries(features.map((f) => [f.key, { state: "ENABLED", ...flags[f.kind](f) }])) };
}

export function defaultOf(feature) {
  return { plain: feature.value, experiment: "control" }[feature.kind] ?? false;
}

/** A number that is different for different values: their sum is compared between engines. */
export function weigh(value) {
  return typeof value === "string" ? value.length : Number(value);
}
