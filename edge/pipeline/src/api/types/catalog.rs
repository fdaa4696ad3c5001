//! Products, categories and lists.

use super::Amount;
use crate::visit::Visit;
use orilla_art::Sketch;
use orilla_catalog::AttributeValue;
use orilla_catalog::read::{
    Card, CategoryNode, Facet, FacetKind, Listing, ProductView, Suggestion, VariantView,
};
use schemars::JsonSchema;
use serde::Serialize;

/// A product in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProductSummary {
    id: i64,
    /// The product's name in addresses.
    handle: String,
    title: String,
    brand: Option<String>,
    /// The lowest price of its variants.
    price_from: Amount,
    /// The highest price of its variants.
    price_to: Amount,
    /// The former price of the variant with the lowest price, if that is reduced.
    compare_at: Option<Amount>,
    /// Pieces over all variants.
    available: u32,
    /// How many variants there are.
    variants: u32,
    /// The variant, if there is only one.
    only_variant: Option<i64>,
    /// The name of its category.
    category: Option<String>,
    /// The address of its picture.
    image: String,
    /// The address of its page.
    url: String,
}

impl ProductSummary {
    pub fn new(visit: &Visit, card: Card) -> Self {
        let drawn = || format!("/art/{}", Sketch::of(&card.title, card.category.as_deref(), None).path());
        let image = card.image.map_or_else(drawn, |id| format!("/img/{}", id.0));
        ProductSummary {
            id: card.id.0,
            url: visit.absolute(&visit.url(&format!("/p/{}", card.handle))),
            image: visit.absolute(&image),
            handle: card.handle.to_string(),
            title: card.title,
            brand: card.brand,
            price_from: card.price_from.into(),
            price_to: card.price_to.into(),
            compare_at: card.compare_at.map(Amount::from),
            available: card.available,
            variants: card.variants,
            only_variant: card.only_variant.map(|id| id.0),
            category: card.category,
        }
    }
}

/// A page of all products.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProductPage {
    pub products: Vec<ProductSummary>,
    /// Where the next page begins; null: this is the last.
    pub next_cursor: Option<String>,
}

/// A product.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Product {
    id: i64,
    /// The product's name in addresses.
    handle: String,
    /// Grows by one with each change of the product (not with its stock).
    version: u32,
    title: String,
    brand: Option<String>,
    /// What it is, as HTML that is safe to show.
    description: String,
    /// The way to its category, from the top.
    categories: Vec<CategoryName>,
    /// The names of the options.
    options: Vec<String>,
    variants: Vec<Variant>,
    attributes: Vec<Attribute>,
    /// The addresses of its own pictures, the main one first.
    images: Vec<Image>,
    /// The address of its page.
    url: String,
}

impl Product {
    pub fn new(visit: &Visit, product: ProductView) -> Self {
        let image = |image: orilla_catalog::read::ImageView| Image {
            url: visit.absolute(&format!("/img/{}", image.id.0)),
            alt: image.alt,
        };
        Product {
            id: product.id.0,
            url: visit.absolute(&visit.url(&format!("/p/{}", product.handle))),
            handle: product.handle.to_string(),
            version: product.version,
            title: product.title,
            brand: product.brand,
            description: product.description.as_str().to_owned(),
            categories: product
                .categories
                .into_iter()
                .map(|c| CategoryName { slug: c.slug, name: c.name })
                .collect(),
            options: product.options,
            variants: product.variants.into_iter().map(Variant::from).collect(),
            attributes: product.attributes.into_iter().map(Attribute::from).collect(),
            images: product.images.into_iter().map(image).collect(),
        }
    }
}

/// A category by name.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CategoryName {
    /// Its path in addresses: `lighting/lanterns`.
    slug: String,
    name: String,
}

/// Something that can be bought.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Variant {
    /// What a line of a cart points at.
    id: i64,
    /// The shop's number.
    sku: Option<String>,
    /// EAN, UPC, ISBN or GTIN.
    barcode: Option<String>,
    /// The value of each of the product's options.
    options: Vec<String>,
    /// What one piece costs, tax included.
    price: Amount,
    /// What it cost before.
    compare_at: Option<Amount>,
    /// Pieces that can be sold.
    available: u32,
}

impl From<VariantView> for Variant {
    fn from(variant: VariantView) -> Self {
        Variant {
            id: variant.id.0,
            sku: variant.sku,
            barcode: variant.barcode,
            options: variant.options,
            price: variant.price.into(),
            compare_at: variant.compare_at.map(Amount::from),
            available: variant.available,
        }
    }
}

/// A property of a product.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Attribute {
    /// The stable name, the same for all products: `cable_length`.
    key: String,
    /// What a shopper reads.
    name: String,
    value: Value,
    /// The unit of a number.
    unit: Option<String>,
}

/// A text, a number or a boolean.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "AttributeValue")]
pub enum Value {
    Boolean(bool),
    Number(f64),
    Text(String),
}

impl From<orilla_catalog::read::AttributeView> for Attribute {
    fn from(attribute: orilla_catalog::read::AttributeView) -> Self {
        let value = match attribute.value {
            AttributeValue::Boolean(yes) => Value::Boolean(yes),
            AttributeValue::Number(number) => Value::Number(number),
            AttributeValue::Text(text) => Value::Text(text),
        };
        Attribute { key: attribute.key.to_string(), name: attribute.name, value, unit: attribute.unit }
    }
}

/// A picture.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Image {
    url: String,
    /// What it shows; empty: the title serves.
    alt: String,
}

/// All categories, parents before children.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Categories {
    pub categories: Vec<Category>,
}

/// A category.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Category {
    /// Its path in addresses: `lighting/lanterns`.
    slug: String,
    /// The slug of the category above it.
    parent: Option<String>,
    name: String,
    /// Active products in it and below it.
    products: u32,
    /// The address of its page.
    url: String,
}

impl Category {
    pub fn new(visit: &Visit, category: CategoryNode) -> Self {
        Category {
            parent: category.slug.rsplit_once('/').map(|(parent, _)| parent.to_owned()),
            url: visit.absolute(&visit.url(&format!("/c/{}", category.slug))),
            slug: category.slug,
            name: category.name,
            products: category.products,
        }
    }
}

/// A page of what was searched, with ways to narrow it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SearchPage {
    /// Products that fit.
    pub total: u32,
    pub products: Vec<ProductSummary>,
    /// Where the next page begins; null: this is the last.
    pub next_cursor: Option<String>,
    pub facets: Vec<FacetCounts>,
    /// The prices of what fits all filters but the price.
    pub price_range: Option<PriceRange>,
    /// How many of those that fit all filters but availability are in stock.
    pub in_stock: u32,
}

impl SearchPage {
    pub fn new(visit: &Visit, listing: Listing, next_cursor: Option<String>) -> Self {
        SearchPage {
            total: listing.total,
            products: listing.cards.into_iter().map(|card| ProductSummary::new(visit, card)).collect(),
            next_cursor,
            facets: listing.facets.into_iter().map(FacetCounts::from).collect(),
            price_range: listing
                .price_range
                .map(|(from, to)| PriceRange { from: from.into(), to: to.into() }),
            in_stock: listing.in_stock,
        }
    }
}

/// The lowest and the highest price.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PriceRange {
    from: Amount,
    to: Amount,
}

/// A way to narrow a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FacetCounts {
    /// The parameter: `brand`, or `a.` and the key of an attribute.
    parameter: String,
    /// What a shopper reads; empty for the brand.
    name: String,
    kind: Kind,
    /// The unit of numbers.
    unit: Option<String>,
    values: Vec<FacetValue>,
}

/// What a facet is about.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "FacetKind")]
pub enum Kind {
    Brand,
    Text,
    Number,
    Boolean,
}

/// One choice of a facet.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FacetValue {
    /// The value of the parameter.
    value: String,
    /// Products that have it, among those that fit all other filters.
    count: u32,
    /// Whether the question already asks for it.
    selected: bool,
}

impl From<Facet> for FacetCounts {
    fn from(facet: Facet) -> Self {
        let (kind, unit) = match facet.kind {
            FacetKind::Brand => (Kind::Brand, None),
            FacetKind::Text => (Kind::Text, None),
            FacetKind::Number { unit } => (Kind::Number, unit),
            FacetKind::Boolean => (Kind::Boolean, None),
        };
        let prefix = if matches!(kind, Kind::Brand) { "" } else { "a." };
        let value = |v: orilla_catalog::read::FacetValue| FacetValue {
            value: v.token,
            count: v.count,
            selected: v.selected,
        };
        FacetCounts {
            parameter: format!("{prefix}{}", facet.key),
            name: facet.name,
            kind,
            unit,
            values: facet.values.into_iter().map(value).collect(),
        }
    }
}

/// Products that fit what was typed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Suggestions {
    pub suggestions: Vec<SuggestedProduct>,
}

/// A product that fits what was typed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SuggestedProduct {
    handle: String,
    title: String,
    brand: Option<String>,
    /// The lowest price of its variants.
    price_from: Amount,
    /// The address of its page.
    url: String,
}

impl SuggestedProduct {
    pub fn new(visit: &Visit, found: Suggestion) -> Self {
        SuggestedProduct {
            url: visit.absolute(&visit.url(&format!("/p/{}", found.handle))),
            handle: found.handle.to_string(),
            title: found.title,
            brand: found.brand,
            price_from: found.price_from.into(),
        }
    }
}
