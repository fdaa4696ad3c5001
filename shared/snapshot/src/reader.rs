//! The catalogue for a page: every answer is recorded, and shows nothing that its record does not see.

use crate::documents::Documents;
use crate::fingerprint::shown_stock;
use crate::list::Matches;
use crate::read::Read;
use crate::snapshot::{Need, Snapshot};
use orilla_catalog::query::ListQuery;
use orilla_catalog::read::{Card, CategoryNode, CategoryRef, Listing, ProductView};
use orilla_catalog::{Handle, ImageId, ProductId};
use orilla_prefetch::{Ahead, PageKey};
use std::cmp::Reverse;

/// Takes note of what a page reads.
pub trait Record {
    /// The page reads this.
    fn record(&self, read: Read);
}

impl<F: Fn(Read)> Record for F {
    fn record(&self, read: Read) {
        self(read);
    }
}

/// A category among others: what a list page shows around its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// The way to it from the top, itself the last; empty at the top.
    pub way: Vec<CategoryRef>,
    /// The categories one level below.
    pub below: Vec<CategoryNode>,
}

/// A picture on another host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemotePicture {
    /// Where it is.
    pub url: String,
    /// The product's title.
    pub title: String,
    /// The name of the product's category.
    pub category: Option<String>,
}

impl Snapshot {
    /// So many main categories, those with most products first.
    pub(crate) fn menu(&self, most: u32) -> Vec<CategoryRef> {
        let mut top = self.categories();
        top.retain(|category| !category.slug.contains('/'));
        orilla_sorting::sort_by_key(&mut top, |category| Reverse(category.products));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        top.into_iter()
            .take(most)
            .map(|category| CategoryRef { slug: category.slug, name: category.name })
            .collect()
    }

    /// See [`Reader::level`].
    pub(crate) fn level(&self, slug: Option<&str>) -> Option<Level> {
        let way = match slug {
            None => Vec::new(),
            Some(slug) => self.way_to(crate::tables::category(self.manifest(), slug)?),
        };
        let is_below = |node: &CategoryNode| node.slug.rsplit_once('/').map(|(above, _)| above) == slug;
        Some(Level { way, below: self.categories().into_iter().filter(is_below).collect() })
    }
}

/// A snapshot that says what is read of it. There is no way to a value past the record: a page that is given a reader
/// and nothing else can be validated by its records alone.
///
/// The stock that it gives is [`shown_stock`] on product pages, and 1 or 0 on cards: so a sale that changes no page
/// changes no answer. Where nothing is recorded, stock is what was published.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    snapshot: &'a Snapshot,
    documents: &'a Documents,
    record: Option<&'a dyn Record>,
}

impl<'a> Reader<'a> {
    /// Reads from a snapshot, and tells `record`.
    pub fn new(snapshot: &'a Snapshot, documents: &'a Documents, record: &'a dyn Record) -> Self {
        Reader { snapshot, documents, record: Some(record) }
    }

    /// Reads from a snapshot for an answer that nobody keeps.
    pub fn unrecorded(snapshot: &'a Snapshot, documents: &'a Documents) -> Self {
        Reader { snapshot, documents, record: None }
    }

    fn note(&self, read: impl FnOnce() -> Read) {
        if let Some(record) = self.record {
            record.record(read());
        }
    }

    /// The product with this handle.
    pub fn find(&self, handle: &Handle) -> Option<ProductId> {
        self.note(|| Read::Handle(handle.clone()));
        self.snapshot.find(handle)
    }

    /// The page of a product.
    ///
    /// # Errors
    /// [`Need`] says what is missing.
    pub fn product(&self, id: ProductId) -> Result<Option<ProductView>, Need> {
        self.note(|| Read::PageText(id));
        self.note(|| Read::Offer(id));
        let mut view = self.snapshot.product(id, self.documents)?;
        if self.record.is_none() {
            return Ok(view);
        }
        let variants = view.iter_mut().flat_map(|view| &mut view.variants);
        variants.for_each(|variant| variant.available = shown_stock(variant.available));
        Ok(view)
    }

    /// A page of a list; `None` if the category does not exist. See [`Snapshot::list`].
    pub fn list(&self, query: &ListQuery, matches: Option<&Matches>) -> Option<Listing> {
        // The question that the record holds is the one that is answered.
        let query = ListQuery::parse(query.category.as_deref(), &query.to_query_string());
        self.note(|| Read::list(&query));
        let listing = self.snapshot.list(&query, matches)?;
        Some(Listing { cards: self.shown(listing.cards), ..listing })
    }

    /// All categories that have products, parents before children, siblings by name.
    pub fn categories(&self) -> Vec<CategoryNode> {
        self.note(|| Read::Categories);
        self.snapshot.categories()
    }

    /// So many main categories, those with most products first.
    pub fn menu(&self, most: u32) -> Vec<CategoryRef> {
        self.note(|| Read::Menu(most));
        self.snapshot.menu(most)
    }

    /// The way to a category and what is one level below it; `None` if it does not exist. Without a slug: the top.
    pub fn level(&self, slug: Option<&str>) -> Option<Level> {
        self.note(|| Read::Level(slug.map(str::to_owned)));
        self.snapshot.level(slug)
    }

    /// See [`Snapshot::related`].
    pub fn related(&self, product: ProductId, most: u32) -> Vec<Card> {
        self.note(|| Read::Related { product, most });
        self.shown(self.snapshot.related(product, most))
    }

    /// See [`Snapshot::featured`].
    pub fn featured(&self, most: u32) -> Vec<Card> {
        self.note(|| Read::Featured(most));
        self.shown(self.snapshot.featured(most))
    }

    /// See [`Snapshot::page_by_id`].
    pub fn page_by_id(&self, after: ProductId, most: u32) -> Vec<Card> {
        self.note(|| Read::ById { after, most });
        self.shown(self.snapshot.page_by_id(after, most))
    }

    /// The cards of these products, in this order, without those that are not there.
    pub fn cards(&self, ids: &[ProductId]) -> Vec<Card> {
        let found = ids.iter().filter_map(|id| {
            let card = self.snapshot.card(*id);
            if card.is_none() {
                self.note(|| Read::CardText(*id));
            }
            card
        });
        self.shown(found.collect())
    }

    /// Where a picture is.
    ///
    /// # Errors
    /// [`Need`] says what is missing.
    pub fn picture(&self, id: ImageId) -> Result<Option<RemotePicture>, Need> {
        self.note(|| Read::Picture(id));
        self.snapshot.picture(id, self.documents)
    }

    /// See [`Snapshot::ahead`].
    pub fn ahead(&self, page: &PageKey) -> Ahead {
        self.note(|| Read::Next(page.clone()));
        self.snapshot.ahead(page)
    }

    /// Cards as pages may have them, each recorded.
    fn shown(&self, mut cards: Vec<Card>) -> Vec<Card> {
        if self.record.is_none() {
            return cards;
        }
        for card in &mut cards {
            self.note(|| Read::CardText(card.id));
            self.note(|| Read::CardOffer(card.id));
            card.available = card.available.min(1);
        }
        cards
    }
}
