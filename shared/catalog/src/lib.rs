//! What a shop sells: products with options and variants, typed attributes, a tree of categories, and the
//! questions that shoppers ask of them (text, category, facets, sort, page).
//!
//! Two shapes of a product: [`Product`] is the whole document that a feed brings and the Studio edits, checked
//! by [`ProductDraft::check`]; the types in [`read`] are what a page shows of it.
#![deny(missing_docs)]

mod attribute;
mod category;
pub mod facets;
mod handle;
mod product;
pub mod query;
pub mod read;
mod searchable;

pub use attribute::{Attribute, AttributeKey, AttributeValue};
pub use category::{CategoryPath, tree, way};
pub use handle::{Handle, InvalidHandle, slug};
pub use product::{
    Fault, FaultKind, Image, ImageUrl, LIMITS, Limits, Product, ProductDraft, Status, Variant,
};
pub use searchable::Searchable;
use serde::{Deserialize, Serialize};

/// The id that the store gives a product. Stable for the life of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductId(pub i64);

/// The id that the store gives a variant: what a cart line and an order line point at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VariantId(pub i64);

/// The id that the store gives a picture of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImageId(pub i64);

/// The id that the store gives a category. Its slug follows its name; this stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CategoryId(pub i64);
