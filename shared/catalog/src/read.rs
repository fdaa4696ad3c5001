//! What pages show of the catalogue: small, ready-made shapes that the store answers.

use crate::{AttributeKey, AttributeValue, Handle, ImageId, ProductId, VariantId};
use orilla_money::Money;
use orilla_richtext::SafeHtml;
use serde::{Deserialize, Serialize};

/// A product in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The product.
    pub id: ProductId,
    /// Its name in URLs.
    pub handle: Handle,
    /// What it is called.
    pub title: String,
    /// Who makes it.
    pub brand: Option<String>,
    /// The lowest price of its variants.
    pub price_from: Money,
    /// The highest price of its variants.
    pub price_to: Money,
    /// The former price of the variant with the lowest price, if that is reduced.
    pub compare_at: Option<Money>,
    /// Pieces over all variants.
    pub available: u32,
    /// How many variants there are.
    pub variants: u32,
    /// The variant, if there is only one: it can go into the cart from the list.
    pub only_variant: Option<VariantId>,
    /// The main picture, if the product has one of its own; else it is drawn.
    pub image: Option<ImageId>,
    /// The category's name, for the drawing.
    pub category: Option<String>,
}

/// A category on the way to a product or in a menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryRef {
    /// The path in URLs: `lighting/lanterns`.
    pub slug: String,
    /// What it is called.
    pub name: String,
}

/// A category with the active products in it and below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryNode {
    /// The path in URLs: `lighting/lanterns`. The depth is the number of `/`.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// Active products in it and in the categories below it.
    pub products: u32,
}

/// A variant as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantView {
    /// What a cart line points at.
    pub id: VariantId,
    /// The shop's number.
    pub sku: Option<String>,
    /// EAN, UPC, ISBN or GTIN.
    pub barcode: Option<String>,
    /// The value of each option.
    pub options: Vec<String>,
    /// What one piece costs.
    pub price: Money,
    /// What it cost before.
    pub compare_at: Option<Money>,
    /// Pieces that can be sold.
    pub available: u32,
}

/// A picture of the product on another host, served through `/img/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageView {
    /// Its id.
    pub id: ImageId,
    /// What it shows; empty: the title serves.
    pub alt: String,
}

/// An attribute with its values, as a product page lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttributeView {
    /// The stable name.
    pub key: AttributeKey,
    /// What a shopper reads.
    pub name: String,
    /// The values.
    pub value: AttributeValue,
    /// The unit of a number.
    pub unit: Option<String>,
}

/// What somebody who has received a product says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewView {
    /// How good it is: 1 to 5.
    pub stars: u8,
    /// The name that stands under it.
    pub author: String,
    /// What they say; `\n` between lines.
    pub text: String,
    /// In which language: two letters.
    pub language: String,
    /// When it was written, in milliseconds since 1970.
    pub at: i64,
}

/// What is said of a product, as far as the team shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviews {
    /// How many reviews there are.
    pub count: u32,
    /// The stars of all of them.
    pub stars: u32,
    /// The newest first, at most [`Reviews::SHOWN`].
    pub newest: Vec<ReviewView>,
}

impl Reviews {
    /// Reviews that a page shows, at most.
    pub const SHOWN: usize = 10;

    /// The mean of the stars in tenths, rounded: 45 for 4.5; `None` if nobody has said anything.
    pub fn mean_tenths(&self) -> Option<u32> {
        let count = u64::from(self.count);
        let mean = (u64::from(self.stars) * 20 + count).checked_div(2 * count)?;
        u32::try_from(mean).ok()
    }
}

/// A product page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductView {
    /// The product.
    pub id: ProductId,
    /// Its name in URLs.
    pub handle: Handle,
    /// Grows by one with each change of the document (not with stock).
    pub version: u32,
    /// What it is called.
    pub title: String,
    /// Who makes it.
    pub brand: Option<String>,
    /// What it is.
    pub description: SafeHtml,
    /// The way to its category, from the top.
    pub categories: Vec<CategoryRef>,
    /// The names of the options.
    pub options: Vec<String>,
    /// At least one.
    pub variants: Vec<VariantView>,
    /// Properties in the feed's order.
    pub attributes: Vec<AttributeView>,
    /// Pictures, the first is the main one; empty: it is drawn.
    pub images: Vec<ImageView>,
    /// What is said of it.
    pub reviews: Reviews,
}

/// One choice of a facet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetValue {
    /// The value as the URL writes it ([`crate::AttributeValue::token`]).
    pub token: String,
    /// Products that have it, among those that fit all other filters.
    pub count: u32,
    /// Whether the question already asks for it.
    pub selected: bool,
}

/// What a facet is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FacetKind {
    /// The brand.
    Brand,
    /// A text attribute.
    Text,
    /// A number attribute with its unit; the values are sorted by size.
    Number {
        /// The unit.
        unit: Option<String>,
    },
    /// A yes-or-no attribute.
    Boolean,
}

/// A way to narrow a list, with counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facet {
    /// `brand`, or the key of an attribute.
    pub key: String,
    /// What a shopper reads (the attribute's name; empty for the brand, which has a translation).
    pub name: String,
    /// What it is about.
    pub kind: FacetKind,
    /// The choices, the most frequent first (numbers: the smallest first).
    pub values: Vec<FacetValue>,
}

/// A page of a list, with what is needed to narrow it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// Products that fit.
    pub total: u32,
    /// Those on this page.
    pub cards: Vec<Card>,
    /// The facets worth showing.
    pub facets: Vec<Facet>,
    /// The lowest and highest price among those that fit all filters but the price.
    pub price_range: Option<(Money, Money)>,
    /// How many of those that fit all filters but availability are in stock.
    pub in_stock: u32,
}

/// A suggestion while a shopper types.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The product.
    pub handle: Handle,
    /// What it is called.
    pub title: String,
    /// Who makes it.
    pub brand: Option<String>,
    /// From this price.
    pub price_from: Money,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_stars_has_one_decimal() {
        let mean = |count, stars| Reviews { count, stars, newest: Vec::new() }.mean_tenths();
        assert_eq!(mean(0, 0), None);
        for (count, stars, expected) in
            [(1, 5, 50), (2, 9, 45), (3, 13, 43), (3, 14, 47), (20, 61, 31), (7, 7, 10)]
        {
            assert_eq!(mean(count, stars), Some(expected), "{stars} stars in {count} reviews");
        }
        assert_eq!(mean(u32::MAX / 5, u32::MAX), Some(50));
    }
}
