//! Values of the type that the caller needs, or the caller's default.

use crate::evaluation::{ErrorCode, Evaluation, Reason};
use serde_json::Value;

/// A value that the caller can use as it is, and why it is that one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolved<T> {
    /// The flag's value, or the caller's default.
    pub value: T,
    /// Why.
    pub reason: Reason,
    /// What went wrong, if the reason is an error.
    pub error: Option<ErrorCode>,
}

impl<'e> Evaluation<'e> {
    /// As yes or no.
    pub fn boolean(&self, default: bool) -> Resolved<bool> {
        self.typed(default, Value::as_bool)
    }

    /// As text.
    pub fn text<'d>(&self, default: &'d str) -> Resolved<&'d str>
    where
        'e: 'd,
    {
        self.typed(default, Value::as_str)
    }

    /// As a number.
    pub fn number(&self, default: f64) -> Resolved<f64> {
        self.typed(default, Value::as_f64)
    }

    /// As a list or an object.
    pub fn object<'d>(&self, default: &'d Value) -> Resolved<&'d Value>
    where
        'e: 'd,
    {
        self.typed(default, |value| Some(value).filter(|value| value.is_object() || value.is_array()))
    }

    /// The value read by `read`; the caller's default if the flag has none (null keeps the evaluation's reason), if it
    /// is of another type, or if the attribute was missing that a rule makes buckets from and no other rule matched.
    fn typed<T>(&self, default: T, read: impl FnOnce(&'e Value) -> Option<T>) -> Resolved<T> {
        let failed = |default, error| Resolved { value: default, reason: Reason::Error, error: Some(error) };
        if let Some(error) = self.failure() {
            return failed(default, error);
        }
        if self.value.is_null() {
            return Resolved { value: default, reason: self.reason, error: None };
        }
        match read(self.value) {
            Some(value) => Resolved { value, reason: self.reason, error: None },
            None => failed(default, ErrorCode::TypeMismatch),
        }
    }
}
