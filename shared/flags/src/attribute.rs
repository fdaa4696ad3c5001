//! What is known of a visitor, and how values of different types compare.
//!
//! GrowthBook's conditions were first written in JavaScript, and their meaning includes its conversions: a missing
//! attribute is `null`, `null` is 0 beside a number, and `"8"` is greater than 5. They are kept, so that every SDK
//! gives one visitor the same answer.

use serde_json::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

/// The value of an attribute, borrowed from the request.
#[derive(Clone, Copy, Debug)]
pub enum Attribute<'a> {
    /// Not known.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number; a time is one of milliseconds since 1970.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// Several texts, such as the audiences that a visitor belongs to.
    Texts(&'a [&'a str]),
    /// Anything else: lists and objects that came as JSON.
    Json(&'a Value),
}

/// The type of a value, as `$type` and faults name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No value.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A text.
    String,
    /// A list.
    Array,
    /// An object.
    Object,
}

impl Kind {
    /// The name that `$type` compares with.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Boolean => "boolean",
            Kind::Number => "number",
            Kind::String => "string",
            Kind::Array => "array",
            Kind::Object => "object",
        }
    }

    /// The type of a JSON value.
    pub fn of(value: &Value) -> Kind {
        Attribute::from(value).kind()
    }
}

impl<'a> From<&'a Value> for Attribute<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Attribute::Null,
            Value::Bool(value) => Attribute::Bool(*value),
            Value::Number(number) => Attribute::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Attribute::Text(text),
            Value::Array(_) | Value::Object(_) => Attribute::Json(value),
        }
    }
}

impl<'a> From<&'a str> for Attribute<'a> {
    fn from(text: &'a str) -> Self {
        Attribute::Text(text)
    }
}

impl From<bool> for Attribute<'_> {
    fn from(value: bool) -> Self {
        Attribute::Bool(value)
    }
}

impl From<f64> for Attribute<'_> {
    fn from(number: f64) -> Self {
        Attribute::Number(number)
    }
}

impl From<i32> for Attribute<'_> {
    fn from(number: i32) -> Self {
        Attribute::Number(f64::from(number))
    }
}

impl<'a> From<&'a [&'a str]> for Attribute<'a> {
    fn from(texts: &'a [&'a str]) -> Self {
        Attribute::Texts(texts)
    }
}

/// A value that can be ordered: what JavaScript makes of any value before `<`.
enum Primitive<'a> {
    Number(f64),
    Text(Cow<'a, str>),
}

impl<'a> Attribute<'a> {
    /// The type.
    pub fn kind(self) -> Kind {
        match self {
            Attribute::Null => Kind::Null,
            Attribute::Bool(_) => Kind::Boolean,
            Attribute::Number(_) => Kind::Number,
            Attribute::Text(_) => Kind::String,
            Attribute::Texts(_) => Kind::Array,
            Attribute::Json(Value::Array(_)) => Kind::Array,
            Attribute::Json(Value::Object(_)) => Kind::Object,
            Attribute::Json(value) => Attribute::from(value).kind(),
        }
    }

    /// Whether it counts as true: not null, false, 0, NaN or the empty text.
    pub fn is_truthy(self) -> bool {
        match self {
            Attribute::Null => false,
            Attribute::Bool(value) => value,
            Attribute::Number(number) => number != 0.0 && !number.is_nan(),
            Attribute::Text(text) => !text.is_empty(),
            Attribute::Texts(_) | Attribute::Json(_) => true,
        }
    }

    /// The value at `key` of an object, or at an index of a list; null if there is none.
    pub(crate) fn member(self, key: &str) -> Attribute<'a> {
        match self {
            Attribute::Json(Value::Object(map)) => map.get(key).map_or(Attribute::Null, Attribute::from),
            Attribute::Json(Value::Array(_)) | Attribute::Texts(_) => {
                key.parse().ok().and_then(|index| self.element(index)).unwrap_or(Attribute::Null)
            }
            _ => Attribute::Null,
        }
    }

    /// The number of elements, of a list only.
    pub(crate) fn len(self) -> Option<usize> {
        match self {
            Attribute::Texts(texts) => Some(texts.len()),
            Attribute::Json(Value::Array(values)) => Some(values.len()),
            _ => None,
        }
    }

    fn element(self, index: usize) -> Option<Attribute<'a>> {
        match self {
            Attribute::Texts(texts) => texts.get(index).map(|text| Attribute::Text(text)),
            Attribute::Json(Value::Array(values)) => values.get(index).map(Attribute::from),
            _ => None,
        }
    }

    /// The elements of a list; none of any other value.
    pub(crate) fn elements(self) -> impl Iterator<Item = Attribute<'a>> {
        (0..self.len().unwrap_or(0)).filter_map(move |index| self.element(index))
    }

    /// The value as text, as JavaScript writes it.
    pub(crate) fn to_text(self) -> Cow<'a, str> {
        match self {
            Attribute::Null => "null".into(),
            Attribute::Bool(true) => "true".into(),
            Attribute::Bool(false) => "false".into(),
            Attribute::Number(number) => number_text(number).into(),
            Attribute::Text(text) => text.into(),
            Attribute::Json(Value::Object(_)) => "[object Object]".into(),
            Attribute::Texts(_) | Attribute::Json(_) => {
                let texts: Vec<_> = self
                    .elements()
                    .map(|element| if let Attribute::Null = element { "".into() } else { element.to_text() })
                    .collect();
                texts.join(",").into()
            }
        }
    }

    /// The value as a number, as JavaScript converts it; NaN if it is none.
    pub(crate) fn to_number(self) -> f64 {
        match self {
            Attribute::Null => 0.0,
            Attribute::Bool(value) => f64::from(u8::from(value)),
            Attribute::Number(number) => number,
            Attribute::Text(text) => text_number(text),
            Attribute::Json(Value::Object(_)) => f64::NAN,
            Attribute::Texts(_) | Attribute::Json(_) => text_number(&self.to_text()),
        }
    }

    fn primitive(self) -> Primitive<'a> {
        match self {
            Attribute::Text(text) => Primitive::Text(text.into()),
            Attribute::Texts(_) | Attribute::Json(_) => Primitive::Text(self.to_text()),
            _ => Primitive::Number(self.to_number()),
        }
    }

    /// The order of two values: texts by their UTF-16 units, everything else as numbers; `None` beside NaN.
    pub(crate) fn order(self, other: Attribute<'_>) -> Option<Ordering> {
        match (self.primitive(), other.primitive()) {
            (Primitive::Number(a), Primitive::Number(b)) => a.partial_cmp(&b),
            (Primitive::Text(a), Primitive::Text(b)) => Some(a.encode_utf16().cmp(b.encode_utf16())),
            (Primitive::Text(a), Primitive::Number(b)) => text_number(&a).partial_cmp(&b),
            (Primitive::Number(a), Primitive::Text(b)) => a.partial_cmp(&text_number(&b)),
        }
    }

    /// Whether both are the same scalar. A list or an object is never the same as another.
    #[allow(clippy::float_cmp, reason = "a condition names the exact number")]
    pub(crate) fn is_same_scalar(self, other: Attribute<'_>) -> bool {
        match (self, other) {
            (Attribute::Null, Attribute::Null) => true,
            (Attribute::Bool(a), Attribute::Bool(b)) => a == b,
            (Attribute::Number(a), Attribute::Number(b)) => a == b,
            (Attribute::Text(a), Attribute::Text(b)) => a == b,
            _ => false,
        }
    }

    /// Whether both are the same value all the way down. The order of an object's keys does not count.
    pub(crate) fn is_same(self, other: Attribute<'_>) -> bool {
        match (self, other) {
            (Attribute::Json(Value::Object(a)), Attribute::Json(Value::Object(b))) => {
                a.len() == b.len()
                    && a.iter().all(|(key, value)| {
                        b.get(key).is_some_and(|other| Attribute::from(value).is_same(other.into()))
                    })
            }
            _ => match (self.len(), other.len()) {
                (Some(a), Some(b)) => {
                    a == b && self.elements().zip(other.elements()).all(|(a, b)| a.is_same(b))
                }
                (None, None) => self.is_same_scalar(other),
                _ => false,
            },
        }
    }
}

/// A number as JavaScript writes it: `Number.prototype.toString` in ECMA-262.
pub(crate) fn number_text(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 {
        "0".into()
    } else if number.is_infinite() {
        if number > 0.0 { "Infinity".into() } else { "-Infinity".into() }
    } else if (1e-6..1e21).contains(&size) || number.is_nan() {
        number.to_string()
    } else {
        let text = format!("{number:e}");
        if size >= 1e21 { text.replace('e', "e+") } else { text }
    }
}

/// A text as a number: `StringToNumber` in ECMA-262. NaN if it is none.
fn text_number(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    let radix = |digits: &str, radix| u64::from_str_radix(digits, radix).map_or(f64::NAN, |n| n as f64);
    match text.get(..2) {
        Some("0x" | "0X") => return radix(text.get(2..).unwrap_or(""), 16),
        Some("0o" | "0O") => return radix(text.get(2..).unwrap_or(""), 8),
        Some("0b" | "0B") => return radix(text.get(2..).unwrap_or(""), 2),
        _ => {}
    }
    let unsigned = text.trim_start_matches(['+', '-']);
    // Rust also reads "inf" and "nan"; JavaScript has one such word.
    if unsigned == "Infinity" || unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        text.parse().unwrap_or(f64::NAN)
    } else {
        f64::NAN
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check_text(value: Value, expected: &str) {
        assert_eq!(Attribute::from(&value).to_text(), expected);
    }

    #[test]
    fn values_as_text() {
        check_text(json!(null), "null");
        check_text(json!(true), "true");
        check_text(json!(3), "3");
        check_text(json!(3.0), "3");
        check_text(json!(-0.0), "0");
        check_text(json!(0.1), "0.1");
        check_text(json!(1e21), "1e+21");
        check_text(json!(1e20), "100000000000000000000");
        check_text(json!(1.5e-7), "1.5e-7");
        check_text(json!(["a", null, 1]), "a,,1");
        check_text(json!({"a": 1}), "[object Object]");
    }

    #[track_caller]
    fn check_number(value: Value, expected: f64) {
        assert_eq!(Attribute::from(&value).to_number().to_string(), expected.to_string(), "{value}");
    }

    #[test]
    fn values_as_numbers() {
        check_number(json!(null), 0.0);
        check_number(json!(""), 0.0);
        check_number(json!(" 8 "), 8.0);
        check_number(json!("0x10"), 16.0);
        check_number(json!("nan"), f64::NAN);
        check_number(json!("inf"), f64::NAN);
        check_number(json!("-Infinity"), f64::NEG_INFINITY);
        check_number(json!("eight"), f64::NAN);
        check_number(json!("é"), f64::NAN);
        check_number(json!([]), 0.0);
        check_number(json!(["7"]), 7.0);
        check_number(json!({}), f64::NAN);
    }
}
