//! A rule as a form shows it: what forms can say of it. Everything else in the rule stays as it is.

use serde_json::{Map, Number, Value, json};

/// The most variations that a form has room for.
pub const VARIATIONS: usize = 6;
/// The longest text of a field, in bytes.
const LONGEST: usize = 4_000;

/// What a flag's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A text.
    Text,
    /// An object or a list.
    Json,
}

impl ValueKind {
    /// All of them.
    pub const ALL: [ValueKind; 4] = [ValueKind::Boolean, ValueKind::Text, ValueKind::Number, ValueKind::Json];

    /// That of a value; of null: JSON.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Bool(_) => ValueKind::Boolean,
            Value::Number(_) => ValueKind::Number,
            Value::String(_) => ValueKind::Text,
            Value::Null | Value::Array(_) | Value::Object(_) => ValueKind::Json,
        }
    }

    /// Its name in forms.
    pub fn token(self) -> &'static str {
        match self {
            ValueKind::Boolean => "boolean",
            ValueKind::Number => "number",
            ValueKind::Text => "text",
            ValueKind::Json => "json",
        }
    }

    /// The kind of this name.
    pub fn parse(token: &str) -> Option<Self> {
        ValueKind::ALL.into_iter().find(|kind| kind.token() == token)
    }

    /// What a new flag of this kind gives: nothing new.
    pub fn first(self) -> Value {
        match self {
            ValueKind::Boolean => Value::Bool(false),
            ValueKind::Number => json!(0),
            ValueKind::Text => json!(""),
            ValueKind::Json => json!({}),
        }
    }

    /// A value as it is typed.
    pub fn typed(self, value: &Value) -> String {
        match value {
            Value::String(text) if self == ValueKind::Text => text.clone(),
            Value::Null => String::new(),
            value => value.to_string(),
        }
    }

    /// What was typed; `None` if it is not of this kind.
    pub fn read(self, typed: &str) -> Option<Value> {
        if typed.len() > LONGEST {
            return None;
        }
        match self {
            ValueKind::Text => Some(json!(typed)),
            ValueKind::Boolean => typed.trim().parse().ok().map(Value::Bool),
            ValueKind::Number => {
                let typed = typed.trim();
                let whole = typed.parse::<i64>().ok().map(Number::from);
                whole.or_else(|| Number::from_f64(typed.parse().ok()?)).map(Value::Number)
            }
            ValueKind::Json => serde_json::from_str(typed).ok(),
        }
    }
}

/// A variation in a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariationForm {
    /// Its name in reports.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Its share in percent.
    pub weight: String,
}

/// What a form says of a rule, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleForm {
    /// Its name, by which the history and rollouts know it.
    pub id: String,
    /// Whether it counts.
    pub is_on: bool,
    /// For whom: JSON in GrowthBook's words. Empty: for everybody.
    pub condition: String,
    /// The share of those people, in percent. Empty: all of them.
    pub percent: String,
    /// From when: `2026-11-27T09:00`, UTC. Empty: from now on.
    pub start: String,
    /// Until when.
    pub end: String,
    /// The value that they get; for an experiment nothing.
    pub value: String,
    /// The variations of an experiment; of another rule none.
    pub variations: Vec<VariationForm>,
}

/// A field of a form that can't be used. The code says why: `value`, `condition`, `percent`, `time`, `weights`, `few`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// The field: `percent`, `variations[2].weight`.
    pub field: String,
    /// What is wrong.
    pub code: &'static str,
}

impl RuleForm {
    /// The form of a rule of a flag with these values.
    pub fn of(rule: &Value, kind: ValueKind) -> Self {
        let text = |name: &str| rule.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let percent = |share: &Value| share.as_f64().map(percent).unwrap_or_default();
        let moment = |name: &str| {
            let moment = rule.get("schedule").and_then(|schedule| schedule.get(name)).and_then(Value::as_str);
            moment.map(|moment| moment.trim_end_matches('Z').chars().take(16).collect()).unwrap_or_default()
        };
        let list = |name: &str| rule.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let (weights, meta) = (list("weights"), list("meta"));
        let variations = list("variations").iter().enumerate().map(|(at, value)| VariationForm {
            key: meta
                .get(at)
                .and_then(|meta| meta.get("key"))
                .and_then(Value::as_str)
                .map_or_else(|| at.to_string(), str::to_owned),
            value: kind.typed(value),
            weight: weights.get(at).map(percent).unwrap_or_default(),
        });
        RuleForm {
            id: text("id"),
            is_on: rule.get("enabled") != Some(&Value::Bool(false)),
            condition: rule.get("condition").map(ToString::to_string).unwrap_or_default(),
            percent: rule.get("coverage").map(percent).unwrap_or_default(),
            start: moment("start"),
            end: moment("end"),
            value: rule.get("force").map(|value| kind.typed(value)).unwrap_or_default(),
            variations: variations.collect(),
        }
    }

    /// The rule with what the form says.
    ///
    /// # Errors
    /// The fields that can't be used.
    pub fn apply(&self, rule: &Value, kind: ValueKind) -> Result<Value, Vec<RuleFault>> {
        let mut faults = Vec::new();
        let mut fault = |field: &str, code| faults.push(RuleFault { field: field.to_owned(), code });
        let mut fields = rule.as_object().cloned().unwrap_or_default();
        let mut set = |name: &str, value: Option<Value>| match value {
            Some(value) => drop(fields.insert(name.to_owned(), value)),
            None => drop(fields.remove(name)),
        };
        set("id", Some(self.id.trim()).filter(|id| !id.is_empty()).map(|id| json!(id)));
        set("enabled", (!self.is_on).then_some(Value::Bool(false)));
        match self.condition.trim() {
            "" => set("condition", None),
            text => match serde_json::from_str(text) {
                Ok(Value::Object(condition)) if condition.is_empty() => set("condition", None),
                Ok(condition @ Value::Object(_)) => set("condition", Some(condition)),
                _ => fault("condition", "condition"),
            },
        }
        match (self.percent.trim(), share(&self.percent)) {
            ("", _) => set("coverage", None),
            (_, Some(share)) => set("coverage", Some(json!(share))),
            _ => fault("percent", "percent"),
        }
        let mut schedule = Map::new();
        for (name, typed) in [("start", self.start.trim()), ("end", self.end.trim())] {
            let is_moment = typed.len() == 16
                && typed.bytes().all(|byte| byte.is_ascii_digit() || b"-T:".contains(&byte));
            match typed {
                "" => {}
                _ if is_moment => drop(schedule.insert(name.to_owned(), json!(format!("{typed}:00Z")))),
                _ => fault(name, "time"),
            }
        }
        set("schedule", (!schedule.is_empty()).then_some(Value::Object(schedule)));
        if self.variations.is_empty() {
            match kind.read(&self.value) {
                Some(value) => set("force", Some(value)),
                None => fault("value", "value"),
            }
        } else {
            let told: Vec<(usize, &VariationForm)> =
                self.variations.iter().enumerate().filter(|(_, variation)| !variation.is_empty()).collect();
            if told.len() < 2 {
                fault("variations[1].value", "few");
            }
            let (mut values, mut weights, mut meta) = (Vec::new(), Vec::new(), Vec::new());
            for (at, variation) in &told {
                match kind.read(&variation.value) {
                    Some(value) => values.push(value),
                    None => fault(&format!("variations[{at}].value"), "value"),
                }
                match share(&variation.weight) {
                    Some(share) => weights.push(share),
                    None => fault(&format!("variations[{at}].weight"), "percent"),
                }
                let key = match variation.key.trim() {
                    "" => at.to_string(),
                    key => key.to_owned(),
                };
                meta.push((*at, key));
            }
            if weights.len() == told.len() && (weights.iter().sum::<f64>() - 1.0).abs() > 1e-6 {
                fault("variations[0].weight", "weights");
            }
            let before = rule.get("meta").and_then(Value::as_array);
            let meta = meta.into_iter().map(|(at, key)| {
                let known = before.and_then(|meta| meta.get(at)).and_then(Value::as_object);
                let mut meta = known.cloned().unwrap_or_default();
                meta.insert("key".to_owned(), json!(key));
                Value::Object(meta)
            });
            set("variations", Some(values.into()));
            set("weights", Some(weights.into()));
            set("meta", Some(meta.collect::<Vec<_>>().into()));
        }
        if faults.is_empty() { Ok(Value::Object(fields)) } else { Err(faults) }
    }
}

impl VariationForm {
    fn is_empty(&self) -> bool {
        self.key.trim().is_empty() && self.value.trim().is_empty() && self.weight.trim().is_empty()
    }
}

/// A share as percent, without what no one has typed: 0.35 is `35`.
pub fn percent(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What was typed as percent: `35`, `0.5`, `12,5`.
fn share(typed: &str) -> Option<f64> {
    let number: f64 = typed.trim().trim_end_matches('%').trim().replace(',', ".").parse().ok()?;
    // Rounded, so that 35 is 0.35 and nothing next to it.
    (0.0..=100.0).contains(&number).then(|| (number * 1e6).round() / 1e8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_kept(rule: &Value, kind: ValueKind) {
        assert_eq!(RuleForm::of(rule, kind).apply(rule, kind).as_ref(), Ok(rule));
    }

    #[test]
    fn a_form_that_nobody_touched_changes_nothing() {
        check_kept(&json!({"id": "a", "force": true}), ValueKind::Boolean);
        check_kept(
            &json!({"id": "a", "force": "x", "coverage": 0.35, "condition": {"country": "ES"}, "hashVersion": 2,
                "enabled": false, "schedule": {"start": "2026-11-27T09:00:00Z"}}),
            ValueKind::Text,
        );
        check_kept(
            &json!({"id": "a", "key": "test", "variations": [1, 2.5, 3], "weights": [0.3, 0.3, 0.4], "seed": "s",
                "meta": [{"key": "a", "name": "A"}, {"key": "b"}, {"key": "c"}]}),
            ValueKind::Number,
        );
    }

    #[track_caller]
    fn check(edit: impl FnOnce(&mut RuleForm), expected: Result<Value, &[(&str, &str)]>) {
        let rule = json!({"id": "a", "force": "x"});
        let mut form = RuleForm::of(&rule, ValueKind::Text);
        edit(&mut form);
        let found = form
            .apply(&rule, ValueKind::Text)
            .map_err(|faults| faults.into_iter().map(|fault| (fault.field, fault.code)).collect::<Vec<_>>());
        let expected = expected.map_err(|faults| {
            faults.iter().map(|(field, code)| ((*field).to_owned(), *code)).collect::<Vec<_>>()
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_typed_is_read() {
        check(|form| form.percent = "12,5 %".into(), Ok(json!({"id": "a", "force": "x", "coverage": 0.125})));
        check(|form| form.percent = "101".into(), Err(&[("percent", "percent")]));
        check(|form| form.condition = "{}".into(), Ok(json!({"id": "a", "force": "x"})));
        check(|form| form.condition = "country = ES".into(), Err(&[("condition", "condition")]));
        check(|form| form.end = "tomorrow".into(), Err(&[("end", "time")]));
        check(
            |form| form.end = "2026-11-27T09:00".into(),
            Ok(json!({"id": "a", "force": "x", "schedule": {"end": "2026-11-27T09:00:00Z"}})),
        );
        assert_eq!(ValueKind::Boolean.read("yes"), None);
        assert_eq!(ValueKind::Number.read(" 7 "), Some(json!(7)));
        assert_eq!(ValueKind::Json.read("[1]"), Some(json!([1])));
    }

    #[test]
    fn variations_share_a_whole() {
        let variation = |key: &str, value: &str, weight: &str| VariationForm {
            key: key.into(),
            value: value.into(),
            weight: weight.into(),
        };
        let form = RuleForm {
            is_on: true,
            variations: vec![variation("", "x", "50"), variation("new", "y", "50"), VariationForm::default()],
            ..RuleForm::default()
        };
        let made = form.apply(&json!({}), ValueKind::Text).unwrap();
        assert_eq!(
            made,
            json!({"variations": ["x", "y"], "weights": [0.5, 0.5], "meta": [{"key": "0"}, {"key": "new"}]})
        );
        let mut bad = form.clone();
        bad.variations[1].weight = "40".into();
        assert_eq!(bad.apply(&json!({}), ValueKind::Text).unwrap_err()[0].code, "weights");
        let one = RuleForm { variations: vec![variation("", "x", "100")], ..form };
        assert_eq!(one.apply(&json!({}), ValueKind::Text).unwrap_err()[0].code, "few");
    }
}
