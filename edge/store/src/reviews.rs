//! What shoppers say of products.

use crate::db::{decode, rows};
use crate::{Database, DbError, Statement};
use async_trait::async_trait;
use orilla_catalog::Handle;
use orilla_orders::{IdempotencyKey, ReviewChange, ReviewRefusal};
use orilla_shop::PortError;
use orilla_shop::reviews::{ListedReview, OwnReview, RECEIVED, REVIEWS, ReviewPage, ReviewState, Reviews};
use serde::Deserialize;
use std::sync::Arc;

/// Reviews in SQL.
#[derive(Clone)]
pub struct ReviewStore {
    db: Arc<dyn Database>,
}

impl ReviewStore {
    /// Those in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        ReviewStore { db }
    }
}

/// Whether one of the orders of the account `a` has brought the product `p`.
const IS_RECEIVED: &str = "EXISTS (SELECT 1 FROM account_orders l
  JOIN orders o ON o.number = l.number AND o.status IN ('shipped', 'delivered')
  JOIN reservations g ON g.stream = l.number JOIN variants v ON v.id = g.variant_id
  WHERE l.account_id = a.id AND v.product_id = p.id)";

/// What the review `r` says; NULL if it was removed.
const SAYS: &str = "iif(r.state = 'removed' OR r.id IS NULL, json('null'), json_object('stars', r.stars,
  'author', r.author, 'text', r.text, 'language', r.language))";

fn own_doc() -> String {
    format!(
        "json_object('handle', p.handle, 'title', p.title, 'is_received', json(iif({IS_RECEIVED}, 'true', 'false')),
           'version', coalesce(r.version, 0), 'state', r.state, 'review', {SAYS})"
    )
}

/// What a change has come to.
#[derive(Deserialize)]
struct Outcome {
    is_received: bool,
    /// Of the last change.
    key: Option<String>,
    /// Whether the review says what is asked.
    is_so: bool,
}

#[async_trait]
impl Reviews for ReviewStore {
    async fn own(&self, account: &str, product: &Handle) -> Result<Option<OwnReview>, PortError> {
        // Of a product that is not on sale any more, what was said can still be seen and removed.
        let sql = format!(
            "SELECT {} AS doc FROM accounts a JOIN products p ON p.handle = ?2
             LEFT JOIN reviews r ON r.product_id = p.id AND r.account_id = a.id
             WHERE a.name = ?1 AND (p.status = 'active' OR r.state <> 'removed')",
            own_doc()
        );
        Ok(rows(&*self.db, Statement::new(sql).bind(account).bind(product.as_str())).await?.pop())
    }

    async fn received(&self, account: &str) -> Result<Vec<OwnReview>, PortError> {
        // The account is named within each part: asked for outside, SQLite would look at the orders of all.
        let sql = format!(
            "SELECT {} AS doc FROM accounts a
             JOIN (SELECT product_id, max(number) AS number FROM (
                 SELECT v.product_id, l.number FROM account_orders l
                 JOIN orders o ON o.number = l.number AND o.status IN ('shipped', 'delivered')
                 JOIN reservations g ON g.stream = l.number JOIN variants v ON v.id = g.variant_id
                 WHERE l.account_id = (SELECT id FROM accounts WHERE name = ?1)
                 UNION ALL
                 SELECT product_id, 0 FROM reviews
                 WHERE account_id = (SELECT id FROM accounts WHERE name = ?1) AND state <> 'removed'
               ) GROUP BY product_id) came
             JOIN products p ON p.id = came.product_id
             LEFT JOIN reviews r ON r.product_id = p.id AND r.account_id = a.id
             WHERE a.name = ?1 AND (p.status = 'active' OR r.state <> 'removed')
             ORDER BY came.number DESC, p.id LIMIT ?2",
            own_doc()
        );
        Ok(rows(&*self.db, Statement::new(sql).bind(account).bind(RECEIVED)).await?)
    }

    async fn change(
        &self,
        account: &str,
        key: &IdempotencyKey,
        change: &ReviewChange,
        now: i64,
    ) -> Result<Result<(), ReviewRefusal>, PortError> {
        // The first version goes in where there is none; a later one only over the one that it was made of. What is no longer
        // on sale is not reviewed, but what was said of it may be removed.
        let about = "FROM accounts a JOIN products p ON p.handle = ?2 AND (p.status = 'active' OR ?3 IS NULL)
             LEFT JOIN reviews r ON r.product_id = p.id AND r.account_id = a.id WHERE a.name = ?1";
        let write = format!(
            "INSERT INTO reviews (product_id, account_id, version, key, state, stars, author, text, language, at)
             SELECT p.id, a.id, ?7 + 1, ?8, iif(?3 IS NULL, 'removed', 'waiting'), ?3, ?4, ?5, ?6, ?9
             {about} AND (?3 IS NULL OR {IS_RECEIVED})
               AND coalesce(r.version, 0) = ?7 AND (?10 IS NULL OR r.key = ?10)
             ON CONFLICT (product_id, account_id) DO UPDATE SET version = excluded.version, key = excluded.key,
               state = excluded.state, stars = excluded.stars, author = excluded.author, text = excluded.text,
               language = excluded.language, at = excluded.at
             WHERE reviews.key <> excluded.key"
        );
        let look = format!(
            "SELECT json_object('is_received', json(iif({IS_RECEIVED}, 'true', 'false')), 'key', r.key,
               'is_so', json(iif(r.stars IS ?3 AND r.author IS ?4 AND r.text IS ?5 AND r.language IS ?6, 'true', 'false')))
             AS doc {about}"
        );
        let review = change.review.as_ref();
        let on = |sql: &str| {
            Statement::new(sql)
                .bind(account)
                .bind(change.product.as_str())
                .bind(review.map(|review| i64::from(review.stars.number())))
                .bind(review.map(|review| review.author.as_str()))
                .bind(review.map(|review| review.text.as_str()))
                .bind(review.map(|review| review.language.code()))
        };
        let made_of = change.made_of.as_ref().map(IdempotencyKey::as_str);
        let write = on(&write).bind(change.version).bind(key.as_str()).bind(now).bind(made_of);
        let answers = self.db.batch(vec![write, on(&look)]).await?;
        let came = decode::<Outcome>(answers.get(1).map_or(&[], Vec::as_slice))?.pop();
        Ok(match came {
            None => Err(ReviewRefusal::NoProduct),
            // The same key with something else in it was not done.
            Some(Outcome { key: Some(last), is_so, .. }) if last == key.as_str() => {
                if is_so {
                    Ok(())
                } else {
                    Err(ReviewRefusal::Changed)
                }
            }
            Some(Outcome { is_received: false, .. }) if review.is_some() => Err(ReviewRefusal::NotReceived),
            Some(_) => Err(ReviewRefusal::Changed),
        })
    }

    async fn list(&self, state: ReviewState, page: u32) -> Result<ReviewPage, PortError> {
        let order = if state == ReviewState::Waiting { "ASC" } else { "DESC" };
        let sql = format!(
            "SELECT json_object('id', r.id, 'handle', p.handle, 'title', p.title, 'version', r.version,
               'state', r.state, 'review', {SAYS}, 'at', r.at) AS doc
             FROM reviews r JOIN products p ON p.id = r.product_id
             WHERE r.state = ?1 ORDER BY r.at {order}, r.id {order} LIMIT ?2 OFFSET ?3"
        );
        let skipped = page.saturating_sub(1).saturating_mul(REVIEWS);
        let page = Statement::new(sql).bind(state.name()).bind(REVIEWS).bind(skipped);
        let count = "SELECT json(count(*)) AS doc FROM reviews WHERE state = ?1";
        let answers = self.db.batch(vec![Statement::new(count).bind(state.name()), page]).await?;
        let [count, page] = answers.as_slice() else {
            return Err(DbError::Unexpected(format!("{} answers for 2 statements", answers.len())).into());
        };
        let total = decode::<u32>(count)?.pop().unwrap_or_default();
        Ok(ReviewPage { total, reviews: decode::<ListedReview>(page)? })
    }

    async fn counts(&self) -> Result<Vec<(ReviewState, u32)>, PortError> {
        let sql = "SELECT json_array(state, count(*)) AS doc FROM reviews
            WHERE state <> 'removed' GROUP BY state ORDER BY state";
        Ok(rows(&*self.db, Statement::new(sql)).await?)
    }

    async fn decide(&self, id: i64, version: u32, state: ReviewState) -> Result<bool, PortError> {
        let sql = "UPDATE reviews SET state = ?3 WHERE id = ?1 AND version = ?2 AND state <> 'removed'
            AND ?3 <> 'removed' RETURNING json(id) AS doc";
        let decide = Statement::new(sql).bind(id).bind(version).bind(state.name());
        let decided: Vec<i64> = rows(&*self.db, decide).await?;
        Ok(!decided.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;
    use futures::executor::block_on;
    use orilla_orders::{Language, ReviewForm};
    use orilla_shop::accounts::Accounts;

    const NOW: i64 = 1_760_000_000_000;

    /// Ada has received the lamp and paid for the rope; Bea has ordered nothing.
    fn world() -> (Arc<TestDatabase>, ReviewStore) {
        let database = Arc::new(TestDatabase::new());
        database.execute(
            "INSERT INTO products (id, handle, title, description, status, version, digest) VALUES
               (1, 'lamp', 'Lamp', '', 'active', 1, ''), (2, 'rope', 'Rope', '', 'active', 1, '');
             INSERT INTO variants (id, product_id, position, price_minor, currency, available, imported_available)
               VALUES (1, 1, 0, 1000, 'EUR', 9, 9), (2, 2, 0, 1000, 'EUR', 9, 9);
             INSERT INTO accounts (id, name, handle, created_at) VALUES (1, 'ada', 'ada', 0), (2, 'bea', 'bea', 0);
             INSERT INTO order_streams (number, token) VALUES
               (1001, 'aaaaaaaaaaaaaaaaaaaaaaaaaa'), (1002, 'bbbbbbbbbbbbbbbbbbbbbbbbbb');
             INSERT INTO reservations (stream, variant_id, quantity, quoted_minor, unit_minor) VALUES
               (1001, 1, 1, 1000, 1000), (1002, 2, 1, 1000, 1000);
             INSERT INTO orders (number, version, status, email, name, country, payment, pieces, currency, total_minor,
               refunded_minor, is_paid, placed_at, changed_at) VALUES
               (1001, 4, 'delivered', 'a@b.co', 'Ada', 'ES', 'on_delivery', 1, 'EUR', 1000, 0, 1, 0, 0),
               (1002, 2, 'paid', 'a@b.co', 'Ada', 'ES', 'on_delivery', 1, 'EUR', 1000, 0, 1, 0, 0);
             INSERT INTO account_orders (account_id, number) VALUES (1, 1001), (1, 1002);",
        );
        (database.clone(), ReviewStore::new(database))
    }

    fn handle(text: &str) -> Handle {
        Handle::parse(text).unwrap()
    }

    /// A review with this text; none of an empty one.
    fn change(product: &str, version: u32, text: &str) -> ReviewChange {
        let form = ReviewForm { stars: "4".into(), author: "Ada".into(), text: text.into() };
        let review = form.check(&Language::parse("en").unwrap()).ok();
        ReviewChange { product: handle(product), version, made_of: None, review }
    }

    impl ReviewStore {
        fn say(&self, who: &str, key: &str, change: &ReviewChange) -> Result<(), ReviewRefusal> {
            let key = IdempotencyKey::parse(&format!("key-{key}")).unwrap();
            block_on(self.change(who, &key, change, NOW)).unwrap()
        }

        fn of(&self, who: &str, product: &str) -> (u32, Option<ReviewState>, Option<String>) {
            let own = block_on(self.own(who, &handle(product))).unwrap().unwrap();
            (own.version, own.state, own.review.map(|review| review.text.into()))
        }

        fn texts(&self, state: ReviewState) -> Vec<(i64, u32, String)> {
            let page = block_on(self.list(state, 1)).unwrap();
            assert_eq!(usize::try_from(page.total).unwrap(), page.reviews.len());
            page.reviews.into_iter().map(|r| (r.id, r.version, r.review.text.into())).collect()
        }
    }

    #[test]
    fn who_has_received_a_product_reviews_it_once() {
        let (_, store) = world();
        assert_eq!(store.of("ada", "lamp"), (0, None, None));
        assert_eq!(store.say("bea", "bea-1", &change("lamp", 0, "Fine")), Err(ReviewRefusal::NotReceived));
        assert_eq!(store.say("ada", "rope-1", &change("rope", 0, "Fine")), Err(ReviewRefusal::NotReceived));
        assert_eq!(store.say("ada", "none-1", &change("none", 0, "Fine")), Err(ReviewRefusal::NoProduct));
        assert_eq!(block_on(store.own("ada", &handle("none"))).unwrap(), None);
        for _ in 0..2 {
            assert_eq!(store.say("ada", "lamp-1", &change("lamp", 0, "Fine")), Ok(()));
            assert_eq!(
                store.of("ada", "lamp"),
                (1, Some(ReviewState::Waiting), Some("Fine".to_owned())),
                "the same request changes nothing"
            );
        }
        let received: Vec<_> =
            block_on(store.received("ada")).unwrap().into_iter().map(|own| own.title).collect();
        assert_eq!(received, ["Lamp"]);
        assert_eq!(block_on(store.received("bea")).unwrap(), []);
    }

    #[test]
    fn what_was_seen_otherwise_is_not_written_over_and_late_copies_do_nothing() {
        let (_, store) = world();
        let first = change("lamp", 0, "Fine");
        store.say("ada", "lamp-1", &first).unwrap();
        assert_eq!(store.say("ada", "lamp-2", &change("lamp", 0, "Mine")), Err(ReviewRefusal::Changed));
        store.say("ada", "lamp-3", &change("lamp", 1, "Better")).unwrap();
        assert_eq!(store.say("ada", "lamp-1", &first), Err(ReviewRefusal::Changed));
        assert_eq!(store.of("ada", "lamp").2.as_deref(), Some("Better"));
        store.say("ada", "lamp-4", &change("lamp", 2, "")).unwrap();
        assert_eq!(store.of("ada", "lamp"), (3, Some(ReviewState::Removed), None));
        assert_eq!(store.say("ada", "lamp-1", &first), Err(ReviewRefusal::Changed));
        store.say("ada", "lamp-5", &change("lamp", 3, "Once more")).unwrap();
        assert_eq!(store.of("ada", "lamp").2.as_deref(), Some("Once more"));
    }

    #[test]
    fn a_key_stands_for_what_was_asked_with_it_and_a_version_for_the_change_that_left_it() {
        let (_, store) = world();
        store.say("ada", "lamp-1", &change("lamp", 0, "Fine")).unwrap();
        for other in [change("lamp", 0, "Awful"), change("lamp", 1, "")] {
            assert_eq!(store.say("ada", "lamp-1", &other), Err(ReviewRefusal::Changed));
        }
        assert_eq!(store.of("ada", "lamp"), (1, Some(ReviewState::Waiting), Some("Fine".to_owned())));
        let made_of = |key: &str| ReviewChange {
            made_of: Some(IdempotencyKey::parse(&format!("key-{key}")).unwrap()),
            ..change("lamp", 1, "Better")
        };
        assert_eq!(store.say("ada", "lamp-3", &made_of("lamp-2")), Err(ReviewRefusal::Changed));
        assert_eq!(store.say("ada", "lamp-3", &made_of("lamp-1")), Ok(()));
        assert_eq!(store.of("ada", "lamp").2.as_deref(), Some("Better"));
    }

    #[test]
    fn what_was_said_of_a_product_that_is_gone_is_seen_and_removed() {
        let (database, store) = world();
        store.say("ada", "lamp-1", &change("lamp", 0, "Fine")).unwrap();
        database.execute(
            "UPDATE products SET status = 'archived' WHERE id = 1; UPDATE orders SET status = 'refunded'",
        );
        assert_eq!(store.of("ada", "lamp").2.as_deref(), Some("Fine"));
        assert_eq!(block_on(store.own("bea", &handle("lamp"))).unwrap(), None);
        assert_eq!(block_on(store.received("ada")).unwrap().len(), 1);
        assert_eq!(store.say("ada", "lamp-2", &change("lamp", 1, "Better")), Err(ReviewRefusal::NoProduct));
        assert_eq!(store.say("ada", "lamp-3", &change("lamp", 1, "")), Ok(()));
        assert_eq!(block_on(store.received("ada")).unwrap(), []);
    }

    #[test]
    fn the_team_decides_on_what_it_has_read() {
        let (_, store) = world();
        store.say("ada", "lamp-1", &change("lamp", 0, "Fine")).unwrap();
        let [(id, version, _)] = store.texts(ReviewState::Waiting)[..] else { panic!("one waits") };
        assert!(block_on(store.decide(id, version, ReviewState::Shown)).unwrap());
        assert_eq!(block_on(store.counts()).unwrap(), [(ReviewState::Shown, 1)]);
        assert!(block_on(store.decide(id, version, ReviewState::Hidden)).unwrap(), "it may think again");
        store.say("ada", "lamp-2", &change("lamp", 1, "Awful")).unwrap();
        assert!(!block_on(store.decide(id, version, ReviewState::Shown)).unwrap(), "nobody has read this");
        assert_eq!(store.texts(ReviewState::Waiting), [(id, 2, "Awful".to_owned())]);
        store.say("ada", "lamp-3", &change("lamp", 2, "")).unwrap();
        assert!(!block_on(store.decide(id, 3, ReviewState::Shown)).unwrap(), "it was taken back");
        assert_eq!(block_on(store.counts()).unwrap(), []);
    }

    #[test]
    fn a_publish_looks_at_products_whose_shown_reviews_are_others() {
        let (database, store) = world();
        let last = || {
            let sql = "SELECT json(product_id) AS doc FROM product_changes ORDER BY seq DESC LIMIT 1";
            block_on(rows::<i64>(&*database, Statement::new(sql))).unwrap()
        };
        let touch = || database.execute("UPDATE products SET title = title WHERE id = 2");
        let check = |act: &dyn Fn(), expected: i64| {
            touch();
            act();
            assert_eq!(last(), [expected]);
        };
        let of = |version| block_on(store.list(ReviewState::READ[version], 1)).unwrap().reviews[0].id;
        check(&|| store.say("ada", "lamp-1", &change("lamp", 0, "Fine")).unwrap(), 2);
        let id = of(0);
        let decide = |version, state| assert!(block_on(store.decide(id, version, state)).unwrap());
        check(&|| decide(1, ReviewState::Hidden), 2);
        check(&|| decide(1, ReviewState::Shown), 1);
        check(&|| decide(1, ReviewState::Shown), 2);
        check(&|| store.say("ada", "lamp-2", &change("lamp", 1, "Better")).unwrap(), 1);
        check(&|| store.say("ada", "lamp-3", &change("lamp", 2, "Best")).unwrap(), 2);
        decide(3, ReviewState::Shown);
        check(&|| block_on(crate::AccountStore::new(database.clone()).delete("ada")).unwrap(), 1);
    }
}
