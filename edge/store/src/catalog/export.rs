//! Whole documents, as an import would bring them.

use super::product::{OPTIONS, PRICE, VALUE};
use crate::{Database, DbError, Statement, db};
use orilla_catalog::{Attribute, CategoryPath, Handle, Image, Product, ProductDraft, Variant};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// What stands in a product's own row, with the names of its category from the top.
#[derive(Deserialize)]
struct Head {
    id: i64,
    version: u32,
    draft: ProductDraft,
    category: Vec<String>,
}

/// A document with its id and version.
pub(super) struct Document {
    pub(super) id: i64,
    pub(super) version: u32,
    pub(super) product: Product,
}

/// The products of the page, those after the handle `?1`; all statements of one batch see the same.
const PAGE: &str =
    "WITH page AS MATERIALIZED (SELECT * FROM products WHERE handle > ?1 ORDER BY handle LIMIT ?2)";

/// The product with the handle `?1`, if `?2` is not 0.
const ONE: &str = "WITH page AS MATERIALIZED (SELECT * FROM products WHERE handle = ?1 LIMIT ?2)";

/// See [`orilla_shop::catalog::CatalogWriter::export`].
pub(super) async fn export(
    db: &dyn Database,
    after: Option<&Handle>,
    most: u32,
) -> Result<Vec<Product>, DbError> {
    let documents = documents(db, PAGE, after.map_or("", Handle::as_str), most).await?;
    Ok(documents.into_iter().map(|document| document.product).collect())
}

/// The product with this handle, of any status.
pub(super) async fn one(db: &dyn Database, handle: &Handle) -> Result<Option<Document>, DbError> {
    Ok(documents(db, ONE, handle.as_str(), 1).await?.pop())
}

/// The documents of a page that a `WITH page AS …` names, which may use `?1` and `?2`.
pub(super) async fn documents(
    db: &dyn Database,
    page: &str,
    handle: &str,
    most: u32,
) -> Result<Vec<Document>, DbError> {
    let statements = sql(page).map(|sql| Statement::new(sql).bind(handle).bind(most));
    let answers = db.batch(statements.into()).await?;
    let [heads, options, variants, attributes, images] = answers.as_slice() else {
        return Err(DbError::Unexpected(format!("{} answers for 5 statements", answers.len())));
    };
    let mut options = parts::<String>(options)?;
    let mut variants = parts::<Variant>(variants)?;
    let mut attributes = parts::<Attribute>(attributes)?;
    let mut images = parts::<Image>(images)?;
    let mut products = Vec::with_capacity(heads.len());
    for Head { id, version, draft, category } in db::decode(heads)? {
        let draft = ProductDraft {
            category: (!category.is_empty())
                .then(|| CategoryPath::new(category))
                .transpose()
                .map_err(DbError::Unexpected)?,
            options: options.remove(&id).unwrap_or_default(),
            variants: variants.remove(&id).unwrap_or_default(),
            attributes: attributes.remove(&id).unwrap_or_default(),
            images: images.remove(&id).unwrap_or_default(),
            ..draft
        };
        let product = Product::try_from(draft).map_err(DbError::Unexpected)?;
        products.push(Document { id, version, product });
    }
    Ok(products)
}

/// Rows `[product id, part]`, gathered by product in their order.
pub(super) fn parts<T: DeserializeOwned>(docs: &[String]) -> Result<BTreeMap<i64, Vec<T>>, DbError> {
    let mut parts = BTreeMap::<i64, Vec<T>>::new();
    for (id, part) in db::decode::<(i64, T)>(docs)? {
        parts.entry(id).or_default().push(part);
    }
    Ok(parts)
}

fn sql(page: &str) -> [String; 5] {
    [
        format!(
            "{page} SELECT json_object('id', p.id, 'version', p.version, 'draft', json_object('handle', p.handle, 'title', p.title,
               'brand', p.brand, 'description', p.description, 'status', p.status, 'variants', json('[]')),
               'category', json((
                 WITH RECURSIVE way (parent_id, slug, name) AS (
                   SELECT parent_id, slug, name FROM categories WHERE id = p.category_id
                   UNION ALL
                   SELECT g.parent_id, g.slug, g.name FROM way JOIN categories g ON g.id = way.parent_id
                 )
                 SELECT json_group_array(name) FROM (SELECT name FROM way ORDER BY length(slug))
               ))) AS doc
             FROM page p ORDER BY p.handle"
        ),
        format!(
            "{page} SELECT json_array(p.id, o.name) AS doc
             FROM page p CROSS JOIN product_options o ON o.product_id = p.id ORDER BY o.product_id, o.position"
        ),
        format!(
            "{page} SELECT json_array(p.id, json_object('sku', v.sku, 'barcode', v.barcode, 'options', {OPTIONS}, {PRICE},
               'sold', v.imported_available - v.available)) AS doc
             FROM page p CROSS JOIN variants v ON v.product_id = p.id
             WHERE v.archived = 0 ORDER BY v.product_id, v.position"
        ),
        format!(
            "{page} SELECT json_array(p.id,
               json_object('key', a.key, 'name', a.name, 'value', {VALUE}, 'unit', a.unit)) AS doc
             FROM page p CROSS JOIN attributes a ON a.product_id = p.id ORDER BY a.product_id, a.position"
        ),
        format!(
            "{page} SELECT json_array(p.id, json_object('url', i.url, 'alt', i.alt)) AS doc
             FROM page p CROSS JOIN images i ON i.product_id = p.id ORDER BY i.product_id, i.position"
        ),
    ]
}
