//! Rules and changes in words.

use crate::Words;
use crate::page::StudioContext;
use orilla_shop::team::flags::{Change, FlagChange, percent};
use serde_json::Value;

/// What a flag's values are, in words.
pub(super) fn kind(words: Words, value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => words.flag_kind_boolean(),
        Value::Number(_) => words.flag_kind_number(),
        Value::String(_) => words.flag_kind_text(),
        Value::Null | Value::Array(_) | Value::Object(_) => words.flag_kind_json(),
    }
}

/// Whether a flag is on, and what of it is not what pages show.
pub(super) fn state(words: Words, flag: &Value) -> &'static str {
    match (flag.get("enabled"), flag.get("schedule")) {
        (Some(Value::Bool(false)), _) => words.flag_off(),
        (_, Some(_)) => words.flag_scheduled(),
        _ => words.flag_on(),
    }
}

/// A rule: `35 %: true`, `if {"country":"ES"}: "siesta"`, `experiment card-layout: grid 50 %, rows 50 %`.
pub(super) fn rule(studio: &StudioContext, flag: &str, rule: &Value) -> String {
    let words = studio.words();
    let mut parts = Vec::new();
    if rule.get("enabled") == Some(&Value::Bool(false)) {
        parts.push(words.flag_off().to_owned());
    }
    if let Some(condition) = rule.get("condition") {
        parts.push(words.flag_rule_if(&condition.to_string()));
    }
    if let Some(schedule) = rule.get("schedule") {
        let moment = |name: &str| schedule.get(name).and_then(Value::as_str).unwrap_or("…").to_owned();
        parts.push(format!("{} – {}", moment("start"), moment("end")));
    }
    if let Some(share) = rule.get("coverage").and_then(Value::as_f64) {
        parts.push(format!("{} %", percent(share)));
    }
    let list = |name: &str| rule.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let what = match rule.get("force") {
        Some(value) => value.to_string(),
        None if !list("variations").is_empty() => {
            let (weights, meta) = (list("weights"), list("meta"));
            let variation = |(at, value): (usize, &Value)| {
                let key = meta.get(at).and_then(|meta| meta.get("key")).and_then(Value::as_str);
                let key = key.map_or_else(|| value.to_string(), str::to_owned);
                match weights.get(at).and_then(Value::as_f64) {
                    Some(share) => format!("{key} {} %", percent(share)),
                    None => key,
                }
            };
            let variations: Vec<_> = list("variations").iter().enumerate().map(variation).collect();
            let key = rule.get("key").and_then(Value::as_str).unwrap_or(flag);
            words.flag_rule_experiment(key, &variations.join(", "))
        }
        None => words.flag_rule_other().to_owned(),
    };
    if parts.is_empty() { what } else { format!("{}: {what}", parts.join(", ")) }
}

/// A change of the history.
pub(super) fn change(words: Words, change: &FlagChange) -> String {
    let of = |rule: &Option<String>| {
        rule.as_ref().map(|rule| format!("{} ", words.flag_change_rule(rule))).unwrap_or_default()
    };
    let value = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    let what = match &change.change {
        Change::Added => words.flag_change_added().to_owned(),
        Change::Removed => words.flag_change_removed().to_owned(),
        Change::Switched { rule, is_on: true } => format!("{}{}", of(rule), words.flag_change_on()),
        Change::Switched { rule, is_on: false } => format!("{}{}", of(rule), words.flag_change_off()),
        Change::Field { rule, field, before, after } => {
            format!("{}{field}: {} → {}", of(rule), value(before), value(after))
        }
        Change::RuleAdded { rule } => words.flag_change_rule_added(rule),
        Change::RuleRemoved { rule } => words.flag_change_rule_removed(rule),
        Change::Reordered => words.flag_change_reordered().to_owned(),
    };
    if change.flag.is_empty() { what } else { format!("{}: {what}", change.flag) }
}
