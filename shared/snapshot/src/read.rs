//! What was read, and whether it is still the same: the validators of memoised pages.

use crate::fingerprint::{card_offer, card_text, combine, digest, list_fingerprint, order};
use crate::snapshot::Snapshot;
use crate::tables::{At, category, split};
use orilla_catalog::query::ListQuery;
use orilla_catalog::{Handle, ImageId, ProductId};
use orilla_prefetch::PageKey;
use serde::{Deserialize, Serialize};

/// One thing of the catalogue that a page was made from. [`crate::Reader`] records them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Read {
    /// Which product has this handle, or that none has it.
    Handle(Handle),
    /// What each variant of a product costs, and its stock as pages show it ([`crate::shown_stock`]).
    Offer(ProductId),
    /// What stands on the page of a product beside its offer.
    PageText(ProductId),
    /// The prices on the card of a product, and whether it is in stock.
    CardOffer(ProductId),
    /// What else stands on the card.
    CardText(ProductId),
    /// Which products are on a page of a list and in what order, with all counts and facets. Cards are reads of their own.
    List {
        /// The slug.
        category: Option<String>,
        /// [`ListQuery::to_query_string`].
        query: String,
    },
    /// All categories with their counts.
    Categories,
    /// So many main categories, those with most products first, without counts.
    Menu(u32),
    /// The way to a category (none: the top) and the categories one level below it with their counts.
    Level(Option<String>),
    /// Which products are related to one.
    Related {
        /// The one.
        product: ProductId,
        /// How many were asked for.
        most: u32,
    },
    /// Which products are featured, of so many that were asked for.
    Featured(u32),
    /// Which products follow on one, in the order of ids.
    ById {
        /// The one.
        after: ProductId,
        /// How many were asked for.
        most: u32,
    },
    /// Where a picture is.
    Picture(ImageId),
    /// Which pages are likely after one, as far as a browser should bring them.
    Next(PageKey),
}

/// Whether a page may be served while a read of it is known to be out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Never: prices, stock, what is on a list, whether there is a product.
    Strict,
    /// While one render brings the new page: texts, pictures, choices.
    Lenient,
}

impl Read {
    /// Prices and stock are never shown out of date.
    pub fn class(&self) -> Class {
        match self {
            Read::Handle(_) | Read::Offer(_) | Read::CardOffer(_) | Read::List { .. } => Class::Strict,
            Read::PageText(_)
            | Read::CardText(_)
            | Read::Categories
            | Read::Menu(_)
            | Read::Level(_)
            | Read::Related { .. }
            | Read::Featured(_)
            | Read::ById { .. }
            | Read::Picture(_)
            | Read::Next(_) => Class::Lenient,
        }
    }

    /// The read of a list, from its canonical question.
    pub(crate) fn list(query: &ListQuery) -> Self {
        Read::List { category: query.category.clone(), query: query.to_query_string() }
    }
}

impl Snapshot {
    /// The version of what was read; `None` if it does not exist. Two equal versions, of whatever snapshots, mean that
    /// the read has the same answer and the same fingerprint. Cheap: a few look-ups. It moves more often than the
    /// fingerprint.
    pub fn version(&self, read: &Read) -> Option<u64> {
        let tables = self.tables();
        match read {
            Read::Handle(handle) => self.find(handle).map(|id| id.0.cast_unsigned()),
            Read::Offer(id) | Read::PageText(id) | Read::CardOffer(id) | Read::CardText(id) => {
                self.product_version(*id)
            }
            Read::List { category: slug, query } => {
                let lists = match slug {
                    None => tables.version,
                    Some(slug) => tables.categories.get(category(self.manifest(), slug)?)?.version,
                };
                let has_text = !ListQuery::parse(None, query).text.is_empty();
                // A search may look at anything.
                let searched = if has_text { combine(tables.content, tables.tree) } else { 0 };
                Some(combine(combine(lists, tables.key_names), searched))
            }
            Read::Categories | Read::Menu(_) | Read::Level(_) => Some(tables.tree),
            Read::Related { product, .. } => {
                let Some(own) = self.category_at(self.place(*product)?) else { return Some(0) };
                let own = tables.categories.get(own)?;
                let around = own.parent.and_then(|above| tables.categories.get(above));
                Some(combine(around.unwrap_or(own).version, own.names))
            }
            Read::Featured(_) | Read::ById { .. } => Some(tables.version),
            Read::Picture(id) => {
                let product = self.product_of_picture(*id)?;
                Some(combine(product.0.cast_unsigned(), self.product_version(product)?))
            }
            Read::Next(page) => Some(self.ahead_version(page)),
        }
    }

    /// The fingerprint of what was read; `None` if it does not exist. Two equal fingerprints, of whatever snapshots, mean
    /// that [`crate::Reader`] gives the same answer. Lists and choices are made anew for it. Of a list with a text it is
    /// the version: what a search finds is not known here.
    pub fn fingerprint(&self, read: &Read) -> Option<u64> {
        match read {
            Read::Handle(_) => self.version(read),
            Read::Offer(id) => self.prints(self.place(*id)?).map(|prints| prints.offer),
            Read::PageText(id) => self.page_text(*id),
            Read::CardOffer(id) => self.card(*id).as_ref().map(card_offer),
            Read::CardText(id) => self.card(*id).as_ref().map(card_text),
            Read::List { category, query } => {
                let question = ListQuery::parse(category.as_deref(), query);
                if !question.text.is_empty() {
                    return self.version(read);
                }
                self.list(&question, None).as_ref().map(list_fingerprint)
            }
            Read::Categories => Some(digest(&self.categories())),
            Read::Menu(most) => Some(digest(&self.menu(*most))),
            Read::Level(slug) => self.level(slug.as_deref()).map(|level| digest(&(level.way, level.below))),
            Read::Related { product, most } => {
                self.place(*product)?;
                Some(order(&self.related(*product, *most)))
            }
            Read::Featured(most) => Some(order(&self.featured(*most))),
            Read::ById { after, most } => Some(order(&self.page_by_id(*after, *most))),
            Read::Picture(id) => {
                let product = self.product_of_picture(*id)?;
                Some(combine(product.0.cast_unsigned(), self.page_text(product)?))
            }
            Read::Next(page) => Some(self.ahead_fingerprint(page)),
        }
    }

    fn page_text(&self, id: ProductId) -> Option<u64> {
        let place = self.place(id)?;
        Some(combine(self.prints(place)?.page, self.category_names(place)))
    }

    pub(crate) fn product_version(&self, id: ProductId) -> Option<u64> {
        let place = self.place(id)?;
        Some(combine(self.prints(place)?.version(), self.category_names(place)))
    }

    fn category_names(&self, place: At) -> u64 {
        let category = self.category_at(place).and_then(|at| self.tables().categories.get(at));
        category.map_or(0, |category| category.names)
    }

    fn prints(&self, place: At) -> Option<&crate::fingerprint::Fingerprints> {
        let (bucket, row) = split(place);
        self.buckets().get(bucket)?.fingerprints.get(row)
    }
}
