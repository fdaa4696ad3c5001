//! Orders and their events.

use crate::Database;
use std::sync::Arc;

/// Orders in SQL.
#[derive(Clone)]
pub struct OrderStore {
    db: Arc<dyn Database>,
}

impl OrderStore {
    /// Orders in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        OrderStore { db }
    }
}
