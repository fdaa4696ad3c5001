//! How a bandit is to run, and the form that says so.

use crate::fault::{Fault, Problem, number};
use serde::{Deserialize, Serialize};

/// How an experiment's shares follow what is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BanditPlan {
    /// Days with the shares of the flag.
    pub burn_in: u32,
    /// Days from one update to the next.
    pub every: u32,
    /// The least share of each variation, in per cent.
    pub least: u32,
    /// Whether phones, tablets and desktops get shares of their own.
    #[serde(default)]
    pub by_device: bool,
}

/// A plan, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of BanditPlan, as texts")]
pub struct BanditForm {
    /// Whether the shares are to follow at all.
    pub is_on: bool,
    pub burn_in: String,
    pub every: String,
    pub least: String,
    pub by_device: bool,
}

impl BanditForm {
    /// The form of a plan; with what is usual, if there is none.
    pub fn of(plan: Option<&BanditPlan>) -> Self {
        let BanditPlan { burn_in, every, least, by_device } =
            plan.copied().unwrap_or(BanditPlan { burn_in: 7, every: 1, least: 5, by_device: false });
        BanditForm {
            is_on: plan.is_some(),
            burn_in: burn_in.to_string(),
            every: every.to_string(),
            least: least.to_string(),
            by_device,
        }
    }

    /// Checks what was typed, for so many variations.
    ///
    /// # Errors
    /// All that is wrong.
    pub(crate) fn check(&self, variations: usize) -> Result<Option<BanditPlan>, Vec<Fault>> {
        if !self.is_on {
            return Ok(None);
        }
        let fair = i64::try_from(100 / variations.max(1)).unwrap_or(1).max(1);
        let fields = (
            whole(&self.burn_in, "burn_in", 1, 60),
            whole(&self.every, "every", 1, 30),
            whole(&self.least, "least", 1, fair),
        );
        match fields {
            (Ok(burn_in), Ok(every), Ok(least)) => {
                Ok(Some(BanditPlan { burn_in, every, least, by_device: self.by_device }))
            }
            (burn_in, every, least) => {
                Err([burn_in.err(), every.err(), least.err()].into_iter().flatten().collect())
            }
        }
    }
}

fn whole(text: &str, field: &'static str, least: i64, most: i64) -> Result<u32, Fault> {
    let number = number(text, field, least, most)?;
    if number.fract() != 0.0 {
        return Err(Fault { field, problem: Problem::NotANumber });
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 100")]
    let whole = number as u32;
    Ok(whole)
}
