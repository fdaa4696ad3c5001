//! What to analyse: the options of the command line as types.

use serde::Serialize;
use std::str::FromStr;

/// An option that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// An unknown type of metric.
    #[error(
        "\"{0}\" is no type of metric: use proportion, retention, mean, revenue, ratio, or a quantile such as p95"
    )]
    UnknownType(String),
    /// A ratio without two columns, or two columns without a ratio.
    #[error("\"{0}\": a ratio is written NUMERATOR/DENOMINATOR:ratio")]
    Ratio(String),
    /// An option of the form NAME=VALUE.
    #[error("\"{0}\" must be written NAME=VALUE")]
    NotAPair(String),
    /// A cap that is no number.
    #[error("\"{0}\" is no cap: write a number (500) or a percentile (99%)")]
    Cap(String),
    /// A column without a name.
    #[error("a metric needs the name of a column")]
    NoColumn,
}

/// The type of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricType {
    /// The share of units with a value other than zero.
    Proportion,
    /// The same, for a column that says whether the unit came back.
    Retention,
    /// The mean per unit.
    Mean,
    /// The mean per unit, of money.
    RevenuePerVisitor,
    /// The sum of one column over the sum of another.
    Ratio,
    /// A quantile of the values (of all rows, if a unit has several).
    Quantile(f64),
}

/// The name of a column.
pub type Column = String;

/// How far large values may reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CapSpec {
    /// This value.
    Value(f64),
    /// This quantile of all units, from 0 to 1.
    Percentile(f64),
}

impl FromStr for CapSpec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let number = |digits: &str| digits.trim().parse::<f64>().map_err(|_| SpecError::Cap(text.to_owned()));
        match text.strip_suffix('%') {
            Some(percent) => Ok(CapSpec::Percentile(number(percent)? / 100.0)),
            None => Ok(CapSpec::Value(number(text)?)),
        }
    }
}

/// A metric as `COLUMN`, `COLUMN:TYPE` or `NUMERATOR/DENOMINATOR:ratio`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricSpec {
    /// The column of the values.
    pub column: Column,
    /// The column that a ratio divides by.
    pub denominator: Option<Column>,
    /// None: a proportion if all values are 0 and 1, else a mean.
    pub metric_type: Option<MetricType>,
    /// The column of the same metric before the experiment, for CUPED.
    pub covariate: Option<Column>,
    /// How far large values may reach.
    pub cap: Option<CapSpec>,
}

impl FromStr for MetricSpec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (column, name) = match text.rsplit_once(':') {
            Some((column, name)) => (column, Some(name)),
            None => (text, None),
        };
        let metric_type = name.map(metric_type).transpose()?;
        let (column, denominator) = match (column.split_once('/'), metric_type) {
            (Some((top, bottom)), Some(MetricType::Ratio)) if !bottom.is_empty() => {
                (top, Some(bottom.to_owned()))
            }
            (_, Some(MetricType::Ratio)) => return Err(SpecError::Ratio(text.to_owned())),
            _ => (column, None),
        };
        if column.is_empty() {
            return Err(SpecError::NoColumn);
        }
        Ok(MetricSpec { column: column.to_owned(), denominator, metric_type, covariate: None, cap: None })
    }
}

fn metric_type(name: &str) -> Result<MetricType, SpecError> {
    let unknown = || SpecError::UnknownType(name.to_owned());
    match name {
        "proportion" | "conversion" => Ok(MetricType::Proportion),
        "retention" => Ok(MetricType::Retention),
        "mean" => Ok(MetricType::Mean),
        "revenue" => Ok(MetricType::RevenuePerVisitor),
        "ratio" => Ok(MetricType::Ratio),
        "median" => Ok(MetricType::Quantile(0.5)),
        quantile => {
            let percent: f64 = quantile.strip_prefix('p').and_then(|p| p.parse().ok()).ok_or_else(unknown)?;
            if percent > 0.0 && percent < 100.0 {
                Ok(MetricType::Quantile(percent / 100.0))
            } else {
                Err(unknown())
            }
        }
    }
}

/// What to analyse, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The column that names the unit.
    pub unit: Column,
    /// The column that names its variant.
    pub variant: Column,
    /// The metrics.
    pub metrics: Vec<MetricSpec>,
    /// The variant that the others are compared with. None: `control`, `0`, `A` or `off` if there is one of them, else
    /// the first in alphabetical order.
    pub control: Option<String>,
    /// The share of traffic that each variant should have. Empty: equal.
    pub weights: Vec<(String, f64)>,
    /// A column by which the effects are shown separately, too.
    pub segment: Option<Column>,
    /// Columns of numbers that hold what may have led a unit to its variant, where nobody threw dice, and were known before:
    /// then effects are estimated by the propensity score, too.
    pub confounders: Vec<Column>,
    /// The accepted false positives.
    pub alpha: f64,
    /// The sequential test's tuning parameter.
    pub tuning: f64,
}

impl Request {
    /// A request with the usual settings.
    pub fn new(unit: &str, variant: &str, metrics: Vec<MetricSpec>) -> Self {
        Request {
            unit: unit.to_owned(),
            variant: variant.to_owned(),
            metrics,
            control: None,
            weights: Vec::new(),
            segment: None,
            confounders: Vec::new(),
            alpha: 0.05,
            tuning: 5000.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(&str, Option<&str>, Option<MetricType>), SpecError>) {
        let read = text.parse::<MetricSpec>();
        let parts =
            read.as_ref().map(|spec| (spec.column.as_str(), spec.denominator.as_deref(), spec.metric_type));
        assert_eq!(parts, expected.as_ref().copied(), "{text}");
    }

    #[test]
    fn metrics_of_the_command_line() {
        check("revenue", Ok(("revenue", None, None)));
        check("bought:proportion", Ok(("bought", None, Some(MetricType::Proportion))));
        check("a:b:mean", Ok(("a:b", None, Some(MetricType::Mean))));
        check("revenue/orders:ratio", Ok(("revenue", Some("orders"), Some(MetricType::Ratio))));
        check("load:p95", Ok(("load", None, Some(MetricType::Quantile(0.95)))));
        check("load:median", Ok(("load", None, Some(MetricType::Quantile(0.5)))));
        check("a/b", Ok(("a/b", None, None)));
        check("revenue:ratio", Err(SpecError::Ratio("revenue:ratio".into())));
        check("load:p100", Err(SpecError::UnknownType("p100".into())));
        check("load:maximum", Err(SpecError::UnknownType("maximum".into())));
        check(":mean", Err(SpecError::NoColumn));
    }

    #[test]
    fn caps() {
        assert_eq!("500".parse(), Ok(CapSpec::Value(500.0)));
        assert_eq!("99.5%".parse(), Ok(CapSpec::Percentile(0.995)));
        assert!("x".parse::<CapSpec>().is_err());
    }
}
