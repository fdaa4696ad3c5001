//! Fingerprints: 64-bit digests (XXH3, whose output is fixed and the same on every platform) of what pages read.

use crate::document::{Document, Property};
use crate::frame::encode;
use orilla_catalog::read::{Card, Facet, ImageView, Listing, VariantView};
use orilla_catalog::{Handle, ProductId, VariantId};
use orilla_money::Money;
use orilla_richtext::SafeHtml;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// From this many pieces on, a page says "in stock"; below, it says how many are left.
pub const PLENTY: u32 = 6;
/// What pages are told where there is plenty: the most that a cart line can hold.
const ENOUGH: u32 = 99;

/// The stock that pages show: exact below [`PLENTY`], one and the same number from there on. A page that was given
/// this number can't show a count that its fingerprint does not see.
pub fn shown_stock(available: u32) -> u32 {
    if available < PLENTY { available } else { ENOUGH }
}

/// The digest of plain data.
pub(crate) fn digest<T: Serialize>(value: &T) -> u64 {
    xxh3_64(&encode(value))
}

/// One digest of two. Their order counts.
pub(crate) fn combine(a: u64, b: u64) -> u64 {
    let mut bytes = [0; 16];
    let (first, second) = bytes.split_at_mut(8);
    first.copy_from_slice(&a.to_le_bytes());
    second.copy_from_slice(&b.to_le_bytes());
    xxh3_64(&bytes)
}

/// The digests of one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprints {
    /// What decides about its place in lists: category, prices, whether it is in stock, facets, title.
    #[serde(with = "postcard::fixint::le")]
    pub(crate) listing: u64,
    /// What each variant costs, and its stock as pages show it.
    #[serde(with = "postcard::fixint::le")]
    pub(crate) offer: u64,
    /// What stands on its page, beside prices, stock and the names of its categories.
    #[serde(with = "postcard::fixint::le")]
    pub(crate) page: u64,
}

/// A variant, its SKU and barcode, and the values of its options.
type VariantText<'a> = (VariantId, Option<&'a str>, Option<&'a str>, &'a [String]);

/// What a page says of a product that is no offer.
#[derive(Serialize)]
struct PageText<'a> {
    handle: &'a Handle,
    version: u32,
    title: &'a str,
    brand: Option<&'a str>,
    description: &'a SafeHtml,
    category: Option<&'a str>,
    options: &'a [String],
    variants: Vec<VariantText<'a>>,
    attributes: &'a [Property],
    images: &'a [ImageView],
    image_urls: &'a [String],
}

impl Fingerprints {
    /// `listing` is what lists see of the document.
    pub(crate) fn of<T: Serialize>(document: &Document, listing: &T) -> Self {
        let variant = |v: &VariantView| (v.id, v.price, v.compare_at, shown_stock(v.available));
        let offer: Vec<(VariantId, Money, Option<Money>, u32)> =
            document.variants.iter().map(variant).collect();
        let text = digest(&PageText {
            handle: &document.handle,
            version: document.version,
            title: &document.title,
            brand: document.brand.as_deref(),
            description: &document.description,
            category: document.category.as_deref(),
            options: &document.options,
            variants: document
                .variants
                .iter()
                .map(|v| (v.id, v.sku.as_deref(), v.barcode.as_deref(), v.options.as_slice()))
                .collect(),
            attributes: &document.attributes,
            images: &document.images,
            image_urls: &document.image_urls,
        });
        // Without reviews it is what it was before there were any, so no page is made anew for nothing.
        let page = match document.reviews.count {
            0 => text,
            _ => combine(text, digest(&document.reviews)),
        };
        Fingerprints { listing: digest(listing), offer: digest(&offer), page }
    }
}

impl Fingerprints {
    /// All that any page shows: the product's version, but for the names of its categories.
    pub(crate) fn version(&self) -> u64 {
        combine(self.offer, self.page)
    }
}

/// What a card says beside price and stock.
pub(crate) fn card_text(card: &Card) -> u64 {
    digest(&(&card.handle, &card.title, &card.brand, card.image, &card.category))
}

/// What a card says of price and stock, of all its variants together.
pub(crate) fn card_offer(card: &Card) -> u64 {
    digest(&(
        card.price_from,
        card.price_to,
        card.compare_at,
        card.available > 0,
        card.variants,
        card.only_variant,
    ))
}

/// Which products these are, in this order.
pub(crate) fn order(cards: &[Card]) -> u64 {
    digest(&cards.iter().map(|card| card.id).collect::<Vec<ProductId>>())
}

/// The fingerprint of a list: which products are on it in what order, all counts, the facets and the range of prices.
/// What its cards say is for reads of their own.
pub fn list_fingerprint(listing: &Listing) -> u64 {
    let Listing { total, cards, facets, price_range, in_stock } = listing;
    let facets: &[Facet] = facets;
    digest(&(total, order(cards), facets, price_range, in_stock))
}
