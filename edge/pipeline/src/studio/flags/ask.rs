//! What a visitor would get, and why.

use super::pages::{Answer, Asked};
use orilla_flags::Visitor;
use serde_json::{Map, Value};

/// The most attributes that a visitor is asked about with.
const MOST_ATTRIBUTES: usize = 50;

/// Who is asked about.
pub(super) fn asked(query: &str) -> Asked {
    let mut asked = Asked::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = value.chars().take(1_000).collect();
        match name.as_ref() {
            "id" => asked.id = value,
            "country" => asked.country = value,
            "device" => asked.device = value,
            "language" => asked.locale = value,
            "more" => asked.more = value,
            _ => {}
        }
    }
    asked
}

/// What they would get of the saved document now, and why.
pub(super) fn answer(document: &Value, flag: &str, asked: &Asked, now: i64) -> Answer {
    use orilla_flags::names;
    let mut attributes = Map::new();
    for (name, typed) in [
        (names::ID, asked.id.trim().to_owned()),
        (names::COUNTRY, asked.country.trim().to_uppercase()),
        (names::DEVICE, asked.device.trim().to_owned()),
        (names::LOCALE, asked.locale.trim().to_owned()),
    ] {
        if !typed.is_empty() {
            attributes.insert(name.to_owned(), Value::String(typed));
        }
    }
    for (name, typed) in asked.more.lines().filter_map(|line| line.split_once('=')).take(MOST_ATTRIBUTES) {
        // A number or a list is one; everything else is a text.
        let value =
            serde_json::from_str(typed.trim()).unwrap_or_else(|_| Value::String(typed.trim().to_owned()));
        attributes.insert(name.trim().to_owned(), value);
    }
    let (compiled, _) = orilla_flags::Flags::read(document);
    let mut visitor = Visitor::from_json(&attributes);
    if asked.id.trim().is_empty() {
        // As a page treats somebody who has no id.
        visitor = visitor.without_experiments();
    }
    let evaluation = compiled.evaluate(flag, &visitor, now);
    match evaluation.failure() {
        Some(error) => Answer { reason: error.code().to_owned(), ..Answer::default() },
        None => Answer {
            value: if evaluation.value.is_null() { String::new() } else { evaluation.value.to_string() },
            reason: format!("{} · {}", evaluation.reason.code(), evaluation.source.name()),
            rule: evaluation.rule_id.to_owned(),
            variation: evaluation.variation().unwrap_or_default().into_owned(),
        },
    }
}
