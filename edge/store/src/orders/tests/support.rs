//! A shop with a few variants, and what shoppers send to it.

use crate::testing::TestDatabase;
use crate::{Database, OrderStore, Statement};
use futures::executor::block_on;
use orilla_money::Currency;
use orilla_orders::{
    Cart, Checkout, CheckoutForm, Event, Fingerprint, IdempotencyKey, Instructions, Order, OrderToken,
    Placed, Quote, Recorded,
};
use orilla_shop::checkout::{Append, OnDelivery, Payment, PlaceOrder, Till, quote_cart};
use std::sync::Arc;

/// A shop over a database.
pub struct Shop<D> {
    pub db: Arc<D>,
    pub store: OrderStore,
    payments: Vec<Box<dyn Payment>>,
}

impl<D: Database + AsRef<TestDatabase> + 'static> Shop<D> {
    /// One product with these variants (price in cents, pieces), whose ids are 1, 2, 3, ….
    pub fn new(db: D, variants: &[(i64, u32)]) -> Self {
        let test = db.as_ref();
        test.execute(
            "INSERT INTO categories (id, slug, name) VALUES (1, 'lamps', 'Lamps');
             INSERT INTO products (id, handle, title, description, status, category_id, version, digest)
             VALUES (1, 'lantern', 'Lantern', '', 'active', 1, 1, '')",
        );
        for (position, (price, available)) in variants.iter().enumerate() {
            test.execute(&format!(
                "INSERT INTO variants (id, product_id, position, option1, option2, price_minor, currency, available,
                   imported_available)
                 VALUES ({}, 1, {position}, 'Large', 'Navy', {price}, 'EUR', {available}, {available})",
                position + 1
            ));
        }
        let db = Arc::new(db);
        let store = OrderStore::new(db.clone());
        Shop { db, store, payments: vec![Box::new(OnDelivery { most: 100_000_000 })] }
    }

    pub fn till(&self) -> Till<'_> {
        let currency = Currency::EUR;
        Till { orders: &self.store, variants: &self.store, payments: &self.payments, currency }
    }

    pub async fn quote(&self, cart: &Cart) -> Result<Quote, orilla_shop::PortError> {
        let destination = Some(checkout().destination());
        quote_cart(&self.store, cart, destination, Currency::EUR).await.map(Result::unwrap)
    }

    /// A request for a cart, as the shop is now.
    pub async fn wish(&self, cart: &str, name: &str) -> PlaceOrder {
        let cart = Cart::parse(cart).unwrap();
        let quote = self.quote(&cart).await.unwrap();
        self.wish_for(cart, &quote, name)
    }

    /// A request for a cart by somebody who saw this quote.
    pub fn wish_for(&self, cart: Cart, quote: &Quote, name: &str) -> PlaceOrder {
        let seen = quote.fingerprint();
        PlaceOrder {
            cart,
            checkout: checkout(),
            seen,
            key: key(name),
            account: None,
            counted: None,
            now: 5,
            random: random(name),
        }
    }

    /// The event of placing a cart, decided on the shop as it is now.
    pub async fn append(&self, cart: &str, name: &str) -> Append {
        let quote = self.quote(&Cart::parse(cart).unwrap()).await.unwrap();
        let instructions = Instructions::OnDelivery { amount: quote.total };
        let placed = Placed::new(&quote, &checkout(), instructions).unwrap();
        let recorded = Recorded { version: 1, at: 5, event: Event::Placed(Box::new(placed)) };
        let summary = Order::replay(std::slice::from_ref(&recorded)).unwrap().summary();
        let token = OrderToken::from_random(random(name));
        Append {
            token,
            key: key(name),
            request: Fingerprint::of(cart),
            recorded,
            summary,
            account: None,
            counted: None,
        }
    }
}

impl AsRef<TestDatabase> for TestDatabase {
    fn as_ref(&self) -> &TestDatabase {
        self
    }
}

fn checkout() -> Checkout {
    let form = CheckoutForm {
        email: "ana@example.org".into(),
        name: "Ana \"O'Neill\" 1".into(),
        address1: "Calle Mayor 1".into(),
        city: "Cádiz".into(),
        postcode: "11001".into(),
        country: "ES".into(),
        shipping: "standard".into(),
        payment: "on_delivery".into(),
        ..CheckoutForm::default()
    };
    form.check().unwrap()
}

pub fn key(name: &str) -> IdempotencyKey {
    IdempotencyKey::parse(&format!("key-{name}")).unwrap()
}

/// Bytes of its own for each name.
fn random(name: &str) -> [u8; 16] {
    let digest = Fingerprint::of(name);
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.as_str().bytes()).for_each(|(byte, digit)| *byte = digit);
    bytes
}

/// The pieces of each variant, by id.
pub fn stock(db: &TestDatabase) -> Vec<i64> {
    numbers(db, "SELECT json(available) AS doc FROM variants ORDER BY id")
}

/// The reserved pieces of each variant, by id.
pub fn reserved(db: &TestDatabase) -> Vec<i64> {
    numbers(
        db,
        "SELECT json(coalesce(sum(r.quantity), 0)) AS doc
         FROM variants v LEFT JOIN reservations r ON r.variant_id = v.id GROUP BY v.id ORDER BY v.id",
    )
}

/// How many lines were sold at another price than the quoted one.
pub fn misquoted(db: &TestDatabase) -> Vec<i64> {
    numbers(db, "SELECT json(count(*)) AS doc FROM reservations WHERE unit_minor <> quoted_minor")
}

fn numbers(db: &TestDatabase, sql: &str) -> Vec<i64> {
    let answer = block_on(db.batch(vec![Statement::new(sql)])).unwrap();
    answer[0].iter().map(|doc| doc.parse().unwrap()).collect()
}
