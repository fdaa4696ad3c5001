//! Why a number has no value.

use serde::Serialize;

/// Why an estimate, a test or an interval does not exist for this data. No method of this crate answers NaN.
#[derive(Clone, Debug, PartialEq, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Undefined {
    /// Nobody was there.
    #[error("there are no units")]
    NoUnits,
    /// The method needs more.
    #[error("{found} units are too few: at least {needed} are needed")]
    TooFewUnits {
        /// The smallest number that would do.
        needed: u64,
        /// How many there are.
        found: u64,
    },
    /// All values are equal, so that nothing says how far chance could move them.
    #[error("all values are the same, so their spread is unknown")]
    NoVariance,
    /// A relative uplift over a mean of zero.
    #[error("the control's mean is zero, so a relative uplift has no meaning: look at the absolute one")]
    ZeroBaseline,
    /// A ratio whose denominator sums to zero.
    #[error("the denominator is zero")]
    ZeroDenominator,
    /// A value or a result is infinite or not a number.
    #[error("a value is not a finite number")]
    NotFinite,
    /// An argument outside its range.
    #[error("{name} must be {range}")]
    InvalidParameter {
        /// The argument.
        name: &'static str,
        /// What it may be.
        range: &'static str,
    },
    /// Covariates that say the same thing twice (or say nothing).
    #[error("the covariates depend on each other: leave one out")]
    Collinear,
    /// A covariate (or several) tells the groups apart perfectly, or the fit runs away for another reason.
    #[error("the fit did not settle: the covariates may separate the groups perfectly")]
    NotConverged,
    /// No treated unit has an untreated one that is comparable.
    #[error("the groups have no comparable units")]
    NoOverlap,
}

/// A value, or why there is none.
pub type Result<T> = std::result::Result<T, Undefined>;

/// `value` if it is finite.
pub(crate) fn finite(value: f64) -> Result<f64> {
    if value.is_finite() { Ok(value) } else { Err(Undefined::NotFinite) }
}

/// Refuses what is not strictly between 0 and 1.
pub(crate) fn open_unit(name: &'static str, value: f64) -> Result<f64> {
    if value > 0.0 && value < 1.0 {
        Ok(value)
    } else {
        Err(Undefined::InvalidParameter { name, range: "between 0 and 1 (both excluded)" })
    }
}

/// Refuses what is not positive and finite.
pub(crate) fn positive(name: &'static str, value: f64) -> Result<f64> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(Undefined::InvalidParameter { name, range: "a positive number" })
    }
}

/// Writes a value as itself, and a missing one as `{"undefined": {"reason": …}, "message": "…"}`.
pub(crate) fn either<T: Serialize, S: serde::Serializer>(
    result: &Result<T>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Missing<'a> {
        undefined: &'a Undefined,
        message: String,
    }
    match result {
        Ok(value) => value.serialize(serializer),
        Err(why) => Missing { undefined: why, message: why.to_string() }.serialize(serializer),
    }
}
