//! One change in what is published, at once, whatever else waits to be published.

use super::{FlagDesk, FlagsOutcome, SaveFlags, StoredFlags, check, save};
use crate::PortError;
use crate::publish::{Press, PublishError, attached, publish_attached};
use orilla_flags::Fault;
use orilla_orders::IdempotencyKey;
use orilla_snapshot::Attachment;
use serde_json::Value;

/// How often it begins anew when somebody else saves at the same time.
const ATTEMPTS: u32 = 4;

/// What an amendment did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amended {
    /// The version that was saved.
    pub version: u64,
    /// The publication that is current now.
    pub publication: u64,
}

/// Why nothing was changed, or not everything.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AmendError {
    /// The change does not fit the document: a rule that it names is gone, say.
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

/// Changes what is published, and the last saved version likewise. What was saved and is not published yet stays so.
/// `edit` is called for each of the two documents, and again if somebody else saves meanwhile. `now` is in
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
    edit: &(dyn Fn(&mut Value) -> Result<(), String> + Sync),
) -> Result<Amended, AmendError> {
    let edited = |mut document: Value| {
        edit(&mut document).map_err(AmendError::Misfit)?;
        check(&document).map_err(AmendError::Refused)?;
        Ok::<Value, AmendError>(document)
    };
    for _ in 0..ATTEMPTS {
        let before = attached(press, Attachment::Flags).await?;
        let published = match before.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            Some(document) => edited(document)?,
            // Nothing is published yet: the saved document goes out, changed.
            None => edited(desk.current().await?.document)?,
        };
        let StoredFlags { version, document, .. } = desk.current().await?;
        let document = edited(document)?;
        let wish = SaveFlags { expected: version, document, member, reason, key: key.clone(), now };
        let version = match save(desk, wish).await? {
            FlagsOutcome::Saved(version) | FlagsOutcome::Unchanged(version) => version,
            FlagsOutcome::Stale(_) => continue,
            FlagsOutcome::Refused(faults) => return Err(AmendError::Refused(faults)),
            FlagsOutcome::KeyReused => return Err(AmendError::KeyReused),
        };
        let bytes = published.to_string().into_bytes();
        let done = publish_attached(press, Attachment::Flags, &bytes, now, reason).await?;
        return Ok(Amended { version, publication: done.publication.number });
    }
    Err(AmendError::Busy)
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
