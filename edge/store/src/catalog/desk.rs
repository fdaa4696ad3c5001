//! Products as the team works on them.

use super::digest::digest;
use super::import::ATTEMPTS;
use super::plan::Plan;
use super::stored::Stored;
use super::{CatalogStore, export};
use crate::db::{contains, decode, rows};
use crate::{Database, DbError, Statement};
use async_trait::async_trait;
use orilla_catalog::{Handle, LIMITS, Product, ProductId, VariantId};
use orilla_shop::PortError;
use orilla_shop::catalog::{ImportError, ImportRun};
use orilla_shop::team::{
    AdjustOutcome, AdjustStock, Before, CreateOutcome, CreateProduct, HistoryEntry, PAGE, ProductChange,
    ProductDesk, ProductPage, ProductQuery, SaveOutcome, SaveProduct, StockFilter, StoredProduct,
    differences,
};
use serde::Serialize;

/// ?1 the search (empty: none), ?2 the same as a pattern, ?3 status or NULL, ?4 `in`, `low`, `out` or NULL, ?5 the slug
/// of a category or NULL, ?6 the most pieces that are few. `v` are the sums over the variants of a product `p`.
const FITS: &str = "FROM products p LEFT JOIN categories g ON g.id = p.category_id
JOIN (SELECT product_id, sum(available) AS available, min(price_minor) AS price, max(currency) AS currency
      FROM variants WHERE archived = 0 GROUP BY product_id) v ON v.product_id = p.id
WHERE (?1 = '' OR p.handle = ?1 OR p.title LIKE ?2 ESCAPE '\\' OR p.brand LIKE ?2 ESCAPE '\\'
    OR EXISTS (SELECT 1 FROM variants s WHERE s.product_id = p.id AND s.archived = 0 AND s.sku LIKE ?2 ESCAPE '\\'))
  AND (?3 IS NULL OR p.status = ?3)
  AND CASE ?4 WHEN 'in' THEN v.available > 0 WHEN 'low' THEN v.available BETWEEN 1 AND ?6
    WHEN 'out' THEN v.available = 0 ELSE true END
  AND (?5 IS NULL OR g.slug = ?5 OR substr(g.slug, 1, length(?5) + 1) = ?5 || '/')";

/// Fails if an import has counted the stock anew since it was read: an edit would undo that.
const COUNT_GUARD: &str = "INSERT INTO import_guard (ok) SELECT 0 FROM json_each(?1) f
  JOIN variants v ON v.id = f.value ->> 0
  WHERE v.imported_available <> f.value ->> 1 LIMIT 1";

/// ?1 product, ?2 time, ?3 member, ?4 key or NULL, ?5 change.
const HISTORY: &str =
    "INSERT INTO product_history (product_id, at, member, key, change) VALUES (?1, ?2, ?3, ?4, ?5)";

/// ?1 variant, ?2 pieces, ?3 the most. Out of range is -1, which the table refuses.
const ADJUST: &str = "UPDATE variants
  SET available = iif(available + ?2 > ?3, -1, available + ?2) WHERE id = ?1";

/// ?1 variant, ?2 product. Fails if the product does not sell the variant.
const SOLD_GUARD: &str = "INSERT INTO import_guard (ok) SELECT 0
  WHERE NOT EXISTS (SELECT 1 FROM variants WHERE id = ?1 AND product_id = ?2 AND archived = 0)";

#[async_trait]
impl ProductDesk for CatalogStore {
    async fn find(&self, query: &ProductQuery) -> Result<ProductPage, PortError> {
        let ask = |select: String| {
            Statement::new(select)
                .bind(query.search.as_str())
                .bind(contains(&query.search))
                .bind(query.status.map(|status| status.token()))
                .bind(query.stock.map(|stock| stock.token()))
                .bind((!query.category.is_empty()).then_some(query.category.as_str()))
                .bind(StockFilter::FEW)
        };
        let skipped = query.page.saturating_sub(1).saturating_mul(PAGE);
        let page = format!(
            "SELECT json_object('handle', p.handle, 'title', p.title, 'brand', p.brand, 'status', p.status,
               'category', g.name, 'available', v.available,
               'price_from', json_object('minor', v.price, 'currency', v.currency)) AS doc
             {FITS} ORDER BY p.title COLLATE NOCASE, p.id LIMIT ?7 OFFSET ?8"
        );
        let page = ask(page).bind(PAGE).bind(skipped);
        let count = ask(format!("SELECT json(count(*)) AS doc {FITS}"));
        let answers = self.db.batch(vec![count, page]).await?;
        let [count, page] = answers.as_slice() else {
            return Err(DbError::Unexpected(format!("{} answers for 2 statements", answers.len())).into());
        };
        let total = decode::<u32>(count)?.pop().unwrap_or_default();
        Ok(ProductPage { total, products: decode(page)? })
    }

    async fn product(&self, handle: &Handle) -> Result<Option<StoredProduct>, PortError> {
        let Some(found) = export::one(&*self.db, handle).await? else { return Ok(None) };
        let ids =
            "SELECT json(id) AS doc FROM variants WHERE product_id = ?1 AND archived = 0 ORDER BY position";
        let variants: Vec<VariantId> = rows(&*self.db, Statement::new(ids).bind(found.id)).await?;
        // Between the two statements an import may have come: then the next attempt to save is stale.
        if variants.len() != found.product.variants.len() {
            return Err(PortError::Unavailable("the product changed while it was read".into()));
        }
        let (id, version, product) = (ProductId(found.id), found.version, found.product);
        Ok(Some(StoredProduct { id, version, product, variants }))
    }

    async fn save(&self, save: &SaveProduct<'_>) -> Result<SaveOutcome, PortError> {
        let SaveProduct { seen, product, is_undo, .. } = save;
        let products = std::slice::from_ref(product);
        let digests = [digest(product)];
        let mut stored = Stored::read(&*self.db, products, &digests).await?;
        stored.said = save.variants.iter().map(|id| id.map(|id| id.0)).collect();
        let known = stored.products.get(product.handle());
        let Some(known) = known.filter(|known| known.id == seen.id.0 && known.version == seen.version) else {
            return Ok(SaveOutcome::Stale);
        };
        let fields = differences(&seen.product, product);
        // A category's name can change without its slug: that is a change, but not of the document.
        let is_new = digests.iter().any(|digest| known.digest != *digest);
        // Nor is one whose digest waits to be made anew.
        if fields.is_empty() && (!is_new || known.digest.is_empty()) {
            return Ok(SaveOutcome::Unchanged);
        }
        if let Some((variant, owner)) = sku_taken(product, &stored) {
            return Ok(SaveOutcome::SkuTaken { variant, owner });
        }
        let before = Before { product: seen.product.clone(), variants: seen.variants.clone() };
        let change = ProductChange::Edited {
            version: seen.version.saturating_add(is_new.into()),
            fields,
            is_undo: *is_undo,
            before: Some(Box::new(before)),
        };
        let plan = Plan::new(products, &digests, &stored).map_err(unexpected)?;
        let counts: Vec<_> =
            seen.variants.iter().zip(&seen.product.variants).map(|(id, v)| (id, v.counted())).collect();
        let mut batch = vec![Statement::new(COUNT_GUARD).bind(json(&counts)?)];
        batch.extend(plan.statements());
        batch.push(history(seen.id, save.at, save.member, None, &change)?);
        match self.db.batch(batch).await {
            Ok(_) => Ok(SaveOutcome::Saved),
            // Somebody wrote between reading and writing.
            Err(DbError::Constraint(_)) => Ok(SaveOutcome::Stale),
            Err(error) => Err(error.into()),
        }
    }

    async fn create(&self, create: &CreateProduct<'_>) -> Result<CreateOutcome, PortError> {
        let CreateProduct { product, member, at } = create;
        let products = std::slice::from_ref(product);
        let digests = [digest(product)];
        for _ in 0..ATTEMPTS {
            let stored = Stored::read(&*self.db, products, &digests).await?;
            if let Some(there) = stored.products.get(product.handle()) {
                let is_same = digests.contains(&there.digest);
                return Ok(if is_same { CreateOutcome::There } else { CreateOutcome::HandleTaken });
            }
            if let Some((variant, owner)) = sku_taken(product, &stored) {
                return Ok(CreateOutcome::SkuTaken { variant, owner });
            }
            let plan = Plan::new(products, &digests, &stored).map_err(unexpected)?;
            let mut batch = plan.statements();
            batch.push(history(ProductId(stored.next_id), *at, member, None, &ProductChange::Created)?);
            match self.db.batch(batch).await {
                Ok(_) => return Ok(CreateOutcome::Created),
                // Somebody wrote between reading and writing: what became of that, the next attempt sees.
                Err(DbError::Constraint(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(PortError::Unavailable("others keep making products; try again".into()))
    }

    async fn before(&self, product: ProductId, version: u32) -> Result<Option<Before>, PortError> {
        let sql = "SELECT json(change -> '$.before') AS doc FROM product_history
            WHERE product_id = ?1 AND change ->> '$.version' = ?2 AND change -> '$.before' IS NOT NULL
            ORDER BY id DESC LIMIT 1";
        Ok(rows(&*self.db, Statement::new(sql).bind(product.0).bind(version)).await?.pop())
    }

    async fn adjust(&self, adjust: &AdjustStock) -> Result<AdjustOutcome, PortError> {
        let AdjustStock { product, variant, pieces, reason, key, member, at } = adjust;
        let change = ProductChange::Stock { variant: *variant, pieces: *pieces, reason: reason.clone() };
        let batch = vec![
            history(*product, *at, member, Some(key.as_str()), &change)?,
            Statement::new(SOLD_GUARD).bind(variant.0).bind(product.0),
            Statement::new(ADJUST).bind(variant.0).bind(i64::from(*pieces)).bind(LIMITS.available),
        ];
        match self.db.batch(batch).await {
            Ok(_) => Ok(AdjustOutcome::Done),
            Err(DbError::Constraint(name)) if name.contains("stock_is_not_negative") => {
                Ok(AdjustOutcome::OutOfRange)
            }
            Err(DbError::Constraint(name)) if name.contains("product_history.key") => {
                Ok(match done(&*self.db, key.as_str()).await? {
                    Some(earlier) if earlier == (product.0, change) => AdjustOutcome::Done,
                    _ => AdjustOutcome::KeyReused,
                })
            }
            Err(DbError::Constraint(_)) => Ok(AdjustOutcome::NoVariant),
            Err(error) => Err(error.into()),
        }
    }

    async fn history(&self, product: ProductId, most: u32) -> Result<Vec<HistoryEntry>, PortError> {
        let sql =
            "SELECT json_object('at', at, 'member', member, 'change', json(json_remove(change, '$.before')),
              'can_be_undone', json(iif(change -> '$.before' IS NULL, 'false', 'true'))) AS doc
            FROM product_history WHERE product_id = ?1 ORDER BY id DESC LIMIT ?2";
        Ok(rows(&*self.db, Statement::new(sql).bind(product.0).bind(most)).await?)
    }

    async fn sold_out(&self) -> Result<u32, PortError> {
        let sql = "SELECT json(count(*)) AS doc FROM cards WHERE available = 0";
        Ok(rows(&*self.db, Statement::new(sql)).await?.pop().unwrap_or_default())
    }

    async fn imports(&self, most: u32) -> Result<Vec<ImportRun>, PortError> {
        let sql = "SELECT json_object('run', run, 'source', source, 'format', format, 'counts',
              json_object('added', added, 'changed', changed, 'unchanged', unchanged),
              'rejected', rejected, 'at', at) AS doc
            FROM import_log ORDER BY id DESC LIMIT ?1";
        Ok(rows(&*self.db, Statement::new(sql).bind(most)).await?)
    }
}

/// The variant whose SKU another product has, and that product's handle.
fn sku_taken(product: &Product, stored: &Stored) -> Option<(usize, String)> {
    let taken = stored.taken.first()?;
    let variant = product.variants.iter().position(|variant| variant.sku.as_ref() == Some(&taken.sku));
    Some((variant.unwrap_or_default(), taken.handle.clone()))
}

/// No conflict is left when the SKUs are free.
fn unexpected(error: ImportError) -> PortError {
    match error {
        ImportError::Port(error) => error,
        conflict @ ImportError::Conflict { .. } => PortError::Unexpected(conflict.to_string()),
    }
}

/// What the request with this key did, and to which product.
async fn done(db: &dyn Database, key: &str) -> Result<Option<(i64, ProductChange)>, DbError> {
    let sql = "SELECT json_array(product_id, json(change)) AS doc FROM product_history WHERE key = ?1";
    Ok(rows(db, Statement::new(sql).bind(key)).await?.pop())
}

fn history(
    product: ProductId,
    at: i64,
    member: &str,
    key: Option<&str>,
    change: &ProductChange,
) -> Result<Statement, PortError> {
    let insert = Statement::new(HISTORY).bind(product.0).bind(at).bind(member);
    Ok(insert.bind(key).bind(json(change)?))
}

fn json(value: &impl Serialize) -> Result<String, PortError> {
    serde_json::to_string(value).map_err(|error| PortError::Unexpected(error.to_string()))
}
