//! Feature flags for the team's programs: the document, its versions, import and export.

use super::extract::{Json, Key, Named, Query, limit};
use super::reply::private;
use crate::problem::FieldProblem;
use crate::routes::publish::{press, problem};
use crate::staff::Staff;
use crate::{Host, Problem, Team};
use axum::response::Response;
use http::StatusCode;
use orilla_flags::{Fault, PayloadError, for_growthbook, open_payload};
use orilla_orders::IdempotencyKey;
use orilla_shop::publish::attached;
use orilla_shop::team::experiments::running;
use orilla_shop::team::flags::{self, FlagChange, FlagsOutcome, SaveFlags, StoredFlags};
use orilla_snapshot::Attachment;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who saves with the team's token, in the history.
const PROGRAM: &str = "API";
/// Versions in one answer, if not told otherwise, and at most.
const USUAL: u32 = 20;
const MOST: u32 = 100;

/// A version of the flags.
#[derive(Serialize, JsonSchema)]
pub struct FlagsVersion {
    /// 1, 2, 3, …; 0: nothing was ever saved.
    version: u64,
    /// When it was saved, in milliseconds since 1970.
    at: i64,
    /// Who saved it.
    member: String,
    /// Why.
    reason: String,
    /// Whether it is what pages show now.
    is_published: bool,
    /// The flags, in GrowthBook's format with Orilla's extensions.
    document: Value,
}

/// Flags to be saved.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagsRequest {
    /// The version that was read and changed: 409 if somebody has saved another one since.
    version: u64,
    /// The flags, all of them, in GrowthBook's format with Orilla's extensions.
    document: Value,
    /// Why, for the history. Cut after 200 characters.
    #[serde(default)]
    reason: String,
    /// Whether they are published at once, everywhere within five seconds; else with the next publish.
    #[serde(default)]
    publish: bool,
}

/// A payload of GrowthBook's SDK endpoint.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagsImport {
    /// The version that it takes the place of: 409 if somebody has saved another one since.
    version: u64,
    /// The payload, as `GET /api/features/{client-key}` of GrowthBook answers.
    payload: Value,
    /// The key, if it is encrypted: base64, 128 bits.
    #[serde(default)]
    decryption_key: Option<String>,
    /// Why, for the history. Cut after 200 characters.
    #[serde(default)]
    reason: String,
    /// Whether they are published at once.
    #[serde(default)]
    publish: bool,
}

/// What became of flags that were sent.
#[derive(Serialize, JsonSchema)]
pub struct FlagsSaved {
    /// The version that holds them.
    version: u64,
    /// The publication that pages show now, if they were to be published.
    #[serde(skip_serializing_if = "Option::is_none")]
    publication: Option<u64>,
}

/// The history of the flags, the last version first.
#[derive(Serialize, JsonSchema)]
pub struct FlagsHistory {
    versions: Vec<FlagsLine>,
    /// `before` of the next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_before: Option<u64>,
}

/// A line of the history.
#[derive(Serialize, JsonSchema)]
pub struct FlagsLine {
    /// The version that came of it.
    version: u64,
    /// When, in milliseconds since 1970.
    at: i64,
    /// Who.
    member: String,
    /// Why.
    reason: String,
    /// What is other than before, flag by flag.
    changes: Value,
}

/// Which part of the history.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlagsHistoryQuery {
    /// Versions before this one; from the last if left out.
    before: Option<u64>,
    /// 1 to 100; 20 if left out.
    limit: Option<u32>,
}

/// `GET /studio/api/flags`.
pub async fn show(host: Host, team: Team, _: Staff) -> Result<Response, Problem> {
    let current = team.flags.current().await?;
    Ok(private(StatusCode::OK, &version(&host, &team, current).await?))
}

/// `GET /studio/api/flags/versions/{version}`.
pub async fn one(host: Host, team: Team, _: Staff, Named(number): Named) -> Result<Response, Problem> {
    let number = number.parse().map_err(|_| Problem::not_found("version"))?;
    let found = team.flags.version(number).await?.ok_or_else(|| Problem::not_found("version"))?;
    Ok(private(StatusCode::OK, &version(&host, &team, found).await?))
}

async fn version(host: &Host, team: &Team, stored: StoredFlags) -> Result<FlagsVersion, Problem> {
    let published = attached(press(host, &team.writer), Attachment::Flags).await.map_err(problem)?;
    let is_published = published.is_some_and(|published| published == stored.bytes());
    let StoredFlags { version, document, at, member, reason } = stored;
    Ok(FlagsVersion { version, at, member, reason, is_published, document })
}

/// `GET /studio/api/flags/versions?before=12&limit=20`.
pub async fn history(
    team: Team,
    _: Staff,
    Query(query): Query<FlagsHistoryQuery>,
) -> Result<Response, Problem> {
    let most = limit(query.limit, MOST, USUAL)?;
    let entries = team.flags.history(query.before, most).await?;
    let next_before = entries.last().map(|entry| entry.version).filter(|version| *version > 1);
    let changes = |changes: Vec<FlagChange>| serde_json::to_value(changes).unwrap_or_default();
    let line = |entry: flags::FlagsEntry| FlagsLine {
        version: entry.version,
        at: entry.at,
        member: entry.member,
        reason: entry.reason,
        changes: changes(entry.changes),
    };
    let versions = entries.into_iter().map(line).collect();
    Ok(private(StatusCode::OK, &FlagsHistory { versions, next_before }))
}

/// `PUT /studio/api/flags`.
pub async fn save(
    host: Host,
    team: Team,
    _: Staff,
    Key(key): Key,
    Json(request): Json<FlagsRequest>,
) -> Result<Response, Problem> {
    let FlagsRequest { version, document, reason, publish } = request;
    stored(&host, &team, key, version, document, &reason, publish).await
}

/// `POST /studio/api/flags/import`: what the payload has takes the place of what is there; layers and holdouts, which
/// it can't have, stay.
pub async fn import(
    host: Host,
    team: Team,
    _: Staff,
    Key(key): Key,
    Json(request): Json<FlagsImport>,
) -> Result<Response, Problem> {
    let FlagsImport { version, payload, decryption_key, reason, publish } = request;
    let mut document = open_payload(payload, decryption_key.as_deref()).map_err(closed)?;
    let before = team.flags.current().await?.document;
    for field in ["layers", "holdouts"] {
        if let (Some(fields), Some(own)) = (document.as_object_mut(), before.get(field)) {
            fields.insert(field.to_owned(), own.clone());
        }
    }
    stored(&host, &team, key, version, document, &reason, publish).await
}

/// `POST /studio/api/flags/publish`: makes the last version what pages show, and nothing else.
pub async fn publish(host: Host, team: Team, _: Staff) -> Result<Response, Problem> {
    let version = team.flags.current().await?.version;
    let publication = Some(out(&host, &team).await?);
    Ok(private(StatusCode::OK, &FlagsSaved { version, publication }))
}

/// `GET /studio/api/flags/export`: the last version as a stock GrowthBook SDK reads it.
pub async fn export(host: Host, team: Team, _: Staff) -> Result<Response, Problem> {
    let document = team.flags.current().await?.document;
    Ok(private(StatusCode::OK, &for_growthbook(&document, host.clock.now())))
}

/// Publishes the last version; answers the publication that has it.
async fn out(host: &Host, team: &Team) -> Result<u64, Problem> {
    let done = flags::publish(press(host, &team.writer), &*team.flags, host.clock.now()).await;
    host.isolate.expire();
    Ok(done.map_err(problem)?.publication.number)
}

async fn stored(
    host: &Host,
    team: &Team,
    key: IdempotencyKey,
    expected: u64,
    document: Value,
    reason: &str,
    publish: bool,
) -> Result<Response, Problem> {
    let running = running(&*team.experiments, press(host, &team.writer)).await?;
    let now = host.clock.now();
    let wish = SaveFlags { expected, document, member: PROGRAM, reason, key, now, running: &running };
    let version = match flags::save(&*team.flags, wish).await? {
        FlagsOutcome::Saved(version) | FlagsOutcome::Unchanged(version) => version,
        FlagsOutcome::Stale(current) => {
            let detail = format!(
                "{} has saved version {} since: read it, and put your change into it.",
                current.member, current.version
            );
            return Err(Problem::new(StatusCode::CONFLICT, "stale", detail));
        }
        FlagsOutcome::Refused(faults) => return Err(refused(faults)),
        FlagsOutcome::KeyReused => {
            let message = "this key belongs to another request: send a new one";
            return Err(Problem::field("Idempotency-Key", "key_reused", message));
        }
    };
    let publication = if publish { Some(out(host, team).await?) } else { None };
    Ok(private(StatusCode::OK, &FlagsSaved { version, publication }))
}

/// 422 of a payload that can't be read: the field is the one that has to be mended.
fn closed(error: PayloadError) -> Problem {
    let (field, code) = match error {
        PayloadError::KeyMissing => ("decryption_key", "missing"),
        PayloadError::NotDecrypted => ("decryption_key", "wrong_key"),
        PayloadError::NotJson(_) => ("payload", "invalid"),
    };
    Problem::field(field, code, error.to_string())
}

/// 422 with the place of each fault: a JSON pointer (RFC 6901) into the document.
fn refused(faults: Vec<Fault>) -> Problem {
    let field = |fault: Fault| FieldProblem::new(format!("document{}", fault.path), "invalid", fault.message);
    Problem::fields(faults.into_iter().map(field).collect())
}

#[cfg(test)]
mod tests;
