//! Products, categories and search.

use crate::Database;
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
