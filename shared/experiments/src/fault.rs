//! What is wrong with a form.

use serde::{Deserialize, Serialize};

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The field's name.
    pub field: &'static str,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Nothing stands in it.
    #[error("fill this in")]
    Empty,
    /// Too many characters.
    #[error("write at most {0} characters")]
    TooLong(usize),
    /// Characters that a key can't have.
    #[error("use a-z, 0-9 and '-'")]
    NotAKey,
    /// No number.
    #[error("write a number")]
    NotANumber,
    /// A number that is too small or too large.
    #[error("write a number from {0} to {1}")]
    OutOfRange(i64, i64),
    /// None of what there is.
    #[error("choose one of the list")]
    Unknown,
    /// It stands in another list already.
    #[error("choose each metric once")]
    Twice,
    /// Another one has it.
    #[error("this is taken")]
    Taken,
    /// A ratio, a quantile or a metric of some visitors only, where shares follow what is learned.
    #[error("shares can follow only what counts every visitor: a share, a count or a sum")]
    NotPerVisitor,
    /// A variation that the flag gives to nobody, where shares follow what is learned: of it nothing can be learned.
    #[error("the flag gives a variation to nobody: give each a share first")]
    NoShare,
}

/// A text on one line, tidied.
pub(crate) fn tidy(text: &str, most: usize, field: &'static str) -> Result<String, Fault> {
    let text: String = text.chars().take(4 * most).filter(|c| !c.is_control() || c.is_whitespace()).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() {
        count if count > most => Err(Fault { field, problem: Problem::TooLong(most) }),
        _ => Ok(text),
    }
}

/// As [`tidy`], and something has to stand there.
pub(crate) fn filled(text: &str, most: usize, field: &'static str) -> Result<String, Fault> {
    let text = tidy(text, most, field)?;
    if text.is_empty() { Err(Fault { field, problem: Problem::Empty }) } else { Ok(text) }
}

/// A number as people write it, with a point or a comma.
pub(crate) fn number(text: &str, field: &'static str, least: i64, most: i64) -> Result<f64, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Fault { field, problem: Problem::Empty });
    }
    let number: f64 =
        text.replace(',', ".").parse().map_err(|_| Fault { field, problem: Problem::NotANumber })?;
    if number.is_finite() && number >= least as f64 && number <= most as f64 {
        Ok(number)
    } else {
        Err(Fault { field, problem: Problem::OutOfRange(least, most) })
    }
}
