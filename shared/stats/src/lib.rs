//! The analysis of experiments, as pure functions: no clock, no dice, no I/O.
//!
//! It goes in three steps:
//!
//! 1. **From events to values.** A [`metric::Metric`] (proportion, retention, mean, revenue per visitor, ratio,
//!    quantile; with its window, cap and activation filter) takes one value of each unit. Rollups skip this step: counts,
//!    sums, sums of squares and of products are all that [`Moments`] and [`Joint`] need. Quantiles need the units,
//!    or a [`Histogram`] of them.
//! 2. **From values to an estimate** per variant: [`Estimate::proportion`], [`Estimate::mean_of`],
//!    [`Estimate::ratio`], [`quantile_of`], [`Histogram::estimate`]; [`cuped`] and [`post_stratify`] make it more precise.
//! 3. **From two estimates to an answer**: [`welch`] for one look at the end, [`sequential`] for looks at any time,
//!    [`bayes`] for chances and risks; [`two_proportions`] where conversions are few.
//!
//! Before that, [`sample_size`] and [`outlook`] say how long it takes. Around it, [`sample_ratio`] and
//! [`MultipleExposures`] say whether the experiment can be believed, [`by_segment`] and [`adjust`] keep many looks
//! honest. [`bandit`] is for allocation that learns, [`causal`] for what was not randomised, [`analyze`] for CSV files.
//!
//! The numbers agree with gbstats, scipy and statsmodels to a millionth (tests/golden). Where data can't answer, the
//! answer is [`Undefined`] with its reason, never NaN.
//!
//! ```
//! use orilla_stats::{Estimate, TestOptions, welch};
//! let control = Estimate::proportion(10_000, 1_000)?;
//! let variant = Estimate::proportion(10_000, 1_120)?;
//! let test = welch(&control, &variant, &TestOptions::default())?;
//! assert!(test.p_value < 0.01 && (test.uplift - 0.12).abs() < 1e-9);
//! # Ok::<(), orilla_stats::Undefined>(())
//! ```
#![deny(missing_docs)]

pub mod analyze;
pub mod bandit;
mod bayes;
pub mod causal;
mod cuped;
mod difference;
mod estimate;
mod health;
mod histogram;
mod linear;
mod logistic;
pub mod metric;
mod moments;
mod multiple;
mod power;
mod proportions;
mod quantile;
mod random;
mod segments;
mod sequential;
#[cfg(any(test, feature = "simulate"))]
pub mod simulate;
pub mod special;
mod text;
mod undefined;
mod welch;

pub use bayes::{BayesOptions, Posterior, Prior, bayes};
pub use cuped::{Stratum, WithCovariate, cuped, post_stratify};
pub use difference::{Interval, Uplift};
pub use estimate::{Estimate, Shape};
pub use health::{MULTIPLE_EXPOSURE_THRESHOLD, MultipleExposures, SRM_THRESHOLD, SampleRatio, sample_ratio};
pub use histogram::Histogram;
pub use logistic::Logistic;
pub use moments::{Joint, Moments};
pub use multiple::{Correction, adjust};
pub use power::{
    Demand, Outlook, Spread, minimum_detectable_effect, minimum_detectable_uplift, outlook, power,
    sample_size,
};
pub use proportions::{Conversions, ProportionTest, proportion_interval, two_proportions};
pub use quantile::{clustered_quantile_of, quantile, quantile_of};
pub use random::{Random, SplitMix64};
pub use segments::{Heterogeneity, Segment, SegmentEffect, SegmentReport, by_segment, heterogeneity};
pub use sequential::{
    Happened, RateRatio, RateStratum, SequentialOptions, SequentialTest, always_valid_split, pool,
    rate_ratio, sequential, sequential_uplift,
};
pub use undefined::{Result, Undefined};
pub use welch::{TTest, Tail, TestOptions, welch};
