//! One step of all rollouts, and what members want of one.

use super::cover::{Place, Unfit, cover, has};
use super::{Alarm, Glance, NewRollout, RolloutStore, Stored, StoredRollout};
use crate::PortError;
use crate::publish::{Press, PublishError, attached};
use crate::team::flags::{AmendError, FlagDesk, amend};
use orilla_orders::IdempotencyKey;
use orilla_rollouts::{
    Broken, By, Command, Event, Fault, Metric, Observations, Plan, Recorded, Refused, Rollout, Share, judge,
};
use orilla_snapshot::Attachment;
use serde_json::Value;

/// Under which name the flags' history has what a rollout changes.
const MEMBER: &str = "rollout";
/// How often it begins anew when another driver was quicker.
const ATTEMPTS: u32 = 4;
/// Milliseconds for which a rollout that is over is still looked after: until a driver that was late has come.
const AFTERCARE: i64 = 60_000;
/// Points of the chart, if all goes as planned.
const POINTS: i64 = 100;
/// Milliseconds between two ticks.
const SOONEST: i64 = 1_000;
const LATEST: i64 = 60_000;

/// The ports of the driver.
#[derive(Clone, Copy)]
pub struct Drive<'a> {
    /// The rollouts.
    pub store: &'a dyn RolloutStore,
    /// The flags.
    pub flags: &'a dyn FlagDesk,
    /// Where flags are published.
    pub press: Press<'a>,
    /// What calls [`tick`] again.
    pub alarm: &'a dyn Alarm,
}

/// A rollout that a member wants.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish<'a> {
    /// The flag.
    pub flag: &'a str,
    /// The id of the rule.
    pub rule: &'a str,
    /// What to do. Its buckets are those of the rule.
    pub plan: Plan,
    /// Who.
    pub member: &'a str,
    /// The name of the request.
    pub key: IdempotencyKey,
    /// Now, in milliseconds since 1970.
    pub now: i64,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StartError {
    /// The plan can't be carried out.
    #[error(transparent)]
    Plan(#[from] Fault),
    /// The rule can't be driven.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Another rollout drives the rule.
    #[error("rollout {0} drives this rule already")]
    Driven(u64),
    /// There is no such rollout.
    #[error("there is no such rollout")]
    NoSuch,
    /// The command comes too late.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Its events are of another release.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The flags could not be changed; the driver tries again.
    #[error(transparent)]
    Amend(#[from] AmendError),
    /// Others changed it all the time.
    #[error("others are changing this rollout: try again")]
    Busy,
    /// A store failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// What a tick did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ticked {
    /// When to tick next, in milliseconds since 1970; never, if nothing runs.
    pub next: Option<i64>,
    /// What happened to which rollout.
    pub events: Vec<(u64, Event)>,
    /// What went wrong: the next tick tries again.
    pub failed: Vec<String>,
}

/// Starts a rollout: its first step is published before this answers.
///
/// # Errors
/// See [`StartError`]. If only the flags could not be changed, the rollout is there, and the driver goes on with it.
pub async fn start(drive: Drive<'_>, wish: Wish<'_>) -> Result<u64, StartError> {
    let Wish { flag, rule, mut plan, member, key, now } = wish;
    let place = Place::find(&drive.flags.current().await?.document, flag, rule, &plan)?;
    // An amendment changes what is published: it needs the rule there, too.
    let published = attached(drive.press, Attachment::Flags).await.map_err(AmendError::from)?;
    if let Some(document) = published.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()) {
        Place::find(&document, flag, rule, &plan).map_err(|_| Unfit::Unpublished)?;
    }
    plan.buckets = place.buckets;
    plan.check()?;
    let event = Event::Started { plan, by: By::Member(member.to_owned()) };
    let new = NewRollout {
        flag: flag.to_owned(),
        rule: rule.to_owned(),
        started: Recorded { at: now, event },
        key,
    };
    let id = match drive.store.begin(&new).await? {
        Stored::As(id) => id,
        Stored::Driven(id) => return Err(StartError::Driven(id)),
    };
    // Whatever happens now, the driver comes and looks.
    drive.alarm.wake(now + SOONEST).await?;
    let stored = drive.store.find(id).await?.ok_or(StartError::NoSuch)?;
    let mut run = Run { drive, rollout: stored.replay()?, stored, now };
    run.settle().await?;
    Ok(id)
}

/// Does what a member wants of a rollout.
///
/// # Errors
/// See [`StartError`].
pub async fn command(
    drive: Drive<'_>,
    id: u64,
    command: Command,
    member: &str,
    now: i64,
) -> Result<(), StartError> {
    for _ in 0..ATTEMPTS {
        let stored = drive.store.find(id).await?.ok_or(StartError::NoSuch)?;
        let seen = drive.store.observed(id).await?;
        let mut run = Run { drive, rollout: stored.replay()?, stored, now };
        let events = run.rollout.decide(command, member, &seen)?;
        let mut is_done = true;
        for event in events {
            is_done = run.happen(event).await?;
        }
        if is_done {
            drive.alarm.wake(now + SOONEST).await?;
            return run.settle().await;
        }
    }
    Err(StartError::Busy)
}

/// Does what has to happen now to all rollouts. Idempotent, and safe at the same time from anywhere. `now` is in
/// milliseconds since 1970.
///
/// # Errors
/// The store's. What fails of one rollout is in the answer, and holds up no other.
pub async fn tick(drive: Drive<'_>, now: i64) -> Result<Ticked, PortError> {
    let mut ticked = Ticked::default();
    for stored in drive.store.driven(now - AFTERCARE).await? {
        let id = stored.id;
        match one(drive, stored, now).await {
            Ok(done) => {
                ticked.events.extend(done.event.map(|event| (id, event)));
                ticked.next = [ticked.next, done.next].into_iter().flatten().min();
            }
            Err(error) => {
                ticked.failed.push(format!("rollout {id}: {error}"));
                ticked.next = Some(ticked.next.unwrap_or(i64::MAX).min(now + SOONEST));
            }
        }
    }
    Ok(ticked)
}

struct One {
    event: Option<Event>,
    next: Option<i64>,
}

async fn one(drive: Drive<'_>, stored: StoredRollout, now: i64) -> Result<One, StartError> {
    let (id, mut found) = (stored.id, Some(stored));
    for _ in 0..ATTEMPTS {
        let stored = match found.take() {
            Some(stored) => stored,
            None => drive.store.find(id).await?.ok_or(StartError::NoSuch)?,
        };
        let mut run = Run { drive, rollout: stored.replay()?, stored, now };
        let seen = drive.store.observed(id).await?;
        let event = run.rollout.tick(now, &seen);
        if let Some(event) = event.clone()
            && !run.happen(event).await?
        {
            continue;
        }
        run.glance(&seen, event.is_some()).await?;
        run.settle().await?;
        let is_over = run.rollout.status().is_over();
        let next = (!is_over).then(|| now + run.rollout.plan().pace());
        return Ok(One { event, next });
    }
    Err(StartError::Busy)
}

/// One rollout at one moment.
struct Run<'a> {
    drive: Drive<'a>,
    stored: StoredRollout,
    rollout: Rollout,
    now: i64,
}

impl Run<'_> {
    /// Stores an event and applies it; false if another driver was quicker.
    async fn happen(&mut self, event: Event) -> Result<bool, StartError> {
        let recorded = Recorded { at: self.now, event };
        let mut after = self.rollout.clone();
        if after.apply(&recorded).is_none() {
            return Ok(false);
        }
        // It has a driver until what it has come to is what visitors get.
        let is_over = after.status().is_over() && after.owes().is_none();
        let store = self.drive.store;
        if !store.append(self.stored.id, self.rollout.version(), &recorded, is_over).await? {
            return Ok(false);
        }
        self.rollout = after;
        Ok(true)
    }

    /// Makes the published flags follow: compares, and changes what is other.
    async fn settle(&mut self) -> Result<(), StartError> {
        for _ in 0..ATTEMPTS {
            let (id, share) = (self.stored.id, self.rollout.share());
            let place = (self.stored.flag.as_str(), self.stored.rule.as_str());
            if !self.is_published(share).await? {
                let version = self.rollout.version();
                let edit = |document: &mut Value| cover(document, place, (id, version), share);
                let key = self.key()?;
                let why = self.why();
                match amend(self.drive.press, self.drive.flags, MEMBER, &why, &key, self.now, &edit).await {
                    Ok(_) => {}
                    // The rule is gone, and with it whoever had the value.
                    Err(AmendError::Misfit(_)) => {
                        if !self.rollout.status().is_over() {
                            self.happen(Event::Aborted { by: By::Plan }).await?;
                        }
                        if let Some(share) = self.rollout.owes() {
                            self.happen(Event::Applied { share }).await?;
                        }
                        return Ok(());
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            if self.rollout.owes().is_none() || self.happen(Event::Applied { share }).await? {
                return Ok(());
            }
            // Something happened meanwhile: what is published may be from before.
            self.stored = self.drive.store.find(id).await?.ok_or(StartError::NoSuch)?;
            self.rollout = self.stored.replay()?;
        }
        Err(StartError::Busy)
    }

    async fn is_published(&self, share: Share) -> Result<bool, StartError> {
        let found = attached(self.drive.press, Attachment::Flags).await.map_err(AmendError::from)?;
        let document = found.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        let place = (self.stored.flag.as_str(), self.stored.rule.as_str());
        Ok(document.is_some_and(|document| has(&document, place, self.stored.id, share)))
    }

    /// A name for a change that is made anew until it is done: by its content, it has its effect once.
    fn key(&self) -> Result<IdempotencyKey, StartError> {
        let text = format!("rollout-{}-{}-{}", self.stored.id, self.rollout.version(), self.now);
        IdempotencyKey::parse(&text).map_err(|error| PortError::Unexpected(error.to_string()).into())
    }

    /// Why the flags change, for their history.
    fn why(&self) -> String {
        use orilla_rollouts::Status::{Aborted, Completed, RolledBack};
        let id = self.stored.id;
        match self.rollout.status() {
            RolledBack(harm) => {
                let what = match harm.metric {
                    Metric::Errors => "more errors",
                    Metric::Latency => "slower answers",
                    Metric::Conversion => "fewer orders",
                };
                format!("rollout {id} is rolled back: {what}")
            }
            Aborted => format!("rollout {id} is aborted"),
            Completed => format!("rollout {id} is complete"),
            _ => {
                let percent = self.rollout.share().part() * 100.0;
                format!("rollout {id}, step {}: {percent} %", self.rollout.step() + 1)
            }
        }
    }

    /// Keeps a point of the chart, if it is time for one or something has happened.
    async fn glance(&self, seen: &Observations, is_event: bool) -> Result<(), PortError> {
        if self.rollout.status().is_over() && !is_event {
            return Ok(());
        }
        let last =
            self.drive.store.looks(self.stored.id, 1).await?.pop().map_or(i64::MIN, |glance| glance.at);
        let apart = (self.rollout.plan().lasts() / POINTS).max(SOONEST);
        if !is_event && self.now.saturating_sub(last) < apart {
            return Ok(());
        }
        let glance = Glance { at: self.now, verdicts: judge(self.rollout.plan(), seen) };
        self.drive.store.look(self.stored.id, &glance).await
    }
}

/// How often a plan wants to be looked at.
trait Pace {
    fn pace(&self) -> i64;
}

impl Pace for Plan {
    fn pace(&self) -> i64 {
        let steps = self.steps.iter().filter(|step| step.share < Share::ALL).map(|step| step.lasts);
        (steps.fold(self.quiet, i64::min) / 10).clamp(SOONEST, LATEST)
    }
}

impl From<PublishError> for StartError {
    fn from(error: PublishError) -> Self {
        StartError::Amend(error.into())
    }
}
