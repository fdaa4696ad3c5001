//! Index segments: what lists, cards, facets and validation need of the products of a bucket, in columns.

use crate::columns::{Lists, Texts, index};
use crate::dictionary::Dictionary;
use crate::document::{Document, Value};
use crate::fingerprint::Fingerprints;
use crate::frame::{FormatError, decode, encode};
use crate::product_at;
use orilla_catalog::facets::fits_facet;
use orilla_catalog::read::Card;
use orilla_catalog::{Handle, ImageId, ProductId, VariantId};
use orilla_money::{Currency, Money};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The longest brand that is a facet, in characters: what a URL can carry.
const LONGEST_BRAND: usize = 200;

/// The kind of a facet's value, named as the store and [`orilla_catalog::facets::Count`] name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum FacetKind {
    Text,
    Number,
    Boolean,
}

impl FacetKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            FacetKind::Text => "text",
            FacetKind::Number => "number",
            FacetKind::Boolean => "boolean",
        }
    }
}

/// A value by which products are counted, with its key as an index of the segment's keys.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct FacetValue {
    key: u32,
    kind: FacetKind,
}

/// A bucket as a segment has it: facet values have the segment's own numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Wire {
    rows: Bucket,
    keys: Texts,
    tokens: Texts,
    /// What `tokens` are, sorted by key.
    values: Vec<FacetValue>,
}

/// The columns of a bucket. All have one row per product, in the order of ids, but those of names, which rows point to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bucket {
    pub(crate) number: i64,
    pub(crate) slots: Vec<u8>,
    handles: Texts,
    titles: Texts,
    /// Slugs, sorted.
    pub(crate) categories: Texts,
    brands: Texts,
    pub(crate) currencies: Vec<Currency>,
    /// An index of `categories` plus 1; 0: none. So are `brand` and the ids below.
    pub(crate) category: Vec<u16>,
    brand: Vec<u16>,
    pub(crate) currency: Vec<u8>,
    pub(crate) price_min: Vec<i64>,
    pub(crate) price_max: Vec<i64>,
    compare_at: Vec<i64>,
    /// The different prices of variants, from the lowest, where there are several.
    pub(crate) prices: Lists<i64>,
    pub(crate) available: Vec<u32>,
    variants: Vec<u32>,
    only_variant: Vec<i64>,
    /// Ids of pictures; the first one is the card's.
    images: Lists<i64>,
    /// Numbers of facet values: the segment's in [`Wire`], the dictionary's in a snapshot. Those of one key stand
    /// together.
    pub(crate) facets: Lists<u32>,
    pub(crate) fingerprints: Vec<Fingerprints>,
}

/// What a product counts for: key, token, kind.
type Facet = (String, String, FacetKind);

/// The values by which a product is counted: each token of a key once, whatever kinds of value have it.
fn facets(document: &Document) -> Vec<Facet> {
    let mut seen = BTreeSet::new();
    let brand = document.brand.iter().filter(|brand| brand.chars().count() <= LONGEST_BRAND);
    let brand = brand.map(|brand| ("brand".to_owned(), brand.clone(), FacetKind::Text));
    let attributes = document.attributes.iter().filter_map(|property| {
        let (token, kind) = match &property.value {
            Value::Text(text) => (text.clone(), FacetKind::Text),
            Value::Number(number) => (number.to_string(), FacetKind::Number),
            Value::Boolean(yes) => (yes.to_string(), FacetKind::Boolean),
        };
        let new = fits_facet(&property.key, &token) && seen.insert((&property.key, token.clone()));
        new.then(|| (property.key.as_str().to_owned(), token, kind))
    });
    brand.chain(attributes).collect()
}

/// Different texts, sorted, and where each stands.
fn intern<'a>(texts: impl Iterator<Item = &'a str>) -> (Texts, BTreeMap<&'a str, usize>) {
    let all: BTreeSet<&str> = texts.collect();
    (all.iter().collect(), all.iter().enumerate().map(|(at, text)| (*text, at)).collect())
}

/// The index in a column of 16 bits, plus 1; 0 for none. A bucket has at most 256 of anything that has one.
fn short(at: Option<&usize>) -> u16 {
    at.and_then(|at| u16::try_from(at + 1).ok()).unwrap_or_default()
}

impl Wire {
    /// The index of these documents.
    pub(crate) fn new(number: i64, documents: &BTreeMap<u8, (Document, Vec<u8>)>) -> Self {
        let all = || documents.values().map(|(document, _)| document);
        let counted: Vec<Vec<Facet>> = all().map(facets).collect();
        let (categories, category_at) = intern(all().filter_map(|d| d.category.as_deref()));
        let (brands, brand_at) = intern(all().filter_map(|d| d.brand.as_deref()));
        let (keys, key_at) = intern(counted.iter().flatten().map(|(key, ..)| key.as_str()));
        let currencies: BTreeSet<Currency> =
            all().flat_map(|d| d.variants.first()).map(|v| v.price.currency).collect();
        let currencies: Vec<Currency> = currencies.into_iter().collect();
        // By key, token and kind.
        let values: BTreeSet<(&str, &str, FacetKind)> = counted
            .iter()
            .flatten()
            .map(|(key, token, kind)| (key.as_str(), token.as_str(), *kind))
            .collect();
        let value_at: BTreeMap<_, u32> = values.iter().copied().zip(0..).collect();
        let mut rows = Bucket { number, categories, brands, currencies, ..Bucket::default() };
        for ((slot, (document, _)), counted) in documents.iter().zip(&counted) {
            let number =
                |(key, token, kind): &Facet| value_at.get(&(key.as_str(), token.as_str(), *kind)).copied();
            let mut facets: Vec<u32> = counted.iter().filter_map(number).collect();
            facets.sort_unstable();
            rows.facets.push(facets);
            rows.category.push(short(document.category.as_deref().and_then(|slug| category_at.get(slug))));
            rows.brand.push(short(document.brand.as_deref().and_then(|brand| brand_at.get(brand))));
            rows.push(*slot, document, counted);
        }
        let value = |(key, _, kind): &(&str, &str, FacetKind)| FacetValue {
            key: key_at.get(key).and_then(|at| u32::try_from(*at).ok()).unwrap_or_default(),
            kind: *kind,
        };
        Wire {
            rows,
            keys,
            tokens: values.iter().map(|(_, token, _)| token).collect(),
            values: values.iter().map(value).collect(),
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    pub(crate) fn decode(payload: &[u8]) -> Result<Self, FormatError> {
        let wire: Wire = decode(payload)?;
        if wire.is_sound() {
            Ok(wire)
        } else {
            Err(FormatError::Content("an index whose columns contradict"))
        }
    }

    fn is_sound(&self) -> bool {
        let within = |at: u32, names: usize| index(at) < names;
        self.rows.is_sound()
            && [&self.keys, &self.tokens].iter().all(|texts| texts.is_sound())
            && self.tokens.len() == self.values.len()
            && self.values.iter().all(|value| within(value.key, self.keys.len()))
            && self.rows.facets.items().iter().all(|at| within(*at, self.values.len()))
    }

    /// The bucket with the numbers of a dictionary.
    pub(crate) fn resolve(self, dictionary: &mut Dictionary) -> Bucket {
        let keys: Vec<u32> = self.keys.iter().map(|key| dictionary.key(key)).collect();
        let values = self.values.iter().zip(self.tokens.iter());
        let numbers: Vec<u32> = values
            .map(|(value, token)| {
                let key = keys.get(index(value.key)).copied().unwrap_or_default();
                dictionary.value(key, value.kind, token)
            })
            .collect();
        let facets = self.rows.facets.map(|at| numbers.get(index(at)).copied().unwrap_or_default());
        Bucket { facets, ..self.rows }
    }
}

impl Bucket {
    /// The row of a product, but for what points to names.
    fn push(&mut self, slot: u8, document: &Document, counted: &[Facet]) {
        let variants = &document.variants;
        let prices: BTreeSet<i64> = variants.iter().map(|v| v.price.minor).collect();
        let (low, high) = (prices.first().copied(), prices.last().copied());
        let cheapest = variants.iter().min_by_key(|v| v.price.minor);
        let currency = variants.first().map(|v| v.price.currency);
        let available: u64 = variants.iter().map(|v| u64::from(v.available)).sum();
        let only = match variants.as_slice() {
            [only] => only.id.0,
            _ => 0,
        };
        let listing = (&document.category, &prices, currency, available > 0, counted, &document.title);
        let with_picture = (listing, !document.images.is_empty());
        self.slots.push(slot);
        self.handles.push(document.handle.as_str());
        self.titles.push(&document.title);
        let at = self.currencies.iter().position(|known| Some(*known) == currency);
        self.currency.push(at.and_then(|at| u8::try_from(at).ok()).unwrap_or_default());
        self.price_min.push(low.unwrap_or_default());
        self.price_max.push(high.unwrap_or_default());
        self.compare_at.push(cheapest.and_then(|v| v.compare_at).map_or(0, |before| before.minor));
        self.prices.push(if low == high { BTreeSet::new() } else { prices.clone() });
        self.available.push(u32::try_from(available).unwrap_or(u32::MAX));
        self.variants.push(u32::try_from(variants.len()).unwrap_or(u32::MAX));
        self.only_variant.push(only);
        self.images.push(document.images.iter().map(|image| image.id.0));
        self.fingerprints.push(Fingerprints::of(document, &with_picture));
    }

    /// Whether every row has all columns, and points to what is there.
    fn is_sound(&self) -> bool {
        let rows = self.slots.len();
        let columns = [
            self.handles.len(),
            self.titles.len(),
            self.category.len(),
            self.brand.len(),
            self.currency.len(),
            self.price_min.len(),
            self.price_max.len(),
            self.compare_at.len(),
            self.prices.len(),
            self.available.len(),
            self.variants.len(),
            self.only_variant.len(),
            self.images.len(),
            self.facets.len(),
            self.fingerprints.len(),
        ];
        let named = |at: u16, names: &Texts| usize::from(at) <= names.len();
        columns.iter().all(|column| *column == rows)
            && self.slots.is_sorted_by(|a, b| a < b)
            && [&self.handles, &self.titles, &self.categories, &self.brands]
                .iter()
                .all(|texts| texts.is_sound())
            && self.prices.is_sound()
            && self.images.is_sound()
            && self.facets.is_sound()
            && self.category.iter().all(|at| named(*at, &self.categories))
            && self.brand.iter().all(|at| named(*at, &self.brands))
            && self.currency.iter().all(|at| usize::from(*at) < self.currencies.len())
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The row of a place, if a product stands there.
    pub(crate) fn row(&self, slot: u8) -> Option<usize> {
        self.slots.binary_search(&slot).ok()
    }

    pub(crate) fn id(&self, row: usize) -> ProductId {
        product_at(self.number, self.slots.get(row).copied().unwrap_or_default())
    }

    pub(crate) fn handle(&self, row: usize) -> &str {
        self.handles.get(row)
    }

    pub(crate) fn title(&self, row: usize) -> &str {
        self.titles.get(row)
    }

    pub(crate) fn handles(&self) -> impl Iterator<Item = &str> {
        self.handles.iter()
    }

    pub(crate) fn currency(&self, row: usize) -> Option<Currency> {
        self.currencies.get(usize::from(*self.currency.get(row)?)).copied()
    }

    /// Whether the product has a picture of its own.
    pub(crate) fn has_picture(&self, row: usize) -> bool {
        !self.images.get(row).is_empty()
    }

    /// The row with this picture.
    pub(crate) fn row_of_picture(&self, id: ImageId) -> Option<usize> {
        // Most buckets don't have it: one look at all ids, which stand in one piece, before rows are told apart.
        self.images.items().contains(&id.0).then_some(())?;
        (0..self.len()).find(|row| self.images.get(*row).contains(&id.0))
    }

    /// The card of a row, with the name of its category.
    pub(crate) fn card(&self, row: usize, category: Option<String>) -> Option<Card> {
        let currency = self.currency(row)?;
        let money = |minor: i64| Money::new(minor, currency);
        let id = |number: &i64| (*number != 0).then_some(*number);
        let brand = usize::from(*self.brand.get(row)?).checked_sub(1);
        Some(Card {
            id: self.id(row),
            handle: Handle::parse(self.handle(row)).ok()?,
            title: self.title(row).to_owned(),
            brand: brand.map(|at| self.brands.get(at).to_owned()),
            price_from: money(*self.price_min.get(row)?),
            price_to: money(*self.price_max.get(row)?),
            compare_at: self.compare_at.get(row).and_then(id).map(money),
            available: *self.available.get(row)?,
            variants: *self.variants.get(row)?,
            only_variant: self.only_variant.get(row).and_then(id).map(VariantId),
            image: self.images.get(row).first().map(|id| ImageId(*id)),
            category,
        })
    }
}
