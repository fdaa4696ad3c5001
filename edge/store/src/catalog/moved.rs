//! Products of a feed whose category the team has moved since the feed was made.

use super::rows::Rows;
use crate::{Database, DbError, Statement, db};
use orilla_catalog::{CategoryPath, Product, way};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The names on the way to where each of the slugs of `?1` stands now, of those that are no longer in use.
const NOW: &str = "SELECT json_array(m.slug, json((
    WITH RECURSIVE way (parent_id, slug, name) AS (
      SELECT parent_id, slug, name FROM categories WHERE id = m.category_id
      UNION ALL
      SELECT g.parent_id, g.slug, g.name FROM way JOIN categories g ON g.id = way.parent_id
    )
    SELECT json_group_array(name) FROM (SELECT name FROM way ORDER BY length(slug))))) AS doc
  FROM json_each(?1) f CROSS JOIN category_moves m ON m.slug = f.value";

/// The products, those of moved categories in the place where these stand now. A category that is new below a moved
/// one is new below where that stands now.
pub(super) async fn follow<'a>(
    db: &dyn Database,
    products: &'a [Product],
) -> Result<Cow<'a, [Product]>, DbError> {
    let slugs: BTreeSet<String> =
        products.iter().filter_map(|product| Some(product.category.as_ref()?.slug())).collect();
    let ways: BTreeSet<&str> = slugs.iter().flat_map(|slug| way(slug)).collect();
    let questions = ways.into_iter().collect::<Rows>().into_chunks();
    if questions.is_empty() {
        return Ok(Cow::Borrowed(products));
    }
    let questions = questions.into_iter().map(|slugs| Statement::new(NOW).bind(slugs)).collect();
    let mut moved = BTreeMap::new();
    for docs in db.batch(questions).await? {
        moved.extend(db::decode::<(String, Vec<String>)>(&docs)?);
    }
    if moved.is_empty() {
        return Ok(Cow::Borrowed(products));
    }
    Ok(products.iter().map(|product| here(product, &moved)).collect())
}

fn here(product: &Product, moved: &BTreeMap<String, Vec<String>>) -> Product {
    let now = product.category.as_ref().and_then(|path| now(path, moved));
    let Some(now) = now else { return product.clone() };
    let mut draft = product.clone().into_draft();
    draft.category = Some(now);
    // It was checked, and its category is one.
    draft.check().unwrap_or_else(|_| product.clone())
}

fn now(path: &CategoryPath, moved: &BTreeMap<String, Vec<String>>) -> Option<CategoryPath> {
    let slug = path.slug();
    let (depth, names) =
        way(&slug).enumerate().filter_map(|(i, slug)| Some((i + 1, moved.get(slug)?))).last()?;
    let rest = path.names().get(depth..).unwrap_or_default();
    // Below a category that is deeper now, there may be no level left: then it stands as the feed says.
    CategoryPath::new(names.iter().chain(rest).cloned().collect()).ok()
}
