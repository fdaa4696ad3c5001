//! The team's endpoints for publishing.

use crate::api::extract::{Json as JsonBody, Named, Query, limit};
use crate::staff::Staff;
use crate::{Host, Problem, Writer};
use axum::Json;
use http::StatusCode;
use orilla_shop::PortError;
use orilla_shop::publish::{self, Press, PublishError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Publications in one answer, if not told otherwise, and at most.
const PAGE: u32 = 20;
const LARGEST_PAGE: u32 = 100;

/// What a publisher says.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishRequest {
    /// What this publication is about, for the history. Cut after 200 characters.
    #[serde(default)]
    note: String,
}

/// A version of the catalogue that was or is what pages show.
#[derive(Serialize, JsonSchema)]
pub struct Publication {
    /// 1, 2, 3, … in the order in which they were published.
    number: u64,
    /// Products in it.
    products: u32,
    /// When, in milliseconds since 1970.
    at: i64,
    /// What the publisher said of it.
    note: String,
}

impl From<publish::Publication> for Publication {
    fn from(publication: publish::Publication) -> Self {
        let publish::Publication { number, products, at, note, .. } = publication;
        Publication { number, products, at, note }
    }
}

/// What a publish did.
#[derive(Serialize, JsonSchema)]
pub struct Published {
    #[serde(flatten)]
    publication: Publication,
    /// Whether it is new; else nothing had changed.
    is_new: bool,
    /// Products that were looked at because they changed.
    changed: u32,
    /// Segments that were written; all others are shared with versions before.
    segments: u32,
    /// Their bytes.
    bytes: u64,
}

/// The publications, the newest first.
#[derive(Serialize, JsonSchema)]
pub struct Publications {
    publications: Vec<Publication>,
}

/// How many publications.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
    /// 1 to 100; 20 if left out.
    limit: Option<u32>,
}

/// `POST /studio/api/publish`: makes what the team wrote what pages show.
pub async fn publish(
    host: Host,
    writer: Writer,
    _: Staff,
    JsonBody(request): JsonBody<PublishRequest>,
) -> Result<Json<Published>, Problem> {
    let done =
        publish::publish(press(&host, &writer), host.clock.now(), &request.note).await.map_err(problem)?;
    host.isolate.expire();
    let publish::Published { publication, is_new, changed, segments, bytes } = done;
    Ok(Json(Published { publication: publication.into(), is_new, changed, segments, bytes }))
}

/// `GET /studio/api/publications?limit=20`.
pub async fn history(
    host: Host,
    _: Staff,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<Publications>, Problem> {
    let most = limit(query.limit, LARGEST_PAGE, PAGE)?;
    let publications = host.publications.history(most).await?.into_iter().map(Publication::from).collect();
    Ok(Json(Publications { publications }))
}

/// `POST /studio/api/publications/{number}/rollback`: makes an earlier publication current again.
pub async fn roll_back(
    host: Host,
    writer: Writer,
    _: Staff,
    Named(number): Named,
) -> Result<Json<Publication>, Problem> {
    let number = number.parse().map_err(|_| Problem::not_found("publication"))?;
    let done = publish::roll_back(press(&host, &writer), number, host.clock.now()).await.map_err(problem)?;
    host.isolate.expire();
    Ok(Json(done.into()))
}

/// The ports of a publish.
pub fn press<'a>(host: &'a Host, writer: &'a Writer) -> Press<'a> {
    Press { written: &*writer.written, segments: &*host.segments, publications: &*host.publications }
}

/// Why nothing was published, as a problem.
pub fn problem(error: PublishError) -> Problem {
    match error {
        PublishError::Overtaken => Problem::new(
            StatusCode::CONFLICT,
            "overtaken",
            "Another publish was quicker. Look at what it brought, and try again.",
        ),
        PublishError::NoSuch(_) => Problem::not_found("publication"),
        PublishError::Unreadable(_) => Problem::new(
            StatusCode::CONFLICT,
            "publication_unreadable",
            "The files of this publication are gone, or another release wrote them. Publish the catalogue anew.",
        ),
        PublishError::Port(error) => error.into(),
        PublishError::Build(_) | PublishError::Format(_) => PortError::Unexpected(error.to_string()).into(),
    }
}
