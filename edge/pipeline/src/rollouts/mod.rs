//! What happens to the people of a rollout: measured here, summed up in the isolate, and stored after the answers.
//!
//! A request that evaluates a flag under a rollout belongs to one of two groups; at its end it is known whether it
//! failed, how long it took, and whether it placed an order. What is new of each person goes to the database every few
//! seconds. There they are counted once for each coverage, whichever isolates and modules have seen them, since the
//! guardrails' tests hold for people alone ([`orilla_rollouts::Counts`]): somebody who counts as two is an error in both.
//! What an isolate has not stored when it is evicted is lost: of both groups alike.
//!
//! The milliseconds are those that the runtime's clock shows: at Cloudflare it stands still while code runs, so they are
//! those of waiting.

mod seen;

use crate::flags::PublishedFlags;
use crate::gateway::log::Level;
use crate::gateway::visitor::identity::VisitorKeys;
use crate::routes::publish::press;
use crate::{Host, Team};
use http::StatusCode;
use orilla_flags::Evaluation;
use orilla_rollouts::Share;
use orilla_shop::PortError;
use orilla_shop::team::rollouts::{Drive, Ticked, tick};
pub(crate) use seen::Seen;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use xxhash_rust::xxh3::xxh3_64;

/// Milliseconds between two writings of one isolate.
const APART: u32 = 3_000;
/// What a pseudonym is for, so that it is equal to no other that the key makes.
const SUBJECT: &str = "orilla rollout ";

/// That somebody's request has come to a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meeting {
    pub(crate) rollout: u64,
    pub(crate) share: Share,
    pub(crate) is_in: bool,
    pub(crate) person: u64,
}

/// What the request has come to so far. Handlers find it in the request's extensions while a rollout runs.
#[derive(Clone, Default)]
pub struct Met(Arc<Noted>);

#[derive(Default)]
struct Noted {
    meetings: Mutex<Vec<Meeting>>,
    has_ordered: AtomicBool,
}

/// What stands for a person in memory; it is not stored.
pub(crate) fn person(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

impl Met {
    /// For a request that is answered with these flags; none, and no cost, if no rollout runs.
    pub(crate) fn begin(flags: &PublishedFlags) -> Option<Met> {
        flags.has_rollouts.then(Met::default)
    }

    /// Takes note of the rollouts that an evaluation came to.
    pub fn note(&self, evaluation: &Evaluation<'_>) {
        if evaluation.rollouts.is_empty() {
            return;
        }
        let mut met = self.0.meetings.lock().unwrap_or_else(PoisonError::into_inner);
        for seen in &evaluation.rollouts {
            let Ok(rollout) = seen.name.parse() else { continue };
            if met.iter().any(|known| known.rollout == rollout) {
                continue;
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10,000")]
            let share = Share((seen.coverage * 10_000.0).round() as u16);
            let person = person(&seen.value.text());
            met.push(Meeting { rollout, share, is_in: seen.is_in, person });
        }
    }

    /// The visitor has placed an order. It counts for the rollouts that this request has come to.
    pub fn note_order(&self) {
        self.0.has_ordered.store(true, Ordering::Relaxed);
    }

    /// The request is over: counts it, and has the sums stored if nobody else is about to.
    pub(crate) fn end(self, host: &Host, status: StatusCode, began: i64) {
        let met = std::mem::take(&mut *self.0.meetings.lock().unwrap_or_else(PoisonError::into_inner));
        if met.is_empty() {
            return;
        }
        let has_ordered = self.0.has_ordered.load(Ordering::Relaxed);
        let now = host.clock.now();
        let is_first = {
            let mut seen = seen(host);
            for meeting in &met {
                seen.request(meeting, status.is_server_error(), now - began, has_ordered);
            }
            seen.is_to_be_stored(now)
        };
        if is_first {
            let work = host.clone();
            host.background.run(Box::pin(async move {
                work.timer.sleep(APART).await;
                store(&work).await;
            }));
        }
    }
}

fn seen(host: &Host) -> MutexGuard<'_, Seen> {
    host.isolate.rollouts.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stores what is new, after what somebody has sent before without hearing that it arrived.
async fn store(host: &Host) {
    for _ in 0..2 {
        let Ok(id) = host.random.bytes() else { return };
        let id = format!("{:032x}", u128::from_be_bytes(id));
        let batch = seen(host).next(id, host.clock.now(), |rollout, share, person| {
            // Without keys nobody has an id that could be counted.
            let keys = host.gate.settings.visitor_keys.as_ref()?;
            pseudonym(keys, rollout, share, person)
        });
        let Some(batch) = batch else { return };
        if host.tallies.add(&batch).await.is_err() {
            // The next request tries again.
            return;
        }
        seen(host).stored(&batch);
    }
}

/// Who somebody is to the store: the same in all isolates, and another for each coverage of each rollout, so that whoever
/// reads the store learns nothing of a person, and each coverage has a choice of people of its own.
fn pseudonym(keys: &VisitorKeys, rollout: u64, share: Share, person: u64) -> Option<i64> {
    let number = keys.pseudonym(SUBJECT, &format!("{rollout} {} {person}", share.0))?;
    i64::try_from(number >> 1).ok()
}

/// The ports of the driver.
pub(crate) fn driver<'a>(host: &'a Host, team: &'a Team) -> Drive<'a> {
    let press = press(host, &team.writer);
    Drive { store: &*team.rollouts, flags: &*team.flags, press, alarm: &*team.alarm }
}

/// Does what has to happen now to all rollouts, and logs it. Answers when to come again, in milliseconds since 1970.
///
/// # Errors
/// The store's: come again as soon as you can.
pub(crate) async fn drive(host: &Host, team: &Team) -> Result<Option<i64>, PortError> {
    let Ticked { next, events, failed } = tick(driver(host, team), host.clock.now()).await?;
    for (id, event) in events {
        let line = json!({ "level": Level::Info, "what": "rollout", "rollout": id, "event": event });
        host.gate.log.line(Level::Info, &line.to_string());
    }
    for error in failed {
        let line = json!({ "level": Level::Error, "what": "rollout", "error": error });
        host.gate.log.line(Level::Error, &line.to_string());
    }
    Ok(next)
}

#[cfg(test)]
mod tests;
