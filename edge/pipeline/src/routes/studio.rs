//! The team's HTTP endpoints: import and export of the catalogue. A bearer token opens them.

use crate::visit::{Headers, text};
use crate::{Host, Problem, reply};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, RawQuery};
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use orilla_catalog::{Handle, Product};
use orilla_feeds::{Entry, FeedError, Format, Located, Rejection, Settings, read, write_ndjson};
use orilla_shop::catalog::{ImportCounts, ImportError, ImportRun};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Products that go into the store in one transaction.
const BATCH: usize = 200;
/// Conflicts of one batch that are taken out one by one; with more, the rest of the batch is rejected.
const MOST_CONFLICTS: usize = 50;
/// Rejections listed in one answer. The number of all is always told.
const MOST_REJECTIONS: usize = 1_000;
/// Products in one page of an export.
const EXPORT_PAGE: u32 = 200;

/// Lets the request through if it carries the team's token.
///
/// # Errors
/// 401 without the right token, 503 if the operator has not set one.
fn authorise(host: &Host, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(expected) = &host.config.studio_token else {
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "not-configured",
            "The secret STUDIO_TOKEN is not set (at least 16 characters): wrangler secret put STUDIO_TOKEN",
        ));
    };
    let given = text(headers, header::AUTHORIZATION).strip_prefix("Bearer ").unwrap_or_default();
    if same(given.as_bytes(), expected.as_bytes()) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "Send the team's token: Authorization: Bearer …"))
}

/// Compares in a time that says nothing of where the texts differ.
fn same(given: &[u8], expected: &[u8]) -> bool {
    // `subtle` compares only equal lengths in constant time; the length of a random token is no secret.
    bool::from(subtle::ConstantTimeEq::ct_eq(given, expected))
}

/// What an import did.
#[derive(Debug, Default, Serialize)]
struct ImportReport {
    #[serde(flatten)]
    counts: ImportCounts,
    /// How many rows were rejected, in all.
    rejected_total: u32,
    /// The first of them.
    rejected: Vec<Rejection>,
}

impl ImportReport {
    fn reject(&mut self, rejection: Rejection) {
        self.rejected_total += 1;
        if self.rejected.len() < MOST_REJECTIONS {
            self.rejected.push(rejection);
        }
    }
}

/// `POST /studio/api/import?format=…&run=…&source=…&dry_run=1`: puts the products of the body in.
pub async fn import(
    host: Host,
    headers: Headers,
    Query(query): Query<HashMap<String, String>>,
    body: Bytes,
) -> Result<Json<impl Serialize>, Problem> {
    authorise(&host, &headers.0)?;
    let parameter = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let source = short(parameter("source"));
    let format = match parameter("format") {
        "" => Format::detect(&source, body.get(..4_096).unwrap_or(&body)).ok_or_else(|| {
            Problem::field("format", "unknown", "Name the format: ?format=shopify, icecat, google-xml, google-tsv or ndjson")
        })?,
        token => Format::parse(token).map_err(|error| Problem::field("format", "unknown", error.to_string()))?,
    };
    let dry_run = match parameter("dry_run") {
        "" | "0" => false,
        "1" => true,
        _ => return Err(Problem::field("dry_run", "invalid", "dry_run is 0 or 1")),
    };
    let mut report = ImportReport::default();
    let mut batch = Vec::with_capacity(BATCH);
    for entry in read(format, &*body, Settings { currency: host.config.currency }) {
        match entry {
            Ok(Entry::Product(product)) => batch.push(product),
            Ok(Entry::Rejected(rejection)) => report.reject(rejection),
            Err(FeedError::NotThisFormat { format, message }) => {
                return Err(Problem::malformed(format!("This is not {format}: {message}")));
            }
            Err(FeedError::Io(error)) => return Err(Problem::malformed(error.to_string())),
        }
        if batch.len() == BATCH {
            put_in(&host, &mut batch, dry_run, &mut report).await?;
        }
    }
    put_in(&host, &mut batch, dry_run, &mut report).await?;
    if !dry_run {
        let run = ImportRun {
            run: short(parameter("run")),
            source,
            format: format.token().to_owned(),
            counts: report.counts,
            rejected: report.rejected_total,
            at: host.clock.now(),
        };
        host.writer.log_import(&run).await?;
    }
    Ok(Json(report))
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Puts a batch into the store; an entry that contradicts the store is taken out and reported.
async fn put_in(
    host: &Host,
    batch: &mut Vec<Located<Product>>,
    dry_run: bool,
    report: &mut ImportReport,
) -> Result<(), Problem> {
    let (mut lines, mut products): (Vec<u64>, Vec<Product>) =
        batch.drain(..).map(|found| (found.line, found.value)).unzip();
    for _ in 0..=MOST_CONFLICTS {
        if products.is_empty() {
            return Ok(());
        }
        match host.writer.import(&products, dry_run).await {
            Ok(counts) => {
                report.counts.added += counts.added;
                report.counts.changed += counts.changed;
                report.counts.unchanged += counts.unchanged;
                return Ok(());
            }
            Err(ImportError::Conflict { index, field, message }) if index < products.len() => {
                products.remove(index);
                report.reject(Rejection::new(lines.remove(index), &field, message));
            }
            Err(ImportError::Conflict { message, .. }) => {
                return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message));
            }
            Err(ImportError::Port(error)) => return Err(error.into()),
        }
    }
    for line in lines {
        report.reject(Rejection::new(line, "product", "its batch had too many conflicts: mend those first"));
    }
    Ok(())
}

/// `GET /studio/api/export?after=HANDLE`: a page of all products as NDJSON; empty after the last.
pub async fn export(host: Host, headers: Headers, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    #[derive(Default, Deserialize)]
    struct From {
        after: Option<String>,
    }
    authorise(&host, &headers.0)?;
    let from: From = serde_urlencoded::from_str(query.as_deref().unwrap_or_default())
        .map_err(|error| Problem::malformed(error.to_string()))?;
    let after = from
        .after
        .filter(|after| !after.is_empty())
        .map(|after| Handle::parse(&after))
        .transpose()
        .map_err(|error| Problem::field("after", "invalid", error.to_string()))?;
    let products = host.writer.export(after.as_ref(), EXPORT_PAGE).await?;
    let mut text = String::new();
    for product in &products {
        text.push_str(&write_ndjson(product));
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    let response = reply::with_type("application/x-ndjson", text);
    Ok(reply::with_header(response, header::CACHE_CONTROL, "no-store"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_compared_whole() {
        assert!(same(b"0123456789abcdef", b"0123456789abcdef"));
        for other in ["", "0123456789abcde", "0123456789abcdeg", "0123456789abcdef0"] {
            assert!(!same(other.as_bytes(), b"0123456789abcdef"), "{other}");
        }
    }
}
