//! A rollout as the events that happened to it.

use crate::{Fault, Metric, Plan, Share, Step};
use serde::{Deserialize, Serialize};

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The plan: time has come.
    Plan,
    /// A member of the team.
    Member(String),
}

/// Why a rollout waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Hold {
    /// Nobody came. It goes on by itself when somebody does.
    NoTraffic,
    /// The groups are not as large as they should be, so they can't be compared. A member has to look.
    SampleRatio {
        /// The part that should have the new value.
        share: Share,
        /// People without the new value, and with it.
        people: [u64; 2],
    },
}

/// The change that ended a rollout. The numbers are those of [`Verdict`](crate::Verdict).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Harm {
    /// What got worse.
    pub metric: Metric,
    /// By how much.
    pub uplift: Option<f64>,
    /// At least (at most, for orders: see `high`).
    pub low: Option<f64>,
    /// At most.
    pub high: Option<f64>,
    /// What would have been tolerated.
    pub tolerated: f64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// It began with the first step.
    Started {
        /// What it is going to do.
        plan: Plan,
        /// Who started it.
        by: By,
    },
    /// It went on to the step after `from`, counted from 0.
    Advanced {
        /// The step that is over.
        from: usize,
        /// Who decided.
        by: By,
    },
    /// It waits.
    Held {
        /// For what.
        hold: Hold,
    },
    /// Somebody came again.
    Released,
    /// A member stopped the clock.
    Paused {
        /// Who.
        by: By,
    },
    /// A member lets it go on.
    Resumed {
        /// Who.
        by: By,
        /// The people seen so far under this coverage, without and with the new value: the sizes of the groups are looked
        /// at anew.
        people: [u64; 2],
    },
    /// It did harm: nobody has the new value any more.
    RolledBack {
        /// Which.
        harm: Harm,
    },
    /// A member ended it: nobody has the new value any more.
    Aborted {
        /// Who.
        by: By,
    },
    /// Everybody has the new value.
    Completed {
        /// Who decided.
        by: By,
    },
    /// The flag was published with this coverage.
    Applied {
        /// The coverage.
        share: Share,
    },
}

/// An event and when it happened, in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// When.
    pub at: i64,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// How it stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// The clock of the step runs.
    Running,
    /// It waits.
    Held(Hold),
    /// A member stopped the clock.
    Paused,
    /// It did harm.
    RolledBack(Harm),
    /// A member ended it.
    Aborted,
    /// Everybody has the new value.
    Completed,
}

impl Status {
    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        matches!(self, Status::RolledBack(_) | Status::Aborted | Status::Completed)
    }
}

/// Events that no rollout has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The first event is not a start, or a start comes later.
    #[error("a rollout begins with its start, and starts once")]
    Start,
    /// The plan can't be carried out.
    #[error(transparent)]
    Plan(#[from] Fault),
    /// Something happened that can't have: event number `.0`, counted from 0.
    #[error("event {0} can't have happened then")]
    Impossible(usize),
}

/// A rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollout {
    plan: Plan,
    status: Status,
    step: usize,
    started: i64,
    /// Since when the clock runs.
    since: i64,
    /// Milliseconds of this step before that.
    ran: i64,
    last: i64,
    people: [u64; 2],
    applied: Option<Share>,
    version: u64,
}

impl Rollout {
    /// What these events made of a rollout.
    ///
    /// # Errors
    /// See [`Broken`].
    pub fn replay(events: &[Recorded]) -> Result<Self, Broken> {
        let Some((Recorded { at, event: Event::Started { plan, .. } }, rest)) = events.split_first() else {
            return Err(Broken::Start);
        };
        plan.check()?;
        let mut rollout = Rollout {
            plan: plan.clone(),
            status: Status::Running,
            step: 0,
            started: *at,
            since: *at,
            ran: 0,
            last: *at,
            people: [0; 2],
            applied: None,
            version: 1,
        };
        for (index, recorded) in rest.iter().enumerate() {
            rollout.apply(recorded).ok_or(Broken::Impossible(index + 1))?;
        }
        Ok(rollout)
    }

    /// Takes note of an event; `None`, and nothing changed, if it can't happen now.
    pub fn apply(&mut self, Recorded { at, event }: &Recorded) -> Option<()> {
        if self.status.is_over() && !matches!(event, Event::Applied { .. }) {
            return None;
        }
        // Clocks of different machines differ a little: time stands still rather than go back.
        let now = self.last.max(*at);
        match event {
            Event::Started { .. } => return None,
            Event::Advanced { from, .. } => {
                if *from != self.step || self.is_last(from + 1) {
                    return None;
                }
                self.step += 1;
                self.ran = 0;
                self.since = now;
                self.people = [0; 2];
                if matches!(self.status, Status::Held(_)) {
                    self.status = Status::Running;
                }
            }
            Event::Held { hold } => {
                self.stop_clock(now);
                self.status = Status::Held(hold.clone());
            }
            Event::Released | Event::Resumed { .. } => {
                if let Event::Resumed { people, .. } = event {
                    self.people = *people;
                }
                self.status = Status::Running;
                self.since = now;
            }
            Event::Paused { .. } => {
                self.stop_clock(now);
                self.status = Status::Paused;
            }
            Event::RolledBack { harm } => self.status = Status::RolledBack(*harm),
            Event::Aborted { .. } => self.status = Status::Aborted,
            Event::Completed { .. } => {
                self.step = self.plan.steps.len().saturating_sub(1);
                self.status = Status::Completed;
            }
            Event::Applied { share } => self.applied = Some(*share),
        }
        self.last = now;
        self.version += 1;
        Some(())
    }

    fn stop_clock(&mut self, now: i64) {
        if self.status == Status::Running {
            self.ran += now - self.since;
        }
    }

    /// What it is going to do.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How it stands.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// The number of the step, counted from 0.
    pub fn step(&self) -> usize {
        self.step
    }

    /// The step.
    pub fn current(&self) -> Option<&Step> {
        self.plan.steps.get(self.step)
    }

    /// The number of events: a store refuses to add to another one.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When it began.
    pub fn started(&self) -> i64 {
        self.started
    }

    /// Milliseconds that count of the step.
    pub fn elapsed(&self, now: i64) -> i64 {
        match self.status {
            Status::Running => self.ran + (now - self.since).max(0),
            _ => self.ran,
        }
    }

    /// Who should have the new value now.
    pub fn share(&self) -> Share {
        match self.status {
            Status::RolledBack(_) | Status::Aborted => Share::NOBODY,
            Status::Completed => Share::ALL,
            Status::Running | Status::Held(_) | Status::Paused => {
                self.current().map_or(Share::NOBODY, |step| step.share)
            }
        }
    }

    /// The coverage that the flag still has to be given; `None` if it has it.
    pub fn owes(&self) -> Option<Share> {
        Some(self.share()).filter(|share| self.applied != Some(*share))
    }

    /// Since when the clock of the step runs.
    pub(crate) fn since(&self) -> i64 {
        self.since
    }

    /// When the last event happened.
    pub(crate) fn last(&self) -> i64 {
        self.last
    }

    /// People that are not looked at any more for the sizes of the groups.
    pub(crate) fn people_before(&self) -> [u64; 2] {
        self.people
    }

    /// Whether this step is the last one, for everybody.
    pub(crate) fn is_last(&self, step: usize) -> bool {
        step + 1 >= self.plan.steps.len()
    }
}
