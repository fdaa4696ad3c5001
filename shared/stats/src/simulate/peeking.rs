//! A/A tests that somebody looks at all the time.

use super::worlds::{World, generator};
use super::{Rate, Settings};
use crate::{Estimate, Moments, SequentialOptions, TestOptions, Uplift, sequential, welch};
use serde::Serialize;

/// How often an experiment without an effect ever shows one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Peeking {
    /// What is measured.
    pub world: &'static str,
    /// The units of both variants at the end.
    pub units: u32,
    /// The false positives that are accepted.
    pub alpha: f64,
    /// Runs with a sequential p value below alpha at any look.
    pub sequential: Rate,
    /// The same with Welch's test, which allows one look.
    pub welch: Rate,
}

impl Peeking {
    /// Whether the sequential test keeps its promise.
    pub fn holds(&self) -> bool {
        self.sequential.share() <= self.alpha + self.sequential.slack(self.alpha)
    }
}

/// Units between two looks, and the units of both variants at the first and at the last one.
const STEP: u32 = 100;
const UNITS: u32 = 10_000;

/// The simulation for three kinds of metrics and two alphas.
pub fn peeking(settings: Settings) -> Vec<Peeking> {
    let worlds = [World::Conversion(0.1), World::Normal(5.0), World::Revenue(0.1)];
    let cases = worlds.into_iter().flat_map(|world| [(world, 0.05), (world, 0.01)]);
    cases.enumerate().map(|(index, (world, alpha))| case(settings, index as u64, world, alpha)).collect()
}

fn case(settings: Settings, index: u64, world: World, alpha: f64) -> Peeking {
    let outcomes: Vec<(bool, bool)> = (0..settings.runs)
        .map(|run| {
            let mut random = generator(settings.seed, 100 + index, run);
            let (mut a, mut b) = (Moments::default(), Moments::default());
            let (mut always_valid, mut naive) = (false, false);
            for _ in 0..UNITS / STEP {
                a = a.merge(world.sample(STEP / 2, &mut random));
                b = b.merge(world.sample(STEP / 2, &mut random));
                let (Ok(a), Ok(b)) = (Estimate::mean_of(&a), Estimate::mean_of(&b)) else { continue };
                let options =
                    SequentialOptions { alpha, uplift: Uplift::Absolute, ..SequentialOptions::default() };
                always_valid |= sequential(&a, &b, &options).is_ok_and(|test| test.p_value < alpha);
                let options = TestOptions { alpha, uplift: Uplift::Absolute, ..TestOptions::default() };
                naive |= welch(&a, &b, &options).is_ok_and(|test| test.p_value < alpha);
            }
            (always_valid, naive)
        })
        .collect();
    Peeking {
        world: world.name(),
        units: UNITS,
        alpha,
        sequential: Rate::of(outcomes.iter().map(|(always_valid, _)| *always_valid)),
        welch: Rate::of(outcomes.iter().map(|(_, naive)| *naive)),
    }
}
