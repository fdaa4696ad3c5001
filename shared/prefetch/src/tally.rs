//! Counting in memory.

use crate::page::PageKey;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Different steps that a tally holds. More in one interval are lost: a browser that asks for pages by the thousand must
/// not fill the memory.
const MOST_STEPS: usize = 512;
/// What one step counts at most in one interval: nobody alone makes a page likely everywhere.
const MOST_TIMES: u32 = 1_000;
/// Steps from which on they are stored.
const ENOUGH: u32 = 64;
/// Milliseconds after which few steps are stored, too.
const LONGEST: i64 = 30_000;
/// Milliseconds between two stores, at least.
const SHORTEST: i64 = 1_000;

/// From one page to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Step {
    /// The page that was left.
    pub from: PageKey,
    /// The page that was asked for there.
    pub to: PageKey,
}

/// How often a step was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The step.
    #[serde(flatten)]
    pub step: Step,
    /// How often.
    pub count: u32,
}

/// Steps that were counted and not stored yet. Losing it loses a few counts, and nothing else.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    steps: HashMap<Step, u32>,
    total: u32,
    /// When the first of them was counted, in milliseconds since 1970.
    since: Option<i64>,
    /// When steps were last taken out.
    taken_at: Option<i64>,
}

impl Tally {
    /// Counts a step at `now` (milliseconds since 1970). A step from a page to itself is none.
    pub fn count(&mut self, step: Step, now: i64) {
        if step.from == step.to || !(self.steps.len() < MOST_STEPS || self.steps.contains_key(&step)) {
            return;
        }
        let count = self.steps.entry(step).or_insert(0);
        *count = (*count + 1).min(MOST_TIMES);
        self.total = self.total.saturating_add(1);
        self.since.get_or_insert(now);
    }

    /// Takes out what was counted, if it is time to store it: when there is enough of it, or it has waited long.
    pub fn due(&mut self, now: i64) -> Option<Vec<Counted>> {
        let since = self.since?;
        let waited = |from: i64, least: i64| now.saturating_sub(from) >= least;
        let may = self.taken_at.is_none_or(|at| waited(at, SHORTEST));
        if !may || (self.total < ENOUGH && !waited(since, LONGEST)) {
            return None;
        }
        let steps = std::mem::take(&mut self.steps);
        *self = Tally { taken_at: Some(now), ..Tally::default() };
        let mut counted: Vec<_> = steps.into_iter().map(|(step, count)| Counted { step, count }).collect();
        orilla_sorting::sort_by(&mut counted, |a, b| a.step.cmp(&b.step));
        Some(counted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn step(from: &str, to: &str) -> Step {
        Step { from: PageKey::parse(from).unwrap(), to: PageKey::parse(to).unwrap() }
    }

    #[test]
    fn it_is_stored_when_there_is_enough_or_it_has_waited() {
        let mut tally = Tally::default();
        assert_eq!(tally.due(0), None);
        tally.count(step("", "/about"), 1_000);
        tally.count(step("", ""), 1_000);
        assert_eq!(tally.due(30_999), None);
        assert_eq!(tally.due(31_000), Some(vec![Counted { step: step("", "/about"), count: 1 }]));
        assert_eq!(tally.due(99_000), None);
        for _ in 0..ENOUGH {
            tally.count(step("", "/search"), 31_000);
        }
        assert_eq!(tally.due(31_999), None, "not twice in a second");
        assert_eq!(tally.due(32_000).unwrap()[0].count, ENOUGH);
    }

    proptest! {
        #[test]
        fn it_is_bounded_and_loses_nothing_within_bounds(
            steps in prop::collection::vec((0_u32..900, 0_u32..3), 0..3_000),
        ) {
            let mut tally = Tally::default();
            let mut model: HashMap<Step, u32> = HashMap::new();
            for (from, to) in steps {
                let step = step(&format!("/p/{from}"), &format!("/c/{to}"));
                if model.contains_key(&step) || model.len() < MOST_STEPS {
                    *model.entry(step.clone()).or_insert(0) += 1;
                }
                tally.count(step, 0);
                prop_assert!(tally.steps.len() <= MOST_STEPS);
            }
            let counted = tally.due(LONGEST).unwrap_or_default();
            prop_assert_eq!(counted.len(), model.len());
            for Counted { step, count } in counted {
                prop_assert_eq!(count, model[&step].min(MOST_TIMES));
            }
        }
    }
}
