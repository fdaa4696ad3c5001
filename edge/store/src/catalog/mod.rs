//! Products, categories and search.
//!
//! What the team writes stands in normalised tables (`products`, `variants`, `attributes`, …). What shoppers ask
//! of many products at once stands in projections that hold **active products only** and that every import brings
//! up to date in its own transaction: `cards` (what lists filter and sort by), `product_facets` (attributes and
//! brand as integers, for counting) and `product_search` (FTS5).

mod assign;
mod card;
mod categories;
mod desk;
mod digest;
mod export;
mod import;
mod imports;
mod index;
mod list;
mod moved;
mod plan;
mod product;
mod read;
mod rows;
mod snapshot;
mod stored;
mod terms;
#[cfg(test)]
mod tests;
mod write;

use crate::{Database, Statement, db};
use async_trait::async_trait;
use orilla_catalog::query::ListQuery;
use orilla_catalog::read::{Card, CategoryNode, Listing, ProductView, Suggestion};
use orilla_catalog::{Handle, ImageId, Product, ProductId};
use orilla_shop::catalog::{
    Catalog, CatalogWriter, ImportCounts, ImportError, ImportRun, RemoteImage, Search, Words,
};
use orilla_shop::{Health, PortError};
use std::sync::Arc;

/// The catalogue in SQL.
#[derive(Clone)]
pub struct CatalogStore {
    db: Arc<dyn Database>,
}

impl CatalogStore {
    /// A catalogue in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        CatalogStore { db }
    }
}

#[async_trait]
impl Catalog for CatalogStore {
    async fn product(&self, handle: &Handle) -> Result<Option<ProductView>, PortError> {
        Ok(product::product(&*self.db, handle).await?)
    }

    async fn list(&self, query: &ListQuery) -> Result<Option<Listing>, PortError> {
        Ok(list::list(&*self.db, query).await?)
    }

    async fn categories(&self) -> Result<Vec<CategoryNode>, PortError> {
        Ok(read::categories(&*self.db).await?)
    }

    async fn related(&self, product: ProductId, most: u32) -> Result<Vec<Card>, PortError> {
        Ok(read::related(&*self.db, product, most).await?)
    }

    async fn featured(&self, most: u32) -> Result<Vec<Card>, PortError> {
        Ok(read::featured(&*self.db, most).await?)
    }

    async fn image(&self, id: ImageId) -> Result<Option<RemoteImage>, PortError> {
        Ok(read::image(&*self.db, id).await?)
    }

    async fn page_by_id(&self, after: ProductId, most: u32) -> Result<Vec<Card>, PortError> {
        Ok(read::page_by_id(&*self.db, after, most).await?)
    }
}

#[async_trait]
impl Search for CatalogStore {
    async fn matches(&self, text: &str, words: Words) -> Result<Vec<(ProductId, f64)>, PortError> {
        Ok(read::matches(&*self.db, text, words).await?)
    }

    async fn suggest(&self, typed: &str, most: u32) -> Result<Vec<Suggestion>, PortError> {
        Ok(read::suggest(&*self.db, typed, most).await?)
    }

    async fn moved(&self, slug: &str) -> Result<Option<String>, PortError> {
        Ok(read::moved(&*self.db, slug).await?)
    }
}

#[async_trait]
impl CatalogWriter for CatalogStore {
    async fn import(&self, products: &[Product], dry_run: bool) -> Result<ImportCounts, ImportError> {
        import::import(&*self.db, products, dry_run).await
    }

    async fn export(&self, after: Option<&Handle>, most: u32) -> Result<Vec<Product>, PortError> {
        Ok(export::export(&*self.db, after, most).await?)
    }

    async fn log_import(&self, run: &ImportRun) -> Result<(), PortError> {
        let insert = Statement::new(
            "INSERT INTO import_log (run, source, format, added, changed, unchanged, rejected, at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(run.run.as_str())
        .bind(run.source.as_str())
        .bind(run.format.as_str())
        .bind(run.counts.added)
        .bind(run.counts.changed)
        .bind(run.counts.unchanged)
        .bind(run.rejected)
        .bind(run.at);
        self.db.batch(vec![insert]).await?;
        Ok(())
    }
}

#[async_trait]
impl Health for CatalogStore {
    async fn database(&self) -> Result<(), PortError> {
        db::rows::<u8>(&*self.db, Statement::new("SELECT '1' AS doc")).await?;
        Ok(())
    }
}
