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

// ISO 3166-1 alpha-2: what an address may name.
const codes = (
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY " +
  "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK " +
  "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR " +
  "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK " +
  "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM " +
  "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF " +
  "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
).split(" ");
const lines = Object.entries(locales).map(([code, locale]) => {
  const names = new Intl.DisplayNames(locale, { type: "region" });
  const collator = new Intl.Collator(locale);
  const list = codes.map((c) => [c, names.of(c)]).sort((x, y) => collator.compare(x[1], y[1]));
  return `# ${code}\n` + list.map(([c, name]) => `${c} ${name}\n`).join("");
});
writeFileSync(new URL("../src/countries.txt", import.meta.url), lines.join(""));
console.log(`${vectors.source}: ${codes.length} countries`);
