//! Pages that are kept as functions of what they read: a page is rendered once, and served until something that it
//! read is different. What belongs to one visitor stands in slots, which are filled for each request.

use crate::gateway::refusal::admit_rendering;
use crate::gateway::visitor::Visitor;
use crate::published::{Notes, Published};
use crate::reply;
use crate::visit::Visit;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use orilla_memo::{
    Class, Fingerprint, Limits, Look, Marks, Memo, Piece, Read as Seen, Refused, Template, Why,
};
use orilla_shop::PortError;
use orilla_shop::catalog::Catalog;
use orilla_snapshot::{Read, Snapshot};
use orilla_storefront::PageContext;
use orilla_storefront::pages;
use orilla_ui::Locale;
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use xxhash_rust::xxh3::xxh3_64;

/// Bytes of kept pages: a quarter of what an isolate may take.
const MOST: usize = 32 << 20;
/// Milliseconds that a refresh may take before another request does it.
const REFRESH: u64 = 10_000;

/// What of the visitor's request a shared page may depend on. Each is written down when it is read, and is then part of
/// the page's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dimension {
    /// Under which name the shop was asked: canonical links say it.
    Origin,
}

/// A part of a page that is filled for each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SlotId {
    /// The link to the cart with the number of pieces.
    Cart,
}

/// A kept page.
pub struct Shared {
    template: Template<SlotId>,
    /// A hash of the shared bytes, for the entity tag.
    tag: u64,
}

type Pages = Memo<Dimension, String, Read, Arc<Shared>>;

/// The pages of an isolate.
pub struct PageMemo(Mutex<Pages>);

impl Default for PageMemo {
    fn default() -> Self {
        PageMemo(Mutex::new(Memo::new(Limits { bytes: MOST, refresh_ms: REFRESH })))
    }
}

impl PageMemo {
    /// How many pages are kept.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.lock().stats().entries
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The snapshot as the memo asks it.
pub struct Source<'a>(pub &'a Snapshot);

impl orilla_memo::Source<Read> for Source<'_> {
    fn revision(&self) -> u64 {
        self.0.manifest().version
    }

    fn version(&self, read: &Read) -> Option<u64> {
        self.0.version(read)
    }

    fn fingerprint(&self, read: &Read) -> Option<Fingerprint> {
        self.0.fingerprint(read).map(|hash| Fingerprint::new(hash.into()))
    }

    fn class(&self, read: &Read) -> Class {
        match read.class() {
            orilla_snapshot::Class::Strict => Class::Strict,
            orilla_snapshot::Class::Lenient => Class::Lenient,
        }
    }
}

/// What a page is rendered from. It knows nothing of the visitor but the dimensions, and writes down what is read.
pub struct Render {
    /// The catalogue.
    pub catalog: Published,
    /// The language.
    pub locale: Locale,
    /// The path behind the language.
    pub path: String,
    /// The part of the query string that the page reads, in its canonical form.
    pub query: String,
    origin: String,
    notes: Arc<Notes>,
    marks: Marks<SlotId>,
}

impl Render {
    /// What every page needs to draw its frame.
    ///
    /// # Errors
    /// The catalogue's.
    pub async fn page(&self) -> Result<Arc<PageContext>, PortError> {
        let config = &self.catalog.host.config;
        self.notes.recorder.dimension(Dimension::Origin, self.origin.clone());
        Ok(Arc::new(PageContext {
            categories: self.catalog.categories().await?,
            locale: self.locale,
            catalog_language: config.catalog_language.clone(),
            assets: config.assets.clone(),
            shop_name: config.shop_name.clone(),
            origin: self.origin.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            cart_badge: self.marks.slot(SlotId::Cart, ""),
        }))
    }
}

/// What a render comes to.
pub enum Outcome {
    /// The page.
    Page(String),
    /// There is nothing here.
    NotFound,
    /// It is at this address.
    Elsewhere(String),
}

/// A render that is under way.
pub type Rendering<'a> = Pin<Box<dyn Future<Output = Result<Outcome, PortError>> + Send + 'a>>;

/// What a page is: a function, which may run again later to refresh the kept page.
pub trait Page: Clone + Send + Sync + 'static {
    /// Renders the page.
    fn render<'a>(&'a self, from: &'a Render) -> Rendering<'a>;
}

/// Answers with a page: a kept one if it is fresh, else a new one. `query` is the canonical form of what the page reads
/// of the query string.
pub async fn answer(visit: &Visit, query: String, page: impl Page) -> Response {
    let snapshot = match &visit.snapshot {
        Ok(snapshot) => snapshot.clone(),
        Err(error) => return reply::failure(visit, error).await,
    };
    let job = Job { visit: visit.shared(query), snapshot, page };
    let began = visit.host.clock.now();
    let dimension = |dimension: &Dimension| match dimension {
        Dimension::Origin => visit.origin.clone(),
    };
    let look =
        visit.host.isolate.pages.lock().look(&job.route(), dimension, &Source(&job.snapshot), millis(began));
    match look {
        Look::Hit(page) => respond(visit, &page, "Orilla; hit", None),
        Look::Stale { page, refresh, .. } => {
            if let Some(ticket) = refresh {
                visit.host.background.run(Box::pin(async move {
                    // Who fails leaves it to the next request: the ticket ends with this.
                    let _ = job.run().await;
                    drop(ticket);
                }));
            }
            respond(visit, &page, "Orilla; hit; ttl=-1; detail=refreshing", None)
        }
        Look::Miss(why) => match job.admitted(&visit.visitor).await {
            Ok(Done::Page(page, kept)) => {
                let took = visit.host.clock.now() - began;
                respond(visit, &page, cache_status(&why, kept), Some(took))
            }
            Ok(Done::NotFound) => reply::not_found(visit).await,
            Ok(Done::Elsewhere(address)) => reply::redirect(StatusCode::FOUND, &address),
            Ok(Done::Refused(refusal)) => *refusal,
            Err(error) => reply::failure(visit, &error).await,
        },
    }
}

/// The parameters of RFC 9211 for a page that had to be rendered.
fn cache_status(why: &Why<Dimension, Read>, kept: bool) -> &'static str {
    match (why, kept) {
        (Why::Unseen, true) => "Orilla; fwd=uri-miss; stored",
        (Why::Visitor(_), true) => "Orilla; fwd=vary-miss; stored",
        (Why::Red(_), true) => "Orilla; fwd=stale; stored",
        (Why::Unseen, false) => "Orilla; fwd=uri-miss",
        (Why::Visitor(_), false) => "Orilla; fwd=vary-miss",
        (Why::Red(_), false) => "Orilla; fwd=stale",
    }
}

/// What of a request a shared page may know.
#[derive(Clone)]
pub struct SharedVisit {
    pub host: crate::Host,
    pub store: Arc<dyn Catalog>,
    pub locale: Locale,
    pub origin: String,
    pub path: String,
    pub query: String,
}

/// The render of one page, now or after the answer.
struct Job<P> {
    visit: SharedVisit,
    snapshot: Arc<Snapshot>,
    page: P,
}

enum Done {
    Page(Arc<Shared>, bool),
    NotFound,
    Elsewhere(String),
    Refused(Box<Response>),
}

impl<P: Page> Job<P> {
    /// Renders the page for somebody who has not asked for too many.
    async fn admitted(&self, visitor: &Visitor) -> Result<Done, PortError> {
        match admit_rendering(&self.visit.host, self.visit.locale, visitor).await {
            Ok(()) => self.run().await,
            Err(refusal) => Ok(Done::Refused(Box::new(refusal))),
        }
    }

    /// One spelling for one page.
    fn route(&self) -> String {
        let SharedVisit { locale, path, query, .. } = &self.visit;
        [locale.code(), path, "?", query].concat()
    }

    /// Renders the page and keeps it, if it may be kept.
    async fn run(&self) -> Result<Done, PortError> {
        let visit = &self.visit;
        let notes = Arc::new(Notes::default());
        let marks = Marks::new(u128::from_be_bytes(visit.host.random.bytes()?));
        let host = crate::Host { catalog: visit.store.clone(), ..visit.host.clone() };
        let from = Render {
            catalog: Published { snapshot: self.snapshot.clone(), host, notes: Some(notes.clone()) },
            locale: visit.locale,
            path: visit.path.clone(),
            query: visit.query.clone(),
            origin: visit.origin.clone(),
            notes: notes.clone(),
            marks,
        };
        let html = match self.page.render(&from).await? {
            Outcome::Page(html) => html,
            Outcome::NotFound => return Ok(Done::NotFound),
            Outcome::Elsewhere(address) => return Ok(Done::Elsewhere(address)),
        };
        let Render { marks, catalog, notes: other, .. } = from;
        drop((catalog, other));
        let template = marks.split(html).map_err(|error| PortError::Unexpected(error.to_string()))?;
        let page = Arc::new(Shared { tag: tag(&template), template });
        let kept = Arc::into_inner(notes).is_some_and(|notes| self.keep(notes, &page));
        Ok(Done::Page(page, kept))
    }

    fn keep(&self, notes: Notes, page: &Arc<Shared>) -> bool {
        if !notes.can_be_kept() {
            return false;
        }
        let Ok(record) = notes.recorder.finish() else { return false };
        let owned: usize = record.reads().iter().map(heap).sum();
        let bytes = page.template.weight() + owned + self.visit.origin.len();
        let now = millis(self.visit.host.clock.now());
        let kept = self.visit.host.isolate.pages.lock().keep(
            &self.route(),
            record,
            page.clone(),
            bytes,
            &Source(&self.snapshot),
            now,
        );
        match kept {
            Ok(()) => true,
            Err(Refused::Outdated(_) | Refused::TooLarge { .. }) => false,
        }
    }
}

/// What a read takes beyond its own size.
fn heap(seen: &Seen<Read>) -> usize {
    match &seen.read {
        Read::Handle(handle) => handle.as_str().len(),
        Read::List { category, query } => category.as_ref().map_or(0, String::len) + query.len(),
        Read::Level(slug) => slug.as_ref().map_or(0, String::len),
        _ => 0,
    }
}

fn tag(template: &Template<SlotId>) -> u64 {
    template.pieces().fold(0, |tag: u64, piece| match piece {
        Piece::Shared(bytes) => tag.rotate_left(1) ^ xxh3_64(bytes),
        Piece::Slot(_) => tag,
    })
}

fn millis(now: i64) -> u64 {
    u64::try_from(now).unwrap_or_default()
}

/// The answer with a page, its slots filled for this visitor.
fn respond(visit: &Visit, page: &Shared, cache_status: &'static str, took: Option<i64>) -> Response {
    let pieces = visit.cart.pieces();
    let tag = format!("W/\"{:016x}.{pieces}\"", page.tag);
    let mut response = if visit.has_already(&tag) {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().insert(header::CACHE_CONTROL, reply::cache_control(visit));
        response
    } else {
        let badge = pages::cart_badge(visit.locale, pieces);
        let mut body = Vec::with_capacity(page.template.weight() + badge.len());
        for piece in page.template.pieces() {
            match piece {
                Piece::Shared(bytes) => body.extend_from_slice(bytes),
                Piece::Slot(slot) => match slot.id() {
                    SlotId::Cart => body.extend_from_slice(badge.as_bytes()),
                },
            }
        }
        reply::page(visit, StatusCode::OK, body)
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(HeaderName::from_static("cache-status"), HeaderValue::from_static(cache_status));
    let timing = took.map(|took| format!("render;dur={took}"));
    if let Some(Ok(timing)) = timing.map(|timing| HeaderValue::from_str(&timing)) {
        headers.insert(HeaderName::from_static("server-timing"), timing);
    }
    response
}
