//! The analysis of experiments.
#![deny(missing_docs)]

pub mod analyze;
pub mod bandit;
mod bayes;
pub mod causal;
mod cuped;
mod difference;
mod estimate;
mod health;
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
pub use sequential::{SequentialOptions, SequentialTest, sequential};
pub use undefined::{Result, Undefined};
pub use welch::{TTest, Tail, TestOptions, welch};
