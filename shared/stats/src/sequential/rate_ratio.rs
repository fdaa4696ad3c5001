//! Rare things, counted: errors, orders. Made for any number of them, and valid at any time.

use crate::difference::Interval;
use crate::undefined::{Result, Undefined, open_unit};
use serde::{Deserialize, Serialize};

/// What was counted in one group: units, and those of them to whom it happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// Units.
    pub of: u64,
    /// Those to whom it happened.
    pub times: u64,
}

/// Units that were allocated with one probability: a step of a rollout, say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateStratum {
    /// Without the change.
    pub control: Happened,
    /// With it.
    pub variant: Happened,
}

/// How much more often something happens in the variant, at one look.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RateRatio {
    /// The variant's rate over the control's, minus 1: 0.1 is 10 % more often. Infinite if it happened to none of the
    /// control.
    pub uplift: f64,
    /// An always-valid p value of "the rates are the same".
    pub p_value: f64,
    /// The confidence sequence of the uplift at this look: from -1; to infinity, where nothing bounds it.
    pub interval: Interval,
}

/// The logarithms of the ratios that the mixture expects: ±REACH, STEP apart.
const STEP: f64 = 0.1;
const REACH: i32 = 60;
/// Beyond these logarithms, an interval has no end.
const EDGE: f64 = 14.0;
const HALVINGS: u32 = 60;

/// The mixture's points and the logarithms of their weights: small effects are likely, large ones possible (Cauchy with
/// a scale of 0.4). Any weights are valid; they decide only which effects are found soonest.
fn mixture() -> impl Iterator<Item = (f64, f64)> {
    let weight = |eta: f64| 1.0 / (1.0 + (eta / 0.4).powi(2));
    let all: f64 = (-REACH..=REACH).map(|at| weight(f64::from(at) * STEP)).sum();
    (-REACH..=REACH).map(move |at| {
        let eta = f64::from(at) * STEP;
        (eta, (weight(eta) / all).ln())
    })
}

/// ln Σ exp.
fn log_sum(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + values.iter().map(|value| (value - most).exp()).sum::<f64>().ln()
}

/// Counts of two groups, and the logarithm of the odds of the second if there is no effect.
#[derive(Clone, Copy)]
struct Draws {
    control: u64,
    variant: u64,
    odds: f64,
}

/// The log likelihood of the odds being exp(eta) times as large as they are without an effect.
fn log_likelihood(draws: &[Draws], eta: f64) -> f64 {
    draws
        .iter()
        .map(|Draws { control, variant, odds }| {
            let odds = eta + odds;
            let all = (variant + control) as f64;
            // ln(1 + exp(odds)), without overflow.
            *variant as f64 * odds - all * (odds.max(0.0) + (-odds.abs()).exp().ln_1p())
        })
        .sum()
}

/// The evidence against a ratio, as a logarithm: its e-value.
fn evidence(draws: &[Draws]) -> impl Fn(f64) -> f64 {
    let points: Vec<f64> = mixture().map(|(eta, weight)| weight + log_likelihood(draws, eta)).collect();
    let mixed = log_sum(&points);
    move |eta| mixed - log_likelihood(draws, eta)
}

/// Whether units were split as they should be, asked at any time: an always-valid p value of "each unit is the
/// variant's with a probability of `share`". Where somebody looks once only, [`sample_ratio`](crate::sample_ratio) sees
/// more.
///
/// # Errors
/// [`Undefined::NoUnits`]; [`Undefined::InvalidParameter`] for a `share` outside (0, 1).
pub fn always_valid_split(control: u64, variant: u64, share: f64) -> Result<f64> {
    let share = open_unit("the share", share)?;
    if control + variant == 0 {
        return Err(Undefined::NoUnits);
    }
    let draws = [Draws { control, variant, odds: (share / (1.0 - share)).ln() }];
    Ok((-evidence(&draws)(0.0)).exp().min(1.0))
}

/// Compares how often something happens: the method of mixtures (Robbins 1970) on the share of the variant among those
/// to whom it happened (Lindon and Malek 2022, "Anytime-valid inference for multinomial count data", NeurIPS), over
/// strata with a common ratio. It counts by the binomial distribution, not by a normal one, so a single error is no less
/// safe a ground than a million: the interval holds the truth at all looks at once with a probability of at least
/// 1 − `alpha`. One thing is taken for known that is not quite: the odds without an effect are those of the units that
/// came so far, where the test asks for those with which they were sent; simulations show no more errors for that. A stratum
/// in which a group is empty says nothing. If nothing happened at all, the interval has no ends.
///
/// Units must be independent: count people, not the requests of people.
///
/// # Errors
/// [`Undefined::NoUnits`] if no stratum has units in both groups; [`Undefined::InvalidParameter`] for an `alpha` outside
/// (0, 1), or where it happened to more than there are.
pub fn rate_ratio(strata: &[RateStratum], alpha: f64) -> Result<RateRatio> {
    let bar = -open_unit("alpha", alpha)?.ln();
    if strata
        .iter()
        .any(|RateStratum { control, variant }| control.times > control.of || variant.times > variant.of)
    {
        return Err(Undefined::InvalidParameter { name: "the times", range: "at most the number of units" });
    }
    let strata: Vec<RateStratum> =
        strata.iter().filter(|stratum| stratum.control.of > 0 && stratum.variant.of > 0).copied().collect();
    if strata.is_empty() {
        return Err(Undefined::NoUnits);
    }
    // To whom it happened is a unit of the variant with the odds ratio · n₁/n₀, whatever the rate itself is: so the rate
    // may differ between strata, and change with the hour.
    let draws: Vec<Draws> = strata
        .iter()
        .map(|RateStratum { control, variant }| Draws {
            control: control.times,
            variant: variant.times,
            odds: (variant.of as f64 / control.of as f64).ln(),
        })
        .collect();
    let evidence = evidence(&draws);
    let (times, estimate) = estimate(&strata);
    // The evidence is convex in eta, and below the bar at its least: so each end is found by halving.
    let end = |edge: f64| {
        if times == 0.0 || evidence(edge) < bar {
            return edge * f64::INFINITY;
        }
        let (mut inside, mut outside) = (estimate.ln().clamp(-EDGE, EDGE), edge);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(inside, outside);
            if evidence(middle) < bar { inside = middle } else { outside = middle }
        }
        outside
    };
    Ok(RateRatio {
        uplift: estimate - 1.0,
        p_value: (-evidence(0.0)).exp().min(1.0),
        interval: Interval { low: end(-EDGE).exp_m1(), high: end(EDGE).exp_m1() },
    })
}

/// How often it happened, and the ratio of Mantel and Haenszel (1 if it never happened).
fn estimate(strata: &[RateStratum]) -> (f64, f64) {
    let sums = strata.iter().fold((0.0, 0.0), |sums, RateStratum { control, variant }| {
        let all = (control.of + variant.of) as f64;
        (
            sums.0 + variant.times as f64 * control.of as f64 / all,
            sums.1 + control.times as f64 * variant.of as f64 / all,
        )
    });
    match sums {
        (variant, control) if control > 0.0 => (variant + control, variant / control),
        (variant, _) if variant > 0.0 => (variant, f64::INFINITY),
        _ => (0.0, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Random, SplitMix64};

    fn stratum(control: (u64, u64), variant: (u64, u64)) -> RateStratum {
        let of = |(of, times)| Happened { of, times };
        RateStratum { control: of(control), variant: of(variant) }
    }

    #[track_caller]
    fn check(strata: &[RateStratum], uplift: f64, contains: &[f64], misses: &[f64]) -> RateRatio {
        let answer = rate_ratio(strata, 0.05).unwrap();
        assert!(
            (answer.uplift - uplift).abs() < 1e-9 || (answer.uplift.is_infinite() && uplift.is_infinite()),
            "{answer:?}"
        );
        assert!(contains.iter().all(|value| answer.interval.contains(*value)), "{answer:?}");
        assert!(!misses.iter().any(|value| answer.interval.contains(*value)), "{answer:?}");
        answer
    }

    #[test]
    fn ratios_and_their_intervals() {
        check(&[stratum((1000, 100), (1000, 100))], 0.0, &[0.0, 0.1, -0.1], &[-0.6, 1.5]);
        check(&[stratum((10_000, 100), (10_000, 200))], 1.0, &[1.0], &[0.0]);
        // A change that breaks everything, in front of two in a hundred: five of them are enough.
        let broken = check(&[stratum((250, 0), (5, 5))], f64::INFINITY, &[f64::INFINITY], &[0.0]);
        assert!(broken.p_value < 1e-4, "{broken:?}");
        // One error proves nothing.
        check(&[stratum((99, 0), (1, 1))], f64::INFINITY, &[0.0], &[-1.0]);
        // Nothing happened: anything is possible.
        check(&[stratum((99, 0), (50, 0))], 0.0, &[-1.0, 0.0, f64::INFINITY], &[]);
        // Strata of another rate and another allocation: a ratio of one in each is one in all.
        check(&[stratum((990, 99), (10, 1)), stratum((500, 5), (500, 5))], 0.0, &[0.0], &[4.0]);
        // A stratum without a control says nothing.
        let alone = [stratum((1000, 100), (1000, 100)), stratum((0, 0), (1000, 900))];
        assert_eq!(rate_ratio(&alone, 0.05), rate_ratio(&alone[..1], 0.05));
    }

    #[test]
    fn what_can_not_be_is_refused() {
        assert_eq!(rate_ratio(&[], 0.05), Err(Undefined::NoUnits));
        assert_eq!(rate_ratio(&[stratum((0, 0), (5, 1))], 0.05), Err(Undefined::NoUnits));
        assert!(rate_ratio(&[stratum((1, 2), (5, 1))], 0.05).is_err());
        assert!(rate_ratio(&[stratum((2, 1), (5, 1))], 1.0).is_err());
    }

    #[test]
    fn a_split_at_any_time() {
        assert!(always_valid_split(9900, 100, 0.01).unwrap() > 0.5);
        assert!(always_valid_split(9900, 180, 0.01).unwrap() < 1e-6);
        assert!(always_valid_split(4700, 5300, 0.5).unwrap() < 1e-3);
        assert_eq!(always_valid_split(0, 0, 0.5), Err(Undefined::NoUnits));
        assert!(always_valid_split(1, 0, 1.0).is_err());
    }

    /// Runs that ever exclude `truth`, of `runs` with a look after every ten units.
    fn ever_excluded(rates: (f64, f64), share: f64, runs: u64, units: u64) -> f64 {
        let truth = rates.1 / rates.0 - 1.0;
        let excluded = (0..runs).filter(|run| {
            let mut random = SplitMix64::new(run * 7919 + 5);
            let mut seen = stratum((0, 0), (0, 0));
            (0..units).any(|unit| {
                let (group, rate) = match random.uniform() < share {
                    true => (&mut seen.variant, rates.1),
                    false => (&mut seen.control, rates.0),
                };
                group.of += 1;
                group.times += u64::from(random.uniform() < rate);
                unit % 20 == 19
                    && rate_ratio(&[seen], 0.05).is_ok_and(|answer| !answer.interval.contains(truth))
            })
        });
        excluded.count() as f64 / runs as f64
    }

    #[test]
    fn it_survives_looking_all_the_time_however_rare_and_uneven() {
        for (rates, share) in
            [((0.002, 0.002), 0.02), ((0.1, 0.1), 0.5), ((0.3, 0.3), 0.05), ((0.02, 0.04), 0.25)]
        {
            let wrong = ever_excluded(rates, share, 60, 2000);
            // Three standard errors above 5 % of 60 runs.
            assert!(wrong <= 0.135, "{rates:?} {share}: {wrong}");
        }
    }
}
