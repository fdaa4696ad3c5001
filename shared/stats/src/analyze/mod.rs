//! The analysis of any table of units: a CSV file with a column that names the unit, one that names its variant, and
//! columns of values.
//!
//! A unit may have several rows: its values are added up. A unit in more than one variant belongs to none: it is
//! counted, and left out. A blank cell adds nothing: a unit without any value has 0, and no part in a quantile.

mod display;
mod observed;
mod report;
mod request;
mod table;
mod units;

pub use observed::Observed;
pub use report::{Arm, Comparison, Methods, MetricReport, Report, VariantReport};
pub use request::{CapSpec, Column, MetricSpec, MetricType, Request, SpecError};

use std::io::Read;

/// Why a file can't be analysed.
#[derive(Debug, thiserror::Error)]
pub enum AnalyzeError {
    /// The file can't be read.
    #[error("the file can't be read: {0}")]
    Io(#[from] std::io::Error),
    /// Nothing in it, or only a header.
    #[error("the file has no rows: it needs a header and a row for each unit")]
    Empty,
    /// A column that was asked for is not there.
    #[error("there is no column \"{name}\"; the file has {available}")]
    MissingColumn {
        /// The column that was asked for.
        name: String,
        /// Those that are there.
        available: String,
    },
    /// Two columns of one name.
    #[error("two columns are called \"{0}\": rename one")]
    AmbiguousColumn(String),
    /// A cell that should hold a number.
    #[error("line {line}: \"{value}\" in column \"{column}\" is not a number")]
    NotANumber {
        /// The line in the file, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
    },
    /// A row with another number of cells than the header.
    #[error("line {line} has {found} cells, the header has {expected}")]
    Ragged {
        /// The line in the file, from 1.
        line: u64,
        /// The cells that it has.
        found: usize,
        /// Those that it should have.
        expected: usize,
    },
    /// A row that is not UTF-8 text.
    #[error("line {0} is not UTF-8 text: save the file as UTF-8")]
    NotUtf8(u64),
    /// All units are in one variant.
    #[error(
        "all units are in the variant \"{0}\": a comparison needs a control and at least one other variant"
    )]
    OneVariant(String),
    /// More variants than an experiment has: the wrong column, most likely.
    #[error("column \"{column}\" has more than {most} different values: is it the variant?")]
    TooManyVariants {
        /// The column.
        column: String,
        /// The most that are accepted.
        most: usize,
    },
    /// No row names both a unit and a variant.
    #[error("no row names both a unit and a variant")]
    NoUnits,
    /// The control that was asked for is not there.
    #[error("no unit is in the control \"{name}\"; the variants are {available}")]
    UnknownControl {
        /// The control that was asked for.
        name: String,
        /// The variants that are there.
        available: String,
    },
    /// A weight for a variant that is not there, or none for one that is.
    #[error("the weights must name each variant once: {0}")]
    Weights(String),
    /// An option outside its range.
    #[error(transparent)]
    Option(#[from] crate::Undefined),
}

/// Reads a CSV file (comma, semicolon or tab, as its header has it) and analyses it.
///
/// # Errors
/// [`AnalyzeError`]. What only one metric lacks (no variance, too few units) stands in the report instead.
pub fn analyze(reader: impl Read, request: &Request) -> Result<Report, AnalyzeError> {
    let units = units::Units::read(reader, request)?;
    report::Report::new(&units, request)
}

#[cfg(test)]
mod tests;
