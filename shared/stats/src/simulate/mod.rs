//! Simulated experiments that show what each method promises. The same seed gives the same tables.
//!
//! Four questions: does the sequential test keep its false positives below alpha when somebody looks all the time
//! ([`peeking`])? Do experiments find effects as often as the power says ([`power_curve`])? Do the intervals hold the
//! truth as often as they say ([`coverage`])? What does a bandit save ([`regret`])?

mod coverage;
mod peeking;
mod power_curve;
mod regret;
mod worlds;

pub use coverage::{Coverage, coverage};
pub use peeking::{Peeking, peeking};
pub use power_curve::{PowerPoint, power_curve};
pub use regret::{Regret, regret};

use crate::text;
use serde::Serialize;
use std::fmt::{self, Display, Formatter};

/// How much is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// Where the generator starts.
    pub seed: u64,
    /// Repetitions of each simulation.
    pub runs: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { seed: 1, runs: 2000 }
    }
}

/// A share of the repetitions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// How often it happened.
    pub hits: u32,
    /// Of how many.
    pub of: u32,
}

impl Rate {
    /// Counts.
    pub fn of(hits: impl Iterator<Item = bool>) -> Self {
        hits.fold(Rate { hits: 0, of: 0 }, |rate, hit| Rate {
            hits: rate.hits + u32::from(hit),
            of: rate.of + 1,
        })
    }

    /// The share.
    pub fn share(&self) -> f64 {
        f64::from(self.hits) / f64::from(self.of.max(1))
    }

    /// How far chance moves the share if it is `expected`: three standard errors.
    pub fn slack(&self, expected: f64) -> f64 {
        3.0 * (expected * (1.0 - expected) / f64::from(self.of.max(1))).sqrt()
    }
}

impl Display for Rate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} %", 100.0 * self.share())
    }
}

/// All simulations as tables.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// How much was simulated.
    pub settings: Settings,
    /// A/A tests under continuous looking.
    pub peeking: Vec<Peeking>,
    /// Power curves.
    pub power: Vec<PowerPoint>,
    /// Coverage of intervals.
    pub coverage: Vec<Coverage>,
    /// Bandits.
    pub regret: Vec<Regret>,
}

/// Runs all simulations.
pub fn evaluate(settings: Settings) -> Evaluation {
    Evaluation {
        settings,
        peeking: peeking(settings),
        power: power_curve(settings),
        coverage: coverage(settings),
        regret: regret(Settings { runs: settings.runs.div_ceil(10), ..settings }),
    }
}

impl Evaluation {
    /// What did not hold, a line each; empty if every promise was kept (within three standard errors of chance).
    pub fn broken_promises(&self) -> Vec<String> {
        let peeking = self.peeking.iter().filter(|row| !row.holds()).map(|row| {
            format!(
                "peeking, {}: the sequential test has {} false positives at alpha {}",
                row.world, row.sequential, row.alpha
            )
        });
        let power = self.power.iter().filter(|row| !row.holds()).map(|row| {
            format!(
                "power at an uplift of {:.3}: {} found, {:.4} expected",
                row.uplift, row.welch, row.predicted
            )
        });
        let coverage = self.coverage.iter().filter(|row| !row.holds()).map(|row| {
            format!(
                "coverage, {}, {}: {} of the intervals hold the truth",
                row.method, row.world, row.covered
            )
        });
        let regret = self.regret.iter().filter(|row| !row.holds()).map(|row| {
            format!("regret, {}: {:.1}, with equal shares {:.1}", row.bandit, row.regret, row.uniform)
        });
        peeking.chain(power).chain(coverage).chain(regret).collect()
    }
}

impl Display for Evaluation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Settings { seed, runs } = self.settings;
        writeln!(f, "seed {seed}, {runs} runs (bandits: {})", runs.div_ceil(10))?;
        writeln!(f, "\nA/A tests, looking after every 100 units: runs that ever found a \"result\"")?;
        section(
            f,
            &["world", "units", "alpha", "sequential", "Welch at every look"],
            self.peeking.iter().map(|row| {
                vec![
                    row.world.into(),
                    row.units.to_string(),
                    row.alpha.to_string(),
                    row.sequential.to_string(),
                    row.welch.to_string(),
                ]
            }),
        )?;
        writeln!(f, "\npower: 10 % conversion, 5000 units per variant, alpha 0.05")?;
        section(
            f,
            &["uplift", "predicted", "Welch, one look", "sequential, any look", "mean units when it stopped"],
            self.power.iter().map(|row| {
                vec![
                    format!("{:+.0} %", 100.0 * row.uplift),
                    format!("{:.2} %", 100.0 * row.predicted),
                    row.welch.to_string(),
                    row.sequential.to_string(),
                    format!("{:.0}", row.units),
                ]
            }),
        )?;
        writeln!(f, "\ncoverage of 95 % intervals")?;
        section(
            f,
            &["method", "world", "covered", "mean width"],
            self.coverage.iter().map(|row| {
                vec![
                    row.method.into(),
                    row.world.into(),
                    row.covered.to_string(),
                    format!("{:.4}", row.width),
                ]
            }),
        )?;
        writeln!(f, "\nregret: conversions lost against always taking the best arm")?;
        section(
            f,
            &["bandit", "rounds", "regret", "equal shares", "best arm found"],
            self.regret.iter().map(|row| {
                vec![
                    row.bandit.into(),
                    row.rounds.to_string(),
                    format!("{:.1}", row.regret),
                    format!("{:.1}", row.uniform),
                    row.found.to_string(),
                ]
            }),
        )
    }
}

/// A table with a row of names above it.
///
/// # Errors
/// The formatter's.
pub fn section(
    f: &mut Formatter<'_>,
    columns: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> fmt::Result {
    let header = columns.iter().map(|column| (*column).to_owned()).collect();
    text::table(f, &std::iter::once(header).chain(rows).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const REDUCED: Settings = Settings { seed: 20, runs: 150 };

    #[test]
    fn the_sequential_test_survives_peeking() {
        for row in peeking(REDUCED) {
            assert!(row.holds(), "{row:?}");
            // The test that is not made for it does not: else this simulation would show nothing.
            assert!(row.welch.share() > 3.0 * row.alpha, "{row:?}");
        }
    }

    #[test]
    fn experiments_find_what_the_power_promises() {
        let curve = power_curve(REDUCED);
        assert!(curve.iter().all(PowerPoint::holds), "{curve:?}");
        let last = curve.last().unwrap();
        assert!(last.welch.share() > 0.9 && last.sequential.share() > 0.5, "{last:?}");
        assert!(curve.windows(2).all(|pair| pair[0].predicted < pair[1].predicted));
    }

    #[test]
    fn intervals_cover_the_truth() {
        for row in coverage(REDUCED) {
            assert!(row.holds(), "{row:?}");
        }
    }

    #[test]
    fn known_ways_to_be_wrong_are_seen_as_wrong() {
        let rows = coverage::wrong_methods(REDUCED);
        assert!(rows.iter().all(|row| !row.holds()), "{rows:?}");
    }

    #[test]
    fn bandits_lose_less_than_equal_shares() {
        for row in regret(Settings { runs: 8, ..REDUCED }) {
            assert!(row.holds(), "{row:?}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_text() {
        let settings = Settings { seed: 3, runs: 4 };
        assert_eq!(evaluate(settings).to_string(), evaluate(settings).to_string());
    }
}
