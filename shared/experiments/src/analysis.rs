//! What an experiment's sums say.

use crate::ALPHA;
use crate::bandit;
use crate::estimate::{Tally, pair};
use crate::experiment::Experiment;
use crate::metric::{Goal, Measured, Metric, Role};
use crate::need::need;
use crate::reading::{Reading, read};
use crate::rollups::Rollups;
use orilla_stats::{
    BayesOptions, Correction, Estimate, Interval, MultipleExposures, Posterior, Result, SampleRatio, Segment,
    SegmentReport, SequentialTest, TTest, TestOptions, Undefined, adjust, bayes, by_segment, sample_ratio,
    sequential_uplift, welch,
};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A variation against the control.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// For one look at a planned end.
    pub once: Result<TTest>,
    /// For looks at any time: this one decides.
    pub any_time: SequentialTest,
    /// Chances and risks.
    pub bayes: Result<Posterior>,
    /// The sequential p value, corrected for the number of comparisons of metrics of the same role.
    pub adjusted_p: f64,
    /// Whether what the visitors did before made it more precise (CUPED).
    pub is_adjusted: bool,
}

/// A variation, as a metric sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct VariantResult {
    /// Which: 0 is the control.
    pub variation: usize,
    /// Its visitors: those whom the metric counts. A quantile counts those who have a value.
    pub units: u64,
    /// Its estimate.
    pub estimate: Result<Estimate>,
    /// It against the control; nothing for the control itself.
    pub compared: Option<Result<Compared>>,
}

/// A metric of the experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricResult {
    /// The metric.
    pub measured: Measured,
    /// The variations, the control first.
    pub variants: Vec<VariantResult>,
    /// Of a metric that counts those alone who did something: how many did in each variation, and whether they are split
    /// as all visitors should be. If not, a variation changes who does it, and the metric compares people of two kinds.
    pub activated: Option<Activated>,
    /// The visitors whom it does not count yet, because their window is not over. Those who are left when the experiment is
    /// stopped never count.
    pub waiting: u64,
}

/// The visitors who did what a metric asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Activated {
    /// How many, by variation.
    pub units: Vec<u64>,
    /// Whether they are split as they should be.
    pub sample_ratio: Result<SampleRatio>,
}

impl Activated {
    /// Whether something other than chance splits them.
    pub fn is_uneven(&self) -> bool {
        self.sample_ratio.as_ref().is_ok_and(SampleRatio::mismatch)
    }
}

/// The primary metric at the end of a day, over those who came until then.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The day: `2026-11-27`.
    pub day: String,
    /// For each variation but the control, the uplift and its interval for any time.
    pub variants: Vec<Option<(f64, Interval)>>,
    /// The visitors of all variations until then, as far as the metric counts them.
    pub units: u64,
}

/// The primary metric in the segments of a dimension, for one variation.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentTable {
    /// `country` or `device`.
    pub dimension: &'static str,
    /// Which variation.
    pub variation: usize,
    /// What the segments say.
    pub report: Result<SegmentReport>,
}

/// All that is known of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The visitors of each variation.
    pub units: Vec<u64>,
    /// Whether they are split as they should be.
    pub sample_ratio: Result<SampleRatio>,
    /// Those who saw more than one variation.
    pub multiple: MultipleExposures,
    /// The metrics: the primary first.
    pub metrics: Vec<MetricResult>,
    /// The primary metric, day by day.
    pub timeline: Vec<Point>,
    /// The primary metric, by segment.
    pub segments: Vec<SegmentTable>,
    /// What it comes to.
    pub reading: Reading,
}

/// What is counted of one metric, by variation.
type ByVariation = BTreeMap<usize, Tally>;

/// From the key of a variation to its place.
type Place<'a> = &'a dyn Fn(&str) -> Option<usize>;

/// Analyses an experiment at `now`, in milliseconds since 1970.
pub fn analyse(experiment: &Experiment, rollups: &Rollups, now: i64) -> Analysis {
    let variations = experiment.design.variations.len();
    let place = |key: &str| experiment.design.variations.iter().position(|variation| variation.key == key);
    let place: Place<'_> = &place;
    let is_variation: &dyn Fn(&str) -> bool = &|key| place(key).is_some();
    let units: Vec<u64> = (0..variations).map(|at| rollups.visitors(&|key| place(key) == Some(at))).collect();
    let weights: Vec<f64> = experiment.design.variations.iter().map(|variation| variation.weight).collect();
    let mixed = rollups.visitors(&str::is_empty);
    let multiple = MultipleExposures { units: mixed, of: units.iter().sum::<u64>() + mixed };
    let tuning = experiment
        .measured
        .first()
        .and_then(|primary| need(&experiment.design, &primary.metric).ok())
        .map_or(5_000.0, |need| need.once);
    let mut metrics: Vec<MetricResult> = experiment
        .measured
        .iter()
        .map(|measured| {
            let ripe = experiment.ripe(rollups, &measured.metric, now);
            let waiting = rollups.visitors(is_variation) - ripe.visitors(is_variation);
            let counted = whole(&counted(&ripe, place, measured, "day"));
            let weighed = weighed(experiment, &ripe, measured, None);
            let variants = variants(&measured.metric, &counted, weighed.as_deref(), variations, tuning);
            let activated = measured.metric.activation.map(|_| {
                let of = |at: usize| counted.get(&at).map_or(0, |tally| tally.units);
                let units: Vec<u64> = (0..variations).map(of).collect();
                Activated { sample_ratio: sample_ratio(&units, &weights), units }
            });
            MetricResult { measured: measured.clone(), variants, activated, waiting }
        })
        .collect();
    correct(&mut metrics);
    let is_bandit = experiment.design.bandit.is_some();
    let sample_ratio =
        if is_bandit { bandit::split(experiment, rollups) } else { sample_ratio(&units, &weights) };
    let primary = experiment.measured.first();
    let ripe = match primary {
        Some(primary) => experiment.ripe(rollups, &primary.metric, now),
        None => Cow::Borrowed(rollups),
    };
    let timeline =
        primary.map(|primary| timeline(experiment, &ripe, place, primary, tuning)).unwrap_or_default();
    let segments = match primary {
        None => Vec::new(),
        Some(primary) if is_bandit => {
            let found = bandit::by_device(experiment, &ripe, primary.key.as_str(), None);
            by_variation("device", &found, variations)
        }
        Some(primary) => segments(&ripe, place, primary, variations),
    };
    let reading = read(experiment, &metrics, &sample_ratio, multiple);
    Analysis { units, sample_ratio, multiple, metrics, timeline, segments, reading }
}

/// What is counted of a metric in each segment of a dimension.
fn counted<'r>(
    rollups: &'r Rollups,
    place: Place<'_>,
    measured: &Measured,
    dimension: &str,
) -> BTreeMap<&'r str, ByVariation> {
    let mut segments: BTreeMap<&str, ByVariation> = BTreeMap::new();
    let mut add = |segment: &'r str, variation: &str, add: &dyn Fn(&mut Tally)| {
        if let Some(variation) = place(variation) {
            add(segments.entry(segment).or_default().entry(variation).or_default());
        }
    };
    let is_of_all = measured.metric.activation.is_none();
    let is_own = |of: &str, metric: &str| of == dimension && metric == measured.key.as_str();
    for row in rollups.units.iter().filter(|row| is_of_all && row.dimension == dimension && row.units > 0) {
        add(&row.segment, &row.variation, &|tally| tally.units += row.units);
    }
    for row in rollups.sums.iter().filter(|row| is_own(&row.dimension, &row.metric)) {
        add(&row.segment, &row.variation, &|tally| {
            tally.units += if is_of_all { 0 } else { row.activated };
            tally.sums += row.sums;
        });
    }
    for row in rollups.histograms.iter().filter(|row| is_own(&row.dimension, &row.metric)) {
        add(&row.segment, &row.variation, &|tally| tally.values += &row.values);
    }
    segments
}

/// All segments together.
fn whole(segments: &BTreeMap<&str, ByVariation>) -> ByVariation {
    let mut whole = ByVariation::new();
    segments.values().for_each(|segment| join(&mut whole, segment));
    whole
}

fn join(whole: &mut ByVariation, segment: &ByVariation) {
    for (variation, tally) in segment {
        *whole.entry(*variation).or_default() += tally;
    }
}

/// Of a bandit, the estimates that account for its shares, until the end of a day. `None`: it is none, and plain means
/// are as good.
fn weighed(
    experiment: &Experiment,
    rollups: &Rollups,
    measured: &Measured,
    until: Option<&str>,
) -> Option<Vec<Result<Estimate>>> {
    experiment.design.bandit?;
    let variations = experiment.design.variations.len();
    let found = bandit::estimates(experiment, rollups, measured.key.as_str(), until);
    Some(found.unwrap_or_else(|why| vec![Err(why); variations]))
}

fn variants(
    metric: &Metric,
    counted: &ByVariation,
    weighed: Option<&[Result<Estimate>]>,
    variations: usize,
    tuning: f64,
) -> Vec<VariantResult> {
    let none = Tally::default();
    let of = |variation: usize| counted.get(&variation).unwrap_or(&none);
    let weighed_of = |weighed: &[Result<Estimate>], variation: usize| {
        weighed.get(variation).cloned().unwrap_or(Err(Undefined::NoUnits))
    };
    let pair_of = |variation: usize| match weighed {
        Some(weighed) => Ok((weighed_of(weighed, 0)?, weighed_of(weighed, variation)?, false)),
        None => pair(metric, of(0), of(variation)),
    };
    (0..variations)
        .map(|variation| {
            let own = of(variation);
            let compared =
                (variation > 0).then(|| pair_of(variation).and_then(|pair| compare(metric, pair, tuning)));
            let estimate = match weighed {
                Some(weighed) => weighed_of(weighed, variation),
                None => own.estimate(metric),
            };
            VariantResult { variation, units: own.n(metric), estimate, compared }
        })
        .collect()
}

/// `is_adjusted`: whether what visitors did before made the estimates more precise.
fn compare(
    metric: &Metric,
    (control, variant, is_adjusted): (Estimate, Estimate, bool),
    tuning: f64,
) -> Result<Compared> {
    let smaller_is_better = metric.goal == Goal::Less;
    let any_time = at_any_time(&control, &variant, tuning)?;
    Ok(Compared {
        once: welch(&control, &variant, &TestOptions { alpha: ALPHA, ..TestOptions::default() }),
        any_time,
        bayes: bayes(&control, &variant, &BayesOptions { smaller_is_better, ..BayesOptions::default() }),
        adjusted_p: any_time.p_value,
        is_adjusted,
    })
}

/// The test that decides.
pub(crate) fn at_any_time(control: &Estimate, variant: &Estimate, tuning: f64) -> Result<SequentialTest> {
    sequential_uplift(control, variant, ALPHA, tuning)
}

/// Corrects the sequential p values: the primary metric for the number of variations, the secondary ones for all of
/// theirs together (Holm). Those of guardrails stay as they are: it is harm that they are to find.
fn correct(metrics: &mut [MetricResult]) {
    for role in [Role::Primary, Role::Secondary] {
        let mut family: Vec<&mut Compared> = metrics
            .iter_mut()
            .filter(|result| result.measured.role == role)
            .flat_map(|result| &mut result.variants)
            .filter_map(|variant| variant.compared.as_mut()?.as_mut().ok())
            .collect();
        let p_values: Vec<f64> = family.iter().map(|compared| compared.any_time.p_value).collect();
        if let Ok(adjusted) = adjust(&p_values, Correction::Holm) {
            family.iter_mut().zip(adjusted).for_each(|(compared, p)| compared.adjusted_p = p);
        }
    }
}

fn timeline(
    experiment: &Experiment,
    rollups: &Rollups,
    place: Place<'_>,
    primary: &Measured,
    tuning: f64,
) -> Vec<Point> {
    let variations = experiment.design.variations.len();
    let mut until = ByVariation::new();
    counted(rollups, place, primary, "day")
        .into_iter()
        .map(|(day, new)| {
            join(&mut until, &new);
            let weighed = weighed(experiment, rollups, primary, Some(day));
            let found = variants(&primary.metric, &until, weighed.as_deref(), variations, tuning);
            let interval = |result: &VariantResult| {
                let compared = result.compared.as_ref()?.as_ref().ok()?;
                Some((compared.any_time.uplift, compared.any_time.interval))
            };
            Point {
                day: day.to_owned(),
                variants: found.iter().skip(1).map(interval).collect(),
                units: found.iter().map(|variant| variant.units).sum(),
            }
        })
        .collect()
}

fn segments(rollups: &Rollups, place: Place<'_>, primary: &Measured, variations: usize) -> Vec<SegmentTable> {
    let of = |dimension| {
        let found = counted(rollups, place, primary, dimension);
        let estimate = |counted: &ByVariation, variation: usize| {
            counted.get(&variation).ok_or(Undefined::NoUnits)?.estimate(&primary.metric)
        };
        let all = |counted| (0..variations).map(|variation| estimate(counted, variation)).collect();
        let found: Vec<_> = found.iter().map(|(name, counted)| (*name, all(counted))).collect();
        by_variation(dimension, &found, variations)
    };
    ["country", "device"].into_iter().flat_map(of).collect()
}

/// A table of each variation but the control, of segments with an estimate of each.
fn by_variation(
    dimension: &'static str,
    found: &[(&str, Vec<Result<Estimate>>)],
    variations: usize,
) -> Vec<SegmentTable> {
    let table = |variation: usize| {
        let of = |estimates: &[Result<Estimate>], at: usize| {
            estimates.get(at).cloned().unwrap_or(Err(Undefined::NoUnits))
        };
        let one = |(name, estimates): &(&str, Vec<Result<Estimate>>)| Segment {
            name: (*name).to_owned(),
            control: of(estimates, 0),
            variant: of(estimates, variation),
        };
        let segments: Vec<Segment> = found.iter().map(one).collect();
        let options = TestOptions { alpha: ALPHA, ..TestOptions::default() };
        SegmentTable { dimension, variation, report: by_segment(&segments, &options, Correction::Holm) }
    };
    if found.is_empty() { Vec::new() } else { (1..variations).map(table).collect() }
}
