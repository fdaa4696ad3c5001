// Writes what the files beside it hold of Unicode's CLDR, as Node's Intl knows it:
//   node app/ui/tests/intl-vectors.mjs
// - intl-vectors.json: formats of money, numbers and dates that the tests compare with;
// - ../src/countries.txt: the names of countries, sorted as each language sorts.
import { writeFileSync } from "node:fs";

const locales = { en: "en-GB", es: "es-ES", pt: "pt-PT" };
const currencies = "EUR USD GBP JPY BRL KWD CHF CAD AUD CNY INR KRW MXN NZD PHP PLN SEK THB TWD VND XAF XCD XOF XPF ILS HKD AED TND ISK CLP".split(" ");
const minors = [0, 5, 99, 1250, 123456, 1234567, 123456789, -1, -1250, -123456, 900000000000];
const numbers = [0, 1, -1, 0.5, 1.25, 12.3456, 999, 1000, 1234.5, 9999, 10000, 19406, -12345.678, 1e9];
const days = [
  "1969-12-31T23:59:59.999Z", "1970-01-01", "1999-12-31", "2000-02-29", "2023-03-01", "2024-02-29T12:30:00Z",
  "2026-11-22T17:05:09Z", "2026-01-31", "2026-04-30", "2026-05-05", "2026-06-15", "2026-07-01", "2026-08-09",
  "2026-09-10", "2026-10-11", "2026-12-25", "2100-02-28", "2100-03-01",
].map((day) => new Date(day));

const each = (format) => Object.values(locales).map(format);
const vectors = {
  source: `CLDR ${process.versions.cldr}, ICU ${process.versions.icu}`,
  money: currencies.flatMap((currency) => {
    const { maximumFractionDigits } = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
    return minors.map((minor) => [
      currency, minor,
      ...each((l) => new Intl.NumberFormat(l, { style: "currency", currency }).format(minor / 10 ** maximumFractionDigits)),
    ]);
  }),
  decimals: numbers.map((n) => [n, ...each((l) => new Intl.NumberFormat(l).format(n))]),
  dates: days.map((d) => [
    d.getTime(), d.toISOString().replace(/\.\d+Z$/, "Z"),
    ...each((l) => new Intl.DateTimeFormat(l, { dateStyle: "long", timeZone: "UTC" }).format(d)),
  ]),
};
const rows = (list) => "[\n" + list.map((row) => "    " + JSON.stringify(row)).join(",\n") + "\n  ]";
writeFileSync(
  new URL("intl-vectors.json", import.meta.url),
  `{\n  "source": ${JSON.stringify(vectors.source)},\n  "money": ${rows(vectors.money)},\n  "decimals": ${rows(vectors.decimals)},\n  "dates": ${rows(vectors.dates)}\n}\n`,
);

// ISO 3166-1 alpha-2: all pairs of letters that have a name, less what is no country with addresses of its own.
const notCountries = new Set("AC AN AQ BU BV CP CQ CS DD DG DY EA EU EZ FX HM HV IC NH NT QO RH SU TA TP UK UN VD XA XB YD YU ZR ZZ".split(" "));
const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const english = new Intl.DisplayNames("en-GB", { type: "region", fallback: "none" });
const codes = letters.flatMap((a) => letters.map((b) => a + b)).filter((c) => english.of(c) && !notCountries.has(c));
const lines = Object.entries(locales).map(([code, locale]) => {
  const names = new Intl.DisplayNames(locale, { type: "region" });
  const collator = new Intl.Collator(locale);
  const list = codes.map((c) => [c, names.of(c)]).sort((x, y) => collator.compare(x[1], y[1]));
  return `# ${code}\n` + list.map(([c, name]) => `${c} ${name}\n`).join("");
});
writeFileSync(new URL("../src/countries.txt", import.meta.url), lines.join(""));
console.log(`${vectors.source}: ${codes.length} countries`);
