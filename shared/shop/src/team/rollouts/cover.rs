//! The coverage of one rule in a document of flags.

use crate::team::flags::rule_mut;
use orilla_rollouts::{Plan, Share};
use serde_json::{Value, json};

/// Why a rule can't be driven.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is not there.
    #[error("there is no such rule")]
    Missing,
    /// It was saved, and not published yet.
    #[error("the rule is not published yet")]
    Unpublished,
    /// It gives no value, or by other means than a coverage.
    #[error("the rule gives no value to a part of the people: it needs \"force\" and \"coverage\"")]
    NoCoverage,
    /// More people have it already than would in the first step.
    #[error("more people have the value already than would in the first step")]
    Wider,
}

/// A rule that a rollout can drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The flag.
    pub flag: String,
    /// The id of the rule.
    pub rule: String,
    /// What it gives, as JSON.
    pub value: String,
    /// The buckets of its hash.
    pub buckets: u32,
}

impl Place {
    /// All rules of a document that a rollout could drive.
    pub fn all(document: &Value) -> Vec<Place> {
        let features = document.get("features").and_then(Value::as_object).into_iter().flatten();
        features
            .flat_map(|(flag, feature)| {
                let rules = feature.get("rules").and_then(Value::as_array).into_iter().flatten();
                rules.filter_map(|rule| Place::of(flag, rule))
            })
            .collect()
    }

    fn of(flag: &str, rule: &Value) -> Option<Place> {
        let id = rule.get("id")?.as_str().filter(|id| !id.is_empty())?;
        let value = rule.get("force")?.to_string();
        rule.get("coverage")?.as_f64()?;
        if rule.get("range").is_some() {
            return None;
        }
        let is_second = rule.get("hashVersion").and_then(Value::as_f64).is_some_and(|version| version > 1.5);
        let buckets = if is_second { 10_000 } else { 1_000 };
        Some(Place { flag: flag.to_owned(), rule: id.to_owned(), value, buckets })
    }

    /// The place of a rule, if a rollout of this plan can begin there.
    ///
    /// # Errors
    /// See [`Unfit`].
    pub fn find(document: &Value, flag: &str, rule: &str, plan: &Plan) -> Result<Place, Unfit> {
        let mut copy = document.clone();
        let found = rule_mut(&mut copy, flag, rule).map_err(|_| Unfit::Missing)?;
        let place = Place::of(flag, found).ok_or(Unfit::NoCoverage)?;
        let first = plan.steps.first().map_or(0.0, |step| step.share.part());
        if found.get("coverage").and_then(Value::as_f64).is_none_or(|coverage| coverage > first + 1e-9) {
            return Err(Unfit::Wider);
        }
        Ok(place)
    }
}

/// What the rule says of the rollout that has given it its coverage: the rollout, and the number of its event.
fn driver(rule: &Value) -> (u64, u64) {
    let of = rule.get("rollout");
    let number = |field: &str| of.and_then(|of| of.get(field));
    let name = number("name").and_then(Value::as_str).and_then(|name| name.parse().ok()).unwrap_or(0);
    (name, number("version").and_then(Value::as_u64).unwrap_or(0))
}

/// Gives a rule the coverage that rollout `id` had with its event number `version`, unless a later one has been there.
/// Everybody: the rule has no coverage any more, so that people without an id have the value, too.
///
/// # Errors
/// A message that says what is missing.
pub(super) fn cover(
    document: &mut Value,
    (flag, rule): (&str, &str),
    (id, version): (u64, u64),
    share: Share,
) -> Result<(), String> {
    let rule = rule_mut(document, flag, rule)?;
    if driver(rule) > (id, version) {
        return Ok(());
    }
    let Some(fields) = rule.as_object_mut() else { return Err("the rule is no object".to_owned()) };
    if share == Share::ALL {
        fields.remove("coverage");
    } else {
        fields.insert("coverage".to_owned(), json!(share.part()));
    }
    fields.insert("rollout".to_owned(), json!({"name": id.to_string(), "version": version}));
    Ok(())
}

/// Whether a rule has what rollout `id` wants. False, too, if it is not there.
pub(super) fn has(document: &Value, (flag, rule): (&str, &str), id: u64, share: Share) -> bool {
    let mut copy = document.clone();
    let Ok(rule) = rule_mut(&mut copy, flag, rule) else { return false };
    let coverage = rule.get("coverage").and_then(Value::as_f64);
    let is_same = match coverage {
        None => share == Share::ALL,
        Some(coverage) => (coverage - share.part()).abs() < 1e-9,
    };
    is_same && driver(rule).0 == id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(rule: &Value) -> Value {
        json!({"features": {"a": {"defaultValue": 0, "rules": [rule]}}})
    }

    #[test]
    fn a_rule_gets_a_coverage_and_remembers_from_whom() {
        let mut flags = document(&json!({"id": "r", "force": 1, "coverage": 0}));
        let mut set =
            |id, version, share| cover(&mut flags, ("a", "r"), (id, version), share).map(|()| flags.clone());
        let after = set(7, 3, Share::percent(5)).unwrap();
        assert_eq!(
            after,
            document(
                &json!({"id": "r", "force": 1, "coverage": 0.05, "rollout": {"name": "7", "version": 3}})
            )
        );
        assert!(
            has(&after, ("a", "r"), 7, Share::percent(5)) && !has(&after, ("a", "r"), 7, Share::percent(1))
        );
        // Who comes late undoes nothing: neither an event before, nor a rollout before.
        assert_eq!(set(7, 2, Share::percent(1)).unwrap(), after);
        assert_eq!(set(6, 9, Share::percent(1)).unwrap(), after);
        let all = set(7, 4, Share::ALL).unwrap();
        assert_eq!(all["features"]["a"]["rules"][0].get("coverage"), None);
        assert!(has(&all, ("a", "r"), 7, Share::ALL));
        assert_eq!(set(7, 3, Share::percent(5)).unwrap(), all);
        assert!(cover(&mut flags, ("a", "gone"), (9, 1), Share::ALL).is_err());
    }

    #[test]
    fn rules_that_can_be_driven() {
        let find = |rule: Value| {
            Place::find(&document(&rule), "a", "r", &Plan::default()).map(|place| place.buckets)
        };
        assert_eq!(find(json!({"id": "r", "force": 1, "coverage": 0})), Ok(1_000));
        assert_eq!(find(json!({"id": "r", "force": 1, "coverage": 0.01, "hashVersion": 2})), Ok(10_000));
        assert_eq!(find(json!({"id": "r", "force": 1, "coverage": 0.2})), Err(Unfit::Wider));
        assert_eq!(find(json!({"id": "r", "force": 1})), Err(Unfit::NoCoverage));
        assert_eq!(find(json!({"id": "r", "variations": [1, 2], "coverage": 0})), Err(Unfit::NoCoverage));
        assert_eq!(
            find(json!({"id": "r", "force": 1, "coverage": 0, "range": [0, 0.1]})),
            Err(Unfit::NoCoverage)
        );
        assert_eq!(find(json!({"id": "s", "force": 1, "coverage": 0})), Err(Unfit::Missing));
        assert_eq!(Place::all(&document(&json!({"id": "r", "force": [1], "coverage": 0})))[0].value, "[1]");
    }
}
