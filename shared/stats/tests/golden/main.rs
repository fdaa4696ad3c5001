//! The answers of gbstats, scipy and statsmodels (golden.json, written by tests/golden/stats.py at the project's root)
//! and ours: the same to a millionth.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code"
)]

mod bandits;
mod causal;
mod designs;
mod distributions;
mod samples;
mod tests;

use orilla_stats::Undefined;
use serde_json::Value;
use std::fmt::Debug;
use std::sync::LazyLock;

static GOLDEN: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../golden.json")).expect("golden.json is JSON"));

/// Relative difference that is accepted.
const TOLERANCE: f64 = 1e-6;

/// One vector, and what was found wrong with our answer to it.
pub struct Vector {
    pub name: &'static str,
    pub input: &'static Value,
    pub expected: &'static Value,
    faults: Vec<String>,
}

impl Vector {
    /// Compares a number; `field` is a name in `expected`, or empty for `expected` itself.
    pub fn number(&mut self, field: &str, actual: f64) {
        let expected = if field.is_empty() { self.expected } else { &self.expected[field] };
        let Some(wanted) = expected.as_f64() else {
            return self.faults.push(format!("{}: {field}: nothing is expected", self.name));
        };
        if !close(actual, wanted) {
            self.faults.push(format!("{}: {field}: {actual:e}, expected {wanted:e}", self.name));
        }
    }

    /// Compares a list of numbers.
    pub fn numbers(&mut self, field: &str, actual: &[f64]) {
        let expected = if field.is_empty() { self.expected } else { &self.expected[field] };
        let wanted = numbers(expected);
        if wanted.len() != actual.len() || !wanted.iter().zip(actual).all(|(a, b)| close(*b, *a)) {
            self.faults.push(format!("{}: {field}: {actual:?}, expected {wanted:?}", self.name));
        }
    }

    /// The answer, if one is expected. An answer where none is expected, and the reverse, are faults.
    pub fn answer<T: Debug>(&mut self, answer: Result<T, Undefined>) -> Option<T> {
        let reason = self.expected["undefined"].as_str();
        match (answer, reason) {
            (Ok(answer), None) => return Some(answer),
            (Err(why), Some(reason)) if same_reason(&why, reason) => {}
            (answer, _) => self.faults.push(format!("{}: {answer:?}, expected {}", self.name, self.expected)),
        }
        None
    }
}

/// Whether our reason is what gbstats calls `message`.
fn same_reason(why: &Undefined, message: &str) -> bool {
    match message {
        "ZERO_NEGATIVE_VARIANCE" => matches!(
            why,
            Undefined::NoVariance
                | Undefined::TooFewUnits { .. }
                | Undefined::NoUnits
                | Undefined::ZeroDenominator
        ),
        // gbstats says so for absolute differences and for empty variants as well.
        "ZERO_NEGATIVE_BASELINE_VARIATION" => matches!(
            why,
            Undefined::ZeroBaseline | Undefined::NoVariance | Undefined::NoUnits | Undefined::ZeroDenominator
        ),
        _ => false,
    }
}

fn close(actual: f64, wanted: f64) -> bool {
    // What is next to nothing (1e-300) may be nothing.
    (actual - wanted).abs() <= TOLERANCE * wanted.abs() + 1e-300
        // A difference that cancels out: the zero of one is the rounding of the other.
        || (actual.abs() < 1e-12 && wanted.abs() < 1e-12 && wanted.abs() * actual.abs() <= 0.0)
}

/// Runs `check` over a section and fails with every vector that differs.
#[track_caller]
pub fn check(section: &str, check: impl Fn(&mut Vector)) {
    let vectors = GOLDEN[section].as_array().unwrap_or_else(|| panic!("golden.json has no {section}"));
    assert!(!vectors.is_empty(), "{section} is empty");
    let mut faults = Vec::new();
    for input in vectors {
        let mut vector = Vector {
            name: input["name"].as_str().expect("a vector has a name"),
            input,
            expected: &input["expected"],
            faults: Vec::new(),
        };
        check(&mut vector);
        faults.append(&mut vector.faults);
    }
    assert!(
        faults.is_empty(),
        "{section}: {} of {} differ:\n{}",
        faults.len(),
        vectors.len(),
        faults.join("\n")
    );
}

/// A list of numbers.
pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|number| number.as_f64().expect("a number")).collect()
}

/// A list of lists of numbers.
pub fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().expect("a list").iter().map(numbers).collect()
}
