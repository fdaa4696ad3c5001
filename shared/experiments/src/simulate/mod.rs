//! Simulated shops whose experiment is a bandit: what it loses, and whether its intervals hold the truth. The code is that
//! of the shop: shares follow at each midnight ([`Experiment::reweighed`]), and [`analyse`] reads the sums. The same seed
//! gives the same numbers.

mod peeking;
mod shop;

pub use peeking::{Decided, Decisions, decisions};

use crate::bandit::BanditPlan;
use orilla_stats::simulate::{Rate, Settings, section};
use serde::Serialize;
use shop::{Course, Device, play};
use std::fmt::{self, Display, Formatter};

/// The days of an experiment.
const DAYS: i64 = 28;
/// What an interval may miss beyond chance. They are approximations: that of a rate whose shares have moved is as good as
/// the number of its conversions is large.
const GRANTED: f64 = 0.01;
/// The same where a variation has some fifteen conversions on most devices: there intervals by the normal distribution are
/// too narrow by about that much, of proportions as of these (Brown, Cai and DasGupta 2001, "Interval estimation for a
/// binomial proportion").
const GRANTED_WHERE_RARE: f64 = 0.03;

/// A world, and who comes to it.
struct World {
    name: &'static str,
    devices: &'static [Device],
    /// Visitors a day.
    people: u32,
    granted: f64,
}

/// Devices: the share of the visitors, and the conversion rate of each variation, the control first.
const WORLDS: [World; 3] = [
    World {
        name: "devices differ",
        devices: &[
            Device { name: "phone", part: 0.60, rates: [0.045, 0.035] },
            Device { name: "tablet", part: 0.05, rates: [0.040, 0.040] },
            Device { name: "desktop", part: 0.35, rates: [0.040, 0.055] },
        ],
        people: 1_000,
        granted: GRANTED,
    },
    World {
        name: "devices are alike",
        devices: &[
            Device { name: "phone", part: 0.60, rates: [0.040, 0.048] },
            Device { name: "tablet", part: 0.05, rates: [0.040, 0.048] },
            Device { name: "desktop", part: 0.35, rates: [0.040, 0.048] },
        ],
        people: 1_000,
        granted: GRANTED,
    },
    World {
        name: "hardly anybody orders",
        devices: &[
            Device { name: "phone", part: 0.50, rates: [0.003, 0.005] },
            Device { name: "tablet", part: 0.10, rates: [0.003, 0.005] },
            Device { name: "desktop", part: 0.40, rates: [0.005, 0.003] },
        ],
        people: 400,
        granted: GRANTED_WHERE_RARE,
    },
];

/// A bandit by device in a world.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeviceBandit {
    /// The world.
    pub world: &'static str,
    /// The visitors of a run.
    pub visitors: u32,
    /// The mean expected conversions lost against always giving each device what is best for it.
    pub regret: f64,
    /// The same with shares that follow, and are those of all devices.
    pub alike: f64,
    /// The same with equal shares.
    pub uniform: f64,
    /// Variations of runs whose 95 % interval, at the end, holds the true rate.
    pub covered: Rate,
    /// Runs in which the interval of the uplift that may be looked at on any day held the truth on all days.
    pub any_time: Rate,
    /// The mean error of the estimated rates, in parts of the truth.
    pub bias: f64,
    /// The standard error of that mean.
    pub bias_error: f64,
    /// What the intervals may miss beyond chance.
    pub granted: f64,
}

impl DeviceBandit {
    /// Whether it is worth it, and its numbers are what they say.
    pub fn holds(&self) -> bool {
        let covered = self.covered.share() >= 0.95 - self.granted - self.covered.slack(0.95);
        let any_time = self.any_time.share() >= 0.95 - self.any_time.slack(0.95);
        // Where there is nothing to learn of devices, to look for it costs a little of what a bandit saves.
        let is_worth_it = self.regret < self.uniform && self.regret < self.alike + 0.1 * self.uniform;
        is_worth_it && covered && any_time && self.bias.abs() < 3.0 * self.bias_error
    }
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeviceBandits {
    /// Repetitions of each.
    pub runs: u32,
    /// A row a world.
    pub worlds: Vec<DeviceBandit>,
}

/// Runs the simulations.
pub fn device_bandits(settings: Settings) -> DeviceBandits {
    let row = |(at, world): (usize, &World)| in_world(settings, at as u64, world);
    DeviceBandits { runs: settings.runs, worlds: WORLDS.iter().enumerate().map(row).collect() }
}

fn in_world(settings: Settings, number: u64, world: &World) -> DeviceBandit {
    let plan = BanditPlan { burn_in: 3, every: 1, least: 5, by_device: true };
    let run = |plan: Option<BanditPlan>, run: u32| -> Course {
        // The three policies meet the same dice.
        let seed = settings.seed ^ (number + 500).rotate_left(32) ^ u64::from(run).rotate_left(16);
        play(world.devices, plan, DAYS, world.people, seed)
    };
    let lost = |plan: Option<BanditPlan>| mean((0..settings.runs).map(|at| run(plan, at).lost));
    let own: Vec<Course> = (0..settings.runs).map(|at| run(Some(plan), at)).collect();
    let errors: Vec<f64> =
        own.iter().map(|course| mean(course.estimates.iter().map(|one| one.error))).collect();
    let bias = mean(errors.iter().copied());
    let squares: f64 = errors.iter().map(|error| (error - bias).powi(2)).sum();
    let runs = f64::from(settings.runs);
    DeviceBandit {
        world: world.name,
        visitors: own.first().map_or(0, |course| course.visitors),
        regret: mean(own.iter().map(|course| course.lost)),
        alike: lost(Some(BanditPlan { by_device: false, ..plan })),
        uniform: lost(None),
        covered: Rate::of(own.iter().flat_map(|course| &course.estimates).map(|one| one.is_covered)),
        any_time: Rate::of(own.iter().map(|course| course.is_covered_on_all_days)),
        bias,
        bias_error: (squares / (runs - 1.0).max(1.0) / runs).sqrt(),
        granted: world.granted,
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
    if n > 0.0 { sum / n } else { 0.0 }
}

impl DeviceBandits {
    /// What did not hold, a line each.
    pub fn broken_promises(&self) -> Vec<String> {
        let broken = self.worlds.iter().filter(|row| !row.holds());
        broken.map(|row| format!("bandit by device, {}: {row:?}", row.world)).collect()
    }
}

impl Display for DeviceBandits {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (days, runs) = (DAYS, self.runs);
        writeln!(
            f,
            "\nthe shop's bandit by device, {days} days, {runs} runs: conversions lost; 95 % intervals"
        )?;
        let head = [
            "world",
            "visitors",
            "regret",
            "devices alike",
            "equal shares",
            "of rates",
            "of uplifts, all days",
            "mean error",
        ];
        let rows = self.worlds.iter().map(|row| {
            vec![
                row.world.into(),
                row.visitors.to_string(),
                format!("{:.1}", row.regret),
                format!("{:.1}", row.alike),
                format!("{:.1}", row.uniform),
                row.covered.to_string(),
                row.any_time.to_string(),
                format!("{:+.1} ± {:.1} %", 100.0 * row.bias, 100.0 * row.bias_error),
            ]
        });
        section(f, &head, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bandits_by_device_are_worth_it_and_say_what_is_true() {
        let found = device_bandits(Settings { seed: 5, runs: 12 });
        assert!(found.broken_promises().is_empty(), "{found}");
        let [differ, alike, _] = found.worlds.as_slice() else { panic!("{found:?}") };
        assert!(differ.regret < 0.8 * differ.alike, "{differ:?}");
        assert!(alike.regret < 0.7 * alike.uniform, "{alike:?}");
        assert_eq!(found.to_string(), device_bandits(Settings { seed: 5, runs: 12 }).to_string());
    }
}
