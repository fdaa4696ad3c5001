//! Experiments that somebody looks at all the time, decided by the very function that decides those of the shop.

use crate::analysis::at_any_time;
use crate::estimate::{Sums, Tally, pair};
use crate::need::{POWER, need};
use crate::{ALPHA, Design, Goal, Metric, MetricKey, MetricKind, Variation};
use orilla_events::EventKind;
use orilla_stats::simulate::{Rate, Settings, section};
use orilla_stats::{Random, Result, SplitMix64};
use serde::Serialize;
use std::fmt::{self, Display, Formatter};

/// Visitors between two looks.
const STEP: u32 = 20;
/// Looks go on until so many times the visitors that are planned for one look.
const BEYOND: f64 = 3.0;

/// What is asked, and of whom.
struct World {
    name: &'static str,
    kind: MetricKind,
    /// How many order, without an effect.
    rate: f64,
    /// How many more order with it, in parts.
    effect: f64,
    /// The variation's part of the visitors.
    part: f64,
}

/// Rare orders are the hard case: at the first looks there are few, and those of one variation may be none.
const WORLDS: [World; 5] = [
    World { name: "1 % order", kind: MetricKind::Share, rate: 0.01, effect: 1.0, part: 0.5 },
    World { name: "3 % order", kind: MetricKind::Share, rate: 0.03, effect: 0.5, part: 0.5 },
    World { name: "30 % order", kind: MetricKind::Share, rate: 0.3, effect: 0.15, part: 0.5 },
    World { name: "3 % order, a tenth see it", kind: MetricKind::Share, rate: 0.03, effect: 0.5, part: 0.1 },
    World { name: "revenue, 3 % order", kind: MetricKind::Revenue, rate: 0.03, effect: 0.5, part: 0.5 },
];

impl World {
    fn metric(&self) -> Metric {
        Metric {
            name: String::new(),
            description: String::new(),
            kind: self.kind,
            event: EventKind::OrderPlaced,
            from_days: 0,
            days: 14,
            cap: None,
            goal: Goal::More,
            percentile: None,
            activation: None,
        }
    }

    /// The design that somebody who knows this world would write.
    fn design(&self) -> Option<Design> {
        let weights = [("0", 1.0 - self.part), ("1", self.part)];
        let variation =
            |(key, weight): (&str, f64)| Variation { key: key.into(), name: String::new(), weight };
        // Baskets are lognormal with a median of 3,000 and σ = 0.6.
        let (mean, square) = (3_000.0 * 0.18f64.exp(), 3_000.0f64.powi(2) * 0.72f64.exp());
        let (baseline, deviation) = match self.kind {
            MetricKind::Share => (self.rate, None),
            _ => {
                let mean = self.rate * mean;
                (mean, Some((self.rate * square - mean * mean).sqrt()))
            }
        };
        Some(Design {
            name: String::new(),
            hypothesis: String::new(),
            audience: String::new(),
            flag: String::new(),
            variations: weights.into_iter().map(variation).collect(),
            primary: MetricKey::parse("orders").ok()?,
            secondary: Vec::new(),
            guardrails: Vec::new(),
            baseline,
            deviation,
            effect: self.effect,
            traffic: 1_000.0,
            bandit: None,
        })
    }

    /// What a visitor orders.
    fn order(&self, rate: f64, random: &mut SplitMix64) -> f64 {
        if random.uniform() >= rate {
            0.0
        } else if self.kind == MetricKind::Share {
            1.0
        } else {
            3_000.0 * (0.6 * random.normal()).exp()
        }
    }

    /// The uplift that is found when the test first decides, in up to so many visitors; none if it never does.
    fn decided(&self, rates: [f64; 2], visitors: f64, tuning: f64, seed: u64) -> Option<f64> {
        let (metric, mut random) = (self.metric(), SplitMix64::new(SplitMix64::new(seed).bits()));
        let (mut control, mut variant) = (Tally::default(), Tally::default());
        let mut seen = 0.0;
        while seen < visitors {
            for _ in 0..STEP {
                let is_variant = random.uniform() < self.part;
                let (tally, rate) =
                    if is_variant { (&mut variant, rates[1]) } else { (&mut control, rates[0]) };
                let value = self.order(rate, &mut random);
                tally.units += 1;
                tally.sums += Sums { sum: value, squares: value * value, ..Sums::default() };
            }
            seen += f64::from(STEP);
            let found = pair(&metric, &control, &variant)
                .and_then(|(control, variant, _)| at_any_time(&control, &variant, tuning));
            if let Ok(found) = found
                && found.p_value < ALPHA
            {
                return Some(found.uplift);
            }
        }
        None
    }
}

/// What became of the experiments in a world.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decided {
    /// The world.
    pub world: &'static str,
    /// Visitors that one look needs.
    pub once: f64,
    /// Visitors that looks at any time need.
    pub any_time: f64,
    /// Runs without an effect that ever showed one.
    pub wrong: Rate,
    /// Runs with the planned effect in which it was found by `any_time` visitors.
    pub found: Rate,
}

impl Decided {
    /// Whether what is accepted and what is promised is kept.
    pub fn holds(&self) -> bool {
        self.wrong.share() <= ALPHA + self.wrong.slack(ALPHA)
            && self.found.share() >= POWER - self.found.slack(POWER)
    }
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decisions {
    /// Repetitions of each.
    pub runs: u32,
    /// A row a world.
    pub worlds: Vec<Decided>,
}

/// Runs the simulations.
///
/// # Errors
/// [`orilla_stats::Undefined`], if a world asked what no experiment can.
pub fn decisions(settings: Settings) -> Result<Decisions> {
    let rows = WORLDS.iter().enumerate().map(|(at, world)| in_world(settings, at as u64, world));
    Ok(Decisions { runs: settings.runs, worlds: rows.collect::<Result<_>>()? })
}

fn in_world(settings: Settings, number: u64, world: &World) -> Result<Decided> {
    let design = world.design().ok_or(orilla_stats::Undefined::NoUnits)?;
    let planned = need(&design, &world.metric())?;
    let course = |rates: [f64; 2], visitors: f64, run: u32, kind: u64| {
        let seed =
            settings.seed ^ (number + 700 + 100 * kind).rotate_left(32) ^ u64::from(run).rotate_left(16);
        world.decided(rates, visitors, planned.once, seed)
    };
    let same = [world.rate; 2];
    let other = [world.rate, world.rate * (1.0 + world.effect)];
    let runs = || 0..settings.runs;
    Ok(Decided {
        world: world.name,
        once: planned.once,
        any_time: planned.any_time,
        wrong: Rate::of(runs().map(|run| course(same, BEYOND * planned.once, run, 0).is_some())),
        found: Rate::of(
            runs().map(|run| course(other, planned.any_time, run, 1).is_some_and(|uplift| uplift > 0.0)),
        ),
    })
}

impl Decisions {
    /// What did not hold, a line each.
    pub fn broken_promises(&self) -> Vec<String> {
        let broken = self.worlds.iter().filter(|row| !row.holds());
        let line = |row: &Decided| {
            format!(
                "decisions, {}: {} wrong at alpha {ALPHA}, {} found at a power of {POWER}",
                row.world, row.wrong, row.found
            )
        };
        broken.map(line).collect()
    }
}

impl Display for Decisions {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let runs = self.runs;
        writeln!(f, "\nthe shop's decisions, {runs} runs, looking after every {STEP} visitors")?;
        let head = ["world", "visitors, one look", "any look", "wrong, to 3 times one look", "found"];
        let rows = self.worlds.iter().map(|row| {
            vec![
                row.world.into(),
                format!("{:.0}", row.once),
                format!("{:.0}", row.any_time),
                row.wrong.to_string(),
                row.found.to_string(),
            ]
        });
        section(f, &head, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_all_the_time_makes_no_winner_and_finds_what_is_there() {
        let settings = Settings { seed: 9, runs: 120 };
        let worlds = WORLDS.iter().take(2).enumerate();
        let worlds = worlds.map(|(at, world)| in_world(settings, at as u64, world).unwrap()).collect();
        let found = Decisions { runs: settings.runs, worlds };
        assert!(found.broken_promises().is_empty(), "{found}");
    }
}
