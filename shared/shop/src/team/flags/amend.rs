//! One change in what is published, at once, whatever else waits to be published.

use super::{ATTEMPTS, FlagDesk, FlagsOutcome, SaveFlags, StoredFlags, check, save};
use crate::PortError;
use crate::publish::{Attaching, Press, PublishError};
use crate::team::experiments::Running;
use orilla_flags::Fault;
use orilla_orders::IdempotencyKey;
use orilla_snapshot::Attachment;
use serde_json::Value;

/// What an amendment did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amended {
    /// The version that was saved; the last one, if the change does not fit it.
    pub version: u64,
    /// The publication that is current now.
    pub publication: u64,
}

/// Why nothing was changed, or not everything.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AmendError {
    /// The change does not fit what is published: a rule that it names is gone, say.
    #[error("the flags are other than this change expects: {0}")]
    Misfit(String),
    /// What would come of it can't be published.
    #[error("what would come of it can't be used: {}", .0.first().map(ToString::to_string).unwrap_or_default())]
    Refused(Vec<Fault>),
    /// Others saved all the time.
    #[error("others are saving flags: try again")]
    Busy,
    /// The key of this request was used for something else.
    #[error("this idempotency key was used for something else")]
    KeyReused,
    /// Publishing failed. The version is saved; the same request does the rest.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A store failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// A change of a document, or why it does not fit.
type Edit<'a> = &'a (dyn Fn(&mut Value) -> Result<(), String> + Sync);

/// Changes what is published, and the last saved version likewise, if the change fits it. What was saved and is not
/// published yet stays so.
/// `edit` is called for each of the two documents, and again if somebody else saves or publishes meanwhile. `now` is in
/// milliseconds since 1970. The same request twice has the effect of once, if `edit` of what it has made makes the same.
///
/// # Errors
/// See [`AmendError`].
pub async fn amend(
    press: Press<'_>,
    desk: &dyn FlagDesk,
    member: &str,
    reason: &str,
    key: &IdempotencyKey,
    now: i64,
    edit: Edit<'_>,
) -> Result<Amended, AmendError> {
    // Nothing is saved that can't be published.
    changed(Attaching::begin(press, Attachment::Flags).await?, desk, edit).await?;
    let version = save_changed(desk, member, reason, key, now, edit).await?;
    for _ in 0..ATTEMPTS {
        let place = Attaching::begin(press, Attachment::Flags).await?;
        let document = changed(place, desk, edit).await?;
        match place.publish(document.to_string().as_bytes(), now, reason).await {
            Err(PublishError::Overtaken) => {}
            done => return Ok(Amended { version, publication: done?.publication.number }),
        }
    }
    Err(AmendError::Busy)
}

/// The document that is published, changed. If none is yet, the saved one goes out.
async fn changed(place: Attaching<'_>, desk: &dyn FlagDesk, edit: Edit<'_>) -> Result<Value, AmendError> {
    match place.before().await?.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
        Some(document) => edited(document, edit),
        None => edited(desk.current().await?.document, edit),
    }
}

/// Saves the last version, changed, and answers its number. A version that the change does not fit, of which somebody
/// has taken the rule away and not yet published that, stays as it is: what is published can't wait for it.
async fn save_changed(
    desk: &dyn FlagDesk,
    member: &str,
    reason: &str,
    key: &IdempotencyKey,
    now: i64,
    edit: Edit<'_>,
) -> Result<u64, AmendError> {
    for _ in 0..ATTEMPTS {
        let StoredFlags { version, document, .. } = desk.current().await?;
        let document = match edited(document, edit) {
            Err(AmendError::Misfit(_)) => return Ok(version),
            other => other?,
        };
        let wish = SaveFlags {
            expected: version,
            document,
            member,
            reason,
            key: key.clone(),
            now,
            running: &Running::default(),
        };
        match save(desk, wish).await? {
            FlagsOutcome::Saved(version) | FlagsOutcome::Unchanged(version) => return Ok(version),
            FlagsOutcome::Stale(_) => {}
            FlagsOutcome::Refused(faults) => return Err(AmendError::Refused(faults)),
            FlagsOutcome::KeyReused => return Err(AmendError::KeyReused),
        }
    }
    Err(AmendError::Busy)
}

fn edited(mut document: Value, edit: Edit<'_>) -> Result<Value, AmendError> {
    edit(&mut document).map_err(AmendError::Misfit)?;
    check(&document).map_err(AmendError::Refused)?;
    Ok(document)
}

/// The rule of a flag with this id, to be changed.
///
/// # Errors
/// A message that says what is missing.
pub fn rule_mut<'d>(document: &'d mut Value, flag: &str, rule: &str) -> Result<&'d mut Value, String> {
    let rules = document.get_mut("features").and_then(|features| features.get_mut(flag));
    let rules = rules.ok_or_else(|| format!("there is no flag \"{flag}\""))?;
    let rules = rules.get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten();
    let mut with_id = rules.filter(|found| found.get("id").and_then(Value::as_str) == Some(rule));
    with_id.next().ok_or_else(|| format!("the flag \"{flag}\" has no rule \"{rule}\""))
}
