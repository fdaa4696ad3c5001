//! What is expected of one attribute.

use super::version::padded;
use super::{Condition, Groups, Subject};
use crate::attribute::{Attribute, Kind};
use regex_lite::Regex;
use rustc_hash::FxHashSet;
use serde_json::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

/// What an attribute is compared with.
#[derive(Debug)]
pub(crate) enum Expected {
    /// The same text, once the attribute is written as text.
    Text(Box<str>),
    /// The same text but for upper and lower case; this one is in lower case.
    TextFolded(Box<str>),
    /// The same number, once the attribute is converted to one.
    Number(f64),
    /// As true or as false as this.
    Bool(bool),
    /// Not known.
    Null,
    /// The same list or object.
    Json(Value),
    /// Each operator.
    Operators(Box<[Operator]>),
}

/// One operator with its operand.
#[derive(Debug)]
pub(crate) enum Operator {
    Equal(Value),
    NotEqual(Value),
    /// The orders that are accepted, of the attribute against the value.
    Order(Orders, Value),
    /// The orders that are accepted, of the attribute's version against the padded one.
    Version(Orders, Box<str>),
    Exists(bool),
    In(Members),
    NotIn(Members),
    InGroup(GroupRef),
    NotInGroup(GroupRef),
    Not(Expected),
    Size(Expected),
    /// An element that is as expected.
    AnyValue(Expected),
    /// An element for which a condition holds.
    AnyElement(Condition),
    /// For each of these an element that is as expected.
    All(Box<[Expected]>),
    Regex(Regex),
    Type(Box<str>),
    /// Malformed or not known: it matches nobody.
    Never,
}

/// The group that `$inGroup` names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum GroupRef {
    /// The group at this index.
    Known(usize),
    /// No such group: it counts as a list without members.
    Unknown,
}

/// Which orders a comparison accepts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Orders {
    pub(crate) less: bool,
    pub(crate) equal: bool,
    pub(crate) greater: bool,
}

impl Orders {
    pub(crate) const EQUAL: Orders = Orders { less: false, equal: true, greater: false };
    pub(crate) const NOT_EQUAL: Orders = Orders { less: true, equal: false, greater: true };
    pub(crate) const LESS: Orders = Orders { less: true, equal: false, greater: false };
    pub(crate) const AT_MOST: Orders = Orders { less: true, equal: true, greater: false };
    pub(crate) const GREATER: Orders = Orders { less: false, equal: false, greater: true };
    pub(crate) const AT_LEAST: Orders = Orders { less: false, equal: true, greater: true };

    fn accept(self, order: Ordering) -> bool {
        match order {
            Ordering::Less => self.less,
            Ordering::Equal => self.equal,
            Ordering::Greater => self.greater,
        }
    }
}

/// A set of scalars, for `$in` and for lists of people.
#[derive(Debug, Default)]
pub(crate) struct Members {
    texts: FxHashSet<Box<str>>,
    /// The bits of the numbers; zero has one sign here.
    numbers: FxHashSet<u64>,
    null: bool,
    yes: bool,
    no: bool,
    ignores_case: bool,
}

impl Members {
    /// The scalars among `values`. Lists and objects are the same as nothing, so they are left out.
    pub(crate) fn new(values: &[Value], ignores_case: bool) -> Self {
        let mut members = Members { ignores_case, ..Members::default() };
        for value in values {
            match value {
                Value::Null => members.null = true,
                Value::Bool(true) => members.yes = true,
                Value::Bool(false) => members.no = true,
                Value::Number(number) => {
                    members.numbers.extend(number.as_f64().map(number_bits));
                }
                Value::String(text) => {
                    members.texts.insert(members.fold(text).into());
                }
                Value::Array(_) | Value::Object(_) => {}
            }
        }
        members
    }

    fn fold<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.ignores_case { text.to_lowercase().into() } else { text.into() }
    }

    /// Whether the attribute, or one of its elements, is a member.
    pub(crate) fn include(&self, attribute: Attribute<'_>) -> bool {
        if attribute.kind() == Kind::Array {
            attribute.elements().any(|element| self.include_scalar(element))
        } else {
            self.include_scalar(attribute)
        }
    }

    fn include_scalar(&self, attribute: Attribute<'_>) -> bool {
        match attribute {
            Attribute::Null => self.null,
            Attribute::Bool(true) => self.yes,
            Attribute::Bool(false) => self.no,
            Attribute::Number(number) => self.numbers.contains(&number_bits(number)),
            Attribute::Text(text) => self.texts.contains(&*self.fold(text)),
            Attribute::Texts(_) | Attribute::Json(_) => false,
        }
    }
}

fn number_bits(number: f64) -> u64 {
    // Adding zero makes -0 to 0.
    (number + 0.0).to_bits()
}

impl Expected {
    /// Whether `actual` is as expected.
    pub(crate) fn is_met_by(&self, actual: Attribute<'_>, groups: &Groups<'_>) -> bool {
        match self {
            Expected::Text(text) => match actual {
                Attribute::Text(actual) => actual == &**text,
                other => other.to_text() == **text,
            },
            Expected::TextFolded(text) => actual.to_text().to_lowercase() == **text,
            #[allow(clippy::float_cmp, reason = "a condition names the exact number")]
            Expected::Number(number) => actual.to_number() == *number,
            Expected::Bool(value) => actual.kind() != Kind::Null && actual.is_truthy() == *value,
            Expected::Null => actual.kind() == Kind::Null,
            Expected::Json(value) => actual.is_same(value.into()),
            Expected::Operators(operators) => {
                operators.iter().all(|operator| operator.accepts(actual, groups))
            }
        }
    }
}

impl Operator {
    fn accepts(&self, actual: Attribute<'_>, groups: &Groups<'_>) -> bool {
        match self {
            Operator::Equal(value) => actual.is_same_scalar(value.into()),
            Operator::NotEqual(value) => !actual.is_same_scalar(value.into()),
            Operator::Order(orders, value) => {
                actual.order(value.into()).is_some_and(|order| orders.accept(order))
            }
            Operator::Version(orders, expected) => {
                let actual = match actual {
                    Attribute::Text(text) => padded(text),
                    Attribute::Number(_) if actual.is_truthy() => padded(&actual.to_text()),
                    _ => padded("0"),
                };
                orders.accept(actual.as_str().cmp(expected))
            }
            Operator::Exists(expected) => (actual.kind() != Kind::Null) == *expected,
            Operator::In(members) => members.include(actual),
            Operator::NotIn(members) => !members.include(actual),
            Operator::InGroup(GroupRef::Known(index)) => {
                groups.members(Some(*index)).is_some_and(|members| members.include(actual))
            }
            Operator::InGroup(GroupRef::Unknown) => false,
            Operator::NotInGroup(GroupRef::Known(index)) => {
                // A malformed group is no list: it lets nobody pass, neither as a member nor as a stranger.
                groups.members(Some(*index)).is_some_and(|members| !members.include(actual))
            }
            Operator::NotInGroup(GroupRef::Unknown) => true,
            Operator::Not(expected) => !expected.is_met_by(actual, groups),
            Operator::Size(expected) => {
                actual.len().is_some_and(|len| expected.is_met_by(Attribute::Number(len as f64), groups))
            }
            Operator::AnyValue(expected) => {
                known_elements(actual).any(|value| expected.is_met_by(value, groups))
            }
            Operator::AnyElement(condition) => {
                known_elements(actual).any(|element| condition.holds(Subject::Element(element), groups))
            }
            Operator::All(all) => {
                actual.len().is_some()
                    && all
                        .iter()
                        .all(|expected| actual.elements().any(|value| expected.is_met_by(value, groups)))
            }
            Operator::Regex(regex) => regex.is_match(&actual.to_text()),
            Operator::Type(name) => actual.kind().name() == &**name,
            Operator::Never => false,
        }
    }
}

fn known_elements<'a>(list: Attribute<'a>) -> impl Iterator<Item = Attribute<'a>> {
    list.elements().filter(|element| element.kind() != Kind::Null)
}
