//! Whoever is in an experiment stays in their variation while it runs: what splits people may not change.

use super::ExperimentDesk;
use super::in_flags::name_of;
use crate::PortError;
use crate::publish::{Press, PublishError, attached};
use orilla_experiments::{Experiment, Status};
use orilla_flags::Fault;
use orilla_snapshot::Attachment;
use serde_json::{Map, Value};

/// The fields of a rule that decide who gets what, beside how many variations there are, and `coverage`, which may grow.
const SPLIT: [&str; 11] = [
    "condition",
    "parentConditions",
    "hashAttribute",
    "fallbackAttribute",
    "hashVersion",
    "seed",
    "weights",
    "ranges",
    "namespace",
    "filters",
    "bucketVersion",
];

/// The experiments whose visitors stay where they are, and what those get now.
#[derive(Clone, Debug, Default)]
pub struct Running {
    experiments: Vec<Experiment>,
    published: Option<Value>,
}

/// The experiments that run with shares that nobody but the team changes. A bandit has others by the hour, and puts back
/// what it finds changed.
///
/// # Errors
/// [`PortError`] of the store.
pub async fn running(desk: &dyn ExperimentDesk, press: Press<'_>) -> Result<Running, PortError> {
    let mut experiments = desk.experiments().await?;
    experiments.retain(|one| one.status() == Status::Running && one.design.bandit.is_none());
    if experiments.is_empty() {
        return Ok(Running::default());
    }
    let published = match attached(press, Attachment::Flags).await {
        Err(PublishError::Port(error)) => return Err(error),
        other => other.ok().flatten().and_then(|bytes| serde_json::from_slice(&bytes).ok()),
    };
    Ok(Running { experiments, published })
}

/// What would move people of these experiments from one variation to another, or out, if a document took the place of the
/// one that was saved before, or of what is published. To switch a rule off or to take it away ends an experiment, and is no
/// fault.
pub(crate) fn moved(saved: &Value, after: &Value, running: &Running) -> Vec<Fault> {
    let moves = |experiment: &Experiment| {
        let (flag, key) = (experiment.design.flag.as_str(), experiment.key.as_str());
        let (at, after) = rule(after, flag, key)?;
        let mut before = [Some(saved), running.published.as_ref()].into_iter().flatten();
        let field = before.find_map(|before| changed(rule(before, flag, key)?.1, after))?;
        let flag = flag.replace('~', "~0").replace('/', "~1");
        let path = format!("/features/{flag}/rules/{at}/{field}");
        let message = format!(
            "would move visitors of the experiment \"{key}\", which is running: stop it first, or give what is new another key"
        );
        Some(Fault { path, message })
    };
    running.experiments.iter().filter_map(moves).collect()
}

/// Whether two documents split the visitors of an experiment alike; so they do if the first does not split them.
pub fn is_same_split(published: &Value, saved: &Value, flag: &str, key: &str) -> bool {
    match (rule(published, flag, key), rule(saved, flag, key)) {
        (Some((_, published)), Some((_, saved))) => {
            changed(published, saved).is_none() && changed(saved, published).is_none()
        }
        (published, _) => published.is_none(),
    }
}

/// The rule of an experiment and its place.
fn rule<'d>(document: &'d Value, flag: &str, key: &str) -> Option<(usize, &'d Map<String, Value>)> {
    let rules = document.get("features")?.get(flag)?.get("rules")?.as_array()?;
    let mut rules = rules.iter().enumerate().filter_map(|(at, rule)| rule.as_object().map(|rule| (at, rule)));
    rules.find(|(_, rule)| name_of(flag, rule) == key && rule.contains_key("variations"))
}

/// The first field that splits people otherwise.
fn changed(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<&'static str> {
    let variations =
        |rule: &Map<String, Value>| rule.get("variations").and_then(Value::as_array).map(Vec::len);
    let coverage = |rule: &Map<String, Value>| rule.get("coverage").and_then(Value::as_f64).unwrap_or(1.0);
    if variations(before) != variations(after) {
        return Some("variations");
    }
    if keys(before) != keys(after) {
        return Some("meta");
    }
    if coverage(after) < coverage(before) {
        return Some("coverage");
    }
    SPLIT.into_iter().find(|field| before.get(*field) != after.get(*field))
}

/// The names under which variations are counted.
fn keys(rule: &Map<String, Value>) -> Vec<Option<&str>> {
    let count = rule.get("variations").and_then(Value::as_array).map_or(0, Vec::len);
    let meta = rule.get("meta").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    (0..count).map(|at| meta.get(at)?.get("key")?.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_split_that_is_not_published_is_another_one() {
        let with = |rule: Value| json!({ "features": { "a": { "rules": [rule] } } });
        let small = with(json!({ "variations": [1, 2], "coverage": 0.1 }));
        let large = with(json!({ "variations": [1, 2], "coverage": 0.2 }));
        assert!(is_same_split(&small, &small, "a", "a") && !is_same_split(&small, &large, "a", "a"));
        assert!(!is_same_split(&large, &small, "a", "a") && !is_same_split(&small, &json!({}), "a", "a"));
        assert!(is_same_split(&json!({}), &small, "a", "a"), "nobody is split yet");
    }

    #[test]
    fn what_moves_nobody_may_change() {
        let rule = json!({ "key": "cards", "variations": ["plain", "large"], "weights": [0.5, 0.5], "coverage": 0.2,
            "seed": "s" });
        let with = |field: &str, value: Value| {
            let mut other = rule.clone();
            other[field] = value;
            changed(rule.as_object().unwrap(), other.as_object().unwrap())
        };
        assert_eq!(with("coverage", json!(0.5)), None, "more people");
        assert_eq!(with("variations", json!(["plain", "huge"])), None);
        assert_eq!(with("enabled", json!(false)), None);
        assert_eq!(with("meta", json!([{ "name": "As it is" }, {}])), None);
        assert_eq!(with("meta", json!([{ "key": "0" }, { "key": "big" }])), Some("meta"));
        assert_eq!(with("coverage", json!(0.1)), Some("coverage"));
        assert_eq!(with("variations", json!(["plain", "large", "none"])), Some("variations"));
        for (field, value) in [
            ("weights", json!([0.4, 0.6])),
            ("seed", json!("t")),
            ("condition", json!({ "country": "ES" })),
            ("hashVersion", json!(2)),
            ("hashAttribute", json!("company")),
            ("namespace", json!(["a", 0, 1])),
            ("ranges", json!([[0, 0.1], [0.5, 1]])),
        ] {
            assert_eq!(with(field, value), Some(field));
        }
    }
}
