//! Quantiles without the units: a histogram whose buckets grow by a constant factor.

use crate::estimate::Estimate;
use crate::quantile;
use crate::undefined::{Result, Undefined, finite};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::AddAssign;

/// How many units have a value, by buckets that reach from a power of [`Histogram::GROWTH`] to the next. Histograms of
/// disjoint units add up, and a unit can be taken out again: so a rollup can keep one, as it keeps sums.
///
/// Whatever the values are, a quantile is off by less than [`Histogram::ERROR`] of itself: it lies in the bucket of the
/// exact one. (Buckets on a logarithmic scale, their guarantee and their merging: Masson, Rim and Lee 2019, "DDSketch: a
/// fast and fully-mergeable quantile sketch with relative-error guarantees". There a bucket stands for its middle; here
/// its units are spread evenly over it, on the logarithmic scale, so that small shifts show.)
///
/// For values from 1 on, in whatever they are measured: what is below is in the first bucket, and without the guarantee.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(u16, u64)>", into = "Vec<(u16, u64)>")]
pub struct Histogram {
    buckets: BTreeMap<u16, u64>,
    units: u64,
}

impl Histogram {
    /// Where a bucket ends, as a multiple of where it begins. Histograms are stored: it never changes.
    pub const GROWTH: f64 = 1.01;
    /// The most by which a quantile can be off, as a part of it.
    pub const ERROR: f64 = Histogram::GROWTH - 1.0;

    /// The bucket of a value.
    pub fn bucket(value: f64) -> u16 {
        // A number that is none or too large goes to an end: the cast saturates.
        let near = (value.max(1.0).ln() / Histogram::GROWTH.ln()).floor() as u16;
        // The logarithm may miss a bound by a rounding.
        let is_below = near > 0 && value < Histogram::least(near);
        let is_above = value >= Histogram::least(near.saturating_add(1));
        near.saturating_sub(u16::from(is_below)).saturating_add(u16::from(is_above && near < u16::MAX))
    }

    /// The least value of a bucket.
    pub fn least(bucket: u16) -> f64 {
        Histogram::GROWTH.powi(i32::from(bucket))
    }

    /// Adds units to a bucket.
    pub fn add(&mut self, bucket: u16, units: u64) {
        if units > 0 {
            let sum = self.buckets.entry(bucket).or_default();
            *sum = sum.saturating_add(units);
            self.units = self.units.saturating_add(units);
        }
    }

    /// The number of units.
    pub fn n(&self) -> u64 {
        self.units
    }

    /// The quantile at `level`, interpolated between two neighbours as [`crate::quantile`] does it.
    ///
    /// # Errors
    /// [`Undefined::NoUnits`], [`Undefined::NotFinite`]; a level outside [0, 1].
    pub fn quantile(&self, level: f64) -> Result<f64> {
        if !(0.0..=1.0).contains(&level) {
            return Err(Undefined::InvalidParameter { name: "the level", range: "from 0 to 1" });
        }
        let last = self.units.checked_sub(1).ok_or(Undefined::NoUnits)?;
        let position = level * last as f64;
        // Not negative and not above `last`.
        let below = (position.floor() as u64).min(last);
        let (low, high) = (self.at(below)?, self.at(below.saturating_add(1).min(last))?);
        finite(low + (high - low) * (position - below as f64))
    }

    /// The value of the unit with this rank, from 0 on.
    fn at(&self, rank: u64) -> Result<f64> {
        let mut before = 0;
        for (bucket, units) in &self.buckets {
            if rank - before < *units {
                let part = ((rank - before) as f64 + 0.5) / *units as f64;
                return Ok(Histogram::least(*bucket) * Histogram::GROWTH.powf(part));
            }
            before += units;
        }
        Err(Undefined::NoUnits)
    }

    /// The quantile as an estimate to compare, as [`crate::quantile_of`] makes one of the values themselves.
    ///
    /// # Errors
    /// As [`crate::quantile_of`].
    pub fn estimate(&self, level: f64) -> Result<Estimate> {
        quantile::estimate(self.units, level, |level| self.quantile(level))
    }
}

impl From<Vec<(u16, u64)>> for Histogram {
    fn from(buckets: Vec<(u16, u64)>) -> Self {
        let mut histogram = Histogram::default();
        buckets.into_iter().for_each(|(bucket, units)| histogram.add(bucket, units));
        histogram
    }
}

impl From<Histogram> for Vec<(u16, u64)> {
    fn from(histogram: Histogram) -> Self {
        histogram.buckets.into_iter().collect()
    }
}

impl AddAssign<&Histogram> for Histogram {
    fn add_assign(&mut self, other: &Histogram) {
        other.buckets.iter().for_each(|(bucket, units)| self.add(*bucket, *units));
    }
}

impl FromIterator<f64> for Histogram {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut histogram = Histogram::default();
        values.into_iter().for_each(|value| histogram.add(Histogram::bucket(value), 1));
        histogram
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Random, SplitMix64, quantile, quantile_of};
    use proptest::prelude::*;

    #[test]
    fn a_value_is_in_the_bucket_that_reaches_over_it() {
        for bucket in 0..2_400 {
            let (least, next) = (Histogram::least(bucket), Histogram::least(bucket + 1));
            assert_eq!(Histogram::bucket(least), bucket);
            assert_eq!(Histogram::bucket(least * 1.005), bucket);
            assert_eq!(Histogram::bucket(next * (1.0 - 1e-9)), bucket);
        }
        for low in [f64::NAN, f64::NEG_INFINITY, -5.0, 0.0, 0.99] {
            assert_eq!(Histogram::bucket(low), 0);
        }
    }

    #[test]
    fn too_few_units_and_levels_that_are_none_are_told() {
        let none = Histogram::default();
        assert_eq!(none.quantile(0.5), Err(Undefined::NoUnits));
        assert!(matches!(none.quantile(1.5), Err(Undefined::InvalidParameter { .. })));
        assert!(matches!(none.estimate(0.0), Err(Undefined::InvalidParameter { .. })));
        let three: Histogram = [10.0, 20.0, 30.0].into_iter().collect();
        assert_eq!(three.estimate(0.5), Err(Undefined::TooFewUnits { needed: 4, found: 3 }));
    }

    /// Amounts as orders have them: many of one price, a few very large ones.
    fn amounts() -> impl Strategy<Value = Vec<f64>> {
        let one = prop_oneof![
            3 => (100u32..20_000).prop_map(f64::from),
            2 => prop::sample::select(vec![1.0, 999.0, 1_999.0, 4_990.0]),
            1 => (1u32..1_000_000_000).prop_map(f64::from),
        ];
        prop::collection::vec(one, 1..400)
    }

    proptest! {
        #[test]
        fn a_quantile_is_within_its_error_of_the_exact_one(mut values in amounts(), level in 0.0f64..=1.0) {
            let found: Histogram = values.iter().copied().collect();
            values.sort_by(f64::total_cmp);
            let exact = quantile(&values, level).unwrap();
            let found = found.quantile(level).unwrap();
            prop_assert!((found - exact).abs() <= Histogram::ERROR * exact, "{found} {exact}");
        }

        /// The estimate is that of the units, its width within what the error of its two ends allows.
        #[test]
        fn an_estimate_is_that_of_the_units_themselves(mut values in amounts(), level in 0.02f64..0.98) {
            let found: Histogram = values.iter().copied().collect();
            let (found, exact) = (found.estimate(level), quantile_of(&mut values.clone(), level));
            values.sort_by(f64::total_cmp);
            match (found, exact) {
                (Ok(found), Ok(exact)) => {
                    prop_assert_eq!(found.n(), exact.n());
                    prop_assert!((found.mean() - exact.mean()).abs() <= Histogram::ERROR * exact.mean());
                    let (n, z) = (exact.n() as f64, crate::special::normal_isf(0.025));
                    let half = z * (level * (1.0 - level) / n).sqrt();
                    let ends = [(level + half).min(1.0), (level - half).max(0.0)];
                    let ends: f64 = ends.map(|level| quantile(&values, level).unwrap()).iter().sum();
                    // Both have a least variance.
                    let most = (n - 1.0).sqrt() * Histogram::ERROR * ends / (2.0 * z) + 0.01;
                    prop_assert!((found.variance().sqrt() - exact.variance().sqrt()).abs() <= most);
                }
                // All values are one: the units show no spread, the width of a bucket does.
                (Ok(found), Err(Undefined::NoVariance)) => {
                    let width = found.standard_error() / found.mean();
                    prop_assert!(width <= Histogram::ERROR, "{width}");
                }
                (found, exact) => prop_assert_eq!(found, exact),
            }
        }

        #[test]
        fn histograms_add_up(values in amounts(), at in any::<prop::sample::Index>()) {
            let (one, other) = values.split_at(at.index(values.len()));
            let mut sum: Histogram = one.iter().copied().collect();
            sum += &other.iter().copied().collect();
            let text = serde_json::to_string(&sum).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Histogram>(&text).unwrap(), &sum);
            prop_assert_eq!(sum, values.into_iter().collect());
        }
    }

    /// Of many samples of one distribution, the intervals of 19 in 20 hold its median, whatever the buckets do to it.
    #[test]
    fn an_interval_holds_the_median_as_often_as_it_says() {
        let mut dice = SplitMix64::new(7);
        let (rounds, mut held) = (400, 0);
        for _ in 0..rounds {
            // Log-uniform from 10 to 1,000: its median is 100.
            let values = (0..300).map(|_| 10.0 * 100.0f64.powf(dice.uniform()));
            let found = values.collect::<Histogram>().estimate(0.5).unwrap();
            held += u32::from((found.mean() - 100.0).abs() <= 1.96 * found.standard_error());
        }
        assert!((368..=392).contains(&held), "{held} of {rounds}");
    }
}
