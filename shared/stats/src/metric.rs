//! From a unit's events to the one value that a metric takes of it.

use crate::estimate::{Estimate, Shape};
use crate::moments::{Joint, Moments};
use crate::quantile::{clustered_quantile_of, quantile, quantile_of};
use crate::undefined::{Result, Undefined, open_unit};
use serde::{Deserialize, Serialize};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The share of units with at least one event in the window.
    Proportion,
    /// The share of units that came back in the window, which begins some days after the exposure. Reckoned as
    /// [`Kind::Proportion`].
    Retention,
    /// The mean over all units of the sum of their events' values; units without events count as 0.
    Mean,
    /// [`Kind::Mean`] of the revenue: minor units of one currency as values.
    RevenuePerVisitor,
    /// The sum of one value over the sum of another (revenue per order).
    Ratio,
    /// A quantile of the units' sums; units without events are left out.
    Quantile {
        /// 0.5 is the median.
        level: f64,
    },
    /// A quantile of the events' own values, of which a unit may have several.
    EventQuantile {
        /// 0.95: what the slowest twentieth exceeds.
        level: f64,
    },
}

/// How far the largest values may reach (winsorising): one whale must not decide an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cap {
    /// Values above this one become this one.
    Value(f64),
    /// Values above this quantile (0.99) of all units, over all variants, become that quantile.
    Percentile(f64),
}

/// The time in which events count, in milliseconds after the exposure (or the activation).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Events before it don't count. A retention metric begins here.
    pub from: i64,
    /// Events from here on don't count; None: no end.
    pub until: Option<i64>,
}

impl Window {
    /// Whether an event counts. An event before the exposure can't be its effect.
    pub fn contains(&self, start: i64, at: i64) -> bool {
        let after = at.saturating_sub(start);
        at >= start && after >= self.from && self.until.is_none_or(|until| after < until)
    }

    /// Whether all of it has passed.
    pub fn is_over(&self, start: i64, now: i64) -> bool {
        self.until.is_none_or(|until| now.saturating_sub(start) >= until)
    }
}

/// A metric of an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// What is measured.
    pub kind: Kind,
    /// When.
    pub window: Window,
    /// How far large values may reach.
    pub cap: Option<Cap>,
    /// Only units that were activated count (those that saw the changed part of the page), from that moment on.
    pub activated_only: bool,
    /// Units whose window is not over yet are left out, so that young units don't look like bad ones.
    pub complete_only: bool,
}

impl Metric {
    /// A metric without an end, a cap or a filter.
    pub fn plain(kind: Kind) -> Self {
        Metric { kind, window: Window::default(), cap: None, activated_only: false, complete_only: false }
    }
}

/// Something that a unit did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Milliseconds since the epoch.
    pub at: i64,
    /// The value: an amount, a duration; 1 where only the event counts.
    pub value: f64,
}

/// A unit of the experiment: a visitor or a user.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// When it first saw its variant, in milliseconds since the epoch.
    pub exposed_at: i64,
    /// When it was activated, if it was.
    pub activated_at: Option<i64>,
    /// What the metric counts.
    pub events: &'a [Event],
    /// What a ratio divides by.
    pub denominator: &'a [Event],
}

/// What a metric takes of a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// The sum, or 1 and 0 for a proportion.
    pub sum: f64,
    /// The denominator's sum; 0 if the metric has none.
    pub denominator: f64,
    /// The single values, for a quantile.
    pub events: Vec<f64>,
}

impl Metric {
    /// The value of a unit; None if the unit does not belong to the metric (not activated, its window not over).
    pub fn value(&self, unit: &Unit<'_>, now: i64) -> Option<Value> {
        let start = if self.activated_only {
            unit.activated_at.map(|at| at.max(unit.exposed_at))?
        } else {
            unit.exposed_at
        };
        if self.complete_only && !self.window.is_over(start, now) {
            return None;
        }
        let within = |events: &[Event]| -> Vec<f64> {
            let counts = |event: &&Event| event.at <= now && self.window.contains(start, event.at);
            events.iter().filter(counts).map(|event| event.value).collect()
        };
        let events = within(unit.events);
        let sum = match self.kind {
            Kind::Proportion | Kind::Retention => f64::from(u8::from(!events.is_empty())),
            _ => events.iter().sum(),
        };
        let denominator = if self.kind == Kind::Ratio { within(unit.denominator).iter().sum() } else { 0.0 };
        let keep = matches!(self.kind, Kind::Quantile { .. } | Kind::EventQuantile { .. });
        Some(Value { sum, denominator, events: if keep { events } else { Vec::new() } })
    }

    /// The estimate of each variant from its units' values.
    ///
    /// # Errors
    /// For the whole: a cap out of range. Per variant: as the estimates of [`Estimate`] and the quantiles.
    pub fn estimates(&self, variants: &[Vec<Value>]) -> Result<Vec<Result<Estimate>>> {
        let most = self.most(variants)?;
        Ok(variants.iter().map(|values| self.estimate(values, most)).collect())
    }

    /// What values are capped at.
    pub(crate) fn most(&self, variants: &[Vec<Value>]) -> Result<Option<f64>> {
        match self.cap {
            None => Ok(None),
            Some(Cap::Value(most)) if most.is_finite() => Ok(Some(most)),
            Some(Cap::Value(_)) => {
                Err(Undefined::InvalidParameter { name: "the cap", range: "a finite number" })
            }
            Some(Cap::Percentile(level)) => {
                let level = open_unit("the cap's percentile", level)?;
                let mut sums: Vec<f64> = variants.iter().flatten().map(|value| value.sum).collect();
                sums.sort_by(f64::total_cmp);
                // Nobody there: nothing to cap, and each variant says so itself.
                Ok(quantile(&sums, level).ok())
            }
        }
    }

    fn estimate(&self, values: &[Value], most: Option<f64>) -> Result<Estimate> {
        let capped = |value: f64| most.map_or(value, |most| value.min(most));
        let sums = values.iter().map(|value| capped(value.sum));
        match self.kind {
            Kind::Proportion | Kind::Retention => Estimate::of(&sums.collect::<Moments>(), Shape::Binary),
            Kind::Mean | Kind::RevenuePerVisitor => Estimate::mean_of(&sums.collect()),
            Kind::Ratio => {
                let joint: Joint =
                    values.iter().map(|value| (capped(value.sum), value.denominator)).collect();
                Estimate::ratio(&joint, Shape::Number, Shape::Number)
            }
            Kind::Quantile { level } => {
                let with_events = values.iter().filter(|value| !value.events.is_empty());
                quantile_of(&mut with_events.map(|value| capped(value.sum)).collect::<Vec<_>>(), level)
            }
            Kind::EventQuantile { level } => {
                let units: Vec<Vec<f64>> = values
                    .iter()
                    .filter(|value| !value.events.is_empty())
                    .map(|value| value.events.iter().copied().map(capped).collect())
                    .collect();
                clustered_quantile_of(&units, level)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    fn events(list: &[(i64, f64)]) -> Vec<Event> {
        list.iter().map(|(day, value)| Event { at: day * DAY, value: *value }).collect()
    }

    /// A unit exposed on day 10, looked at on day 20.
    #[track_caller]
    fn check(metric: Metric, activated: Option<i64>, done: &[(i64, f64)], expected: Option<f64>) {
        let done = events(done);
        let unit = Unit {
            exposed_at: 10 * DAY,
            activated_at: activated.map(|day| day * DAY),
            events: &done,
            denominator: &[],
        };
        assert_eq!(metric.value(&unit, 20 * DAY).map(|value| value.sum), expected);
    }

    #[test]
    fn windows_and_filters() {
        let mean = Metric::plain(Kind::Mean);
        let days = |from: i64, until: i64| Window { from: from * DAY, until: Some(until * DAY) };
        let done = [(9, 1.0), (10, 2.0), (13, 4.0), (17, 8.0), (21, 16.0)];
        check(mean, None, &done, Some(14.0));
        check(Metric { window: days(0, 7), ..mean }, None, &done, Some(6.0));
        check(Metric { window: days(7, 8), kind: Kind::Retention, ..mean }, None, &done, Some(1.0));
        check(Metric { window: days(8, 9), kind: Kind::Retention, ..mean }, None, &done, Some(0.0));
        check(Metric { window: days(0, 14), complete_only: true, ..mean }, None, &done, None);
        check(Metric { window: days(0, 10), complete_only: true, ..mean }, None, &done, Some(14.0));
        let activated = Metric { activated_only: true, ..mean };
        check(activated, None, &done, None);
        check(activated, Some(12), &done, Some(12.0));
        check(activated, Some(3), &done, Some(14.0));
        check(Metric { window: days(0, 2), ..activated }, Some(12), &done, Some(4.0));
        check(Metric::plain(Kind::Proportion), None, &done, Some(1.0));
        check(Metric::plain(Kind::Proportion), None, &[(1, 5.0)], Some(0.0));
    }

    #[track_caller]
    fn check_means(metric: Metric, variants: &[&[f64]], expected: &[f64]) {
        let value = |sum: &f64| Value { sum: *sum, denominator: 2.0, events: vec![*sum] };
        let variants: Vec<Vec<Value>> =
            variants.iter().map(|sums| sums.iter().map(value).collect()).collect();
        let estimates = metric.estimates(&variants).unwrap();
        let means: Vec<f64> = estimates.into_iter().map(|estimate| estimate.unwrap().mean()).collect();
        assert!(
            means.len() == expected.len() && means.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9),
            "{means:?}, expected {expected:?}"
        );
    }

    #[test]
    fn estimates_of_each_kind() {
        let plain = Metric::plain(Kind::Mean);
        let variants: [&[f64]; 2] = [&[0.0, 1.0, 2.0, 3.0], &[4.0, 0.0, 100.0]];
        check_means(plain, &variants, &[1.5, 104.0 / 3.0]);
        check_means(Metric { cap: Some(Cap::Value(5.0)), ..plain }, &variants, &[1.5, 3.0]);
        // The median of all seven is 2.
        check_means(Metric { cap: Some(Cap::Percentile(0.5)), ..plain }, &variants, &[1.25, 4.0 / 3.0]);
        check_means(Metric { kind: Kind::Ratio, ..plain }, &variants, &[0.75, 104.0 / 6.0]);
        let many: Vec<f64> = (0..101).map(f64::from).collect();
        check_means(Metric { kind: Kind::Quantile { level: 0.25 }, ..plain }, &[&many], &[25.0]);
        check_means(Metric { kind: Kind::EventQuantile { level: 0.25 }, ..plain }, &[&many], &[25.0]);
        let wrong = Metric { cap: Some(Cap::Percentile(99.0)), ..plain };
        assert!(matches!(wrong.estimates(&[]), Err(Undefined::InvalidParameter { .. })));
        assert_eq!(plain.estimates(&[vec![]]).unwrap(), [Err(Undefined::NoUnits)]);
    }
}
