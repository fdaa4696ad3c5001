//! Reading JSON objects field by field, with a fault for each field that is not what it should be.

use crate::attribute::Kind;
use crate::fault::At;
use serde_json::{Map, Value};
use std::cell::Cell;

/// An object of the document, and its place.
pub(crate) struct Object<'v, 'p> {
    pub(crate) map: &'v Map<String, Value>,
    pub(crate) at: &'p At<'p>,
    is_broken: Cell<bool>,
}

impl<'v, 'p> Object<'v, 'p> {
    /// An object at a place.
    pub(crate) fn new(map: &'v Map<String, Value>, at: &'p At<'p>) -> Self {
        Object { map, at, is_broken: Cell::new(false) }
    }

    /// The value as an object, or a fault.
    pub(crate) fn read(value: &'v Value, at: &'p At<'p>) -> Option<Self> {
        match value {
            Value::Object(map) => Some(Object::new(map, at)),
            other => {
                at.fault(format!("must be an object, not {}", article(other)));
                None
            }
        }
    }

    /// Whether a field was of a wrong type. What such an object targets is unknown, so it should target nobody.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken.get()
    }

    /// Notes a fault for a field whose value can't be used.
    pub(crate) fn refuse(&self, key: &str, message: impl Into<String>) {
        self.is_broken.set(true);
        self.at.key(key).fault(message);
    }

    /// Notes a fault for each field that is not one of these.
    pub(crate) fn allow_only(&self, fields: &[&str]) {
        for key in self.map.keys().filter(|key| !fields.contains(&key.as_str())) {
            self.at.key(key).fault("is not a field that is known here");
        }
    }

    /// The value of a field that is there and not null.
    pub(crate) fn get(&self, key: &str) -> Option<&'v Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// A field as text.
    pub(crate) fn text(&self, key: &str) -> Option<&'v str> {
        self.typed(key, "a text", Value::as_str)
    }

    /// A field as a number.
    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        self.typed(key, "a number", Value::as_f64)
    }

    /// A field as yes or no.
    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.typed(key, "true or false", Value::as_bool)
    }

    /// A field as a list.
    pub(crate) fn list(&self, key: &str) -> Option<&'v [Value]> {
        self.typed(key, "a list", |value| value.as_array().map(Vec::as_slice))
    }

    /// A field as an object.
    pub(crate) fn object(&self, key: &str) -> Option<&'v Map<String, Value>> {
        self.typed(key, "an object", Value::as_object)
    }

    /// A field as a whole number from 0.
    pub(crate) fn count(&self, key: &str) -> Option<u32> {
        self.typed(key, "a whole number from 0", |value| value.as_u64().and_then(|n| u32::try_from(n).ok()))
    }

    /// A field as a list of numbers.
    pub(crate) fn numbers(&self, key: &str) -> Option<Vec<f64>> {
        self.typed(key, "a list of numbers", |value| value.as_array()?.iter().map(Value::as_f64).collect())
    }

    fn typed<T>(&self, key: &str, expected: &str, read: impl Fn(&'v Value) -> Option<T>) -> Option<T> {
        let value = self.get(key)?;
        let typed = read(value);
        if typed.is_none() {
            self.refuse(key, format!("must be {expected}, not {}", article(value)));
        }
        typed
    }
}

/// The type of a value as a sentence names it.
fn article(value: &Value) -> String {
    match Kind::of(value) {
        Kind::Null => "null".into(),
        kind @ (Kind::Array | Kind::Object) => format!("an {}", kind.name()),
        kind => format!("a {}", kind.name()),
    }
}
