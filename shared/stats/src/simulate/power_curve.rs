//! How often an effect of a given size is found.

use super::worlds::{World, generator};
use super::{Rate, Settings};
use crate::{Estimate, Moments, SequentialOptions, Spread, TestOptions, Uplift, power, sequential, welch};
use serde::Serialize;

/// One point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PowerPoint {
    /// The true relative uplift.
    pub uplift: f64,
    /// The power by formula.
    pub predicted: f64,
    /// Runs in which Welch's test found it at the end.
    pub welch: Rate,
    /// Runs in which the sequential test found it at any look.
    pub sequential: Rate,
    /// The mean number of units, of both variants, at which the sequential test stopped (all, if it didn't).
    pub units: f64,
}

impl PowerPoint {
    /// Whether the formula predicts what happens. It is an approximation: half a percent is granted.
    pub fn holds(&self) -> bool {
        (self.welch.share() - self.predicted).abs() <= 0.005 + self.welch.slack(self.predicted)
    }
}

const CONTROL: f64 = 0.1;
const PER_VARIANT: u32 = 5000;
const STEP: u32 = 250;
const ALPHA: f64 = 0.05;

/// The power curve of a conversion rate of 10 %.
pub fn power_curve(settings: Settings) -> Vec<PowerPoint> {
    [0.0, 0.05, 0.1, 0.15, 0.2, 0.3]
        .into_iter()
        .enumerate()
        .map(|(index, uplift)| point(settings, index, uplift))
        .collect()
}

/// Welch's answer at the end, the sequential test's at any look, and the units of both when it stopped.
fn experiment(settings: Settings, index: usize, run: u32, variant: f64) -> (bool, bool, u32) {
    let mut random = generator(settings.seed, 200 + index as u64, run);
    let (mut a, mut b) = (Moments::default(), Moments::default());
    let (mut found, mut stopped, mut last) = (false, 2 * PER_VARIANT, false);
    for look in 1..=PER_VARIANT / STEP {
        a = a.merge(World::Conversion(CONTROL).sample(STEP, &mut random));
        b = b.merge(World::Conversion(variant).sample(STEP, &mut random));
        let (Ok(a), Ok(b)) = (Estimate::mean_of(&a), Estimate::mean_of(&b)) else { continue };
        let options =
            SequentialOptions { alpha: ALPHA, uplift: Uplift::Absolute, ..SequentialOptions::default() };
        if !found && sequential(&a, &b, &options).is_ok_and(|test| test.p_value < ALPHA) {
            (found, stopped) = (true, 2 * look * STEP);
        }
        let options = TestOptions { alpha: ALPHA, uplift: Uplift::Absolute, ..TestOptions::default() };
        last = welch(&a, &b, &options).is_ok_and(|test| test.p_value < ALPHA);
    }
    (last, found, stopped)
}

fn point(settings: Settings, index: usize, uplift: f64) -> PowerPoint {
    let variant = CONTROL * (1.0 + uplift);
    let outcomes: Vec<_> = (0..settings.runs).map(|run| experiment(settings, index, run, variant)).collect();
    // Welch's test uses the variances of each variant under the null hypothesis, too.
    let deviation = |rate: f64| (rate * (1.0 - rate)).sqrt();
    let spread = Spread::of_means(deviation(CONTROL), deviation(variant), 1.0);
    let units: Moments = outcomes.iter().map(|(.., units)| f64::from(*units)).collect();
    PowerPoint {
        uplift,
        predicted: power(variant - CONTROL, f64::from(PER_VARIANT), spread, ALPHA).unwrap_or(ALPHA),
        welch: Rate::of(outcomes.iter().map(|(found, ..)| *found)),
        sequential: Rate::of(outcomes.iter().map(|(_, found, _)| *found)),
        units: units.mean().unwrap_or(0.0),
    }
}
