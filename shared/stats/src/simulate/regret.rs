//! What a bandit saves: conversions lost against always taking the best arm.

use super::worlds::{World, generator};
use super::{Rate, Settings};
use crate::bandit::{Bandit, LinearArm, LinearBandit, Period, Policy, Schedule, TopTwo};
use crate::estimate::Shape;
use crate::moments::Moments;
use crate::random::{Random, SplitMix64};
use crate::undefined::Result;
use serde::Serialize;

/// A bandit against equal shares, over the same number of units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Regret {
    /// Which bandit, where.
    pub bandit: &'static str,
    /// The units.
    pub rounds: u32,
    /// The mean expected conversions lost.
    pub regret: f64,
    /// The same with equal shares.
    pub uniform: f64,
    /// Runs in which the best arm had the greatest share (or, in each context, was mostly chosen) at the end.
    pub found: Rate,
}

impl Regret {
    /// Whether the bandit is worth it.
    pub fn holds(&self) -> bool {
        self.regret < self.uniform
    }
}

/// Units between two updates of the weights.
const BATCH: u32 = 500;
const ROUNDS: u32 = 20_000;

/// Plays top-two Thompson sampling over batches: the periods, with the weights that held in them.
pub(super) fn play(rates: &[f64], batches: u32, random: &mut SplitMix64) -> Result<Vec<Period>> {
    let policy = TopTwo { least: 0.05, ..TopTwo::default() };
    // A unit a millisecond.
    let every = i64::from(BATCH);
    let schedule = Schedule { burn_in: every, every };
    let mut bandit = Bandit::new(rates.len(), Shape::Binary, policy, schedule, 0)?;
    for now in 1..=i64::from(batches * BATCH) {
        let arm = bandit.choose(random)?;
        let rate = rates.get(arm).copied().unwrap_or_default();
        bandit.record(arm, World::Conversion(rate).draw(random))?;
        // The last batch ends with the simulation.
        if now < i64::from(batches * BATCH) {
            bandit.update(now)?;
        }
    }
    Ok(bandit.periods().to_vec())
}

/// The simulations.
pub fn regret(settings: Settings) -> Vec<Regret> {
    vec![
        top_two(settings, 300, "top-two Thompson, 3 arms", &[0.05, 0.06, 0.08]),
        top_two(settings, 301, "top-two Thompson, 5 arms", &[0.05, 0.05, 0.05, 0.05, 0.07]),
        contextual(settings, 302, "LinUCB, 3 arms, 4 contexts", Policy::Ucb { alpha: 1.0 }),
        contextual(settings, 303, "linear Thompson, 3 arms, 4 contexts", Policy::Thompson { scale: 0.3 }),
    ]
}

fn greatest(values: impl Iterator<Item = f64>) -> usize {
    values.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(index, _)| index)
}

fn top_two(settings: Settings, simulation: u64, bandit: &'static str, rates: &[f64]) -> Regret {
    let best = rates.iter().copied().fold(0.0, f64::max);
    let lost =
        |weights: &[f64]| -> f64 { weights.iter().zip(rates).map(|(w, rate)| w * (best - rate)).sum() };
    let runs: Vec<(f64, bool)> = (0..settings.runs)
        .map(|run| {
            let periods = play(rates, ROUNDS / BATCH, &mut generator(settings.seed, simulation, run))
                .unwrap_or_default();
            let regret = periods.iter().map(|period| f64::from(BATCH) * lost(&period.weights)).sum();
            // Half of the traffic goes to the leader and half to challengers: which one leads is seen in the means.
            let total = |arm: usize| {
                periods
                    .iter()
                    .filter_map(|period| period.arms.get(arm))
                    .fold(Moments::default(), |a, b| a.merge(*b))
            };
            let leader = greatest((0..rates.len()).map(|arm| total(arm).mean().unwrap_or(0.0)));
            (regret, leader == greatest(rates.iter().copied()))
        })
        .collect();
    let equal = vec![1.0 / rates.len() as f64; rates.len()];
    Regret {
        bandit,
        rounds: ROUNDS,
        regret: runs
            .iter()
            .map(|(regret, _)| regret)
            .copied()
            .collect::<Moments>()
            .mean()
            .unwrap_or(f64::MAX),
        uniform: f64::from(ROUNDS) * lost(&equal),
        found: Rate::of(runs.iter().map(|(_, found)| *found)),
    }
}

/// Four kinds of visitors; each arm's rate in each of them.
const RATES: [[f64; 4]; 3] = [[0.10, 0.05, 0.05, 0.08], [0.05, 0.12, 0.05, 0.08], [0.05, 0.05, 0.11, 0.02]];
const CONTEXT_ROUNDS: u32 = 10_000;

fn contextual(settings: Settings, simulation: u64, bandit: &'static str, policy: Policy) -> Regret {
    let rate =
        |arm: usize, kind: usize| RATES.get(arm).and_then(|rates| rates.get(kind)).copied().unwrap_or(0.0);
    let best = |kind: usize| (0..3).map(|arm| rate(arm, kind)).fold(0.0, f64::max);
    let runs: Vec<(f64, bool)> = (0..settings.runs)
        .map(|run| {
            let mut random = generator(settings.seed, simulation, run);
            let arms = (0..3).filter_map(|_| LinearArm::new(4, 1.0).ok()).collect();
            let mut bandit = LinearBandit { arms, policy, explore: 0.02 };
            let (mut lost, mut late, mut right) = (0.0, 0u32, 0u32);
            for round in 0..CONTEXT_ROUNDS {
                let kind = random.pick(&[0.4, 0.3, 0.2, 0.1]).unwrap_or(0);
                let context: Vec<f64> = (0..4).map(|at| f64::from(u8::from(at == kind))).collect();
                let chosen = bandit.choose(&context, &mut random).unwrap_or(0);
                let missed = best(kind) - rate(chosen, kind);
                lost += missed;
                if round >= CONTEXT_ROUNDS * 3 / 4 {
                    late += 1;
                    right += u32::from(missed <= 0.0);
                }
                let reward = World::Conversion(rate(chosen, kind)).draw(&mut random);
                if let Some(arm) = bandit.arms.get_mut(chosen) {
                    arm.learn(&context, reward).unwrap_or_default();
                }
            }
            (lost, right * 2 > late)
        })
        .collect();
    let shares = [0.4, 0.3, 0.2, 0.1];
    let equal: f64 = shares
        .iter()
        .enumerate()
        .map(|(kind, share)| share * (0..3).map(|arm| best(kind) - rate(arm, kind)).sum::<f64>() / 3.0)
        .sum();
    Regret {
        bandit,
        rounds: CONTEXT_ROUNDS,
        regret: runs
            .iter()
            .map(|(regret, _)| regret)
            .copied()
            .collect::<Moments>()
            .mean()
            .unwrap_or(f64::MAX),
        uniform: f64::from(CONTEXT_ROUNDS) * equal,
        found: Rate::of(runs.iter().map(|(_, found)| *found)),
    }
}
