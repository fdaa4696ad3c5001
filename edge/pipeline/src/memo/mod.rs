//! Pages that are kept as functions of what they read: a page is rendered once, and served until something that it
//! read is different. What belongs to one visitor stands in slots, which are filled for each request.
//!
//! [`answer`] is the whole of it. It looks for a kept page, has one rendered if there is none (`job`), fills the slots
//! (`slots`), and puts the answer together (`compose`): at once if no slot has to wait, else as a stream (`stream`).
//!
//! How to provoke each kind of answer, as a bench wants it:
//! - **a hit in memory:** the same page twice. Without cookies it asks for consent, if a browser asks (`User-Agent`);
//!   with `Cookie: __Host-consent=1.00` the only slot that shows anything is the link to the cart.
//! - **a hit in the second level:** the page once, `/bench/forget` (with the feature `bench`), the page again; or the
//!   page from another isolate of the data centre.
//! - **a hit with two slots that show something of the visitor:** `Cookie: __Host-cart=1.1x7; __Host-consent=1.11;
//!   __Host-viewed=1.1-2`, and a product page or the home page: cart and history, both from memory.
//! - **a stream:** `/bench/slots/50` has two slots that wait for 50 ms, at the same time; `/held/x` (with the feature
//!   `trial`, in builds for development) has one that waits until `/held/x/let-go` is asked for.

mod compose;
mod inspect;
mod job;
mod near;
mod nearby;
mod slots;
mod status;
mod stream;
#[cfg(test)]
mod tests;

pub use inspect::inspect;
pub use job::SharedVisit;
pub use nearby::{Place, nearby};
pub use slots::SlotId;

use crate::flags::{Variants, VisitorFlags};
use crate::gateway::refusal::admit_rendering;
use crate::navigation;
use crate::published::{Notes, Published};
use crate::reply;
use crate::visit::Visit;
use axum::extract::FromRequestParts;
use axum::response::Response;
use compose::compose;
use http::StatusCode;
use http::request::Parts;
use job::{Done, Job};
use near::Plans;
use orilla_catalog::ProductId;
use orilla_memo::{Class, Fingerprint, Limits, Look, Marks, Memo, Piece, Template};
use orilla_shop::PortError;
use orilla_shop::catalog::Catalog;
use orilla_snapshot::{Read, Snapshot};
use orilla_storefront::{PageContext, PageSlots};
use orilla_ui::Locale;
use serde::{Deserialize, Serialize};
use status::Told;
use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use xxhash_rust::xxh3::xxh3_64;

/// Bytes of kept pages. With 32 MiB of them the module of a shop of 20,000 products came to 97.4 MiB (`cargo xtask bench
/// memory`): an isolate may take 128 MiB, and 100 MB is what we allow it.
const MOST: usize = 28 << 20;
/// The path of the page about privacy.
const PRIVACY: &str = "/privacy";
/// Milliseconds that a refresh may take before another request does it.
const REFRESH: u64 = 10_000;

/// What of the visitor's request a shared page may depend on. Each is written down when it is read, and is then part of
/// the page's key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dimension {
    /// Under which name the shop was asked: canonical links say it.
    Origin,
    /// The value of a flag, as JSON: whatever the document says, pages with the same value are the same.
    Flag(Cow<'static, str>),
}

impl Dimension {
    /// The visitor's value.
    fn of(&self, visit: &Visit) -> String {
        match self {
            Dimension::Origin => visit.origin.clone(),
            Dimension::Flag(flag) => visit.flags().value(flag),
        }
    }

    /// Its name, which says nothing of a visitor's value.
    fn kind(&self) -> &'static str {
        match self {
            Dimension::Origin => "origin",
            Dimension::Flag(_) => "flag",
        }
    }
}

/// A kept page.
pub struct Shared {
    template: Template<SlotId>,
    /// A hash of the shared bytes, for the entity tag.
    tag: u64,
    /// The flags that it was rendered from: who sees it has met the experiments behind them.
    flags: Box<[Cow<'static, str>]>,
}

impl Shared {
    fn new(template: Template<SlotId>, flags: Box<[Cow<'static, str>]>) -> Self {
        let tag = template.pieces().fold(0, |tag: u64, piece| match piece {
            Piece::Shared(bytes) => tag.rotate_left(1) ^ xxh3_64(bytes),
            Piece::Slot(_) => tag,
        });
        Shared { template, tag, flags }
    }
}

type Pages = Memo<Dimension, String, Read, Arc<Shared>>;

/// The pages of an isolate.
pub struct PageMemo {
    pages: Mutex<Pages>,
    plans: Plans,
}

impl Default for PageMemo {
    fn default() -> Self {
        let pages = Mutex::new(Memo::new(Limits { bytes: MOST, refresh_ms: REFRESH }));
        PageMemo { pages, plans: Plans::default() }
    }
}

impl PageMemo {
    /// How many pages are kept.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.lock().stats().entries
    }

    /// Forgets all pages, as an isolate that has just begun.
    #[cfg(feature = "bench")]
    pub fn forget(&self) {
        *self.lock() = Memo::new(Limits { bytes: MOST, refresh_ms: REFRESH });
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
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

/// A visitor who asks for a shared page. Its handler learns the address, and nothing else of who asks: cart, consent and
/// identity come out in slots only.
pub struct PageVisit(Visit);

impl<S: Sync> FromRequestParts<S> for PageVisit {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        Visit::from_request_parts(parts, state).await.map(PageVisit)
    }
}

impl PageVisit {
    /// The path behind the language, with a slash in front: `/p/storm-lantern`.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The query string as it came, without `?`.
    pub fn query(&self) -> &str {
        &self.0.query
    }

    /// A path of the shop in the visitor's language: `/en/cart`.
    pub fn url(&self, path: &str) -> String {
        self.0.url(path)
    }

    /// The page of the shop that says that there is nothing here.
    pub async fn not_found(&self) -> Response {
        reply::not_found(&self.0).await
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
    flags: Arc<VisitorFlags>,
    marks: Marks<SlotId>,
    product: OnceLock<ProductId>,
}

impl Render {
    /// The page is of this product: whoever sees it has looked at it. To be said before [`Render::page`].
    pub fn is_of(&self, product: ProductId) {
        // A page is of one product.
        let _ = self.product.set(product);
    }

    /// Reads variants: `from.flags().on("free-gift")`. The page is kept for those who have the same.
    pub fn flags(&self) -> Variants<'_> {
        Variants::new(&self.flags, Some(&self.notes))
    }

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
            slots: self.slots(),
            ahead: self.catalog.ahead(&self.path, &self.query).await?,
        }))
    }
}

impl Render {
    /// The marks of the slots. What a slot is told is the same for everyone who gets the page.
    fn slots(&self) -> PageSlots {
        let mark = |slot: SlotId, arguments: &str| self.marks.slot(slot, arguments);
        // The page about privacy asks by itself.
        let asks = self.path == PRIVACY;
        let is_away = self.catalog.host.away.is_some();
        PageSlots {
            away: if is_away { mark(SlotId::Away, "") } else { String::new() },
            cart: mark(SlotId::Cart, ""),
            consent: if asks { String::new() } else { mark(SlotId::Consent, &self.address()) },
            consent_form: if asks { mark(SlotId::ConsentForm, "") } else { String::new() },
            exposures: mark(SlotId::Exposures, ""),
            qa: mark(SlotId::Qa, &self.address()),
            recent: mark(SlotId::Recent, &self.product.get().map(|id| id.0.to_string()).unwrap_or_default()),
        }
    }

    /// The mark of a slot that waits for so many milliseconds.
    #[cfg(feature = "bench")]
    pub fn bench_slot(&self, milliseconds: u32) -> String {
        self.marks.slot(SlotId::Bench, milliseconds.to_string())
    }

    /// The mark of a slot that waits until somebody lets go of this name.
    #[cfg(feature = "trial")]
    pub fn held_slot(&self, name: &str) -> String {
        self.marks.slot(SlotId::Held, name)
    }

    /// The address of the page: `/en/search?sort=price`.
    fn address(&self) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        ["/", self.locale.code(), &self.path, mark, &self.query].concat()
    }
}

/// What a render comes to.
pub enum Outcome {
    /// The page.
    Page(String),
    /// There is nothing here.
    NotFound,
    /// It is at this address, for now or for good, as the status says.
    Elsewhere(StatusCode, String),
}

/// A render that is under way.
pub type Rendering<'a> = Pin<Box<dyn Future<Output = Result<Outcome, PortError>> + Send + 'a>>;

/// What a page is: a function, which may run again later to refresh the kept page.
pub trait Page: Clone + Send + Sync + 'static {
    /// Its kind: what pages of one kind depend on is learnt together.
    const KIND: &'static str;

    /// Whether the page may be kept for other isolates, too: if there are only so many of its kind as the catalogue has
    /// things, whatever somebody writes into an address.
    fn is_near(&self) -> bool {
        true
    }

    /// Renders the page.
    fn render<'a>(&'a self, from: &'a Render) -> Rendering<'a>;
}

/// Answers with a page: a kept one if it is fresh, else a new one. `query` is the canonical form of what the page reads
/// of the query string.
pub async fn answer(PageVisit(visit): PageVisit, query: String, page: impl Page) -> Response {
    let snapshot = match &visit.current.snapshot {
        Ok(snapshot) => snapshot.clone(),
        Err(error) => return reply::failure(&visit, error).await,
    };
    let job = Job { visit: visit.shared(query), snapshot: snapshot.clone(), page };
    let began = visit.host.clock.now();
    let mut told = Told::hit();
    let mut look = job.look(&visit, began);
    if let Look::Miss(why) = &look {
        let lack = job.bring_near(&visit).await.err();
        let asked = visit.host.clock.now() - began;
        told = Told::missed(why, lack, asked);
        if lack.is_none() {
            look = job.look(&visit, began);
        }
    }
    if let Look::Miss(_) = look {
        if let Err(refusal) = admit_rendering(&visit.host, visit.locale, &visit.visitor).await {
            return refusal;
        }
        // Others waited for the limiter at the same time: the first of them has rendered the page for all.
        look = job.look(&visit, visit.host.clock.now());
        if !matches!(look, Look::Miss(_)) {
            told = Told::hit();
        }
    }
    match look {
        Look::Hit(page) => {
            navigation::arrived(&visit);
            compose(visit, snapshot, &page, &told.found()).await
        }
        Look::Stale { page, changed, refresh } => {
            if let Some(ticket) = refresh {
                let flags = visit.flags().clone();
                visit.host.background.run(Box::pin(async move {
                    // Who fails leaves it to the next request: the ticket ends with this.
                    let _ = job.run(flags).await;
                    drop(ticket);
                }));
            }
            navigation::arrived(&visit);
            compose(visit, snapshot, &page, &told.stale(&changed)).await
        }
        Look::Miss(_) => {
            let began = visit.host.clock.now();
            match job.run(visit.flags().clone()).await {
                Ok(Done::Page(page, kept)) => {
                    let took = visit.host.clock.now() - began;
                    navigation::arrived(&visit);
                    compose(visit, snapshot, &page, &told.rendered(kept, took)).await
                }
                Ok(Done::NotFound) => reply::not_found(&visit).await,
                Ok(Done::Elsewhere(status, address)) => reply::redirect(status, &address),
                Err(error) => reply::failure(&visit, &error).await,
            }
        }
    }
}

fn millis(now: i64) -> u64 {
    u64::try_from(now).unwrap_or_default()
}
