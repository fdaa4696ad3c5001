//! From a kept page to the answer for one visitor.

use super::slots::{Filling, Html, SlotContext, start};
use super::status::Told;
use super::stream::{Part, Parts, Patience, joined};
use super::{Shared, SlotId};
use crate::gateway::log::{Level, error_text};
use crate::visit::Visit;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use orilla_memo::{Piece, Slot};
use orilla_shop::PortError;
use orilla_snapshot::Snapshot;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Milliseconds that a slot may take, from when all that is known already has left.
const PATIENCE: u32 = 2_000;

/// The answer with a page, its slots filled for this visitor.
///
/// Its entity tag is of every byte of it, slots too. With a slot that is still on its way nobody knows them: such an
/// answer has no tag, and is never "not modified".
pub(super) async fn compose(visit: Visit, snapshot: Arc<Snapshot>, page: &Shared, told: &Told) -> Response {
    let known = visit.entity_tags().to_owned();
    let exposures = visit.exposures(&page.flags);
    let context = Arc::new(SlotContext::of(visit, snapshot, exposures));
    let mut parts = Vec::with_capacity(8);
    let (mut tag, mut waiting, mut shows_visitor) = (page.tag, 0_usize, false);
    let mut cookies = Vec::new();
    for piece in page.template.pieces() {
        let part = match piece {
            Piece::Shared(bytes) => Part::Ready(bytes.clone()),
            Piece::Slot(slot) => {
                let Filling { html, shows_visitor: shows, cookie } = start(slot, &context);
                shows_visitor |= shows;
                cookies.extend(cookie);
                let part = match html {
                    Html::Now(html) => Part::Ready(html),
                    Html::Later(content) => Part::start(content, patience(&context, slot)).await,
                };
                match &part {
                    Part::Ready(html) => tag = tag.rotate_left(1) ^ xxh3_64(html),
                    Part::Waiting(_) => waiting += 1,
                }
                part
            }
        };
        parts.push(part);
    }
    let tag = (waiting == 0).then(|| format!("W/\"{tag:016x}\""));
    let mut response = match &tag {
        Some(tag) if known.split(',').any(|known| known.trim() == tag) => {
            let mut response = Response::default();
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        }
        Some(_) => html(Body::from(joined(parts.into_iter()))),
        None => html(Body::from_stream(Parts(parts))),
    };
    let headers = response.headers_mut();
    let kept_by = if shows_visitor { "private, no-store" } else { "private, no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept_by));
    // What slots show follows from the cookies, and whether a program asks. Who compresses adds `Accept-Encoding`.
    headers.insert(header::VARY, HeaderValue::from_static("cookie, user-agent"));
    if let Some(Ok(tag)) = tag.map(HeaderValue::try_from) {
        headers.insert(header::ETAG, tag);
    }
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie);
    }
    told.write(headers, waiting);
    response
}

fn html(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// A slot that fails shows nothing, and the log says so: nothing of the visitor, but which slot and why.
fn patience(context: &SlotContext, slot: &Slot<SlotId>) -> Patience {
    let (log, name) = (context.host().gate.log.clone(), slot.id().name());
    let failed = move |error: &PortError| {
        let error = error_text(&error.to_string(), &Uri::default(), &HeaderMap::new());
        let line = serde_json::json!({ "level": "warn", "slot": name, "error": error });
        log.line(Level::Warn, &line.to_string());
    };
    Patience { timer: context.host().timer.clone(), most: PATIENCE, fallback: "", failed: Box::new(failed) }
}
