//! From the JSON of a condition to its compiled form.

use super::operator::{Expected, GroupRef, Members, Operator, Orders};
use super::version::padded;
use super::{Condition, Group, Path, Test};
use crate::attribute::{Attribute, Kind};
use crate::fault::At;
use crate::json::Object;
use regex_lite::RegexBuilder;
use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

/// How deep a condition may be nested. Beyond it a condition matches nobody.
const MAX_NESTING: usize = 32;

/// The largest compiled regular expression, in bytes: the memory of an isolate is small.
const MAX_REGEX_BYTES: usize = 1 << 18;

/// Where each saved group is.
pub(crate) type GroupNames<'v> = FxHashMap<&'v str, usize>;

/// The saved groups of a document, and where each is.
pub(crate) fn compile_groups<'v>(
    groups: &'v Map<String, Value>,
    at: &At<'_>,
) -> (Vec<Group>, GroupNames<'v>) {
    let names: GroupNames = groups.keys().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
    let compiled = groups.iter().map(|(name, value)| group(value, &at.key(name), &names)).collect();
    (compiled, names)
}

fn group(value: &Value, at: &At<'_>, names: &GroupNames<'_>) -> Group {
    if let Value::Array(values) = value {
        return Group::Bare(Members::new(values, false));
    }
    let Some(object) = Object::read(value, at) else { return Group::Unusable };
    match object.text("type") {
        Some("list") => match object.list("values") {
            Some(values) => {
                Group::List(Members::new(values, false), object.text("attributeKey").map(Path::parse))
            }
            None => {
                at.fault("needs \"values\": a list of its members");
                Group::Unusable
            }
        },
        Some("condition") => match object.get("condition") {
            Some(value) => Group::Condition(compile(value, &at.key("condition"), names)),
            None => {
                at.fault("needs a \"condition\"");
                Group::Unusable
            }
        },
        _ => {
            at.fault("needs a \"type\": \"list\" or \"condition\"");
            Group::Unusable
        }
    }
}

/// The condition that `value` describes. What is malformed matches nobody.
pub(crate) fn compile(value: &Value, at: &At<'_>, names: &GroupNames<'_>) -> Condition {
    Compiler { names, nesting: 0 }.condition(value, at)
}

#[derive(Clone, Copy)]
struct Compiler<'c> {
    names: &'c GroupNames<'c>,
    nesting: usize,
}

impl Compiler<'_> {
    fn condition(self, value: &Value, at: &At<'_>) -> Condition {
        if self.nesting > MAX_NESTING {
            at.fault(format!("is nested more than {MAX_NESTING} deep"));
            return Condition::never();
        }
        let inner = Compiler { nesting: self.nesting + 1, ..self };
        match Object::read(value, at) {
            Some(object) => Condition(
                object.map.iter().map(|(key, value)| inner.test(key, value, &at.key(key))).collect(),
            ),
            None => Condition::never(),
        }
    }

    fn test(self, key: &str, value: &Value, at: &At<'_>) -> Test {
        match key {
            "$and" => self.conditions(value, at).map_or(Test::Never, Test::And),
            "$or" => self.conditions(value, at).map_or(Test::Never, Test::Or),
            "$nor" => self.conditions(value, at).map_or(Test::Never, Test::Nor),
            "$not" => Test::Not(self.condition(value, at)),
            "$savedGroup" => self.saved_group(value, at),
            _ => {
                // `$groups` is an attribute of GrowthBook's own.
                if key.starts_with('$') && key != "$groups" {
                    at.fault("is not an operator that joins conditions");
                }
                Test::Path(Path::parse(key), self.expected(value, at))
            }
        }
    }

    fn conditions(self, value: &Value, at: &At<'_>) -> Option<Box<[Condition]>> {
        let Value::Array(values) = value else {
            at.fault("must be a list of conditions");
            return None;
        };
        Some(
            values.iter().enumerate().map(|(index, value)| self.condition(value, &at.index(index))).collect(),
        )
    }

    fn saved_group(self, value: &Value, at: &At<'_>) -> Test {
        let Some(object) = Object::read(value, at) else { return Test::Never };
        let attribute = match object.map.get("attributeKey") {
            None => None,
            Some(Value::String(path)) => Some(Path::parse(path)),
            Some(_) => {
                at.key("attributeKey").fault("must be the name of an attribute");
                return Test::Never;
            }
        };
        match object.text("id").and_then(|id| self.names.get(id)) {
            Some(index) => Test::Group(*index, attribute),
            None => {
                at.fault("needs the \"id\" of a saved group of this document");
                Test::Never
            }
        }
    }

    fn expected(self, value: &Value, at: &At<'_>) -> Expected {
        if self.nesting > MAX_NESTING {
            at.fault(format!("is nested more than {MAX_NESTING} deep"));
            return Expected::Operators(Box::new([Operator::Never]));
        }
        let inner = Compiler { nesting: self.nesting + 1, ..self };
        match value {
            Value::String(text) => Expected::Text(text.as_str().into()),
            Value::Number(number) => Expected::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::Bool(value) => Expected::Bool(*value),
            Value::Null => Expected::Null,
            Value::Object(map) if is_operators(map) => Expected::Operators(
                map.iter().map(|(name, value)| inner.operator(name, value, &at.key(name))).collect(),
            ),
            Value::Object(map) if map.keys().any(|key| key.starts_with('$')) => {
                at.fault("mixes operators with other keys");
                Expected::Json(value.clone())
            }
            Value::Array(_) | Value::Object(_) => Expected::Json(value.clone()),
        }
    }

    fn operator(self, name: &str, value: &Value, at: &At<'_>) -> Operator {
        match name {
            "$eq" => Operator::Equal(value.clone()),
            "$ne" => Operator::NotEqual(value.clone()),
            "$lt" => Operator::Order(Orders::LESS, value.clone()),
            "$lte" => Operator::Order(Orders::AT_MOST, value.clone()),
            "$gt" => Operator::Order(Orders::GREATER, value.clone()),
            "$gte" => Operator::Order(Orders::AT_LEAST, value.clone()),
            "$veq" => version(Orders::EQUAL, value, at),
            "$vne" => version(Orders::NOT_EQUAL, value, at),
            "$vlt" => version(Orders::LESS, value, at),
            "$vlte" => version(Orders::AT_MOST, value, at),
            "$vgt" => version(Orders::GREATER, value, at),
            "$vgte" => version(Orders::AT_LEAST, value, at),
            "$exists" => Operator::Exists(Attribute::from(value).is_truthy()),
            "$in" => members(value, false, at).map_or(Operator::Never, Operator::In),
            "$ini" => members(value, true, at).map_or(Operator::Never, Operator::In),
            "$nin" => members(value, false, at).map_or(Operator::Never, Operator::NotIn),
            "$nini" => members(value, true, at).map_or(Operator::Never, Operator::NotIn),
            "$inGroup" => Operator::InGroup(self.group_ref(value, at)),
            "$notInGroup" => Operator::NotInGroup(self.group_ref(value, at)),
            "$not" => Operator::Not(self.expected(value, at)),
            "$size" => Operator::Size(self.expected(value, at)),
            "$elemMatch" => match value {
                Value::Object(map) if !is_operators(map) => Operator::AnyElement(self.condition(value, at)),
                _ => Operator::AnyValue(self.expected(value, at)),
            },
            "$all" => self.all(value, false, at),
            "$alli" => self.all(value, true, at),
            "$regex" => regex(value, false, at),
            "$regexi" => regex(value, true, at),
            "$type" => kind_name(value, at),
            _ => {
                at.fault("is not a known operator");
                Operator::Never
            }
        }
    }

    fn group_ref(self, value: &Value, at: &At<'_>) -> GroupRef {
        match self.names.get(&*Attribute::from(value).to_text()) {
            Some(index) => GroupRef::Known(*index),
            None => {
                at.fault("names no saved group of this document");
                GroupRef::Unknown
            }
        }
    }

    fn all(self, value: &Value, ignores_case: bool, at: &At<'_>) -> Operator {
        let Some(values) = list(value, at) else { return Operator::Never };
        let all = values.iter().enumerate().map(|(index, value)| match value {
            Value::String(text) if ignores_case => Expected::TextFolded(text.to_lowercase().into()),
            _ => self.expected(value, &at.index(index)),
        });
        Operator::All(all.collect())
    }
}

fn is_operators(map: &Map<String, Value>) -> bool {
    !map.is_empty() && map.keys().all(|key| key.starts_with('$'))
}

fn list<'v>(value: &'v Value, at: &At<'_>) -> Option<&'v [Value]> {
    let list = value.as_array().map(Vec::as_slice);
    if list.is_none() {
        at.fault("must be a list");
    }
    list
}

fn members(value: &Value, ignores_case: bool, at: &At<'_>) -> Option<Members> {
    list(value, at).map(|values| Members::new(values, ignores_case))
}

fn version(orders: Orders, value: &Value, at: &At<'_>) -> Operator {
    let version = match value {
        Value::String(text) => padded(text),
        Value::Number(_) => padded(&Attribute::from(value).to_text()),
        _ => {
            at.fault("must be a version, such as \"1.2.3\"");
            padded("0")
        }
    };
    Operator::Version(orders, version.into())
}

fn regex(value: &Value, ignores_case: bool, at: &At<'_>) -> Operator {
    let Value::String(pattern) = value else {
        at.fault("must be a regular expression");
        return Operator::Never;
    };
    let built = RegexBuilder::new(pattern).case_insensitive(ignores_case).size_limit(MAX_REGEX_BYTES).build();
    built.map_or_else(
        |error| {
            at.fault(format!("is not a regular expression that can be used: {error}"));
            Operator::Never
        },
        Operator::Regex,
    )
}

fn kind_name(value: &Value, at: &At<'_>) -> Operator {
    const KINDS: [Kind; 6] =
        [Kind::Null, Kind::Boolean, Kind::Number, Kind::String, Kind::Array, Kind::Object];
    match value.as_str().filter(|name| KINDS.iter().any(|kind| kind.name() == *name)) {
        Some(name) => Operator::Type(name.into()),
        None => {
            at.fault("must be one of null, boolean, number, string, array and object");
            Operator::Never
        }
    }
}
