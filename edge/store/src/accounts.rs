//! Shoppers' accounts, their carts and their orders. Passkeys and sessions are in stores of their own.

use crate::db::rows;
use crate::orders::sql::LISTED;
use crate::{Database, DbError, Statement};
use async_trait::async_trait;
use orilla_shop::PortError;
use orilla_shop::accounts::{Accounts, Identity, MOST_ORDERS, StoredAccount, StoredBook, StoredCart};
use orilla_shop::checkout::ListedOrder;
use serde::Serialize;
use std::sync::Arc;

/// Accounts in SQL.
#[derive(Clone)]
pub struct AccountStore {
    db: Arc<dyn Database>,
}

impl AccountStore {
    /// Accounts in this database.
    pub fn new(db: Arc<dyn Database>) -> Self {
        AccountStore { db }
    }

    /// Writes an account's document over the version that it was made of.
    async fn keep(
        &self,
        (table, column): (&str, &str),
        name: &str,
        over: i64,
        document: &impl Serialize,
    ) -> Result<bool, PortError> {
        let document =
            serde_json::to_string(document).map_err(|error| DbError::Unexpected(error.to_string()))?;
        // The first version goes in where there is none; a later one only over the one that it was made of.
        let sql = format!(
            "INSERT INTO {table} (account_id, version, {column})
             SELECT id, ?2 + 1, ?3 FROM accounts WHERE name = ?1 AND (?2 = 0
               OR EXISTS (SELECT 1 FROM {table} d WHERE d.account_id = accounts.id AND d.version = ?2))
             ON CONFLICT (account_id) DO UPDATE SET version = excluded.version, {column} = excluded.{column}
               WHERE {table}.version = ?2
             RETURNING json(version) AS doc"
        );
        self.has_written(Statement::new(&sql).bind(name).bind(over).bind(document)).await
    }

    /// Whether a statement that answers what it has written has written anything.
    async fn has_written(&self, statement: Statement) -> Result<bool, PortError> {
        let written: Vec<i64> = rows(&*self.db, statement).await?;
        Ok(!written.is_empty())
    }
}

/// Tables with one document of each account, and the document's column.
const CARTS: (&str, &str) = ("account_carts", "ledger");
const ADDRESSES: (&str, &str) = ("account_addresses", "book");

#[async_trait]
impl Accounts for AccountStore {
    async fn account(&self, name: &str) -> Result<Option<StoredAccount>, PortError> {
        let sql = "SELECT json_object('created_at', created_at, 'address', address,
            'identity', iif(visitor IS NULL, json('null'), json_object('visitor', visitor, 'day', visitor_day))) AS doc
          FROM accounts WHERE name = ?1";
        Ok(rows(&*self.db, Statement::new(sql).bind(name)).await?.pop())
    }

    async fn keep_identity(
        &self,
        name: &str,
        before: Option<&Identity>,
        identity: &Identity,
    ) -> Result<bool, PortError> {
        let sql = "UPDATE accounts SET visitor = ?3, visitor_day = ?4
          WHERE name = ?1 AND visitor IS ?2 RETURNING json(id) AS doc";
        let keep = Statement::new(sql).bind(name).bind(before.map(|before| before.visitor.as_str()));
        self.has_written(keep.bind(identity.visitor.as_str()).bind(identity.day)).await
    }

    async fn cart(&self, name: &str) -> Result<StoredCart, PortError> {
        let sql = "SELECT json_object('version', version, 'ledger', json(ledger)) AS doc
          FROM account_carts WHERE account_id = (SELECT id FROM accounts WHERE name = ?1)";
        Ok(rows(&*self.db, Statement::new(sql).bind(name)).await?.pop().unwrap_or_default())
    }

    async fn keep_cart(&self, name: &str, cart: &StoredCart) -> Result<bool, PortError> {
        self.keep(CARTS, name, cart.version, &cart.ledger).await
    }

    async fn address_book(&self, name: &str) -> Result<StoredBook, PortError> {
        let sql = "SELECT json_object('version', version, 'book', json(book)) AS doc
          FROM account_addresses WHERE account_id = (SELECT id FROM accounts WHERE name = ?1)";
        Ok(rows(&*self.db, Statement::new(sql).bind(name)).await?.pop().unwrap_or_default())
    }

    async fn keep_address_book(&self, name: &str, book: &StoredBook) -> Result<bool, PortError> {
        self.keep(ADDRESSES, name, book.version, &book.book).await
    }

    async fn orders(&self, name: &str) -> Result<Vec<ListedOrder>, PortError> {
        let sql = format!(
            "SELECT {LISTED} AS doc FROM account_orders l
             JOIN orders o ON o.number = l.number JOIN order_streams s ON s.number = l.number
             WHERE l.account_id = (SELECT id FROM accounts WHERE name = ?1)
             ORDER BY l.number DESC LIMIT ?2"
        );
        Ok(rows(&*self.db, Statement::new(sql).bind(name).bind(MOST_ORDERS)).await?)
    }

    async fn delete(&self, name: &str) -> Result<(), PortError> {
        let of = "(SELECT id FROM accounts WHERE name = ?1)";
        let statements = [
            "DELETE FROM account_sessions WHERE member = ?1".to_owned(),
            "DELETE FROM account_links WHERE account = ?1
              OR address = (SELECT address FROM accounts WHERE name = ?1)"
                .to_owned(),
            format!("DELETE FROM account_carts WHERE account_id = {of}"),
            format!("DELETE FROM account_addresses WHERE account_id = {of}"),
            format!("DELETE FROM reviews WHERE account_id = {of}"),
            format!("DELETE FROM account_orders WHERE account_id = {of}"),
            format!("DELETE FROM account_passkeys WHERE member_id = {of}"),
            "DELETE FROM accounts WHERE name = ?1".to_owned(),
        ];
        self.db.batch(statements.map(|sql| Statement::new(sql).bind(name)).to_vec()).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDatabase;
    use crate::{PasskeyStore, SessionStore};
    use futures::executor::block_on;
    use orilla_orders::{BrowserId, Cart, Held, Owner, Text};
    use orilla_passkeys::UserHandle;
    use orilla_shop::accounts::{SharedCart, leave_cart, stitch_browser};
    use orilla_shop::passkeys::Passkeys;
    use orilla_shop::team::{Sessions, sign_in};

    const NOW: i64 = 1_760_000_000_000;

    /// A database with two accounts.
    fn stores() -> (Arc<TestDatabase>, AccountStore) {
        let database = Arc::new(TestDatabase::new());
        let passkeys = PasskeyStore::of_shoppers(database.clone());
        for (name, seed) in [("ada", 1), ("bea", 2)] {
            let handle = UserHandle::from_random([seed; 16]);
            block_on(passkeys.account(&Text::parse(name).unwrap(), &handle, NOW)).unwrap();
        }
        (database.clone(), AccountStore::new(database))
    }

    /// A browser on which Ada signs in.
    fn guest(seed: u8) -> Held {
        Held::first(BrowserId::from_random([seed; 8]), Owner::of("ada"))
    }

    #[test]
    fn who_writes_a_cart_says_what_it_was_made_of() {
        let (_, store) = stores();
        let (first, cart) = (StoredCart::default(), Cart::parse("1.12x2").unwrap());
        assert!(block_on(store.keep_cart("ada", &first)).unwrap());
        assert!(!block_on(store.keep_cart("ada", &first)).unwrap(), "somebody was first");
        assert!(!block_on(store.keep_cart("bea", &StoredCart { version: 1, ..first.clone() })).unwrap());
        assert!(!block_on(store.keep_cart("nobody", &first)).unwrap());
        let guest = guest(1);
        let open = |held, now| block_on(SharedCart::open(&store, "ada", held, Some(&cart), now)).unwrap();
        let synced = block_on(open(guest, NOW).keep(None)).unwrap();
        let stored = block_on(store.cart("ada")).unwrap();
        assert_eq!((stored.version, stored.ledger.cart()), (2, cart.clone()));
        block_on(open(synced.held, NOW + 1).keep(None)).unwrap();
        block_on(open(synced.held, NOW + 2).keep(None)).unwrap();
        assert!(block_on(store.cart("ada")).unwrap().version <= 3, "a look is no change");
        assert_eq!(block_on(store.cart("bea")).unwrap(), StoredCart::default());
    }

    #[test]
    fn a_request_that_was_overtaken_writes_over_nothing() {
        let (_, store) = stores();
        let cart = |text| Cart::parse(text).unwrap();
        let open =
            |held, own: &Cart| block_on(SharedCart::open(&store, "ada", held, Some(own), NOW)).unwrap();
        let phone = block_on(open(guest(1), &cart("1.12x2")).keep(None)).unwrap();
        let (slow, quick) = (open(phone.held, &phone.cart), open(guest(2), &cart("1.12x1-7x1")));
        assert_eq!(slow.cart().to_string(), "1.12x2");
        block_on(quick.keep(None)).unwrap();
        // It was shown two and makes one of them.
        let kept = block_on(slow.keep(Some(&cart("1.12x1")))).unwrap();
        assert_eq!(kept.cart.to_string(), "1.12x2-7x1");
    }

    #[test]
    fn a_browser_that_signs_out_leaves_what_it_has_changed() {
        let (_, store) = stores();
        let guest = guest(1);
        let cart = |text| Cart::parse(text).unwrap();
        let first = block_on(SharedCart::open(&store, "ada", guest, Some(&cart("1.12x2")), NOW)).unwrap();
        let held = block_on(first.keep(None)).unwrap().held;
        block_on(leave_cart(&store, "ada", held, Some(&cart("1.12x1-7x1")), NOW)).unwrap();
        let ledger = block_on(store.cart("ada")).unwrap().ledger;
        assert_eq!(ledger.cart().to_string(), "1.7x1-12x1");
        assert!(block_on(leave_cart(&store, "nobody", held, Some(&cart("1.7x1")), NOW)).is_err());
    }

    #[test]
    fn the_first_visitor_of_an_account_stays() {
        let (_, store) = stores();
        let identity = |visitor: &str| Identity { visitor: visitor.into(), day: 20_000 };
        let stitch =
            |name, visitor| block_on(stitch_browser(&store, name, identity(visitor), 20_001)).unwrap();
        assert_eq!(stitch("ada", "phone"), identity("phone"));
        assert_eq!(stitch("ada", "laptop"), identity("phone"));
        assert_eq!(stitch("bea", "tablet"), identity("tablet"));
        assert!(!block_on(store.keep_identity("ada", None, &identity("other"))).unwrap());
    }

    #[test]
    fn an_account_goes_with_all_that_is_its_own() {
        let (database, store) = stores();
        let sessions = SessionStore::of_shoppers(database);
        for (name, seed) in [("ada", 1), ("bea", 2)] {
            block_on(sign_in(&sessions, name, None, "", [seed; 16], NOW)).unwrap();
            block_on(store.keep_cart(name, &StoredCart::default())).unwrap();
            assert!(block_on(store.keep_address_book(name, &StoredBook::default())).unwrap());
            assert!(
                !block_on(store.keep_address_book(name, &StoredBook::default())).unwrap(),
                "somebody was first"
            );
        }
        block_on(store.delete("ada")).unwrap();
        assert_eq!(block_on(store.account("ada")).unwrap(), None);
        assert_eq!(block_on(sessions.list(None)).unwrap().len(), 1);
        assert_eq!(block_on(store.cart("bea")).unwrap().version, 1);
        assert_eq!(block_on(store.address_book("bea")).unwrap().version, 1);
        assert_eq!(block_on(store.address_book("ada")).unwrap(), StoredBook::default());
    }
}
