//! A document as a stock GrowthBook SDK can read it: what goes beyond its format becomes what it has always known.

use crate::compile::is_scheduled;
use crate::visitor::names::ID;
use serde_json::{Map, Value, json};

/// The fields of a document that only Orilla knows.
const OWN_DOCUMENT_FIELDS: [&str; 3] = ["layers", "holdouts", "version"];
/// The fields of rules, flags and experiments that only Orilla knows.
const OWN_FIELDS: [&str; 6] = ["schedule", "enabled", "layer", "holdout", "description", "rollout"];

/// The document for stock SDKs at `now` (milliseconds since 1970): a layer becomes a filter, a holdout a rule that lets
/// the others pass, and what is switched off or outside its schedule is left out. An SDK that reads the answer gives
/// every visitor the value that [`crate::Flags::evaluate`] gives at `now`; it should read it again when a schedule
/// begins or ends.
pub fn for_growthbook(document: &Value, now: i64) -> Value {
    let Value::Object(fields) = document else { return json!({"features": {}}) };
    let mut exported = fields.clone();
    if let Some(features) = exported.get_mut("features").and_then(Value::as_object_mut) {
        for (key, feature) in features {
            if let Value::Object(feature) = feature {
                export_feature(key, feature, fields, now);
            }
        }
    }
    if let Some(experiments) = exported.get_mut("experiments").and_then(Value::as_array_mut) {
        experiments.retain_mut(|experiment| {
            let key = experiment.get("key").and_then(Value::as_str).unwrap_or_default().to_owned();
            export_rule(&key, experiment, fields, now)
        });
    }
    for field in OWN_DOCUMENT_FIELDS {
        exported.remove(field);
    }
    Value::Object(exported)
}

fn export_feature(key: &str, feature: &mut Map<String, Value>, document: &Map<String, Value>, now: i64) {
    if !is_on(feature, now) {
        feature.remove("rules");
    } else {
        let mut rules = match feature.remove("rules") {
            Some(Value::Array(rules)) => rules,
            _ => Vec::new(),
        };
        rules.retain_mut(|rule| export_rule(key, rule, document, now));
        let holdout = feature.get("holdout").and_then(Value::as_str);
        let default = feature.get("defaultValue").cloned().unwrap_or(Value::Null);
        if let Some(rule) = holdout.and_then(|name| holdout_rule(name, &default, document)) {
            rules.insert(0, rule);
        }
        feature.insert("rules".into(), rules.into());
    }
    for field in OWN_FIELDS {
        feature.remove(field);
    }
}

/// Puts a rule or an experiment into GrowthBook's words. Returns whether it counts at all.
fn export_rule(key: &str, rule: &mut Value, document: &Map<String, Value>, now: i64) -> bool {
    let Value::Object(rule) = rule else { return false };
    if !is_on(rule, now) {
        return false;
    }
    if let Some(layer) = rule.get("layer").and_then(Value::as_str) {
        let key = rule.get("key").and_then(Value::as_str).unwrap_or(key);
        let Some(filter) = layer_filter(layer, key, document) else { return false };
        match rule.get_mut("filters") {
            Some(Value::Array(filters)) => filters.push(filter),
            _ => {
                rule.insert("filters".into(), json!([filter]));
            }
        }
    }
    for field in OWN_FIELDS {
        rule.remove(field);
    }
    true
}

fn is_on(object: &Map<String, Value>, now: i64) -> bool {
    object.get("enabled") != Some(&Value::Bool(false)) && is_scheduled(object, now)
}

fn layer_filter(layer: &str, experiment: &str, document: &Map<String, Value>) -> Option<Value> {
    let definition = document.get("layers")?.get(layer)?;
    Some(json!({
        "attribute": text(definition, "hashAttribute").unwrap_or(ID),
        "seed": text(definition, "seed").map_or_else(|| layer_seed(layer), str::to_owned),
        "hashVersion": 2,
        "ranges": definition.get("allocations")?.get(experiment)?,
    }))
}

fn holdout_rule(holdout: &str, default: &Value, document: &Map<String, Value>) -> Option<Value> {
    let definition = document.get("holdouts")?.get(holdout)?;
    let share = definition.get("share")?.as_f64()?;
    Some(json!({
        "key": holdout,
        "hashAttribute": text(definition, "hashAttribute").unwrap_or(ID),
        "seed": text(definition, "seed").map_or_else(|| holdout_seed(holdout), str::to_owned),
        "hashVersion": 2,
        "disableStickyBucketing": true,
        "variations": [default, default],
        "ranges": [[0, share], [share, 1]],
        "meta": [{"key": "holdout"}, {"key": "general", "passthrough": true}],
    }))
}

fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.get(field).and_then(Value::as_str)
}

/// The seed of a layer that names none.
pub(crate) fn layer_seed(layer: &str) -> String {
    format!("layer:{layer}")
}

/// The seed of a holdout that names none.
pub(crate) fn holdout_seed(holdout: &str) -> String {
    format!("holdout:{holdout}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Flags, Visitor};

    const NOW: i64 = 1_795_766_400_000;

    fn document() -> Value {
        json!({
            "features": {
                "held": {"defaultValue": "old", "holdout": "h", "rules": [
                    {"force": "new", "coverage": 0.9, "rollout": {"name": "r", "version": 3}},
                ]},
                "one": {"defaultValue": "-", "rules": [{"layer": "l", "variations": ["a", "b"], "hashVersion": 2}]},
                "two": {"defaultValue": "-", "rules": [{"layer": "l", "key": "second", "force": "x"}, {"force": "y"}]},
                "off": {"defaultValue": "off", "enabled": false, "rules": [{"force": "on"}]},
                "past": {"defaultValue": "usual", "rules": [
                    {"schedule": {"end": NOW}, "force": "past"},
                    {"enabled": false, "force": "never"},
                    {"schedule": {"start": NOW}, "description": "sale", "force": "now", "condition": {"country": "ES"}},
                ]},
                "later": {"defaultValue": "usual", "schedule": {"start": NOW + 1}, "rules": [{"force": "later"}]},
            },
            "layers": {"l": {"allocations": {"one": [[0, 0.3]], "second": [[0.3, 0.8]]}}},
            "holdouts": {"h": {"share": 0.2, "seed": "s"}},
        })
    }

    #[test]
    fn an_sdk_gives_the_same_values() {
        let document = document();
        let ours = Flags::compile(&document.to_string()).unwrap();
        let exported = for_growthbook(&document, NOW);
        let theirs = Flags::compile(&exported.to_string()).unwrap();
        for person in 0..2000 {
            let id = format!("v{person}");
            let visitor = Visitor::new(&id).country(if person % 2 == 0 { "ES" } else { "FR" });
            for key in ours.keys() {
                let (a, b) = (ours.evaluate(key, &visitor, NOW), theirs.evaluate(key, &visitor, NOW));
                assert_eq!(a.value, b.value, "{key} for {id}");
                let count = |e: &crate::Evaluation<'_>| {
                    e.exposures()
                        .map(|x| format!("{} {}", x.experiment.key(), x.variation_key()))
                        .collect::<Vec<_>>()
                };
                assert_eq!(count(&a), count(&b), "{key} for {id}");
            }
        }
    }

    #[test]
    fn nothing_of_our_own_is_left() {
        let text = for_growthbook(&document(), NOW).to_string();
        for field in
            ["layer\"", "layers", "holdouts", "\"holdout\":", "schedule", "enabled", "description", "rollout"]
        {
            assert!(!text.contains(field), "{field} in {text}");
        }
    }
}
