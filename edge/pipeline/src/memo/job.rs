//! The render of one page, now or after the answer.

use super::near::PageRecord;
use super::{Dimension, Outcome, Page, Render, Shared, Source, millis};
use crate::flags::VisitorFlags;
use crate::published::{Notes, Published};
use crate::visit::Visit;
use http::StatusCode;
use orilla_memo::{Look, Marks, Read as Seen, Refused};
use orilla_shop::PortError;
use orilla_snapshot::{Read, Snapshot};
use orilla_ui::Locale;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// What of a request a shared page may know.
#[derive(Clone)]
pub struct SharedVisit {
    pub host: crate::Host,
    pub locale: Locale,
    pub origin: String,
    pub path: String,
    pub query: String,
}

impl SharedVisit {
    /// One spelling for one page.
    pub(super) fn route(&self) -> String {
        [self.locale.code(), &self.path, "?", &self.query].concat()
    }
}

/// The render of one page.
pub(super) struct Job<P> {
    pub(super) visit: SharedVisit,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) page: P,
}

/// What came of it.
pub(super) enum Done {
    Page(Arc<Shared>, Kept),
    NotFound,
    Elsewhere(StatusCode, String),
}

/// Whether a page was kept, and if not, why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Yes,
    /// No snapshot vouches for what it shows: results of a search.
    Volatile,
    /// The shop changed while it was rendered.
    Outdated,
    /// It is larger than all pages together may be.
    TooLarge,
}

impl<P: Page> Job<P> {
    /// Renders the page and keeps it, if it may be kept. `flags` are of one who asks for it.
    pub(super) async fn run(&self, flags: Arc<VisitorFlags>) -> Result<Done, PortError> {
        let visit = &self.visit;
        let notes = Arc::new(Notes::default());
        let marks = Marks::new(u128::from_be_bytes(visit.host.random.bytes()?));
        let from = Render {
            catalog: Published {
                snapshot: self.snapshot.clone(),
                host: visit.host.clone(),
                notes: Some(notes.clone()),
            },
            locale: visit.locale,
            path: visit.path.clone(),
            query: visit.query.clone(),
            origin: visit.origin.clone(),
            notes: notes.clone(),
            flags: flags.clone(),
            marks,
            product: OnceLock::new(),
        };
        let html = match self.page.render(&from).await? {
            Outcome::Page(html) => html,
            Outcome::NotFound => return Ok(Done::NotFound),
            Outcome::Elsewhere(status, address) => return Ok(Done::Elsewhere(status, address)),
        };
        let Render { marks, catalog, notes: other, .. } = from;
        drop((catalog, other));
        let template = marks.split(html).map_err(|error| PortError::Unexpected(error.to_string()))?;
        let flags_read = notes.flags().iter().map(|flag| Cow::Borrowed(*flag)).collect();
        let page = Arc::new(Shared::new(template, flags_read));
        // Whoever still holds the notes may read something later: such a page is not kept.
        let kept = Arc::into_inner(notes).map_or(Kept::Outdated, |notes| self.keep(notes, &page, &flags));
        Ok(Done::Page(page, kept))
    }

    fn keep(&self, notes: Notes, page: &Arc<Shared>, flags: &VisitorFlags) -> Kept {
        if !notes.can_be_kept() {
            return Kept::Volatile;
        }
        let Ok(record) = notes.recorder.finish() else { return Kept::Outdated };
        let kept = self.keep_in_memory(record.clone(), page);
        if kept == Kept::Yes {
            let value = |dimension: &Dimension| match dimension {
                Dimension::Origin => self.visit.origin.clone(),
                Dimension::Flag(flag) => flags.value(flag),
            };
            self.store_near(record, page, value);
        }
        kept
    }

    /// What memory has for the visitor.
    pub(super) fn look(&self, visit: &Visit, now: i64) -> Look<Dimension, Read, Arc<Shared>> {
        let source = Source(&self.snapshot);
        let mut pages = self.visit.host.isolate.pages.lock();
        pages.look(&self.visit.route(), |dimension| dimension.of(visit), &source, millis(now))
    }

    pub(super) fn keep_in_memory(&self, record: PageRecord, page: &Arc<Shared>) -> Kept {
        let owned: usize = record.reads().iter().map(heap).sum();
        let values: usize = record.dimensions().iter().map(|(_, value)| value.len()).sum();
        let bytes = page.template.weight() + owned + values;
        let now = millis(self.visit.host.clock.now());
        let mut pages = self.visit.host.isolate.pages.lock();
        match pages.keep(&self.visit.route(), record, page.clone(), bytes, &Source(&self.snapshot), now) {
            Ok(()) => Kept::Yes,
            Err(Refused::Outdated(_)) => Kept::Outdated,
            Err(Refused::TooLarge { .. }) => Kept::TooLarge,
        }
    }
}

/// What a read takes beyond its own size.
fn heap(seen: &Seen<Read>) -> usize {
    match &seen.read {
        Read::Handle(handle) => handle.as_str().len(),
        Read::List { category, query } => category.as_ref().map_or(0, String::len) + query.len(),
        Read::Next(page) => page.as_str().len(),
        Read::Level(slug) => slug.as_ref().map_or(0, String::len),
        _ => 0,
    }
}
