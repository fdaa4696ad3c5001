//! The page of one product.

use crate::{Database, DbError, Statement, db};
use orilla_catalog::read::{AttributeView, CategoryRef, ImageView, ProductView, Reviews, VariantView};
use orilla_catalog::{Handle, ProductId};
use orilla_richtext::SafeHtml;
use serde::Deserialize;

/// What stands in the product's own row.
#[derive(Deserialize)]
struct Head {
    id: ProductId,
    handle: Handle,
    version: u32,
    title: String,
    brand: Option<String>,
    description: String,
}

/// The active product `p` with the handle `?1`.
const FROM: &str = "FROM products p JOIN cards c ON c.product_id = p.id";

/// See [`orilla_shop::catalog::Catalog::product`]. A document can be larger than a value may be in D1, so its parts
/// come as rows of their own; all in one round trip.
pub(super) async fn product(db: &dyn Database, handle: &Handle) -> Result<Option<ProductView>, DbError> {
    let answers = db.batch(statements(handle)).await?;
    let [head, categories, options, variants, attributes, images, reviews] = answers.as_slice() else {
        return Err(DbError::Unexpected(format!("{} answers for 7 statements", answers.len())));
    };
    let Some(head) = db::decode::<Head>(head)?.into_iter().next() else { return Ok(None) };
    Ok(Some(ProductView {
        id: head.id,
        handle: head.handle,
        version: head.version,
        title: head.title,
        brand: head.brand,
        // It was sanitised when it came in.
        description: SafeHtml::from_store(head.description),
        categories: db::decode::<CategoryRef>(categories)?,
        options: db::decode::<String>(options)?,
        variants: db::decode::<VariantView>(variants)?,
        attributes: db::decode::<AttributeView>(attributes)?,
        images: db::decode::<ImageView>(images)?,
        reviews: db::decode::<Reviews>(reviews)?.pop().unwrap_or_default(),
    }))
}

fn statements(handle: &Handle) -> Vec<Statement> {
    let about = |sql: String| Statement::new(sql).bind(handle.as_str());
    vec![
        about(format!(
            "SELECT json_object('id', p.id, 'handle', p.handle, 'version', p.version, 'title', p.title,
               'brand', p.brand, 'description', p.description) AS doc
             {FROM} WHERE p.handle = ?1"
        )),
        about(format!(
            "WITH RECURSIVE way (id, parent_id, slug, name) AS (
               SELECT g.id, g.parent_id, g.slug, g.name {FROM} JOIN categories g ON g.id = p.category_id
               WHERE p.handle = ?1
               UNION ALL
               SELECT g.id, g.parent_id, g.slug, g.name FROM way JOIN categories g ON g.id = way.parent_id
             )
             SELECT json_object('slug', slug, 'name', name) AS doc FROM way ORDER BY length(slug)"
        )),
        about(format!(
            "SELECT json_quote(o.name) AS doc {FROM} JOIN product_options o ON o.product_id = p.id
             WHERE p.handle = ?1 ORDER BY o.position"
        )),
        about(format!(
            "SELECT json_object('id', v.id, 'sku', v.sku, 'barcode', v.barcode, 'options', {OPTIONS}, {PRICE}) AS doc
             {FROM} JOIN variants v ON v.product_id = p.id
             WHERE p.handle = ?1 AND v.archived = 0 ORDER BY v.position"
        )),
        about(format!(
            "SELECT json_object('key', a.key, 'name', a.name, 'value', {VALUE}, 'unit', a.unit) AS doc
             {FROM} JOIN attributes a ON a.product_id = p.id WHERE p.handle = ?1 ORDER BY a.position"
        )),
        about(format!(
            "SELECT json_object('id', i.id, 'alt', i.alt) AS doc
             {FROM} JOIN images i ON i.product_id = p.id WHERE p.handle = ?1 ORDER BY i.position"
        )),
        about(format!(
            "SELECT {REVIEWS} AS doc {FROM} JOIN reviews r ON r.product_id = p.id
             WHERE p.handle = ?1 AND +r.state = 'shown' GROUP BY p.id"
        )),
    ]
}

/// The options of a variant `v` as a JSON array of as many values as there are.
pub(super) const OPTIONS: &str = "json(CASE WHEN v.option1 IS NULL THEN '[]'
  WHEN v.option2 IS NULL THEN json_array(v.option1)
  WHEN v.option3 IS NULL THEN json_array(v.option1, v.option2)
  ELSE json_array(v.option1, v.option2, v.option3) END)";

/// The value of an attribute `a` as JSON, numbers digit by digit as they came: SQLite writes 15 digits of a REAL.
pub(super) const VALUE: &str = "json(CASE a.kind WHEN 'text' THEN json_quote(a.value) ELSE a.value END)";

/// What a variant `v` costs and how many there are, as pairs for `json_object`.
pub(super) const PRICE: &str = "'price', json_object('minor', v.price_minor, 'currency', v.currency),
  'compare_at', json(CASE WHEN v.compare_at_minor IS NOT NULL
    THEN json_object('minor', v.compare_at_minor, 'currency', v.currency) END),
  'available', v.available";

/// What the shown reviews `r` of a product `p` say together, and the newest of them ([`Reviews::SHOWN`]). The plus keeps
/// SQLite from the index by state, by which it would look at the reviews of all products.
pub(super) const REVIEWS: &str = "json_object('count', count(*), 'stars', sum(r.stars), 'newest', json((
  SELECT json_group_array(json_object('stars', n.stars, 'author', n.author, 'text', n.text, 'language', n.language,
    'at', n.at))
  FROM (SELECT * FROM reviews n WHERE n.product_id = p.id AND +n.state = 'shown' ORDER BY n.at DESC, n.id DESC LIMIT 10) n
)))";
