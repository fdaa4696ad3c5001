//! One rule of a flag.

use super::experiment::{experiment, filters, hash_version, parents, range};
use super::{Names, schedule};
use crate::attribute::Kind;
use crate::condition::{Condition, compile};
use crate::definition::{Action, Force, Part, Rollout, Rule, Schedule};
use crate::fault::At;
use crate::hash::Seed;
use crate::json::Object;
use crate::visitor::names::ID;
use serde_json::Value;

const RULE_FIELDS: [&str; 30] = [
    "id",
    "condition",
    "parentConditions",
    "force",
    "variations",
    "weights",
    "key",
    "hashAttribute",
    "fallbackAttribute",
    "hashVersion",
    "disableStickyBucketing",
    "bucketVersion",
    "minBucketVersion",
    "range",
    "coverage",
    "namespace",
    "ranges",
    "meta",
    "filters",
    "seed",
    "name",
    "phase",
    "tracks",
    "contextualBanditRef",
    "contextualVariations",
    "schedule",
    "layer",
    "enabled",
    "description",
    "rollout",
];

/// The rule that `value` describes, of the flag `key`. `None` if it is no object.
pub(super) fn read(
    key: &str,
    value: &Value,
    default: &Value,
    at: &At<'_>,
    names: &Names<'_>,
) -> Option<Rule> {
    let rule = Object::read(value, at)?;
    rule.allow_only(&RULE_FIELDS);
    let mut filters = filters(&rule).unwrap_or_default();
    if let Some(layer) = rule.text("layer") {
        if rule.get("namespace").is_some() {
            rule.at.key("namespace").fault("can't be used together with a layer");
        }
        let experiment = rule.text("key").unwrap_or(key);
        match names.layers.filter(layer, experiment) {
            Some(filter) => filters.push(filter),
            None => rule.refuse("layer", format!("names no layer that has a range for \"{experiment}\"")),
        }
    }
    let variations =
        if rule.get("contextualVariations").is_some() { "contextualVariations" } else { "variations" };
    let action = if let Some(value) = rule.map.get("force") {
        check_type(value, default, &rule.at.key("force"));
        Action::Force(force(key, value.clone(), &rule, names))
    } else if let Some(values) = rule.list(variations) {
        let at = rule.at.key(variations);
        for (index, value) in values.iter().enumerate() {
            check_type(value, default, &at.index(index));
        }
        Action::Experiment(Box::new(experiment(rule.text("key").unwrap_or(key), values, &rule, names)))
    } else {
        if rule.get("parentConditions").is_none() {
            at.fault("needs a value to \"force\", \"variations\", or \"parentConditions\"");
        }
        Action::Nothing
    };
    let parents = parents(&rule, names);
    let mut schedule = schedule(&rule);
    if rule.flag("enabled") == Some(false) || rule.is_broken() {
        schedule = Schedule { is_never: true, ..schedule };
    }
    let id = rule.text("id").unwrap_or_default().into();
    let driver = rule.object("rollout").and_then(|rollout| rollout.get("name")?.as_str()).map(Into::into);
    Some(Rule { id, driver, schedule, parents, filters, action })
}

/// All values of a flag have one type. Lists and objects are one: JSON.
fn check_type(value: &Value, default: &Value, at: &At<'_>) {
    let kind = |value| match Kind::of(value) {
        Kind::Array => Kind::Object,
        kind => kind,
    };
    let (own, expected) = (kind(value), kind(default));
    if own != expected && own != Kind::Null && expected != Kind::Null {
        at.fault(format!("is a {}, but the flag's default is a {}", own.name(), expected.name()));
    }
}

fn force(key: &str, value: Value, rule: &Object<'_, '_>, names: &Names<'_>) -> Force {
    let condition = rule
        .get("condition")
        .map_or_else(Condition::default, |value| compile(value, &rule.at.key("condition"), names.groups));
    Force { value, condition, rollout: rollout(key, rule) }
}

fn rollout(key: &str, rule: &Object<'_, '_>) -> Option<Rollout> {
    let part = if let Some(value) = rule.get("range") {
        match range(value) {
            Some(range) => Part::In(range),
            None => {
                rule.refuse("range", "must be two numbers, such as [0, 0.5]");
                Part::Nobody
            }
        }
    } else {
        let coverage = rule.number("coverage")?;
        if !(0.0..=1.0).contains(&coverage) {
            rule.at.key("coverage").fault("must be between 0 and 1");
        }
        // Buckets begin at 0, and the comparison includes its end: 0 % needs a case of its own.
        if coverage == 0.0 { Part::Nobody } else { Part::UpTo(coverage) }
    };
    let seed = rule.text("seed").filter(|seed| !seed.is_empty()).unwrap_or(key);
    let attribute = rule.text("hashAttribute").filter(|name| !name.is_empty()).unwrap_or(ID);
    let fallback =
        rule.text("fallbackAttribute").filter(|_| rule.flag("disableStickyBucketing") != Some(true));
    Some(Rollout {
        seed: hash_version(rule, 1.0).map(|version| Seed::new(seed, version)),
        attribute: attribute.into(),
        fallback: fallback.map(Into::into),
        part,
    })
}
