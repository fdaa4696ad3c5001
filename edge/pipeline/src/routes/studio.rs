//! The team's HTTP endpoints: import and export of the catalogue. A bearer token opens them.

use crate::api::extract::{Body, Query};
use crate::importing::{Broken, Done, Importing, Nobody};
use crate::staff::Staff;
use crate::{Host, Problem, Writer, reply};
use axum::Json;
use axum::response::Response;
use http::header;
use orilla_catalog::Handle;
use orilla_feeds::{FeedError, Format, Rejection, Settings, write_ndjson};
use orilla_shop::catalog::{ImportCounts, ImportRun};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Products in one page of an export.
const EXPORT_PAGE: u32 = 200;

/// What an import did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImportReport {
    #[serde(flatten)]
    #[schemars(with = "Counts")]
    counts: ImportCounts,
    /// How many rows were rejected, in all.
    rejected_total: u32,
    /// The first of them.
    #[schemars(with = "Vec<RejectedRow>")]
    rejected: Vec<Rejection>,
}

/// What was put in.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "read by the schema alone")]
struct Counts {
    /// New products.
    added: u32,
    /// Products with a new version.
    changed: u32,
    /// Products that were equal already.
    unchanged: u32,
}

/// Why a part of a feed is no product, and where the mistake is.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "read by the schema alone")]
struct RejectedRow {
    /// The line at which the row begins, from 1.
    line: u64,
    /// The column (of CSV and TSV) or the byte in the line (of JSON), from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u64>,
    /// The field, as the feed calls it.
    field: String,
    /// What is wrong and what would be right.
    message: String,
}

/// What an import is told.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportQuery {
    /// `shopify`, `icecat`, `google-xml`, `google-tsv` or `ndjson`; by default it is guessed.
    #[serde(default)]
    format: String,
    /// The name of the whole import: all requests of a file share it.
    #[serde(default)]
    run: String,
    /// The file's name.
    #[serde(default)]
    source: String,
    /// `1`: say what would happen, and change nothing.
    #[serde(default)]
    dry_run: String,
}

/// `POST /studio/api/import?format=…&run=…&source=…&dry_run=1`: puts the products of the body in.
pub async fn import(
    host: Host,
    writer: Writer,
    _: Staff,
    Query(query): Query<ImportQuery>,
    Body(body): Body,
) -> Result<Json<ImportReport>, Problem> {
    let source = short(&query.source);
    let format = match query.format.as_str() {
        "" => Format::detect(&source, body.get(..4_096).unwrap_or(&body)).ok_or_else(|| {
            Problem::field(
                "format",
                "unknown",
                "Name the format: ?format=shopify, icecat, google-xml, google-tsv or ndjson",
            )
        })?,
        token => {
            Format::parse(token).map_err(|error| Problem::field("format", "unknown", error.to_string()))?
        }
    };
    let dry_run = match query.dry_run.as_str() {
        "" | "0" => false,
        "1" => true,
        _ => return Err(Problem::field("dry_run", "invalid", "dry_run is 0 or 1")),
    };
    let importing =
        Importing { writer: &writer, settings: Settings { currency: host.config.currency }, dry_run };
    let mut done = Done::default();
    importing.run(format, &*body, &mut done, &mut Nobody).await.map_err(|broken| match broken {
        Broken::Feed(FeedError::NotThisFormat { format, message }) => {
            Problem::malformed(format!("This is not {format}: {message}"))
        }
        Broken::Feed(FeedError::Io(error)) => Problem::malformed(error.to_string()),
        Broken::Port(error) => error.into(),
    })?;
    let Done { counts, rejected_total, rejected } = done;
    if !dry_run {
        let run = ImportRun {
            run: short(&query.run),
            source,
            format: format.token().to_owned(),
            counts,
            rejected: rejected_total,
            at: host.clock.now(),
        };
        writer.catalog.log_import(&run).await?;
    }
    Ok(Json(ImportReport { counts, rejected_total, rejected }))
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Where a page of an export begins.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    /// The handle of the last product of the page before.
    #[serde(default)]
    after: String,
}

/// `GET /studio/api/export?after=HANDLE`: a page of all products as NDJSON; empty after the last.
pub async fn export(writer: Writer, _: Staff, Query(query): Query<ExportQuery>) -> Result<Response, Problem> {
    let after = (!query.after.is_empty())
        .then(|| Handle::parse(&query.after))
        .transpose()
        .map_err(|error| Problem::field("after", "invalid", error.to_string()))?;
    let products = writer.catalog.export(after.as_ref(), EXPORT_PAGE).await?;
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
    use crate::importing::BATCH;
    use crate::testing::Shop;
    use serde_json::{Value, json};

    fn line(handle: &str, title: &str) -> String {
        let variant = json!({ "price": { "minor": 100, "currency": "EUR" }, "available": 1 });
        let product = json!({ "handle": handle, "title": title, "status": "active", "variants": [variant] });
        format!("{product}\n")
    }

    /// The answer to an import of these lines.
    fn import(shop: &Shop, body: &str) -> Value {
        shop.staff().send("POST", "/studio/api/import?format=ndjson", &[], body.as_bytes()).json()
    }

    /// One handle in the first line and again after `between` other products: the first is taken, at each import.
    #[track_caller]
    fn check_repeat(between: usize) {
        let shop = Shop::empty();
        let others: String = (0..between).map(|i| line(&format!("other-{i}"), "Other")).collect();
        let body = line("lantern", "First") + &others + &line("lantern", "Second");
        let first = import(&shop, &body);
        assert_eq!((&first["added"], &first["rejected_total"]), (&json!(between + 1), &json!(1)), "{first}");
        let rejected = json!({
            "line": between + 2, "field": "handle", "message": "\"lantern\" stands in line 1 already"
        });
        assert_eq!(first["rejected"], json!([rejected]));
        let again = import(&shop, &body);
        assert_eq!((&again["changed"], &again["unchanged"]), (&json!(0), &json!(between + 1)), "{again}");
        shop.publish();
        assert_eq!(shop.anonymous().get("/api/v1/products/lantern").json()["title"], "First");
    }

    #[test]
    fn of_a_handle_that_stands_twice_the_first_is_taken() {
        check_repeat(0);
        check_repeat(BATCH - 1);
        check_repeat(2 * BATCH + 7);
    }
}
