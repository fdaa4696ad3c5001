//! Categories as the team works on them.

use super::digest::digest;
use super::export::{Document, documents};
use super::index;
use super::rows::Rows;
use super::{CatalogStore, write};
use crate::db::rows;
use crate::{DbError, Statement};
use async_trait::async_trait;
use orilla_catalog::{CategoryId, CategoryPath, Status};
use orilla_shop::PortError;
use orilla_shop::team::{
    By, Category, CategoryChange, CategoryDesk, CategoryEntry, CategoryMove, CategoryOutcome, CategoryTree,
};
use serde::Serialize;

const ALL: &str = "SELECT json_object('id', g.id, 'parent', g.parent_id, 'slug', g.slug, 'name', g.name,
    'version', g.version, 'products', (SELECT count(*) FROM products p WHERE p.category_id = g.id),
    'active', (SELECT count(*) FROM cards c WHERE c.category_id = g.id)) AS doc
  FROM categories g";

/// ?1 slug, ?2 name, ?3 the slug of the one above or NULL. Fails if it is there already.
const CREATE: &str = "INSERT INTO categories (slug, name, version, parent_id)
  VALUES (?1, ?2, 1, (SELECT id FROM categories WHERE slug = ?3))";

/// Fails if the one above, of the slug ?1, is not there.
const PARENT_GUARD: &str =
    "INSERT INTO import_guard (ok) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM categories WHERE slug = ?1)";

/// ?1 `[id, slug, version]` of each category as it was seen. Fails if one is another now, or if there are others below
/// the first, of the slug ?2.
const SEEN_GUARD: &str = "INSERT INTO import_guard (ok) SELECT 0
  WHERE EXISTS (SELECT 1 FROM json_each(?1) f LEFT JOIN categories g ON g.id = f.value ->> 0
      WHERE g.slug IS NOT f.value ->> 1 OR g.version IS NOT f.value ->> 2)
    OR (SELECT count(*) FROM categories WHERE slug = ?2 OR slug > ?2 || '/' AND slug < ?2 || '0')
      <> json_array_length(?1)";

/// Fails if a category that others become one with, of the ids in ?1, has gone.
const INTO_GUARD: &str = "INSERT INTO import_guard (ok) SELECT 0 FROM json_each(?1) f
  WHERE NOT EXISTS (SELECT 1 FROM categories WHERE id = f.value) LIMIT 1";

/// What a move does, in order. ?1 `[id, category in which its products stand afterwards, slug before, slug afterwards,
/// name, parent or null]`.
const MOVE: [&str; 7] = [
    // No digest: what follows from the category's name is made anew by `refresh`. A publish sees the new version.
    "UPDATE products SET version = version + 1, digest = '', category_id = f.target
      FROM (SELECT value ->> 0 AS id, value ->> 1 AS target FROM json_each(?1)) f WHERE category_id = f.id",
    "UPDATE cards SET category_id = f.target
      FROM (SELECT value ->> 0 AS id, value ->> 1 AS target FROM json_each(?1)) f
      WHERE category_id = f.id AND f.id <> f.target",
    // Out of the way of each other: in no order is every new slug free when it is needed.
    "UPDATE categories SET slug = '/' || id WHERE id IN (SELECT value ->> 0 FROM json_each(?1))",
    "UPDATE categories SET slug = f.slug, name = f.name, parent_id = f.parent, version = version + 1
      FROM (SELECT value ->> 0 AS id, value ->> 1 AS target, value ->> 3 AS slug, value ->> 4 AS name,
        value ->> 5 AS parent FROM json_each(?1)) f
      WHERE categories.id = f.id AND f.id = f.target",
    "UPDATE category_moves SET category_id = f.target
      FROM (SELECT value ->> 0 AS id, value ->> 1 AS target FROM json_each(?1)) f WHERE category_id = f.id",
    "INSERT INTO category_moves (slug, category_id)
      SELECT f.value ->> 2, f.value ->> 1 FROM json_each(?1) f WHERE true
      ON CONFLICT (slug) DO UPDATE SET category_id = excluded.category_id",
    "DELETE FROM categories WHERE id IN (SELECT value ->> 0 FROM json_each(?1) WHERE value ->> 0 <> value ->> 1)",
];

/// An address in use is no earlier one.
const GIVE_WAY: &str = "DELETE FROM category_moves WHERE slug IN (SELECT slug FROM categories)";

/// ?1 id. Fails if something stands in the category or below it.
const EMPTY_GUARD: &str = "INSERT INTO import_guard (ok) SELECT 0
  WHERE EXISTS (SELECT 1 FROM products WHERE category_id = ?1)
    OR EXISTS (SELECT 1 FROM categories WHERE parent_id = ?1)";

/// ?1 category, ?2 time, ?3 member, ?4 change.
const HISTORY: &str =
    "INSERT INTO category_history (category_id, at, member, change) VALUES (?1, ?2, ?3, ?4)";

/// Products that wait for [`CategoryDesk::refresh`].
const WAITING: &str = "WITH page AS MATERIALIZED (
    SELECT * FROM products WHERE digest = '' AND handle > ?1 ORDER BY handle LIMIT ?2)";

#[async_trait]
impl CategoryDesk for CatalogStore {
    async fn tree(&self) -> Result<CategoryTree, PortError> {
        Ok(CategoryTree::new(rows::<Category>(&*self.db, Statement::new(ALL)).await?))
    }

    async fn create(&self, path: &CategoryPath, by: By<'_>) -> Result<CategoryOutcome, PortError> {
        let slug = path.slug();
        let parent = path.parent().map(|parent| parent.slug());
        let change = CategoryChange::Created { path: path.names().join(" > ") };
        let mut batch = Vec::new();
        if let Some(parent) = &parent {
            batch.push(Statement::new(PARENT_GUARD).bind(parent.as_str()));
        }
        batch.push(Statement::new(CREATE).bind(slug.as_str()).bind(path.name()).bind(parent));
        batch.push(
            Statement::new(
                "INSERT INTO category_history (category_id, at, member, change)
                 SELECT id, ?2, ?3, ?4 FROM categories WHERE slug = ?1",
            )
            .bind(slug.as_str())
            .bind(by.at)
            .bind(by.member)
            .bind(json(&change)?),
        );
        let is_new = match self.db.batch(batch).await {
            Ok(_) => true,
            Err(DbError::Constraint(name)) if name.contains("categories.slug") => false,
            Err(DbError::Constraint(_)) => return Ok(CategoryOutcome::Stale),
            Err(error) => return Err(error.into()),
        };
        let id = "SELECT json(id) AS doc FROM categories WHERE slug = ?1";
        Ok(match rows(&*self.db, Statement::new(id).bind(slug)).await?.pop() {
            Some(id) if is_new => CategoryOutcome::Done(id),
            Some(id) => CategoryOutcome::Unchanged(id),
            None => CategoryOutcome::Stale,
        })
    }

    async fn relocate(&self, plan: &CategoryMove, by: By<'_>) -> Result<CategoryOutcome, PortError> {
        let Some(first) = plan.rows.first() else { return Ok(CategoryOutcome::Stale) };
        if !plan.is_change {
            return Ok(CategoryOutcome::Unchanged(first.id));
        }
        let seen: Vec<_> = plan.rows.iter().map(|row| (row.id, &row.from, row.version)).collect();
        let into: Vec<_> = plan.rows.iter().filter_map(|row| row.into).collect();
        let moved: Vec<_> = plan
            .rows
            .iter()
            .map(|row| (row.id, row.target(), &row.from, &row.to, &row.name, row.parent))
            .collect();
        let moved = json(&moved)?;
        let change = CategoryChange::Moved {
            before: plan.before.clone(),
            after: plan.after.clone(),
            merged: first.into.is_some(),
        };
        let mut batch = vec![
            Statement::new(SEEN_GUARD).bind(json(&seen)?).bind(first.from.as_str()),
            Statement::new(INTO_GUARD).bind(json(&into)?),
        ];
        batch.extend(MOVE.map(|sql| Statement::new(sql).bind(moved.as_str())));
        batch.push(Statement::new(GIVE_WAY));
        batch.push(history(first.target(), &change, by)?);
        match self.db.batch(batch).await {
            Ok(_) => Ok(CategoryOutcome::Done(first.target())),
            // Somebody wrote between reading and writing: a category is another now, or a slug is taken.
            Err(DbError::Constraint(_)) => Ok(CategoryOutcome::Stale),
            Err(error) => Err(error.into()),
        }
    }

    async fn delete(&self, seen: &Category, path: &str, by: By<'_>) -> Result<CategoryOutcome, PortError> {
        let is_so =
            "SELECT json(count(*)) AS doc FROM categories WHERE id = ?1 AND version = ?2 AND slug = ?3";
        let is_so = Statement::new(is_so).bind(seen.id.0).bind(seen.version).bind(seen.slug.as_str());
        if rows::<u8>(&*self.db, is_so).await?.pop() != Some(1) {
            return Ok(CategoryOutcome::Stale);
        }
        let change = CategoryChange::Deleted { path: path.to_owned() };
        let batch = vec![
            Statement::new(EMPTY_GUARD).bind(seen.id.0),
            Statement::new("DELETE FROM category_moves WHERE category_id = ?1").bind(seen.id.0),
            Statement::new("DELETE FROM categories WHERE id = ?1").bind(seen.id.0),
            history(seen.id, &change, by)?,
        ];
        match self.db.batch(batch).await {
            Ok(_) => Ok(CategoryOutcome::Done(seen.id)),
            Err(DbError::Constraint(_)) => Ok(CategoryOutcome::NotEmpty),
            Err(error) => Err(error.into()),
        }
    }

    async fn former(&self, id: CategoryId) -> Result<Vec<String>, PortError> {
        let sql = "SELECT json_quote(slug) AS doc FROM category_moves WHERE category_id = ?1 ORDER BY slug";
        Ok(rows(&*self.db, Statement::new(sql).bind(id.0)).await?)
    }

    async fn told(&self, id: Option<CategoryId>, most: u32) -> Result<Vec<CategoryEntry>, PortError> {
        let sql = "SELECT json_object('at', at, 'member', member, 'change', json(change)) AS doc
            FROM category_history WHERE ?1 IS NULL OR category_id = ?1 ORDER BY id DESC LIMIT ?2";
        Ok(rows(&*self.db, Statement::new(sql).bind(id.map(|id| id.0)).bind(most)).await?)
    }

    async fn refresh(&self, most: u32) -> Result<u32, PortError> {
        let waiting = documents(&*self.db, WAITING, "", most).await?;
        let (mut guard, mut digests, mut ids, mut search) =
            (Rows::default(), Rows::default(), Rows::default(), Rows::default());
        for Document { id, version, product } in &waiting {
            guard.push(&(product.handle(), version));
            digests.push(&(id, digest(product)));
            ids.push(id);
            if product.status == Status::Active {
                search.push(&index::row(*id, product));
            }
        }
        let mut batch = Vec::new();
        let mut load = |sql: &str, rows: Rows| {
            batch.extend(rows.into_chunks().into_iter().map(|chunk| Statement::new(sql).bind(chunk)));
        };
        load(write::GUARD, guard);
        load(
            "UPDATE products SET digest = f.digest
             FROM (SELECT value ->> 0 AS id, value ->> 1 AS digest FROM json_each(?1)) f WHERE products.id = f.id",
            digests,
        );
        load("DELETE FROM product_search WHERE rowid IN (SELECT value FROM json_each(?1))", ids);
        load(write::SEARCH, search);
        match self.db.batch(batch).await {
            // Somebody wrote one of them meanwhile: the next look finds what is left.
            Ok(_) | Err(DbError::Constraint(_)) => Ok(u32::try_from(waiting.len()).unwrap_or(most)),
            Err(error) => Err(error.into()),
        }
    }
}

fn history(id: CategoryId, change: &CategoryChange, by: By<'_>) -> Result<Statement, PortError> {
    Ok(Statement::new(HISTORY).bind(id.0).bind(by.at).bind(by.member).bind(json(change)?))
}

fn json(value: &impl Serialize) -> Result<String, PortError> {
    serde_json::to_string(value).map_err(|error| PortError::Unexpected(error.to_string()))
}
