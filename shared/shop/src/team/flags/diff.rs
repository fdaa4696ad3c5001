//! What two documents differ in, flag by flag, in parts that can be said in words.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The most characters of a value that a history keeps.
const LONGEST_VALUE: usize = 400;
/// The most changes that a history keeps of one version.
const MOST: usize = 200;

/// A change of one flag, or of what flags share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagChange {
    /// The flag; empty for what flags share: saved groups, layers, holdouts, experiments without a flag.
    pub flag: String,
    /// What changed.
    #[serde(flatten)]
    pub change: Change,
}

/// What changed. Stored for ever, as JSON with a `type`: change it only so that old JSON can still be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Change {
    /// The flag is new.
    Added,
    /// The flag is gone.
    Removed,
    /// The flag, or a rule of it, was switched on or off.
    Switched {
        /// The rule; none: the flag.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
        /// Whether it is on now.
        is_on: bool,
    },
    /// A field has another value.
    Field {
        /// The rule; none: the flag's own field.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
        /// The field, as in the JSON.
        field: String,
        /// What stood in it, as JSON; empty: nothing.
        before: String,
        /// What stands in it.
        after: String,
    },
    /// A rule is new.
    RuleAdded {
        /// The rule.
        rule: String,
    },
    /// A rule is gone.
    RuleRemoved {
        /// The rule.
        rule: String,
    },
    /// The rules are the same in another order.
    Reordered,
}

/// What two documents differ in: flags by name, then what they share.
pub fn differences(before: &Value, after: &Value) -> Vec<FlagChange> {
    let nothing = Map::new();
    let object = |value: &'_ Value| value.as_object().cloned().unwrap_or_default();
    let (before, after) = (object(before), object(after));
    let features = |document: &Map<String, Value>| document.get("features").map(object).unwrap_or_default();
    let (old, new) = (features(&before), features(&after));
    let mut changes = Vec::new();
    for flag in names(&old, &new) {
        let mut add = |change| changes.push(FlagChange { flag: flag.to_owned(), change });
        match (old.get(flag), new.get(flag)) {
            (None, _) => add(Change::Added),
            (_, None) => add(Change::Removed),
            (Some(old), Some(new)) => {
                let (old, new) = (old.as_object().unwrap_or(&nothing), new.as_object().unwrap_or(&nothing));
                fields(old, new, None, &mut add);
                rules(list(old.get("rules")), list(new.get("rules")), &mut add);
            }
        }
    }
    let shared = |name: &&str| !matches!(*name, "features" | "version" | "dateUpdated" | "status");
    for part in names(&before, &after).into_iter().filter(shared) {
        if before.get(part) != after.get(part) {
            let change = field(None, part, before.get(part), after.get(part));
            changes.push(FlagChange { flag: String::new(), change });
        }
    }
    changes.truncate(MOST);
    changes
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The names in either, in order.
fn names<'v>(a: &'v Map<String, Value>, b: &'v Map<String, Value>) -> Vec<&'v str> {
    let mut names: Vec<&str> = a.keys().chain(b.keys()).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn field(rule: Option<&str>, name: &str, before: Option<&Value>, after: Option<&Value>) -> Change {
    let text = |value: Option<&Value>| {
        value.map(ToString::to_string).unwrap_or_default().chars().take(LONGEST_VALUE).collect()
    };
    Change::Field {
        rule: rule.map(str::to_owned),
        field: name.to_owned(),
        before: text(before),
        after: text(after),
    }
}

/// The fields of a flag or a rule that are other than before.
fn fields(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    rule: Option<&str>,
    add: &mut impl FnMut(Change),
) {
    let is_on = |object: &Map<String, Value>| object.get("enabled") != Some(&Value::Bool(false));
    for name in names(old, new).into_iter().filter(|name| *name != "rules") {
        let (before, after) = (old.get(name), new.get(name));
        if before == after {
            continue;
        }
        if name != "enabled" {
            add(field(rule, name, before, after));
        } else if is_on(old) != is_on(new) {
            add(Change::Switched { rule: rule.map(str::to_owned), is_on: is_on(new) });
        }
    }
}

/// A rule keeps its id; one without is known by its place.
fn rule_name(rule: &Value, place: usize) -> String {
    let id = rule.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
    id.map_or_else(|| format!("#{}", place + 1), str::to_owned)
}

fn rules(old: &[Value], new: &[Value], add: &mut impl FnMut(Change)) {
    let named = |rules: &'_ [Value]| -> Vec<(String, Value)> {
        rules.iter().enumerate().map(|(place, rule)| (rule_name(rule, place), rule.clone())).collect()
    };
    let (old, new) = (named(old), named(new));
    let find = |rules: &'_ [(String, Value)], name: &str| {
        rules.iter().find(|(found, _)| found == name).map(|(_, rule)| rule.clone())
    };
    for (name, rule) in &old {
        match find(&new, name) {
            None => add(Change::RuleRemoved { rule: name.clone() }),
            Some(now) => {
                if let (Some(rule), Some(now)) = (rule.as_object(), now.as_object()) {
                    fields(rule, now, Some(name), add);
                }
            }
        }
    }
    for (name, _) in new.iter().filter(|(name, _)| find(&old, name).is_none()) {
        add(Change::RuleAdded { rule: name.clone() });
    }
    let stayed = |rules: &'_ [(String, Value)], others: &'_ [(String, Value)]| -> Vec<String> {
        rules.iter().map(|(name, _)| name.clone()).filter(|name| find(others, name).is_some()).collect()
    };
    if stayed(&old, &new) != stayed(&new, &old) {
        add(Change::Reordered);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(before: &Value, after: &Value, expected: &[&str]) {
        let said: Vec<String> = differences(before, after)
            .into_iter()
            .map(|change| serde_json::to_string(&change).unwrap())
            .collect();
        assert_eq!(said, expected);
        let read = |text: &String| serde_json::from_str::<FlagChange>(text).unwrap();
        assert_eq!(said.iter().map(read).collect::<Vec<_>>(), differences(before, after));
    }

    fn flag(rules: &Value) -> Value {
        json!({"features": {"a": {"defaultValue": false, "rules": rules}}})
    }

    #[test]
    fn flags_come_and_go() {
        check(
            &json!({"features": {"a": {}, "b": {}}}),
            &json!({"features": {"b": {}, "c": {}}}),
            &[r#"{"flag":"a","type":"removed"}"#, r#"{"flag":"c","type":"added"}"#],
        );
        check(&json!({}), &json!({"features": {}}), &[]);
    }

    #[test]
    fn fields_of_a_flag_and_of_a_rule() {
        check(
            &flag(&json!([{"id": "r", "force": true, "coverage": 0.1}])),
            &json!({"features": {"a": {"defaultValue": true, "enabled": false,
                "rules": [{"id": "r", "force": true, "coverage": 0.5, "enabled": false}]}}}),
            &[
                r#"{"flag":"a","type":"field","field":"defaultValue","before":"false","after":"true"}"#,
                r#"{"flag":"a","type":"switched","is_on":false}"#,
                r#"{"flag":"a","type":"field","rule":"r","field":"coverage","before":"0.1","after":"0.5"}"#,
                r#"{"flag":"a","type":"switched","rule":"r","is_on":false}"#,
            ],
        );
    }

    #[test]
    fn rules_come_go_and_move() {
        let rule = |id: &str| json!({"id": id, "force": true});
        check(
            &flag(&json!([rule("x"), rule("y"), rule("z")])),
            &flag(&json!([rule("z"), rule("w"), rule("x")])),
            &[
                r#"{"flag":"a","type":"rule_removed","rule":"y"}"#,
                r#"{"flag":"a","type":"rule_added","rule":"w"}"#,
                r#"{"flag":"a","type":"reordered"}"#,
            ],
        );
        check(
            &flag(&json!([{"force": 1}])),
            &flag(&json!([{"force": 1}, {"force": 2}])),
            &[r##"{"flag":"a","type":"rule_added","rule":"#2"}"##],
        );
    }

    #[test]
    fn what_flags_share() {
        check(
            &json!({"savedGroups": {"g": [1]}, "version": 1}),
            &json!({"savedGroups": {"g": [1, 2]}, "version": 2}),
            &[
                r#"{"flag":"","type":"field","field":"savedGroups","before":"{\"g\":[1]}","after":"{\"g\":[1,2]}"}"#,
            ],
        );
    }
}
