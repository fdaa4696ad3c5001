//! The catalogue of the published snapshot, as pages and the API ask for it. Everything a page reads of it is recorded.

use crate::Host;
use crate::flags::PublishedFlags;
use crate::isolate::{self, Edition};
use crate::memo::{Dimension, Source};
use crate::navigation::whole_page;
use async_trait::async_trait;
use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use orilla_catalog::query::ListQuery;
use orilla_catalog::read::{Card, CategoryNode, Listing, ProductView};
use orilla_catalog::{Handle, ImageId, ProductId};
use orilla_memo::Recorder;
use orilla_prefetch::Ahead;
use orilla_shop::PortError;
use orilla_shop::catalog::{Catalog, RemoteImage, Words};
use orilla_snapshot::{Matches, Need, Read, Reader, Snapshot};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What is published now: what a request is answered from, beside its ports.
#[derive(Clone)]
pub struct Current {
    /// The published snapshot, or why this isolate does not know it.
    pub snapshot: Result<Arc<Snapshot>, PortError>,
    /// The flags that are published with it.
    pub flags: Arc<PublishedFlags>,
}

impl Current {
    /// Asks the isolate.
    pub async fn of(host: &Host) -> Self {
        match host.isolate.current(host).await {
            Ok(Edition { snapshot, flags }) => Current { snapshot: Ok(snapshot), flags },
            Err(error) => Current::missing(error),
        }
    }

    /// Nothing, and why.
    pub fn missing(error: PortError) -> Self {
        Current { snapshot: Err(error), flags: Arc::default() }
    }

    /// What a product is called; `None`: there is none with this handle. A device has the names of all, and the pages of few.
    ///
    /// # Errors
    /// Why there is no snapshot.
    pub fn title(&self, product: &Handle) -> Result<Option<String>, PortError> {
        let snapshot = self.snapshot.as_ref().map_err(PortError::clone)?;
        let card = snapshot.find(product).and_then(|id| snapshot.card(id));
        Ok(card.map(|card| card.title))
    }

    /// The published catalogue, for one request.
    pub fn catalog(&self, host: &Host) -> Box<dyn Catalog> {
        match &self.snapshot {
            Ok(snapshot) => {
                Box::new(Published { snapshot: snapshot.clone(), host: host.clone(), notes: None })
            }
            Err(error) => Box::new(Missing(error.clone())),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Current {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Current>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// What one render reads.
#[derive(Default)]
pub struct Notes {
    /// Dimensions of the visitor and reads of the shop.
    pub recorder: Recorder<Dimension, String, Read>,
    /// The flags among the dimensions.
    flags: Mutex<Vec<&'static str>>,
    /// Whether the page shows what no snapshot vouches for: results of a search, which the database finds.
    is_volatile: AtomicBool,
}

impl Notes {
    /// The page has read a flag.
    pub fn flag(&self, flag: &'static str, value: String) {
        self.recorder.dimension(Dimension::Flag(flag.into()), value);
        let mut flags = self.flags.lock().unwrap_or_else(PoisonError::into_inner);
        if !flags.contains(&flag) {
            flags.push(flag);
        }
    }

    /// The flags that the page has read.
    pub fn flags(&self) -> Box<[&'static str]> {
        self.flags.lock().unwrap_or_else(PoisonError::into_inner).as_slice().into()
    }

    /// Whether the page may be kept, as far as its reads go.
    pub fn can_be_kept(&self) -> bool {
        !self.is_volatile.load(Ordering::Relaxed)
    }
}

/// The published catalogue for one request, or for one render.
pub struct Published {
    /// What was published.
    pub snapshot: Arc<Snapshot>,
    /// The ports of the request.
    pub host: Host,
    /// Where the reads of a render are written down.
    pub notes: Option<Arc<Notes>>,
}

impl Published {
    /// Asks the snapshot, until it has all the documents that it needs.
    async fn ask<T>(&self, question: impl Fn(&Reader) -> Result<T, Need> + Send) -> Result<T, PortError> {
        loop {
            let documents = &self.host.isolate.documents;
            let answer = match &self.notes {
                None => question(&Reader::unrecorded(&self.snapshot, documents)),
                Some(notes) => {
                    let record = |read: Read| notes.recorder.read_from(read, &Source(&self.snapshot));
                    question(&Reader::new(&self.snapshot, documents, &record))
                }
            };
            let need = match answer {
                Ok(answer) => return Ok(answer),
                Err(need) => need,
            };
            let unexpected = |error: &dyn std::fmt::Display| PortError::Unexpected(error.to_string());
            match need {
                Need::Segment(named) => {
                    let file = isolate::file(&self.host, named.hash).await?;
                    let kept = documents.insert(&named, &file);
                    kept.map_err(|error| unexpected(&error))?;
                }
                Need::Format(error) => return Err(unexpected(&error)),
            }
        }
    }

    /// What a browser should bring on the page at this path, before it is asked for. A part of a page (the results of a
    /// search, a filtered list) says nothing of what is likely after the whole.
    pub async fn ahead(&self, path: &str, query: &str) -> Result<Ahead, PortError> {
        match whole_page(path, query) {
            Some(page) => self.ask(|reader| Ok(reader.ahead(&page))).await,
            None => Ok(Ahead::default()),
        }
    }

    /// What a search finds: products with all words, or if none has, with any of them.
    async fn matches(&self, query: &ListQuery) -> Result<Option<Matches>, PortError> {
        if query.text.is_empty() {
            return Ok(None);
        }
        if let Some(notes) = &self.notes {
            notes.is_volatile.store(true, Ordering::Relaxed);
        }
        let all: Matches = self.host.search.matches(&query.text, Words::All).await?.into_iter().collect();
        if self.snapshot.has_any(query.category.as_deref(), &all) {
            return Ok(Some(all));
        }
        Ok(Some(self.host.search.matches(&query.text, Words::Any).await?.into_iter().collect()))
    }
}

impl Published {
    /// The cards of these products, in this order, without those that are not there.
    ///
    /// # Errors
    /// The files'.
    pub async fn cards(&self, ids: &[ProductId]) -> Result<Vec<Card>, PortError> {
        self.ask(|reader| Ok(reader.cards(ids))).await
    }
}

#[async_trait]
impl Catalog for Published {
    async fn product(&self, handle: &Handle) -> Result<Option<ProductView>, PortError> {
        self.ask(|reader| match reader.find(handle) {
            Some(id) => reader.product(id),
            None => Ok(None),
        })
        .await
    }

    async fn list(&self, query: &ListQuery) -> Result<Option<Listing>, PortError> {
        let matches = self.matches(query).await?;
        self.ask(|reader| Ok(reader.list(query, matches.as_ref()))).await
    }

    async fn categories(&self) -> Result<Vec<CategoryNode>, PortError> {
        self.ask(|reader| Ok(reader.categories())).await
    }

    async fn related(&self, product: ProductId, most: u32) -> Result<Vec<Card>, PortError> {
        self.ask(|reader| Ok(reader.related(product, most))).await
    }

    async fn featured(&self, most: u32) -> Result<Vec<Card>, PortError> {
        self.ask(|reader| Ok(reader.featured(most))).await
    }

    async fn image(&self, id: ImageId) -> Result<Option<RemoteImage>, PortError> {
        let picture = self.ask(|reader| reader.picture(id)).await?;
        Ok(picture.map(|picture| RemoteImage {
            url: picture.url,
            title: picture.title,
            category: picture.category,
        }))
    }

    async fn page_by_id(&self, after: ProductId, most: u32) -> Result<Vec<Card>, PortError> {
        self.ask(|reader| Ok(reader.page_by_id(after, most))).await
    }
}

/// No catalogue: the isolate could not get a snapshot yet.
struct Missing(PortError);

#[async_trait]
impl Catalog for Missing {
    async fn product(&self, _: &Handle) -> Result<Option<ProductView>, PortError> {
        Err(self.0.clone())
    }

    async fn list(&self, _: &ListQuery) -> Result<Option<Listing>, PortError> {
        Err(self.0.clone())
    }

    async fn categories(&self) -> Result<Vec<CategoryNode>, PortError> {
        Err(self.0.clone())
    }

    async fn related(&self, _: ProductId, _: u32) -> Result<Vec<Card>, PortError> {
        Err(self.0.clone())
    }

    async fn featured(&self, _: u32) -> Result<Vec<Card>, PortError> {
        Err(self.0.clone())
    }

    async fn image(&self, _: ImageId) -> Result<Option<RemoteImage>, PortError> {
        Err(self.0.clone())
    }

    async fn page_by_id(&self, _: ProductId, _: u32) -> Result<Vec<Card>, PortError> {
        Err(self.0.clone())
    }
}
