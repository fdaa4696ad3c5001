//! An experiment from its design to its decision.

use crate::bandit::Reweighed;
use crate::design::Design;
use crate::metric::{Measured, Metric, MetricKey, Role};
use orilla_events::ExperimentKey;
use serde::{Deserialize, Serialize};

/// How long before an exposure a visitor's doings are looked at, in milliseconds: four weeks. They are what the visitor did
/// without the experiment (CUPED), as far as its flag did not split people yet.
pub const PRIOR: i64 = 28 * 24 * 3_600_000;

/// Where an experiment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is being designed.
    Draft,
    /// It runs.
    Running,
    /// It has been stopped.
    Stopped,
    /// It has been decided.
    Decided,
}

impl Status {
    /// Its name.
    pub const fn token(self) -> &'static str {
        match self {
            Status::Draft => "draft",
            Status::Running => "running",
            Status::Stopped => "stopped",
            Status::Decided => "decided",
        }
    }
}

/// What came of an experiment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The variation that everybody gets from now on; 0 is the control.
    pub variation: usize,
    /// Why.
    pub note: String,
}

/// What somebody did to an experiment. Stored for ever, as JSON with a `type`: change it only so that old JSON can
/// still be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Entry {
    /// The design was written.
    Designed,
    /// It was started.
    Started,
    /// It was stopped.
    Stopped,
    /// It was decided.
    Decided(Decision),
    /// Its shares follow what was learned.
    Reweighed(Reweighed),
    /// The shares that were recorded last could not be published: visitors get those of before.
    Delayed,
    /// The shares that were delayed are published.
    Published,
}

/// A line of an experiment's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub member: String,
    /// What.
    #[serde(flatten)]
    pub entry: Entry,
}

/// An experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// Its name, as the flag's rule has it.
    pub key: ExperimentKey,
    /// It grows with each change.
    pub version: u32,
    /// When it was started, in milliseconds since 1970.
    pub started_at: Option<i64>,
    /// When it was stopped.
    pub stopped_at: Option<i64>,
    /// When its flag first split people, in the four weeks before it was started ([`PRIOR`]): what they did from then on
    /// is no longer what they did without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_since: Option<i64>,
    /// What it asks.
    pub design: Design,
    /// What it measures, as it was defined when it started.
    #[serde(default)]
    pub measured: Vec<Measured>,
    /// What came of it.
    #[serde(default)]
    pub decision: Option<Decision>,
    /// What was done to it, the first first.
    #[serde(default)]
    pub log: Vec<LogEntry>,
}

/// Why something can't be done with an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its design is fixed once it has started.
    #[error("the experiment has started: its design is fixed")]
    Started,
    /// It does not run.
    #[error("the experiment does not run")]
    NotRunning,
    /// It is decided.
    #[error("the experiment has been decided")]
    Decided,
    /// There is nothing to decide.
    #[error("the experiment has not been stopped")]
    NotStopped,
    /// It has no such variation.
    #[error("the experiment has no such variation")]
    NoSuchVariation,
    /// A metric that it names is gone.
    #[error("a metric of the experiment is gone: choose another")]
    MetricGone,
}

impl Experiment {
    /// A new one, in draft. `at` is in milliseconds since 1970.
    pub fn new(key: ExperimentKey, design: Design, member: &str, at: i64) -> Self {
        let empty = Experiment {
            key,
            version: 0,
            started_at: None,
            stopped_at: None,
            split_since: None,
            design,
            measured: Vec::new(),
            decision: None,
            log: Vec::new(),
        };
        empty.logged(Entry::Designed, member, at)
    }

    /// Where it stands.
    pub fn status(&self) -> Status {
        match (self.started_at, self.stopped_at, &self.decision) {
            (_, _, Some(_)) => Status::Decided,
            (_, Some(_), _) => Status::Stopped,
            (Some(_), ..) => Status::Running,
            _ => Status::Draft,
        }
    }

    pub(crate) fn logged(mut self, entry: Entry, member: &str, at: i64) -> Self {
        self.log.push(LogEntry { at, member: member.to_owned(), entry });
        self.version = self.version.saturating_add(1);
        self
    }

    /// With another design.
    ///
    /// # Errors
    /// [`Refusal::Started`].
    pub fn redesigned(mut self, design: Design, member: &str, at: i64) -> Result<Self, Refusal> {
        if self.status() != Status::Draft {
            return Err(Refusal::Started);
        }
        self.design = design;
        Ok(self.logged(Entry::Designed, member, at))
    }

    /// Started, with its metrics as they are defined now. See [`Experiment::split_since`] for what is to be set before.
    ///
    /// # Errors
    /// [`Refusal::Started`], [`Refusal::MetricGone`].
    pub fn started(
        mut self,
        metric: impl Fn(&MetricKey) -> Option<Metric>,
        member: &str,
        at: i64,
    ) -> Result<Self, Refusal> {
        if self.status() != Status::Draft {
            return Err(Refusal::Started);
        }
        let Design { primary, secondary, guardrails, .. } = &self.design;
        let roles = std::iter::once((primary, Role::Primary))
            .chain(secondary.iter().map(|key| (key, Role::Secondary)))
            .chain(guardrails.iter().map(|key| (key, Role::Guardrail)));
        let frozen = roles.map(|(key, role)| {
            let metric = metric(key).ok_or(Refusal::MetricGone)?;
            Ok(Measured { key: key.clone(), role, metric })
        });
        self.measured = frozen.collect::<Result<_, _>>()?;
        self.started_at = Some(at);
        Ok(self.logged(Entry::Started, member, at))
    }

    /// Stopped: what happens from now on is no longer counted.
    ///
    /// # Errors
    /// [`Refusal::NotRunning`].
    pub fn stopped(mut self, member: &str, at: i64) -> Result<Self, Refusal> {
        if self.status() != Status::Running {
            return Err(Refusal::NotRunning);
        }
        self.stopped_at = Some(at.max(self.started_at.unwrap_or(at)));
        Ok(self.logged(Entry::Stopped, member, at))
    }

    /// Decided.
    ///
    /// # Errors
    /// [`Refusal::NotStopped`], [`Refusal::Decided`], [`Refusal::NoSuchVariation`].
    pub fn decided(mut self, decision: Decision, member: &str, at: i64) -> Result<Self, Refusal> {
        match self.status() {
            Status::Stopped => {}
            Status::Decided => return Err(Refusal::Decided),
            _ => return Err(Refusal::NotStopped),
        }
        if decision.variation >= self.design.variations.len() {
            return Err(Refusal::NoSuchVariation);
        }
        self.decision = Some(decision.clone());
        Ok(self.logged(Entry::Decided(decision), member, at))
    }
}
