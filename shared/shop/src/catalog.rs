//! What pages and the API ask of the catalogue, and the import.

use crate::PortError;
use async_trait::async_trait;
use orilla_catalog::query::ListQuery;
use orilla_catalog::read::{Card, CategoryNode, Listing, ProductView, Suggestion};
use orilla_catalog::{Handle, ImageId, Product, ProductId};
use serde::{Deserialize, Serialize};

/// The catalogue as shoppers may see it: active products only.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// The page of a product; `None` if there is no active product with this handle.
    async fn product(&self, handle: &Handle) -> Result<Option<ProductView>, PortError>;

    /// A page of a list with its facets. `None` if the category does not exist.
    async fn list(&self, query: &ListQuery) -> Result<Option<Listing>, PortError>;

    /// All categories that have active products, parents before children, siblings by name.
    async fn categories(&self) -> Result<Vec<CategoryNode>, PortError>;

    /// Up to `most` other products of the same category (or, if there are few, of the one above), available first.
    async fn related(&self, product: ProductId, most: u32) -> Result<Vec<Card>, PortError>;

    /// Products for the home page: a varied, stable choice of what is available and has a picture or a category.
    async fn featured(&self, most: u32) -> Result<Vec<Card>, PortError>;

    /// The URL behind a picture id, with the title and category that a drawn picture needs as a fallback.
    async fn image(&self, id: ImageId) -> Result<Option<RemoteImage>, PortError>;

    /// Active products in the order of their ids, from the one after `after`: for the API's cursor and the sitemap.
    async fn page_by_id(&self, after: ProductId, most: u32) -> Result<Vec<Card>, PortError>;
}

/// Which words of a text a product must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// All of them, the last of which may be unfinished.
    All,
    /// Any of them.
    Any,
}

/// What no snapshot answers: full-text search over active products, as the team wrote them, and where a category is that
/// was moved.
#[async_trait]
pub trait Search: Send + Sync {
    /// The products that have these words, with a rank, the lowest the best, in no order. A text without a word finds
    /// nothing.
    async fn matches(&self, text: &str, words: Words) -> Result<Vec<(ProductId, f64)>, PortError>;

    /// Up to `most` products whose title, brand or numbers begin with what was typed.
    async fn suggest(&self, typed: &str, most: u32) -> Result<Vec<Suggestion>, PortError>;

    /// The slug of the category that stood at this one before the team moved it.
    async fn moved(&self, slug: &str) -> Result<Option<String>, PortError>;
}

/// A picture on another host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteImage {
    /// Where it is.
    pub url: String,
    /// The product's title.
    pub title: String,
    /// The name of the product's category.
    pub category: Option<String>,
}

/// The write side of the catalogue, for the shop's team.
#[async_trait]
pub trait CatalogWriter: Send + Sync {
    /// Puts products in, in one transaction: new ones are added, changed ones get a new version, equal ones are left
    /// alone. Stock changes by the difference between the file's count and the one the last import brought, never below
    /// 0, so that an import never undoes a sale. With `dry_run`, answers what would happen and changes nothing.
    ///
    /// # Errors
    /// [`ImportError::Conflict`] names the entry (its index in `products`) that can't go in; nothing of the batch did.
    async fn import(&self, products: &[Product], dry_run: bool) -> Result<ImportCounts, ImportError>;

    /// All products of any status with their current stock, in the order of handles, after `after`: for the export.
    async fn export(&self, after: Option<&Handle>, most: u32) -> Result<Vec<Product>, PortError>;

    /// Writes a line of the import log.
    async fn log_import(&self, run: &ImportRun) -> Result<(), PortError>;
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCounts {
    /// New products.
    pub added: u32,
    /// Products with a new version.
    pub changed: u32,
    /// Products that were equal already.
    pub unchanged: u32,
}

/// Why a batch of products did not go in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// One entry contradicts the store or another entry: a SKU that belongs to another product, say.
    #[error("{message}")]
    Conflict {
        /// The index in the batch.
        index: usize,
        /// The field, as in the product's JSON.
        field: String,
        /// What is wrong and what would be right.
        message: String,
    },
    /// The store failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// A line of the import log: one request of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRun {
    /// The name that the sender gave the whole import: all requests of a file share it.
    pub run: String,
    /// The file's name.
    pub source: String,
    /// `shopify`, `icecat`, `google-xml`, `google-tsv` or `ndjson`.
    pub format: String,
    /// What it did.
    pub counts: ImportCounts,
    /// Rows that were rejected.
    pub rejected: u32,
    /// When, in milliseconds since 1970.
    pub at: i64,
}
