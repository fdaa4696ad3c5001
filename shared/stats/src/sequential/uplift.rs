//! A relative uplift that may be looked at any time, and that says what the absolute difference says.

use super::{SequentialTest, half_width, p_value, rho_squared};
use crate::difference::Interval;
use crate::estimate::Estimate;
use crate::undefined::{Result, Undefined, finite, open_unit};

/// The squared standard errors of control and variant.
///
/// A group to whom little has happened shows too little spread, or none: were its own variance all that counts, bad luck
/// would look like certainty. So the two together have no less than what is common to both explains, and none is without.
///
/// # Errors
/// [`Undefined::NoVariance`] if neither shows any spread.
fn squared_errors(control: &Estimate, variant: &Estimate) -> Result<[f64; 2]> {
    let both = [control, variant];
    let units: f64 = both.iter().map(|one| one.n() as f64).sum();
    let within = both.iter().map(|one| one.variance() * one.n() as f64).sum::<f64>() / units;
    if finite(within)? <= 0.0 {
        return Err(Undefined::NoVariance);
    }
    let own = both.map(|one| one.variance() / one.n() as f64);
    let common = both.map(|one| within / one.n() as f64);
    let all = |errors: [f64; 2]| errors.iter().sum::<f64>();
    let are_both_known = own.iter().all(|error| *error > 0.0);
    Ok(if are_both_known && all(own) >= all(common) {
        own
    } else {
        // Never less than what the one that shows something shows alone.
        let scale = (all(own) / all(common)).max(1.0);
        common.map(|error| error * scale)
    })
}

/// The sequential test of the difference of two means that can't be negative, and the uplift in parts of the control's.
///
/// The delta method's variance of a relative uplift, by which [`sequential`](super::sequential) goes as gbstats does,
/// shrinks with the variant's own mean: while little has happened, bad luck looks certain, and the null hypothesis is
/// rejected several times as often as `alpha` says. Here the p value is that of the absolute difference. The interval asks
/// the same of every uplift r, by the difference of the variant and 1 + r times the control (Fieller 1954, "Some problems
/// in interval estimation"), so it holds 0 exactly where the p value is not below `alpha`. It has no upper end as long as
/// the control may be zero, and over a control of zero the uplift is infinite.
///
/// # Errors
/// [`Undefined::NoVariance`] if neither group shows any spread; an `alpha` outside (0, 1), a `tuning` that is not positive.
pub fn sequential_uplift(
    control: &Estimate,
    variant: &Estimate,
    alpha: f64,
    tuning: f64,
) -> Result<SequentialTest> {
    let alpha = open_unit("alpha", alpha)?;
    let rho_squared = rho_squared(alpha, tuning)?;
    let errors = squared_errors(control, variant)?;
    let n = (control.n() + variant.n()) as f64;
    let base = control.unadjusted_mean().max(0.0);
    // Adjusted means may differ by more than there is.
    let plain = finite(variant.mean() - control.mean())?.max(-base);
    let variance = errors.iter().sum::<f64>();
    let uplift = if base > 0.0 || plain > 0.0 { plain / base } else { 0.0 };
    let bar = half_width(n, 1.0, rho_squared, alpha).powi(2);
    Ok(SequentialTest {
        uplift,
        standard_error: variance.sqrt() / base,
        p_value: p_value(plain.powi(2) / variance, n, rho_squared)?,
        interval: fieller(base, base + plain, errors.map(|error| bar * error), uplift),
    })
}

/// All r with (other − (1 + r) base)² ≤ of_other + (1 + r)² of_base, from −1 on.
fn fieller(base: f64, other: f64, [of_base, of_other]: [f64; 2], uplift: f64) -> Interval {
    // The parabola a x² − 2 b x + c of x = 1 + r. Its roots are far / a and c / far, in which nothing cancels.
    let (a, b, c) = (base.powi(2) - of_base, base * other, other.powi(2) - of_other);
    let far = b + (b.powi(2) - a * c).max(0.0).sqrt();
    // Where it opens downwards, one root is below zero and all beyond the other is possible.
    let low = if far > 0.0 { (c / far).max(0.0) } else { 0.0 };
    let high = if a > 0.0 { far / a } else { f64::INFINITY };
    // Rounding must not put the estimate outside.
    Interval { low: (low - 1.0).min(uplift), high: (high - 1.0).max(uplift) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SequentialOptions, Uplift, sequential};

    fn share(n: u64, successes: u64) -> Estimate {
        Estimate::proportion(n, successes).unwrap()
    }

    fn test(control: Estimate, variant: Estimate) -> SequentialTest {
        sequential_uplift(&control, &variant, 0.05, 20_000.0).unwrap()
    }

    #[test]
    fn it_says_of_zero_what_the_absolute_difference_says() {
        let absolute =
            SequentialOptions { uplift: Uplift::Absolute, tuning: 20_000.0, ..SequentialOptions::default() };
        for others in [0, 1, 5, 20, 50, 80, 100, 120, 150, 200, 400, 2_000] {
            let (control, variant) = (share(2_000, 100), share(2_000, others));
            let found = test(control, variant);
            assert_eq!(found.p_value < 0.05, !found.interval.contains(0.0), "{others}: {found:?}");
            assert!(found.interval.contains(found.uplift) && found.interval.low >= -1.0, "{found:?}");
            if let Ok(plain) = sequential(&control, &variant, &absolute) {
                assert!((plain.p_value - found.p_value).abs() < 1e-9, "{others}: {plain:?} {found:?}");
            }
        }
    }

    #[test]
    fn with_many_events_the_interval_is_that_of_the_delta_method() {
        let (control, variant) = (share(400_000, 40_000), share(400_000, 42_000));
        let relative = SequentialOptions { tuning: 20_000.0, ..SequentialOptions::default() };
        let (known, found) = (sequential(&control, &variant, &relative).unwrap(), test(control, variant));
        assert!((known.interval.low - found.interval.low).abs() < 1e-3, "{known:?} {found:?}");
        assert!((known.interval.high - found.interval.high).abs() < 1e-3, "{known:?} {found:?}");
    }

    #[test]
    fn nothing_in_a_group_is_something_that_is_known() {
        let worse = test(share(10_000, 300), share(10_000, 0));
        assert!(
            (worse.uplift + 1.0).abs() < 1e-9 && worse.interval.high < -0.5 && worse.p_value < 1e-9,
            "{worse:?}"
        );
        let better = test(share(10_000, 0), share(10_000, 300));
        assert!(better.uplift.is_infinite() && better.interval.low > 1.0, "{better:?}");
        assert!(better.interval.high.is_infinite() && better.p_value < 1e-9, "{better:?}");
        // A control of nine times as many: what the variant alone shows is not made smaller.
        let uneven = test(share(9_000, 0), share(1_000, 30));
        assert!(uneven.standard_error.is_infinite() && uneven.interval.low > 0.0, "{uneven:?}");
        let known = p_value(
            0.03f64.powi(2) / (0.03 * 0.97 / 1_000.0),
            10_000.0,
            rho_squared(0.05, 20_000.0).unwrap(),
        );
        assert!((uneven.p_value / known.unwrap() - 1.0).abs() < 1e-6, "{uneven:?}");
        // Bad luck with few.
        let open = test(share(400, 4), share(400, 0));
        assert!(open.interval.contains(0.0) && open.p_value > 0.05, "{open:?}");
        let none = sequential_uplift(&share(400, 0), &share(400, 0), 0.05, 20_000.0);
        assert_eq!(none, Err(Undefined::NoVariance));
    }
}
