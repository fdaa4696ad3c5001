//! The import of a batch of products: read what is there, plan, write all in one transaction.

use super::digest::digest;
use super::moved::follow;
use super::plan::{Plan, no_repeats};
use super::stored::Stored;
use crate::{Database, DbError};
use orilla_catalog::Product;
use orilla_shop::PortError;
use orilla_shop::catalog::{ImportCounts, ImportError};

/// How often a batch is planned when others write at the same time: of several that make products, one gets through.
pub(super) const ATTEMPTS: u32 = 8;

/// See [`orilla_shop::catalog::CatalogWriter::import`].
///
/// Between reading and writing another import may change the same products. The write notices (a guard compares the
/// versions, and new ids and SKUs are unique), has no effect then, and the batch is planned again.
pub(super) async fn import(
    db: &dyn Database,
    products: &[Product],
    dry_run: bool,
) -> Result<ImportCounts, ImportError> {
    no_repeats(products)?;
    let products = &*follow(db, products).await.map_err(PortError::from)?;
    let digests: Vec<String> = products.iter().map(digest).collect();
    let mut refusal = String::new();
    for _ in 0..ATTEMPTS {
        let stored = Stored::read(db, products, &digests).await.map_err(PortError::from)?;
        let plan = Plan::new(products, &digests, &stored)?;
        let counts = plan.counts;
        if dry_run || products.is_empty() {
            return Ok(counts);
        }
        match db.batch(plan.statements()).await {
            Ok(_) => return Ok(counts),
            Err(DbError::Constraint(words)) => refusal = words,
            Err(error) => return Err(PortError::from(error).into()),
        }
    }
    let busy = format!("other imports keep changing the same products ({refusal}); try again");
    Err(PortError::Unavailable(busy).into())
}
