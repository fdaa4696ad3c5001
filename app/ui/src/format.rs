//! Money, numbers and dates as readers of each locale write them (CLDR, checked against `tests/intl-vectors.json`).

use crate::Locale;
use orilla_money::{Currency, Money};

/// A space where a line must not break.
const NO_BREAK: &str = "\u{a0}";

impl Locale {
    /// A price: `€12.50` in English, `12,50 €` in Spanish and Portuguese (with a no-break space).
    pub fn money(self, money: Money) -> String {
        let amount = self.decimal_digits(&money.decimal());
        let (sign, amount) = match amount.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", amount.as_str()),
        };
        let symbol = self.symbol(&money.currency);
        match self {
            // A code or a symbol that ends in a letter keeps its distance from the digits.
            Locale::En if symbol.ends_with(char::is_alphabetic) => {
                format!("{sign}{symbol}{NO_BREAK}{amount}")
            }
            Locale::En => format!("{sign}{symbol}{amount}"),
            Locale::Es | Locale::Pt => format!("{sign}{amount}{NO_BREAK}{symbol}"),
        }
    }

    /// A whole number with its thousands grouped: `19,406`.
    pub fn integer(self, number: u64) -> String {
        self.decimal_digits(&number.to_string())
    }

    /// A number of a product's properties, with at most three decimals: `12,345.678`.
    /// Empty if it is not finite.
    pub fn decimal(self, number: f64) -> String {
        if !number.is_finite() {
            return String::new();
        }
        let text = format!("{number:.3}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        self.decimal_digits(if text == "-0" { "0" } else { text })
    }

    /// The day of a time in milliseconds since 1970 (UTC): `22 November 2026`, `22 de noviembre de 2026`.
    pub fn date(self, unix_millis: i64) -> String {
        let Civil { year, month, day } = Civil::from_unix_millis(unix_millis);
        let names = match self {
            Locale::En => &MONTHS_EN,
            Locale::Es => &MONTHS_ES,
            Locale::Pt => &MONTHS_PT,
        };
        let name = names.get(usize::from(month) - 1).copied().unwrap_or_default();
        match self {
            Locale::En => format!("{day} {name} {year}"),
            Locale::Es | Locale::Pt => format!("{day} de {name} de {year}"),
        }
    }

    /// A time of day of a time in milliseconds since 1970, with its day: `22 November 2026, 17:05`.
    pub fn date_time(self, unix_millis: i64) -> String {
        let minutes = unix_millis.rem_euclid(MILLIS_PER_DAY) / 60_000;
        format!("{}, {:02}:{:02}", self.date(unix_millis), minutes / 60, minutes % 60)
    }

    /// Writes a plain decimal number (`-1234.50`) with the locale's separators.
    fn decimal_digits(self, plain: &str) -> String {
        let (group, point, smallest_grouped) = match self {
            Locale::En => (",", '.', 4),
            Locale::Es => (".", ',', 5),
            Locale::Pt => (NO_BREAK, ',', 5),
        };
        let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
        let digits = whole.trim_start_matches('-');
        let mut out = String::with_capacity(plain.len() + 8);
        if digits.len() < whole.len() {
            out.push('-');
        }
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i) % 3 == 0 && digits.len() >= smallest_grouped {
                out.push_str(group);
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push(point);
            out.push_str(fraction);
        }
        out
    }

    /// The sign of a currency where readers of the locale know it, else its code.
    fn symbol(self, currency: &Currency) -> &str {
        let symbol = match (self, currency.code()) {
            (_, "EUR") => "€",
            (_, "USD") => "US$",
            (_, "VND") => "₫",
            (_, "XPF") => "CFPF",
            (Locale::Es | Locale::Pt, "THB") => "฿",
            (Locale::Es, _) => "",
            (Locale::En, "AUD") => "A$",
            (Locale::En, "PHP") => "₱",
            (Locale::Pt, "AUD") => "AU$",
            (_, "BRL") => "R$",
            (_, "CAD") => "CA$",
            (_, "CNY") => "CN¥",
            (_, "GBP") => "£",
            (_, "HKD") => "HK$",
            (_, "ILS") => "₪",
            (_, "INR") => "₹",
            (_, "JPY") => "JP¥",
            (_, "KRW") => "₩",
            (_, "MXN") => "MX$",
            (_, "NZD") => "NZ$",
            (_, "TWD") => "NT$",
            (_, "XAF") => "FCFA",
            (_, "XCD") => "EC$",
            (_, "XOF") => "F\u{202f}CFA",
            _ => "",
        };
        if symbol.is_empty() { currency.code() } else { symbol }
    }
}

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_ES: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];
const MONTHS_PT: [&str; 12] = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
];

const MILLIS_PER_DAY: i64 = 86_400_000;

/// The day of a time in milliseconds since 1970, as `<time datetime>` and feeds want it: `2026-11-22`.
pub fn iso_date(unix_millis: i64) -> String {
    let Civil { year, month, day } = Civil::from_unix_millis(unix_millis);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A time in milliseconds since 1970 to the second, in UTC: `2026-11-22T17:05:09Z`.
pub fn iso_time(unix_millis: i64) -> String {
    let seconds = unix_millis.rem_euclid(MILLIS_PER_DAY) / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{}T{hours:02}:{minutes:02}:{seconds:02}Z", iso_date(unix_millis))
}

/// A day of the Gregorian calendar.
struct Civil {
    year: i64,
    month: u8,
    day: u8,
}

impl Civil {
    /// After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`: years begin in
    /// March, so that the leap day is their last.
    fn from_unix_millis(unix_millis: i64) -> Civil {
        let days = unix_millis.div_euclid(MILLIS_PER_DAY) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        // Both are within 1..=31 by construction.
        Civil { year, month: u8::try_from(month).unwrap_or(1), day: u8::try_from(day).unwrap_or(1) }
    }
}
