//! What happens next: by itself, or because a member wants it.

use crate::guard::{Finding, judge, mismatch};
use crate::{By, Event, Harm, Hold, Observations, Rollout, Status, Verdict};
use serde::{Deserialize, Serialize};

/// What a member may want.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "command")]
pub enum Command {
    /// Stop the clock. The guardrails go on watching.
    Pause,
    /// Let it go on, also after the groups had odd sizes.
    Resume,
    /// End it: nobody has the new value any more.
    Abort,
    /// Go on to the next step now.
    Advance {
        /// The step that the member saw, counted from 0.
        from: usize,
    },
}

/// Why a command is not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing can be changed any more.
    #[error("the rollout is over")]
    Over,
    /// It is at another step than the member saw.
    #[error("the rollout has gone on to another step")]
    OtherStep,
}

impl Rollout {
    /// The events of a command; none if it is already as the member wants it.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn decide(&self, command: Command, by: &str, seen: &Observations) -> Result<Vec<Event>, Refused> {
        if self.status().is_over() {
            return Err(Refused::Over);
        }
        let by = By::Member(by.to_owned());
        Ok(match command {
            Command::Pause if *self.status() == Status::Paused => Vec::new(),
            Command::Pause => vec![Event::Paused { by }],
            Command::Resume if *self.status() == Status::Running => Vec::new(),
            Command::Resume => vec![Event::Resumed { by, people: self.people(seen) }],
            Command::Abort => vec![Event::Aborted { by }],
            Command::Advance { from } if from != self.step() => return Err(Refused::OtherStep),
            Command::Advance { from } => vec![self.onward(from, by)],
        })
    }

    /// What has to happen now: nothing, or one event. `now` is in milliseconds since 1970.
    ///
    /// Harm ends the rollout, also while it is paused or held. A mismatch of the groups' sizes holds it until a member
    /// looks; a time without anybody, until somebody comes. A step is over when its time is and enough people were seen;
    /// however long nobody ticked, only one step is.
    pub fn tick(&self, now: i64, seen: &Observations) -> Option<Event> {
        if self.status().is_over() {
            return None;
        }
        let now = now.max(self.last());
        if let Some(harm) = self.harm(&judge(self.plan(), seen)) {
            return Some(Event::RolledBack { harm });
        }
        match self.status() {
            Status::Running => self.run(now, seen),
            Status::Held(Hold::NoTraffic) => {
                seen.last.filter(|last| *last > self.last()).map(|_| Event::Released)
            }
            _ => None,
        }
    }

    fn run(&self, now: i64, seen: &Observations) -> Option<Event> {
        let step = self.current()?;
        let stratum = seen.at(step.share);
        let all = self.people(seen);
        let before = self.people_before();
        let people = [all[0].saturating_sub(before[0]), all[1].saturating_sub(before[1])];
        if mismatch(people, step.share.exact(self.plan().buckets)) {
            return Some(Event::Held { hold: Hold::SampleRatio { share: step.share, people } });
        }
        let active = seen.last.map_or(self.since(), |last| last.max(self.since()));
        if now - active >= self.plan().quiet {
            return Some(Event::Held { hold: Hold::NoTraffic });
        }
        let enough = stratum.with.people >= step.least && stratum.without.people >= step.least;
        (enough && self.elapsed(now) >= step.lasts).then(|| self.onward(self.step(), By::Plan))
    }

    fn onward(&self, from: usize, by: By) -> Event {
        if self.is_last(from + 1) { Event::Completed { by } } else { Event::Advanced { from, by } }
    }

    fn people(&self, seen: &Observations) -> [u64; 2] {
        let stratum = seen.at(self.share());
        [stratum.without.people, stratum.with.people]
    }

    fn harm(&self, verdicts: &[Verdict]) -> Option<Harm> {
        let (verdict, guardrail) = verdicts
            .iter()
            .zip(&self.plan().guardrails)
            .find(|(verdict, _)| verdict.finding == Finding::Harmed)?;
        let Verdict { metric, uplift, low, high, .. } = *verdict;
        Some(Harm { metric, uplift, low, high, tolerated: guardrail.tolerated })
    }
}
