//! Where simulated units come from.

use crate::moments::Moments;
use crate::random::{Random, SplitMix64};

/// How a unit's value is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum World {
    /// 1 with this probability.
    Conversion(f64),
    /// A normal number of this mean; its deviation is 1.
    Normal(f64),
    /// Revenue: with this probability a log-normal basket (of median 30), else 0.
    Revenue(f64),
}

impl World {
    pub(super) fn name(self) -> &'static str {
        match self {
            World::Conversion(_) => "conversion",
            World::Normal(_) => "normal",
            World::Revenue(_) => "revenue (skewed)",
        }
    }

    pub(super) fn draw(self, random: &mut SplitMix64) -> f64 {
        match self {
            World::Conversion(rate) => f64::from(u8::from(random.uniform() < rate)),
            World::Normal(mean) => mean + random.normal(),
            World::Revenue(rate) if random.uniform() < rate => 30.0 * (0.6 * random.normal()).exp(),
            World::Revenue(_) => 0.0,
        }
    }

    pub(super) fn sample(self, n: u32, random: &mut SplitMix64) -> Moments {
        (0..n).map(|_| self.draw(random)).collect()
    }

    /// The true mean.
    pub(super) fn mean(self) -> f64 {
        match self {
            World::Conversion(rate) => rate,
            World::Normal(mean) => mean,
            World::Revenue(rate) => rate * 30.0 * 0.18f64.exp(),
        }
    }
}

/// A generator of its own for each run of each simulation.
pub(super) fn generator(seed: u64, simulation: u64, run: u32) -> SplitMix64 {
    let mut random = SplitMix64::new(seed ^ simulation.rotate_left(32) ^ u64::from(run).rotate_left(16));
    SplitMix64::new(random.bits())
}
