//! The formats against Unicode's CLDR as Node's `Intl` knows it (`intl-vectors.mjs`).

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use orilla_money::{Currency, Money};
use orilla_ui::{Locale, iso_time};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    money: Vec<(String, i64, String, String, String)>,
    decimals: Vec<(f64, String, String, String)>,
    dates: Vec<(i64, String, String, String, String)>,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("intl-vectors.json")).unwrap()
}

#[track_caller]
fn check(format: impl Fn(Locale) -> String, expected: [String; 3], what: impl std::fmt::Debug) {
    assert_eq!(Locale::ALL.map(format), expected, "{what:?}");
}

#[test]
fn money() {
    for (code, minor, en, es, pt) in vectors().money {
        let money = Money::new(minor, Currency::parse(&code).unwrap());
        check(|locale| locale.money(money), [en, es, pt], (code, minor));
    }
}

#[test]
fn decimals() {
    for (number, en, es, pt) in vectors().decimals {
        check(|locale| locale.decimal(number), [en, es, pt], number);
    }
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        check(|locale| locale.decimal(number), Default::default(), number);
    }
    check(|locale| locale.decimal(-0.0001), ["0", "0", "0"].map(str::to_owned), -0.0001);
}

#[test]
fn dates() {
    for (millis, iso, en, es, pt) in vectors().dates {
        check(|locale| locale.date(millis), [en, es, pt], millis);
        assert_eq!(iso_time(millis), iso);
    }
}

proptest! {
    /// Grouping and the sign of the currency may change; the digits and the sign of the number may not.
    #[test]
    fn money_keeps_its_digits(minor in -9_000_000_000_000_000..9_000_000_000_000_000i64) {
        for code in ["EUR", "JPY", "KWD", "SEK"] {
            let money = Money::new(minor, Currency::parse(code).unwrap());
            for locale in Locale::ALL {
                let text = locale.money(money);
                let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
                prop_assert_eq!(digits(&text), digits(&money.decimal()));
                prop_assert_eq!(text.starts_with('-'), minor < 0);
            }
        }
    }

    /// No time breaks the calendar, and later times have later dates.
    #[test]
    fn dates_are_ordered(a in -62_135_596_800_000..253_402_300_799_999i64, b in -62_135_596_800_000..253_402_300_799_999i64) {
        prop_assert_eq!(a.div_euclid(1_000).cmp(&b.div_euclid(1_000)), iso_time(a).cmp(&iso_time(b)));
    }

    /// Any number of milliseconds has a date.
    #[test]
    fn every_time_has_a_date(millis in any::<i64>()) {
        for locale in Locale::ALL {
            prop_assert!(!locale.date(millis).is_empty());
        }
    }
}
