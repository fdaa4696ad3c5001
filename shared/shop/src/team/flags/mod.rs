//! Feature flags as the team works on them: one document in GrowthBook's format, its versions, and what goes out.
//!
//! The last version is what the next publish brings. [`publish`] brings it at once; [`amend`] changes one thing in what
//! is published, and leaves what else was saved since for later.

mod amend;
mod diff;
mod form;

use crate::PortError;
use crate::publish::{Attaching, Press, PublishError, Published};
use crate::team::experiments::{Running, moved};
pub use amend::{AmendError, Amended, amend, rule_mut};
use async_trait::async_trait;
pub use diff::{Change, FlagChange, differences};
pub use form::{RuleFault, RuleForm, VARIATIONS, ValueKind, VariationForm, percent};
use orilla_flags::{Fault, Flags};
use orilla_orders::IdempotencyKey;
use orilla_snapshot::Attachment;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The largest document, in bytes of its shortest JSON.
pub const LARGEST_DOCUMENT: usize = 128 * 1024;

/// A version of the document.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct StoredFlags {
    /// 1, 2, 3, …; 0: nothing was ever saved.
    pub version: u64,
    /// The document.
    pub document: Value,
    /// When it was saved, in milliseconds since 1970.
    pub at: i64,
    /// Who saved it.
    pub member: String,
    /// Why.
    pub reason: String,
}

impl Default for StoredFlags {
    fn default() -> Self {
        let document = Value::Object(Map::from_iter([("features".to_owned(), Value::Object(Map::new()))]));
        StoredFlags { version: 0, document, at: 0, member: String::new(), reason: String::new() }
    }
}

impl StoredFlags {
    /// The document as it is published: the same document is the same bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.document.to_string().into_bytes()
    }
}

/// A line of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagsEntry {
    /// The version that came of it.
    pub version: u64,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub member: String,
    /// Why.
    pub reason: String,
    /// What is other than before.
    pub changes: Vec<FlagChange>,
}

/// A version to be stored.
#[derive(Clone, Debug)]
pub struct NewFlags {
    /// The version before: this one is the next.
    pub after: u64,
    /// The document.
    pub document: Value,
    /// Now, in milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub member: String,
    /// Why.
    pub reason: String,
    /// What is other than before.
    pub changes: Vec<FlagChange>,
    /// The name of the request.
    pub key: IdempotencyKey,
}

/// The versions of the document.
#[async_trait]
pub trait FlagDesk: Send + Sync {
    /// The last version; [`StoredFlags::default`] if there is none.
    async fn current(&self) -> Result<StoredFlags, PortError>;

    /// The version with this number.
    async fn version(&self, version: u64) -> Result<Option<StoredFlags>, PortError>;

    /// The version that a request with this key has made.
    async fn made_by(&self, key: &IdempotencyKey) -> Result<Option<StoredFlags>, PortError>;

    /// Up to `most` lines of the history before a version, the last first.
    async fn history(&self, before: Option<u64>, most: u32) -> Result<Vec<FlagsEntry>, PortError>;

    /// When a flag's rule first split people for an experiment, in milliseconds since 1970, whether or not it was off in
    /// between; `None` if it has not. Versions that were replaced before `from` are not looked at.
    async fn split_since(&self, flag: &str, experiment: &str, from: i64) -> Result<Option<i64>, PortError>;

    /// Stores the next version; false if there is another after the one before, or the key was used: nothing is written.
    async fn append(&self, new: &NewFlags) -> Result<bool, PortError>;
}

/// A document to put in the place of the one that somebody saw.
#[derive(Clone, Debug)]
pub struct SaveFlags<'a> {
    /// The version that was seen.
    pub expected: u64,
    /// The document.
    pub document: Value,
    /// Who.
    pub member: &'a str,
    /// Why. Cut after 200 characters.
    pub reason: &'a str,
    /// The name of this request.
    pub key: IdempotencyKey,
    /// Now, in milliseconds since 1970.
    pub now: i64,
    /// The experiments whose visitors stay where they are: see [`running`](crate::team::experiments::running).
    pub running: &'a Running,
}

/// What became of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum FlagsOutcome {
    /// It is the last version, by this request or an earlier one with its key and content.
    Saved(u64),
    /// It is what was there: nothing was written.
    Unchanged(u64),
    /// Somebody else has saved this version meanwhile: nothing was written.
    Stale(Box<StoredFlags>),
    /// It can't be used: nothing was written.
    Refused(Vec<Fault>),
    /// Another document came with this key.
    KeyReused,
}

/// How often it begins anew when somebody else saves or publishes at the same time.
const ATTEMPTS: u32 = 4;

/// The most characters of a reason.
const LONGEST_REASON: usize = 200;

/// Checks a document as strictly as what is to be published has to be.
///
/// # Errors
/// Everything that is wrong in it, each with its path.
pub fn check(document: &Value) -> Result<Flags, Vec<Fault>> {
    if document.to_string().len() > LARGEST_DOCUMENT {
        let message =
            format!("is larger than {} KiB: move long lists to an attribute", LARGEST_DOCUMENT / 1024);
        return Err(vec![Fault { path: String::new(), message }]);
    }
    let (flags, faults) = Flags::read(document);
    if faults.is_empty() { Ok(flags) } else { Err(faults) }
}

/// Saves a document as the next version.
///
/// # Errors
/// [`PortError`] of the store.
pub async fn save(desk: &dyn FlagDesk, save: SaveFlags<'_>) -> Result<FlagsOutcome, PortError> {
    if let Err(faults) = check(&save.document) {
        return Ok(FlagsOutcome::Refused(faults));
    }
    let current = desk.current().await?;
    if let Some(outcome) = done_before(desk, &save).await? {
        return Ok(outcome);
    }
    if current.document == save.document {
        return Ok(FlagsOutcome::Unchanged(current.version));
    }
    if current.version != save.expected {
        return Ok(FlagsOutcome::Stale(Box::new(current)));
    }
    let faults = moved(&current.document, &save.document, save.running);
    if !faults.is_empty() {
        return Ok(FlagsOutcome::Refused(faults));
    }
    let new = NewFlags {
        after: current.version,
        changes: differences(&current.document, &save.document),
        document: save.document.clone(),
        at: save.now,
        member: save.member.to_owned(),
        reason: save.reason.chars().filter(|c| !c.is_control()).take(LONGEST_REASON).collect(),
        key: save.key.clone(),
    };
    if desk.append(&new).await? {
        return Ok(FlagsOutcome::Saved(new.after + 1));
    }
    match done_before(desk, &save).await? {
        Some(outcome) => Ok(outcome),
        None => Ok(FlagsOutcome::Stale(Box::new(desk.current().await?))),
    }
}

/// What a request with this key has come to.
async fn done_before(desk: &dyn FlagDesk, save: &SaveFlags<'_>) -> Result<Option<FlagsOutcome>, PortError> {
    let Some(made) = desk.made_by(&save.key).await? else { return Ok(None) };
    let is_same = made.document == save.document;
    Ok(Some(if is_same { FlagsOutcome::Saved(made.version) } else { FlagsOutcome::KeyReused }))
}

/// Makes the last version what pages show, at once and alone. `now` is in milliseconds since 1970.
///
/// # Errors
/// See [`PublishError`].
pub async fn publish(press: Press<'_>, desk: &dyn FlagDesk, now: i64) -> Result<Published, PublishError> {
    for _ in 1..ATTEMPTS {
        match publish_once(press, desk, now).await {
            Err(PublishError::Overtaken) => {}
            other => return other,
        }
    }
    publish_once(press, desk, now).await
}

async fn publish_once(press: Press<'_>, desk: &dyn FlagDesk, now: i64) -> Result<Published, PublishError> {
    let place = Attaching::begin(press, Attachment::Flags).await?;
    // Read after the beginning: whoever publishes a later version meanwhile has not been overwritten by this one.
    let current = desk.current().await?;
    place.publish(&current.bytes(), now, &format!("flags {}", current.version)).await
}
