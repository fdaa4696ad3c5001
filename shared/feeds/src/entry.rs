//! What a feed gives: products, rejections, and errors that end it.

use orilla_catalog::{Fault, Product, ProductDraft};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something with the line of the file at which it begins, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Located<T> {
    /// The line, from 1.
    pub line: u64,
    /// What stands there.
    pub value: T,
}

/// One product of a feed, good or not.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A product that passed every check.
    Product(Located<Product>),
    /// A row that did not.
    Rejected(Rejection),
}

/// Why a part of a feed is no product, and where the mistake is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The line at which the faulty row begins, from 1.
    pub line: u64,
    /// From 1: in CSV and TSV the number of the column, in JSON the byte within the line. Absent where a whole row
    /// or item is at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// The field, as the feed calls it: `Variant Price`, `g:price`.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Rejection {
    /// A rejection without a column.
    pub fn new(line: u64, field: &str, message: impl Into<String>) -> Self {
        Rejection { line, column: None, field: field.to_owned(), message: message.into() }
    }

    /// The same rejection in another file: a client that sends a feed in batches knows which line of its own file
    /// a line of a batch was.
    pub fn at_line(self, line: u64) -> Self {
        Rejection { line, ..self }
    }
}

/// `line 3, column 4, Variant Price: is empty`.
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ", {}: {}", self.field, self.message)
    }
}

/// What ends the reading of a feed.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The file or the connection failed.
    #[error("the feed can't be read: {0}")]
    Io(#[from] std::io::Error),
    /// The file is something else. The message says what was expected.
    #[error("this is not {format}: {message}")]
    NotThisFormat {
        /// What it was read as, in words.
        format: &'static str,
        /// What is missing.
        message: String,
    },
}

/// What a reader of a format gives next: `None` at the end.
pub(crate) type Next = Result<Option<Entry>, FeedError>;

/// Checks a draft. `lines` are those of its variants; `name` says how the feed calls a field of the draft.
pub(crate) fn checked(draft: ProductDraft, line: u64, lines: &[u64], name: impl Fn(&str) -> String) -> Entry {
    match draft.check() {
        Ok(value) => Entry::Product(Located { line, value }),
        Err(faults) => Entry::Rejected(rejection(&faults, line, lines, name)),
    }
}

/// The first fault, with its line and the names of the others.
fn rejection(faults: &[Fault], line: u64, lines: &[u64], name: impl Fn(&str) -> String) -> Rejection {
    let Some((first, others)) = faults.split_first() else {
        return Rejection::new(line, "product", "is not valid");
    };
    let variant = first.field.strip_prefix("variants[").and_then(|rest| rest.split(']').next()?.parse().ok());
    let line = variant.and_then(|i: usize| lines.get(i)).copied().unwrap_or(line);
    let mut message = first.kind.to_string();
    for other in others.iter().take(3) {
        message.push_str(&format!("; {}: {}", name(&other.field), other.kind));
    }
    if others.len() > 3 {
        message.push_str(&format!("; and {} faults more", others.len() - 3));
    }
    Rejection::new(line, &name(&first.field), message)
}
