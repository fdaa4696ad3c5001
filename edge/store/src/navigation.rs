//! Steps of shoppers from page to page.

use crate::db::rows;
use crate::{Database, DbError, Statement};
use async_trait::async_trait;
use orilla_prefetch::{Counted, Sighting};
use orilla_shop::PortError;
use orilla_shop::navigation::{NavigationBook, Navigations};
use serde::Serialize;
use std::sync::Arc;

/// Steps in SQL.
#[derive(Clone)]
pub struct NavigationStore {
    db: Arc<dyn Database>,
}

impl NavigationStore {
    /// Steps in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        NavigationStore { db }
    }
}

/// Whether the shop has the page of this path. A path is checked before: what is neither a product nor a category is
/// always there.
fn exists(path: &str) -> String {
    format!(
        "CASE substr({path}, 1, 3)
           WHEN '/p/' THEN EXISTS (
             SELECT 1 FROM products p JOIN cards c ON c.product_id = p.id WHERE p.handle = substr({path}, 4)
           )
           WHEN '/c/' THEN EXISTS (SELECT 1 FROM categories g WHERE g.slug = substr({path}, 4))
           ELSE 1
         END"
    )
}

/// Adds the steps `?1` to those of the day `?2`. Anybody can say that they come from any page: what the shop does not
/// have is not kept, so the table can't grow beyond what the shop's own pages make of it.
fn adding() -> String {
    let (from, to) = (exists("s.value ->> 'from'"), exists("s.value ->> 'to'"));
    format!(
        "INSERT INTO navigation (from_page, to_page, day, count)
         SELECT s.value ->> 'from', s.value ->> 'to', ?2, s.value ->> 'count'
         FROM json_each(?1) s WHERE {from} AND {to}
         ON CONFLICT DO UPDATE SET count = count + excluded.count"
    )
}

/// What was seen until the day `?1`, as heavy as the array `?2` says of today, yesterday, …; a step that was seen less
/// often than `?3` times, or is none of the `?4` heaviest, without its target.
fn seen() -> String {
    let to = exists("to_page");
    let doc = |to: &str, weight: &str, seen: &str| {
        format!(
            "SELECT json_object('from', from_page, 'to', {to}, 'weight', {weight}, 'seen', {seen}, 'category', (
               SELECT g.slug FROM products p JOIN categories g ON g.id = p.category_id
               WHERE substr(from_page, 1, 3) = '/p/' AND p.handle = substr(from_page, 4)
             )) AS doc"
        )
    };
    let (told, others) = (doc("to_page", "weight", "seen"), doc("NULL", "sum(weight)", "sum(seen)"));
    format!(
        "WITH faded AS MATERIALIZED (
           SELECT n.from_page, n.to_page, sum(n.count) AS seen, sum(n.count * f.value) AS weight
           FROM navigation n JOIN json_each(?2) f ON f.key = ?1 - n.day
           GROUP BY n.from_page, n.to_page
         ), kept AS MATERIALIZED (
           SELECT * FROM faded WHERE seen >= ?3 AND {to}
           ORDER BY weight DESC, from_page, to_page LIMIT ?4
         ), other AS MATERIALIZED (
           SELECT from_page, to_page, weight, seen FROM faded f
           WHERE NOT EXISTS (SELECT 1 FROM kept k WHERE k.from_page = f.from_page AND k.to_page = f.to_page)
         )
         SELECT doc FROM ({told} FROM kept)
         UNION ALL
         SELECT doc FROM ({others} FROM other GROUP BY from_page ORDER BY sum(weight) DESC LIMIT ?4)"
    )
}

/// A list as the JSON that `json_each` takes apart.
fn json(list: &(impl Serialize + ?Sized)) -> Result<String, DbError> {
    serde_json::to_string(list).map_err(|error| DbError::Unexpected(error.to_string()))
}

#[async_trait]
impl Navigations for NavigationStore {
    async fn add(&self, day: i64, steps: &[Counted]) -> Result<(), PortError> {
        self.db.batch(vec![Statement::new(adding()).bind(json(steps)?).bind(day)]).await?;
        Ok(())
    }
}

#[async_trait]
impl NavigationBook for NavigationStore {
    async fn sightings(
        &self,
        today: i64,
        fades: &[u64],
        at_least: u32,
        most: u32,
    ) -> Result<Vec<Sighting>, PortError> {
        let seen = Statement::new(seen()).bind(today).bind(json(fades)?).bind(at_least).bind(most);
        Ok(rows(&*self.db, seen).await?)
    }

    async fn forget(&self, before: i64) -> Result<(), PortError> {
        let sql = "DELETE FROM navigation WHERE day < ?1";
        self.db.batch(vec![Statement::new(sql).bind(before)]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;
    use futures::executor::block_on;
    use orilla_prefetch::{PageKey, Step};

    fn page(path: &str) -> PageKey {
        PageKey::parse(path).unwrap()
    }

    fn counted(from: &str, to: &str, count: u32) -> Counted {
        Counted { step: Step { from: page(from), to: page(to) }, count }
    }

    /// A shop with two lamps for sale and one that is not.
    fn store() -> NavigationStore {
        let db = TestDatabase::new();
        db.execute(
            "INSERT INTO categories (id, slug, name) VALUES (1, 'lamps', 'Lamps');
             INSERT INTO products (id, handle, title, description, status, category_id, version, digest) VALUES
               (1, 'a', 'A', '', 'active', 1, 1, ''), (2, 'b', 'B', '', 'active', 1, 1, ''),
               (3, 'c', 'C', '', 'draft', 1, 1, '');",
        );
        for id in [1, 2] {
            db.execute(&format!(
                "INSERT INTO cards (product_id, category_id, price_min, price_max, currency, minor_units, available, variants, shuffle)
                 VALUES ({id}, 1, 1, 1, 'EUR', 100, 1, 1, {id})"
            ));
        }
        NavigationStore::new(Arc::new(db))
    }

    fn add(store: &NavigationStore, day: i64, steps: &[Counted]) {
        block_on(store.add(day, steps)).unwrap();
    }

    /// From, to, weight, times.
    fn found(
        store: &NavigationStore,
        today: i64,
        at_least: u32,
        most: u32,
    ) -> Vec<(String, String, u64, u64)> {
        let mut found: Vec<_> = block_on(store.sightings(today, &[100, 50, 25], at_least, most))
            .unwrap()
            .into_iter()
            .map(|seen| {
                let to = seen.to.map_or("-".to_owned(), |to| to.to_string());
                (seen.from.to_string(), to, seen.weight, seen.seen)
            })
            .collect();
        found.sort();
        found
    }

    #[track_caller]
    fn check(found: Vec<(String, String, u64, u64)>, expected: &[(&str, &str, u64, u64)]) {
        let found: Vec<_> =
            found.iter().map(|(from, to, w, n)| (from.as_str(), to.as_str(), *w, *n)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn steps_add_up_and_fade() {
        let store = store();
        add(&store, 10, &[counted("", "/p/a", 2), counted("/p/a", "/c/lamps", 1)]);
        add(&store, 10, &[counted("", "/p/a", 3)]);
        add(&store, 12, &[counted("", "/p/a", 1)]);
        check(found(&store, 12, 1, 10), &[("", "/p/a", 225, 6), ("/p/a", "/c/lamps", 25, 1)]);
        // Two days ago is the oldest that weighs anything; tomorrow has not been.
        check(found(&store, 13, 1, 10), &[("", "/p/a", 50, 1)]);
        check(found(&store, 11, 1, 10), &[("", "/p/a", 250, 5), ("/p/a", "/c/lamps", 50, 1)]);
        block_on(store.forget(12)).unwrap();
        check(found(&store, 12, 1, 10), &[("", "/p/a", 100, 1)]);
    }

    #[test]
    fn what_the_shop_does_not_have_is_not_kept() {
        let store = store();
        add(
            &store,
            10,
            &[
                counted("/p/nothing", "/p/a", 9),
                counted("/p/a", "/p/nothing", 9),
                counted("/p/a", "/p/c", 9),
                counted("/c/nothing", "/search", 9),
                counted("/search", "/about", 9),
            ],
        );
        check(found(&store, 10, 1, 10), &[("/search", "/about", 900, 9)]);
    }

    #[test]
    fn what_few_did_is_not_told_apart() {
        let store = store();
        add(&store, 10, &[counted("", "/p/a", 9), counted("", "/p/b", 4), counted("", "/about", 3)]);
        add(&store, 10, &[counted("/p/a", "/p/b", 1)]);
        check(found(&store, 10, 5, 10), &[("", "-", 700, 7), ("", "/p/a", 900, 9), ("/p/a", "-", 100, 1)]);
        check(found(&store, 10, 1, 1), &[("", "-", 700, 7), ("", "/p/a", 900, 9)]);
    }

    #[test]
    fn a_product_is_left_with_its_category_and_what_is_no_longer_sold_is_no_target() {
        let store = store();
        add(&store, 10, &[counted("/p/a", "/p/b", 9), counted("", "/p/b", 9)]);
        let category = |from: &str| {
            let seen = block_on(store.sightings(10, &[1], 1, 10)).unwrap();
            seen.into_iter().find(|seen| seen.from.as_str() == from).unwrap().category
        };
        assert_eq!((category("/p/a").as_deref(), category("")), (Some("lamps"), None));
        let withdrawn = "DELETE FROM cards WHERE product_id = 2";
        block_on(store.db.batch(vec![Statement::new(withdrawn)])).unwrap();
        check(found(&store, 10, 1, 10), &[("", "-", 900, 9), ("/p/a", "-", 900, 9)]);
    }
}
