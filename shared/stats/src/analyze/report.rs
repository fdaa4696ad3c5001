//! What the analysis says.

use super::units::{Cells, UnitRow, Units};
use super::{AnalyzeError, CapSpec, Column, MetricSpec, MetricType, Observed, Request};
use crate::metric::{Cap, Kind, Metric, Value};
use crate::undefined::{either, open_unit, positive};
use crate::{
    BayesOptions, Conversions, Correction, Estimate, Moments, MultipleExposures, Posterior, ProportionTest,
    Result, SampleRatio, Segment, SegmentReport, SequentialOptions, SequentialTest, Shape, Stratum, TTest,
    TestOptions, Uplift, WithCovariate, adjust, bayes, by_segment, cuped, post_stratify, sample_ratio,
    sequential, two_proportions, welch,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// The analysis of a file.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The rows of the file, without its header.
    pub rows: u64,
    /// Rows without a unit or a variant: left out.
    pub incomplete_rows: u64,
    /// Units in more than one variant: left out.
    pub multiple_exposures: MultipleExposures,
    /// Whether the variants have as many units as they should.
    #[serde(serialize_with = "either")]
    pub sample_ratio: Result<SampleRatio>,
    /// The variants: the control first.
    pub variants: Vec<VariantReport>,
    /// What may have led units to their variants, where nobody threw dice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub confounders: Vec<Column>,
    /// The accepted false positives: the intervals are (1 − alpha) wide.
    pub alpha: f64,
    /// The metrics.
    pub metrics: Vec<MetricReport>,
}

/// A variant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VariantReport {
    /// Its name.
    pub name: String,
    /// The units in it alone.
    pub units: u64,
}

/// A metric in all variants.
#[derive(Clone, Debug, Serialize)]
pub struct MetricReport {
    /// The column, or `numerator/denominator`.
    pub name: String,
    /// Its type, found or given.
    pub metric_type: MetricType,
    /// Each variant's estimate: the control first.
    pub arms: Vec<Arm>,
    /// Each other variant against the control.
    pub comparisons: Vec<Comparison>,
}

/// A metric in one variant.
#[derive(Clone, Debug, Serialize)]
pub struct Arm {
    /// The variant.
    pub variant: String,
    /// The mean (or proportion, ratio, quantile) with its spread, or why there is none.
    #[serde(serialize_with = "either")]
    pub estimate: Result<Estimate>,
}

/// A variant against the control.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The variant.
    pub variant: String,
    /// In parts of the control's value.
    pub relative: Methods,
    /// In the metric's own unit.
    pub absolute: Methods,
    /// For a proportion: the z test with Newcombe's interval, which holds for few conversions too.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional")]
    pub proportions: Option<Result<ProportionTest>>,
    /// The absolute methods with CUPED, if a covariate was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cuped: Option<Methods>,
    /// The absolute methods with both variants weighted to the same shares of the segments, if a segment was asked for
    /// and the metric is a mean or a proportion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_stratified: Option<Methods>,
    /// The absolute effect where nobody threw dice, if columns say what led units to their variants, and the metric is a mean
    /// or a proportion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<Observed>,
    /// Welch's p value (absolute), corrected by Holm's method for all comparisons of the report.
    pub adjusted_p_value: Option<f64>,
    /// The effects by segment (absolute), if a segment was asked for.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "optional")]
    pub segments: Option<Result<SegmentReport>>,
}

/// The answers of the methods.
#[derive(Clone, Debug, Serialize)]
pub struct Methods {
    /// For one look at the end.
    #[serde(serialize_with = "either")]
    pub welch: Result<TTest>,
    /// For looks at any time.
    #[serde(serialize_with = "either")]
    pub sequential: Result<SequentialTest>,
    /// The Bayesian answer, under a flat prior.
    #[serde(serialize_with = "either")]
    pub bayes: Result<Posterior>,
}

fn optional<T: Serialize, S: serde::Serializer>(
    value: &Option<Result<T>>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    match value {
        Some(result) => either(result, serializer),
        None => serializer.serialize_none(),
    }
}

impl Methods {
    fn new(pair: &Result<(Estimate, Estimate)>, uplift: Uplift, request: &Request) -> Self {
        let (alpha, tuning) = (request.alpha, request.tuning);
        let with = |pair: &Result<(Estimate, Estimate)>| pair.clone();
        let options = SequentialOptions { uplift, alpha, tuning, null: 0.0 };
        Methods {
            welch: with(pair)
                .and_then(|(a, b)| welch(&a, &b, &TestOptions { uplift, alpha, ..TestOptions::default() })),
            sequential: with(pair).and_then(|(a, b)| sequential(&a, &b, &options)),
            bayes: with(pair)
                .and_then(|(a, b)| bayes(&a, &b, &BayesOptions { uplift, alpha, ..BayesOptions::default() })),
        }
    }
}

impl Report {
    pub(super) fn new(units: &Units, request: &Request) -> std::result::Result<Self, AnalyzeError> {
        open_unit("alpha", request.alpha)?;
        positive("the tuning parameter", request.tuning)?;
        let counts: Vec<u64> = units.of.iter().map(|units| units.len() as u64).collect();
        let variants = units.variants.iter().zip(&counts);
        let mut report = Report {
            rows: units.rows,
            incomplete_rows: units.incomplete_rows,
            multiple_exposures: units.multiple,
            sample_ratio: sample_ratio(&counts, &weights(units, request)?),
            variants: variants
                .map(|(name, units)| VariantReport { name: name.clone(), units: *units })
                .collect(),
            confounders: request.confounders.clone(),
            alpha: request.alpha,
            metrics: Vec::new(),
        };
        for index in 0..request.metrics.len() {
            report.metrics.extend(metric_report(units, request, index)?);
        }
        report.correct();
        Ok(report)
    }

    /// Corrects the p values for their number.
    fn correct(&mut self) {
        let comparisons = || self.metrics.iter().flat_map(|metric| &metric.comparisons);
        let known: Vec<f64> =
            comparisons().filter_map(|one| Some(one.absolute.welch.as_ref().ok()?.p_value)).collect();
        let mut adjusted = adjust(&known, Correction::Holm).unwrap_or_default().into_iter();
        for one in self.metrics.iter_mut().flat_map(|metric| &mut metric.comparisons) {
            one.adjusted_p_value = if one.absolute.welch.is_ok() { adjusted.next() } else { None };
        }
    }
}

/// The weights in the order of the variants.
fn weights(units: &Units, request: &Request) -> std::result::Result<Vec<f64>, AnalyzeError> {
    if request.weights.is_empty() {
        return Ok(vec![1.0; units.variants.len()]);
    }
    let named = || AnalyzeError::Weights(units.variants.join(", "));
    if request.weights.len() != units.variants.len() {
        return Err(named());
    }
    let of =
        |name: &String| request.weights.iter().find(|(known, _)| known == name).map(|(_, weight)| *weight);
    units.variants.iter().map(|name| of(name).ok_or_else(named)).collect()
}

fn metric_report(
    units: &Units,
    request: &Request,
    index: usize,
) -> std::result::Result<Option<MetricReport>, AnalyzeError> {
    let (Some(spec), Some(binary)) = (request.metrics.get(index), units.binary.get(index)) else {
        return Ok(None);
    };
    let found = if *binary { MetricType::Proportion } else { MetricType::Mean };
    let metric_type = spec.metric_type.unwrap_or(found);
    let data = Data { units, index, metric: metric(spec, metric_type) };
    let estimates = data.metric.estimates(&data.values(|_| true))?;
    let comparisons =
        (1..units.variants.len()).map(|variant| data.compare(&estimates, variant, spec, request));
    let arms = units.variants.iter().zip(&estimates);
    Ok(Some(MetricReport {
        name: spec
            .denominator
            .as_ref()
            .map_or(spec.column.clone(), |below| format!("{}/{below}", spec.column)),
        metric_type,
        comparisons: comparisons.collect::<Result<_>>()?,
        arms: arms
            .map(|(name, estimate)| Arm { variant: name.clone(), estimate: estimate.clone() })
            .collect(),
    }))
}

/// The metric without times: the file's rows are what counts.
fn metric(spec: &MetricSpec, metric_type: MetricType) -> Metric {
    let kind = match metric_type {
        MetricType::Proportion => Kind::Proportion,
        MetricType::Retention => Kind::Retention,
        MetricType::Mean => Kind::Mean,
        MetricType::RevenuePerVisitor => Kind::RevenuePerVisitor,
        MetricType::Ratio => Kind::Ratio,
        MetricType::Quantile(level) => Kind::EventQuantile { level },
    };
    let cap = spec.cap.map(|cap| match cap {
        CapSpec::Value(most) => Cap::Value(most),
        CapSpec::Percentile(level) => Cap::Percentile(level),
    });
    Metric { cap, ..Metric::plain(kind) }
}

/// One metric's values.
struct Data<'a> {
    units: &'a Units,
    index: usize,
    metric: Metric,
}

impl Data<'_> {
    /// The values of each variant's units.
    fn values(&self, wanted: impl Fn(&UnitRow) -> bool) -> Vec<Vec<Value>> {
        let value = |cells: &Cells| Value {
            sum: if self.is_share() { f64::from(u8::from(cells.sum.abs() > 0.0)) } else { cells.sum },
            denominator: cells.denominator,
            events: cells.values.clone(),
        };
        let of = |units: &Vec<UnitRow>| {
            let wanted = units.iter().filter(|unit| wanted(unit));
            wanted.filter_map(|unit| unit.metrics.get(self.index)).map(value).collect()
        };
        self.units.of.iter().map(of).collect()
    }

    fn is_share(&self) -> bool {
        matches!(self.metric.kind, Kind::Proportion | Kind::Retention)
    }

    fn compare(
        &self,
        estimates: &[Result<Estimate>],
        variant: usize,
        spec: &MetricSpec,
        request: &Request,
    ) -> Result<Comparison> {
        let pair = both(estimates, variant);
        let proportions = self.is_share().then(|| {
            let of = |estimate: &Estimate| Conversions {
                n: estimate.n(),
                // The mean is this quotient: the product is the whole number again.
                successes: (estimate.mean() * estimate.n() as f64).round() as u64,
            };
            pair.clone().and_then(|(a, b)| two_proportions(of(&a), of(&b), request.alpha))
        });
        let adjusted = spec.covariate.is_some().then(|| self.adjusted(variant));
        let segments = request.segment.is_some().then(|| self.segments(variant, request));
        let summed = matches!(self.metric.kind, Kind::Mean | Kind::RevenuePerVisitor) || self.is_share();
        let stratified = (request.segment.is_some() && summed).then(|| self.stratified(variant));
        let is_observed = !request.confounders.is_empty() && summed;
        let observed = is_observed.then(|| self.observed(variant, request)).transpose()?;
        Ok(Comparison {
            variant: self.units.variants.get(variant).cloned().unwrap_or_default(),
            relative: Methods::new(&pair, Uplift::Relative, request),
            absolute: Methods::new(&pair, Uplift::Absolute, request),
            proportions,
            cuped: adjusted.map(|pair| Methods::new(&pair, Uplift::Absolute, request)),
            post_stratified: stratified.map(|pair| Methods::new(&pair, Uplift::Absolute, request)),
            observed,
            adjusted_p_value: None,
            segments,
        })
    }

    /// The estimates with CUPED.
    fn adjusted(&self, variant: usize) -> Result<(Estimate, Estimate)> {
        let most = self.metric.most(&self.values(|_| true))?.unwrap_or(f64::INFINITY);
        let metric = if self.is_share() { Shape::Binary } else { Shape::Number };
        let values = self.values(|_| true);
        let of = |index: usize| {
            let covariates = self.units.of.get(index).into_iter().flatten();
            let covariates = covariates.filter_map(|unit| Some(unit.metrics.get(self.index)?.covariate));
            let joint =
                values.get(index).into_iter().flatten().map(|value| value.sum.min(most)).zip(covariates);
            WithCovariate { joint: joint.collect(), metric, covariate: Shape::Number }
        };
        cuped(&of(0), &of(variant))
    }

    /// The effect where units have come to their variants by themselves.
    fn observed(&self, variant: usize, request: &Request) -> Result<Observed> {
        let values = self.values(|_| true);
        let most = self.metric.most(&values)?.unwrap_or(f64::INFINITY);
        let group = |index: usize| {
            let units = self.units.of.get(index).into_iter().flatten();
            units
                .zip(values.get(index).into_iter().flatten())
                .map(move |(unit, value)| (unit, value.sum.min(most)))
        };
        Ok(Observed::new(&request.confounders, [group(0), group(variant)], request.alpha))
    }

    fn stratified(&self, variant: usize) -> Result<(Estimate, Estimate)> {
        let most = self.metric.most(&self.values(|_| true))?.unwrap_or(f64::INFINITY);
        let stratum = |name: &String| {
            let values = self.values(|unit| unit.segment == *name);
            let of = |index: usize| {
                values.get(index).into_iter().flatten().map(|value| value.sum.min(most)).collect::<Moments>()
            };
            Stratum { control: of(0), variant: of(variant) }
        };
        post_stratify(&self.segment_names().into_iter().map(stratum).collect::<Vec<_>>())
    }

    fn segment_names(&self) -> BTreeSet<&String> {
        self.units.of.iter().flatten().map(|unit| &unit.segment).collect()
    }

    fn segments(&self, variant: usize, request: &Request) -> Result<SegmentReport> {
        let mut segments = Vec::new();
        for name in self.segment_names() {
            let estimates = self.metric.estimates(&self.values(|unit| unit.segment == *name))?;
            let of = |index: usize| estimates.get(index).cloned().unwrap_or(Err(crate::Undefined::NoUnits));
            segments.push(Segment { name: name.clone(), control: of(0), variant: of(variant) });
        }
        let options =
            TestOptions { uplift: Uplift::Absolute, alpha: request.alpha, ..TestOptions::default() };
        by_segment(&segments, &options, Correction::Holm)
    }
}

/// The control's estimate and a variant's.
fn both(estimates: &[Result<Estimate>], variant: usize) -> Result<(Estimate, Estimate)> {
    let of = |index: usize| estimates.get(index).cloned().unwrap_or(Err(crate::Undefined::NoUnits));
    Ok((of(0)?, of(variant)?))
}
