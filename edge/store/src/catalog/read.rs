//! Small questions: suggestions, the tree of categories, related and featured products, pictures.

use super::{card, terms};
use crate::{Database, DbError, Statement, db};
use orilla_catalog::read::{Card, CategoryNode, Suggestion};
use orilla_catalog::{ImageId, ProductId, tree};
use orilla_shop::catalog::{RemoteImage, Words};

/// Matches that a suggestion ranks: enough for a good order, few enough that "a" is answered at once.
const RANKED: u32 = 1_000;

/// Products that a search finds, at most: beyond that, nobody pages through them.
const FOUND: u32 = 10_000;

/// See [`orilla_shop::catalog::Search::matches`].
pub(super) async fn matches(
    db: &dyn Database,
    text: &str,
    words: Words,
) -> Result<Vec<(ProductId, f64)>, DbError> {
    let terms = match words {
        Words::All => terms::all_words(text),
        Words::Any => terms::any_word(text),
    };
    let Some(terms) = terms else { return Ok(Vec::new()) };
    let statement = Statement::new(format!(
        "SELECT json_array(rowid, rank) AS doc FROM (
           SELECT rowid, {RANK} AS rank FROM product_search WHERE product_search MATCH ?1 LIMIT {FOUND}
         )",
        RANK = super::list::RANK,
    ));
    db::rows(db, statement.bind(terms)).await
}

/// See [`orilla_shop::catalog::Search::suggest`].
pub(super) async fn suggest(db: &dyn Database, typed: &str, most: u32) -> Result<Vec<Suggestion>, DbError> {
    let Some(terms) = terms::names(typed) else { return Ok(Vec::new()) };
    let statement = Statement::new(format!(
        "WITH found AS MATERIALIZED (
           SELECT rowid AS id, {RANK} AS rank FROM product_search WHERE product_search MATCH ?1 LIMIT {RANKED}
         )
         SELECT json_object('handle', p.handle, 'title', p.title, 'brand', p.brand,
           'price_from', json_object('minor', c.price_min, 'currency', c.currency)) AS doc
         FROM (SELECT id, rank FROM found ORDER BY rank, id LIMIT ?2) f
         JOIN cards c ON c.product_id = f.id JOIN products p ON p.id = f.id
         ORDER BY f.rank, f.id",
        RANK = super::list::RANK,
    ));
    db::rows(db, statement.bind(terms).bind(most)).await
}

/// See [`orilla_shop::catalog::Search::moved`].
pub(super) async fn moved(db: &dyn Database, slug: &str) -> Result<Option<String>, DbError> {
    let sql = "SELECT json_quote(g.slug) AS doc
      FROM category_moves m JOIN categories g ON g.id = m.category_id WHERE m.slug = ?1";
    Ok(db::rows(db, Statement::new(sql).bind(slug)).await?.pop())
}

/// See [`orilla_shop::catalog::Catalog::categories`].
pub(super) async fn categories(db: &dyn Database) -> Result<Vec<CategoryNode>, DbError> {
    let own = db::rows(
        db,
        Statement::new(
            "SELECT json_object('slug', g.slug, 'name', g.name,
               'products', (SELECT count(*) FROM cards c WHERE c.category_id = g.id)) AS doc
             FROM categories g",
        ),
    )
    .await?;
    Ok(tree(own))
}

/// See [`orilla_shop::catalog::Catalog::related`]: of equal standing, the one with the nearest price comes first.
pub(super) async fn related(db: &dyn Database, product: ProductId, most: u32) -> Result<Vec<Card>, DbError> {
    let statement = Statement::new(format!(
        "WITH me AS MATERIALIZED (SELECT * FROM cards WHERE product_id = ?1),
         around AS MATERIALIZED (
           SELECT id, id = (SELECT category_id FROM me) AS same FROM categories
           WHERE id = (SELECT category_id FROM me)
             OR parent_id = (SELECT g.parent_id FROM categories g JOIN me ON g.id = me.category_id)
             OR id = (SELECT g.parent_id FROM categories g JOIN me ON g.id = me.category_id)
         )
         SELECT {JSON} AS doc FROM (
           SELECT c.product_id, around.same, c.available > 0 AS in_stock, abs(c.price_min - me.price_min) AS apart
           FROM around JOIN cards c ON c.category_id = around.id CROSS JOIN me
           WHERE c.product_id <> me.product_id
           ORDER BY around.same DESC, in_stock DESC, apart, c.product_id LIMIT ?2
         ) r JOIN cards c ON c.product_id = r.product_id {JOINS}
         ORDER BY r.same DESC, r.in_stock DESC, r.apart, r.product_id",
        JSON = card::JSON,
        JOINS = card::JOINS,
    ));
    db::rows(db, statement.bind(product.0).bind(most)).await
}

/// See [`orilla_shop::catalog::Catalog::featured`]: one of each category, then a second of each, and so on, in an
/// order that looks shuffled and stays.
pub(super) async fn featured(db: &dyn Database, most: u32) -> Result<Vec<Card>, DbError> {
    let statement = Statement::new(format!(
        "WITH choice AS MATERIALIZED (
           SELECT j.key AS round, j.value AS product_id
           FROM (SELECT id FROM categories UNION ALL SELECT NULL) g
           CROSS JOIN json_each((
             SELECT json_group_array(product_id) FROM (
               SELECT c.product_id FROM cards c
               WHERE c.category_id IS g.id AND c.available > 0 AND (g.id IS NOT NULL OR c.image_id IS NOT NULL)
               ORDER BY c.shuffle LIMIT {ROUNDS}
             )
           )) j
         )
         SELECT {JSON} AS doc FROM choice r JOIN cards c ON c.product_id = r.product_id {JOINS}
         ORDER BY r.round, c.shuffle LIMIT ?1",
        ROUNDS = most.min(100),
        JSON = card::JSON,
        JOINS = card::JOINS,
    ));
    db::rows(db, statement.bind(most)).await
}

/// See [`orilla_shop::catalog::Catalog::image`].
pub(super) async fn image(db: &dyn Database, id: ImageId) -> Result<Option<RemoteImage>, DbError> {
    let statement = Statement::new(
        "SELECT json_object('url', i.url, 'title', p.title, 'category', g.name) AS doc
         FROM images i JOIN cards c ON c.product_id = i.product_id JOIN products p ON p.id = i.product_id
         LEFT JOIN categories g ON g.id = c.category_id
         WHERE i.id = ?1",
    );
    Ok(db::rows(db, statement.bind(id.0)).await?.into_iter().next())
}

/// See [`orilla_shop::catalog::Catalog::page_by_id`].
pub(super) async fn page_by_id(db: &dyn Database, after: ProductId, most: u32) -> Result<Vec<Card>, DbError> {
    let statement = Statement::new(format!(
        "SELECT {JSON} AS doc FROM cards c {JOINS} WHERE c.product_id > ?1 ORDER BY c.product_id LIMIT ?2",
        JSON = card::JSON,
        JOINS = card::JOINS,
    ));
    db::rows(db, statement.bind(after.0).bind(most)).await
}
