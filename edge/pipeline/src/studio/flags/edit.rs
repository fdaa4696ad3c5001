//! What the forms of a flag make of it.

use super::flag::Shown;
use super::{Form, Member, kind_of, pages, rules};
use orilla_shop::team::flags::ValueKind;
use orilla_studio::pages::{FormFault, Told};
use serde_json::{Value, json};

/// The flag after what a form asks for; `None`: it is gone.
pub(super) fn edit(
    member: &Member,
    form: &mut Form,
    intent: &str,
    at: usize,
    flag: &Value,
) -> Result<Option<Value>, Box<Shown>> {
    let words = member.studio.words();
    let kind = kind_of(flag);
    let stale = || Box::new(Shown { told: Told::Refused(words.form_stale().to_owned()), ..Shown::default() });
    let mut fields = flag.as_object().cloned().unwrap_or_default();
    let mut rules = rules(flag).to_vec();
    match intent {
        "delete" => return Ok(None),
        "settings" => {
            let typed = form.take("default");
            let Some(value) = kind.read(&typed) else {
                let fault =
                    FormFault { field: "default".into(), message: words.flag_fault_value().to_owned() };
                return Err(Box::new(Shown {
                    faults: vec![fault],
                    default: Some(typed),
                    ..Shown::default()
                }));
            };
            fields.insert("defaultValue".into(), value);
            let description = form.take("description");
            match description.trim() {
                "" => drop(fields.remove("description")),
                text => drop(fields.insert("description".into(), text.into())),
            }
            match form.take("enabled").as_str() {
                "yes" => drop(fields.remove("enabled")),
                _ => drop(fields.insert("enabled".into(), false.into())),
            }
        }
        "add-force" => rules.push(json!({ "id": new_id(&rules), "force": kind.first(), "enabled": false })),
        "add-rollout" => {
            rules.push(
                json!({ "id": new_id(&rules), "force": kind.first(), "coverage": 0, "enabled": false }),
            );
        }
        "add-experiment" => {
            let first = flag.get("defaultValue").cloned().unwrap_or(Value::Null);
            let second = if kind == ValueKind::Boolean { json!(first != json!(true)) } else { first.clone() };
            rules.push(
                json!({ "id": new_id(&rules), "enabled": false, "hashVersion": 2, "weights": [0.5, 0.5],
                "variations": [first, second], "meta": [{ "key": "0" }, { "key": "1" }] }),
            );
        }
        "up" | "down" => {
            let other = if intent == "up" { at.wrapping_sub(1) } else { at.wrapping_add(1) };
            if at >= rules.len() || other >= rules.len() {
                return Err(stale());
            }
            rules.swap(at, other);
        }
        "remove" if at < rules.len() => drop(rules.remove(at)),
        "rule" => {
            let typed = form.rule();
            let Some(rule) = rules.get_mut(at) else { return Err(stale()) };
            match typed.apply(rule, kind) {
                Ok(edited) => *rule = edited,
                Err(faults) => {
                    let faults =
                        faults.iter().map(|fault| pages::rule_fault(&member.studio, fault)).collect();
                    let told = Told::Refused(words.flags_refused().to_owned());
                    return Err(Box::new(Shown {
                        told,
                        typed: Some((at, typed, faults)),
                        ..Shown::default()
                    }));
                }
            }
        }
        _ => return Err(stale()),
    }
    fields.insert("rules".into(), rules.into());
    Ok(Some(Value::Object(fields)))
}

/// A name that no rule has: rule-1, rule-2, …
fn new_id(rules: &[Value]) -> String {
    let is_free = |id: &String| rules.iter().all(|rule| rule.get("id").and_then(Value::as_str) != Some(id));
    (1..).map(|number: u32| format!("rule-{number}")).find(is_free).unwrap_or_default()
}
