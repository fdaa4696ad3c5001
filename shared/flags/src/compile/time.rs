//! Times of schedules.

use serde_json::Value;

/// A time in milliseconds since 1970 (UTC): a whole number, or RFC 3339 such as `2026-11-27T09:00:00+01:00`.
pub(super) fn parse(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => rfc3339(text),
        _ => None,
    }
}

fn rfc3339(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let mut parts = date.split('-');
    let (year, month, day) =
        (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    if parts.next().is_some() || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return None;
    }
    let (clock, offset) = match time.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, 0),
        None => {
            let (clock, zone) = time.split_at_checked(time.len().checked_sub(6)?)?;
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = zone.strip_prefix(['+', '-'])?.split_once(':')?;
            (clock, sign * (below(hours, 24)? * 60 + below(minutes, 60)?))
        }
    };
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, rest)| (clock, Some(rest)));
    let mut parts = clock.split(':');
    let (hour, minute) = (below(parts.next()?, 24)?, below(parts.next()?, 60)?);
    let second = below(parts.next()?, 60)?;
    if parts.next().is_some() {
        return None;
    }
    let milliseconds = match fraction {
        None => 0,
        Some(fraction) if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) => {
            return None;
        }
        Some(fraction) => {
            let digits: String = fraction.chars().chain("00".chars()).take(3).collect();
            digits.parse().ok()?
        }
    };
    let minutes = (days_since_1970(year, month, day) * 24 + hour) * 60 + minute - offset;
    Some((minutes * 60 + second) * 1000 + milliseconds)
}

fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn below(text: &str, limit: i64) -> Option<i64> {
    digits(text, 2).filter(|number| *number < limit)
}

fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01, for years from 0 on. The year is counted from March, so that the leap day is its last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(value: Value, expected: Option<i64>) {
        assert_eq!(parse(&value), expected, "{value}");
    }

    #[test]
    fn times() {
        check(json!("1970-01-01T00:00:00Z"), Some(0));
        check(json!("2026-11-27T09:00:00+01:00"), Some(1_795_766_400_000));
        check(json!("2024-02-29T12:30:15.25Z"), Some(1_709_209_815_250));
        check(json!("1969-12-31T23:59:59.999Z"), Some(-1));
        check(json!(1_700_000_000_000_i64), Some(1_700_000_000_000));
        check(json!("2023-02-29T00:00:00Z"), None);
        check(json!("2026-13-01T00:00:00Z"), None);
        check(json!("2026-11-27"), None);
        check(json!("2026-11-27T09:00:00"), None);
        check(json!("2026-11-27T24:00:00Z"), None);
        check(json!("2026-11-27T09:00:00.Z"), None);
        check(json!("éééé-11-27T09:00:00Z"), None);
        check(json!("T"), None);
        check(json!(true), None);
    }
}
