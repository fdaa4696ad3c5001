//! Several strata as one comparison: what a sequential test needs when the allocation changes while it runs.

use crate::estimate::Estimate;
use crate::undefined::{Result, Undefined};

/// Makes one pair of estimates of a pair (control, variant) per stratum, in each of which the allocation was constant:
/// means weighted by n₀n₁/(n₀+n₁) (Mantel and Haenszel), so that no change of the allocation looks like an effect.
/// Their numbers of units are what an equal allocation would have needed for as much: the clock by which
/// [`sequential`](super::sequential) counts information, which the plain number of units is not where one group is a
/// hundredth of the other.
///
/// # Errors
/// [`Undefined::NoUnits`] without strata, or if they are worth less than two units.
pub fn pool(strata: &[(Estimate, Estimate)]) -> Result<(Estimate, Estimate)> {
    let weight = |(control, variant): &(Estimate, Estimate)| {
        let (a, b) = (control.n() as f64, variant.n() as f64);
        a * b / (a + b)
    };
    let all: f64 = strata.iter().map(weight).sum();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a sum of counts, at least 0"
    )]
    let n = (2.0 * all).round() as u64;
    if n == 0 {
        return Err(Undefined::NoUnits);
    }
    let of = |pick: fn(&(Estimate, Estimate)) -> &Estimate| {
        let (mean, squared_error) = strata.iter().fold((0.0, 0.0), |(mean, error), pair| {
            let (share, estimate) = (weight(pair) / all, pick(pair));
            (mean + share * estimate.mean(), error + (share * estimate.standard_error()).powi(2))
        });
        Estimate::new(n, mean, squared_error * n as f64)
    };
    Ok((of(|pair| &pair.0)?, of(|pair| &pair.1)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Random, SplitMix64};
    use crate::{Moments, SequentialOptions, sequential};

    fn estimate(values: impl IntoIterator<Item = f64>) -> Estimate {
        Estimate::mean_of(&values.into_iter().collect::<Moments>()).unwrap()
    }

    #[test]
    fn one_stratum_of_equal_groups_is_itself() {
        let (a, b) = (estimate([1.0, 2.0, 3.0]), estimate([2.0, 4.0, 9.0]));
        let (control, variant) = pool(&[(a, b)]).unwrap();
        assert_eq!((control.n(), variant.n()), (3, 3));
        assert!(
            (control.mean() - a.mean()).abs() < 1e-12 && (variant.variance() - b.variance()).abs() < 1e-9
        );
        assert_eq!(pool(&[]), Err(Undefined::NoUnits));
    }

    #[test]
    fn a_growing_share_is_no_effect() {
        // Slow hours with a small share of the variant, quick ones with a large share: a plain mean would say that the
        // variant is quicker.
        let noise = |mean: f64| [mean - 1.0, mean + 1.0];
        let many = |mean: f64, times: usize| estimate(noise(mean).into_iter().cycle().take(times));
        let strata = [(many(20.0, 990), many(20.0, 10)), (many(10.0, 100), many(10.0, 900))];
        let (control, variant) = pool(&strata).unwrap();
        assert!((control.mean() - variant.mean()).abs() < 1e-9);
    }

    #[test]
    fn looking_all_the_time_while_the_share_grows() {
        let runs = 120;
        let wrong = (0..runs).filter(|run| {
            let mut random = SplitMix64::new(run * 104_729 + 3);
            let mut strata: Vec<(Moments, Moments)> = Vec::new();
            [0.02, 0.1, 0.25, 0.5].into_iter().any(|share| {
                strata.push(Default::default());
                (0..40).any(|_| {
                    for _ in 0..50 {
                        let value = (random.normal() * 0.5).exp();
                        let Some((control, variant)) = strata.last_mut() else { continue };
                        if random.uniform() < share { variant.push(value) } else { control.push(value) }
                    }
                    let pairs: Vec<_> = strata
                        .iter()
                        .filter(|(_, variant)| variant.n() >= 30)
                        .filter_map(|(a, b)| Some((Estimate::mean_of(a).ok()?, Estimate::mean_of(b).ok()?)))
                        .collect();
                    pool(&pairs).is_ok_and(|(control, variant)| {
                        sequential(&control, &variant, &SequentialOptions::default())
                            .is_ok_and(|test| test.p_value < 0.05)
                    })
                })
            })
        });
        // Three standard errors above 5 %.
        assert!(wrong.count() <= 13);
    }
}
