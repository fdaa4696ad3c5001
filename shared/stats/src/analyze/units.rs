//! From rows to units.

use super::table::Table;
use super::{AnalyzeError, MetricType, Request};
use crate::health::MultipleExposures;
use std::collections::HashMap;
use std::io::Read;

/// More variants than that are no variants.
const MOST_VARIANTS: usize = 50;

/// A unit's values of one metric, over all its rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    pub(super) sum: f64,
    pub(super) denominator: f64,
    pub(super) covariate: f64,
    /// The single values, for a quantile.
    pub(super) values: Vec<f64>,
}

/// A unit.
#[derive(Debug)]
pub(super) struct UnitRow {
    variant: usize,
    exposed_twice: bool,
    pub(super) segment: String,
    /// The first value of each confounder; none if it is blank in all rows.
    pub(super) confounders: Vec<Option<f64>>,
    pub(super) metrics: Vec<Cells>,
}

/// All that was read.
#[derive(Debug)]
pub(super) struct Units {
    pub(super) rows: u64,
    /// Rows that name no unit or no variant.
    pub(super) incomplete_rows: u64,
    pub(super) multiple: MultipleExposures,
    /// The names of the variants: the control, then the others in alphabetical order.
    pub(super) variants: Vec<String>,
    /// The units of each variant.
    pub(super) of: Vec<Vec<UnitRow>>,
    /// Whether a metric has no values but 0 and 1.
    pub(super) binary: Vec<bool>,
}

/// Where the columns are.
struct Columns {
    unit: usize,
    variant: usize,
    segment: Option<usize>,
    confounders: Vec<usize>,
    /// Value, denominator and covariate of each metric.
    metrics: Vec<(usize, Option<usize>, Option<usize>)>,
}

impl Columns {
    fn find<R: Read>(table: &Table<R>, request: &Request) -> Result<Self, AnalyzeError> {
        let optional = |name: &Option<String>| name.as_deref().map(|name| table.column(name)).transpose();
        let metrics = request.metrics.iter().map(|metric| {
            Ok((table.column(&metric.column)?, optional(&metric.denominator)?, optional(&metric.covariate)?))
        });
        Ok(Columns {
            unit: table.column(&request.unit)?,
            variant: table.column(&request.variant)?,
            segment: optional(&request.segment)?,
            confounders: request
                .confounders
                .iter()
                .map(|name| table.column(name))
                .collect::<Result<_, AnalyzeError>>()?,
            metrics: metrics.collect::<Result<_, AnalyzeError>>()?,
        })
    }
}

impl Units {
    /// Reads all rows.
    pub(super) fn read(reader: impl Read, request: &Request) -> Result<Self, AnalyzeError> {
        let mut table = Table::open(reader)?;
        let columns = Columns::find(&table, request)?;
        let (mut rows, mut incomplete_rows) = (0, 0);
        let mut names: Vec<String> = Vec::new();
        let mut index: HashMap<String, usize> = HashMap::new();
        let mut units: Vec<UnitRow> = Vec::new();
        let mut binary = vec![true; request.metrics.len()];
        while let Some((line, cells)) = table.row()? {
            rows += 1;
            let cell = |column: usize| cells.get(column).map_or("", |cell| cell.trim());
            let (unit, name) = (cell(columns.unit), cell(columns.variant));
            if unit.is_empty() || name.is_empty() {
                incomplete_rows += 1;
                continue;
            }
            let variant = match names.iter().position(|known| known == name) {
                Some(known) => known,
                None if names.len() == MOST_VARIANTS => {
                    let column = request.variant.clone();
                    return Err(AnalyzeError::TooManyVariants { column, most: MOST_VARIANTS });
                }
                None => {
                    names.push(name.to_owned());
                    names.len() - 1
                }
            };
            let segment = columns.segment.map(cell).unwrap_or_default();
            let place = *index.entry(unit.to_owned()).or_insert_with(|| {
                let metrics = vec![Cells::default(); request.metrics.len()];
                let confounders = vec![None; request.confounders.len()];
                let segment = segment.to_owned();
                units.push(UnitRow { variant, exposed_twice: false, segment, confounders, metrics });
                units.len() - 1
            });
            let Some(unit) = units.get_mut(place) else { continue };
            unit.exposed_twice |= unit.variant != variant;
            let known = unit.confounders.iter_mut().zip(&columns.confounders).zip(&request.confounders);
            for ((known, at), name) in known {
                *known = known.or(number(cell(*at), line, name)?);
            }
            let of = unit.metrics.iter_mut().zip(&columns.metrics).zip(&request.metrics).zip(&mut binary);
            for (((sums, (value, denominator, covariate)), spec), binary) in of {
                let read = |at: usize, name: &str| number(cell(at), line, name);
                let seen = read(*value, &spec.column)?;
                *binary &= seen.is_none_or(|value| value.abs() <= 0.0 || (value - 1.0).abs() <= 0.0);
                sums.sum += seen.unwrap_or(0.0);
                if matches!(spec.metric_type, Some(MetricType::Quantile(_))) {
                    sums.values.extend(seen);
                }
                if let (Some(at), Some(name)) = (denominator, &spec.denominator) {
                    sums.denominator += read(*at, name)?.unwrap_or(0.0);
                }
                if let (Some(at), Some(name)) = (covariate, &spec.covariate) {
                    sums.covariate += read(*at, name)?.unwrap_or(0.0);
                }
            }
        }
        if rows == 0 {
            return Err(AnalyzeError::Empty);
        }
        let order = order(&names, request)?;
        let multiple = MultipleExposures {
            units: units.iter().filter(|unit| unit.exposed_twice).count() as u64,
            of: units.len() as u64,
        };
        let mut of: Vec<Vec<UnitRow>> = order.iter().map(|_| Vec::new()).collect();
        for unit in units.into_iter().filter(|unit| !unit.exposed_twice) {
            let place = order.iter().position(|variant| *variant == unit.variant);
            if let Some(list) = place.and_then(|place| of.get_mut(place)) {
                list.push(unit);
            }
        }
        let variants = order.iter().filter_map(|variant| names.get(*variant).cloned()).collect();
        Ok(Units { rows, incomplete_rows, multiple, variants, of, binary })
    }
}

/// The variants' indices: the control, then the others in alphabetical order.
fn order(names: &[String], request: &Request) -> Result<Vec<usize>, AnalyzeError> {
    let mut sorted: Vec<(usize, &String)> = names.iter().enumerate().collect();
    sorted.sort_by(|a, b| a.1.cmp(b.1));
    match sorted.as_slice() {
        [] => return Err(AnalyzeError::NoUnits),
        [(_, only)] => return Err(AnalyzeError::OneVariant((*only).clone())),
        _ => {}
    }
    let control = match &request.control {
        Some(name) => {
            let missing = || AnalyzeError::UnknownControl {
                name: name.clone(),
                available: sorted
                    .iter()
                    .map(|(_, name)| format!("\"{name}\""))
                    .collect::<Vec<_>>()
                    .join(", "),
            };
            sorted.iter().position(|(_, known)| *known == name).ok_or_else(missing)?
        }
        None => {
            let usual = ["control", "0", "a", "off"];
            let is = |wanted: &str| sorted.iter().position(|(_, name)| name.to_lowercase() == wanted);
            usual.into_iter().find_map(is).unwrap_or(0)
        }
    };
    let control = sorted.remove(control);
    Ok(std::iter::once(control).chain(sorted).map(|(index, _)| index).collect())
}

/// A cell's number; None if it is blank.
fn number(cell: &str, line: u64, column: &str) -> Result<Option<f64>, AnalyzeError> {
    let value = match cell {
        "" => return Ok(None),
        "true" | "TRUE" | "yes" => 1.0,
        "false" | "FALSE" | "no" => 0.0,
        text => text.parse().ok().filter(|value: &f64| value.is_finite()).ok_or_else(|| {
            AnalyzeError::NotANumber { line, column: column.to_owned(), value: cell.to_owned() }
        })?,
    };
    Ok(Some(value))
}
