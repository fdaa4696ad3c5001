//! Whatever the order of concurrent and repeated requests: nothing is oversold, lost or done twice.

use super::support::{Shop, key, misquoted, reserved, stock};
use crate::testing::TestDatabase;
use crate::{Database, DbError, Statement};
use async_trait::async_trait;
use futures::executor::block_on;
use futures::future::{BoxFuture, FutureExt, poll_fn};
use futures::task::noop_waker_ref;
use orilla_catalog::VariantId;
use orilla_money::{Currency, Money};
use orilla_orders::{Cart, Command, IdempotencyKey, OrderNumber, OrderToken, Quantity, Text};
use orilla_shop::checkout::{CommandOrder, CommandOutcome, Orders, PlaceOutcome, command_order, place_order};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

/// What goes wrong with a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Weather {
    Fine,
    /// The request never reaches the database.
    LostRequest,
    /// The database does it, and the answer never arrives.
    LostAnswer,
}

/// A database on a bad network that lets others run before and after each batch.
struct Stormy {
    db: TestDatabase,
    forecast: Mutex<Vec<Weather>>,
}

impl AsRef<TestDatabase> for Stormy {
    fn as_ref(&self) -> &TestDatabase {
        &self.db
    }
}

#[async_trait]
impl Database for Stormy {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Vec<String>>, DbError> {
        let weather = self.forecast.lock().unwrap().pop().unwrap_or(Weather::Fine);
        let lost = || Err(DbError::Unavailable(format!("{weather:?}")));
        let_others_run().await;
        if weather == Weather::LostRequest {
            return lost();
        }
        let answer = self.db.batch(statements).await;
        let_others_run().await;
        if weather == Weather::LostAnswer { lost() } else { answer }
    }
}

async fn let_others_run() {
    let mut has_waited = false;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut has_waited, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Runs all futures to their ends, each time a step of the one that the plan says.
fn interleave(mut tasks: Vec<BoxFuture<'_, ()>>, plan: &[usize]) {
    let mut context = Context::from_waker(noop_waker_ref());
    let mut steps = plan.iter().copied().chain(std::iter::repeat(0));
    while !tasks.is_empty() {
        let chosen = steps.next().unwrap_or(0) % tasks.len();
        if tasks[chosen].poll_unpin(&mut context).is_ready() {
            drop(tasks.remove(chosen));
        }
    }
}

/// What somebody does. Small numbers, so that many do the same thing with the same key.
#[derive(Clone, Debug)]
enum Action {
    Place { key: u8, wanted: Vec<(i64, u32)> },
    Command { order: u8, key: u8, command: Command },
    Reprice { variant: i64, minor: i64 },
}

/// What answers have promised.
#[derive(Default)]
struct Promises {
    /// The order that each key has placed.
    placed: Mutex<BTreeMap<u8, (OrderToken, OrderNumber)>>,
    /// The order and version that each key has written.
    commanded: Mutex<BTreeMap<IdempotencyKey, (OrderNumber, u32)>>,
    /// What the next sender throws.
    dice: AtomicU64,
}

/// The same key must always get the same answer.
fn promise<K: Ord, V: PartialEq + std::fmt::Debug>(promises: &Mutex<BTreeMap<K, V>>, key: K, value: V) {
    let mut promises = promises.lock().unwrap();
    if let Some(earlier) = promises.get(&key) {
        assert_eq!(earlier, &value, "one key, two answers");
    }
    promises.insert(key, value);
}

async fn act(shop: &Shop<Stormy>, promises: &Promises, action: &Action) {
    match action {
        Action::Place { key, wanted } => place(shop, promises, *key, wanted).await,
        Action::Command { order, key: name, command } => {
            let placed = promises.placed.lock().unwrap().get(order).cloned();
            let Some((token, _)) = placed else { return };
            let key = key(&format!("command-{name}"));
            let wish = CommandOrder { token, command: command.clone(), key: key.clone(), now: 7 };
            let outcome = until_answered(|| command_order(&shop.store, &wish)).await;
            if let CommandOutcome::Done(done) = outcome {
                promise(&promises.commanded, key, (done.number, done.version));
            }
        }
        Action::Reprice { variant, minor } => {
            let_others_run().await;
            shop.db.db.execute(&format!("UPDATE variants SET price_minor = {minor} WHERE id = {variant}"));
        }
    }
}

/// A shopper, who confirms each change and repeats what was not answered.
async fn place(shop: &Shop<Stormy>, promises: &Promises, name: u8, wanted: &[(i64, u32)]) {
    let mut cart = Cart::default();
    for (variant, pieces) in wanted {
        cart.set(VariantId(*variant), Quantity::new(*pieces).unwrap()).unwrap();
    }
    let quote = until_answered(|| shop.quote(&cart)).await;
    let mut wish = shop.wish_for(cart, &quote, &format!("place-{name}"));
    // Every sender has dice of its own: only the key says that two requests are one.
    wish.random = u128::from(promises.dice.fetch_add(1, Ordering::Relaxed)).to_be_bytes();
    loop {
        match until_answered(|| place_order(shop.till(), &wish)).await {
            PlaceOutcome::Placed { token, number } => {
                return promise(&promises.placed, name, (token, number));
            }
            PlaceOutcome::Changed { quote } => wish.seen = quote.fingerprint(),
            PlaceOutcome::Refused(_) => return,
        }
    }
}

async fn until_answered<T, F: Future<Output = Result<T, orilla_shop::PortError>>>(
    mut ask: impl FnMut() -> F,
) -> T {
    loop {
        match ask().await {
            Ok(answer) => return answer,
            Err(orilla_shop::PortError::Unavailable(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn check_invariants(shop: &Shop<Stormy>, promises: &Promises, initial: &[(i64, u32)]) {
    // From here on the weather is fine.
    shop.db.forecast.lock().unwrap().clear();
    let db = &shop.db.db;
    let (stock, reserved) = (stock(db), reserved(db));
    let mut expected_reserved = vec![0i64; initial.len()];
    let listed = block_on(shop.store.list(None, 100)).unwrap();
    let mut events = 0;
    for entry in &listed {
        let stored = block_on(shop.store.order(&entry.token)).unwrap().unwrap();
        let order = stored.order().unwrap();
        assert_eq!(order.summary(), entry.summary, "the fold is the projection");
        assert_eq!(order.placed.subtotal.plus(order.placed.shipping_price), Ok(order.placed.total));
        events += stored.history.len();
        for line in order.placed.lines.iter().filter(|_| order.holds_stock()) {
            expected_reserved[usize::try_from(line.variant.0 - 1).unwrap()] += i64::from(line.quantity.get());
        }
    }
    assert_eq!(misquoted(db), [0], "sold at another price than the shopper saw");
    assert_eq!(reserved, expected_reserved, "the orders hold what is reserved");
    for ((available, reserved), (_, initial)) in stock.iter().zip(&reserved).zip(initial) {
        assert!(*available >= 0, "oversold");
        assert_eq!(available + reserved, i64::from(*initial), "pieces appeared or vanished");
    }
    let promised: BTreeSet<_> = promises.placed.lock().unwrap().values().map(|(_, number)| *number).collect();
    let stored: BTreeSet<_> = listed.iter().map(|order| order.number).collect();
    assert_eq!(promised, stored, "an order was lost, or placed twice");
    let commanded: BTreeSet<_> = promises.commanded.lock().unwrap().values().copied().collect();
    assert_eq!(commanded.len(), promises.commanded.lock().unwrap().len(), "two keys, one event");
    assert_eq!(events, listed.len() + commanded.len(), "a command was lost, or done twice");
    db.execute("DELETE FROM orders");
    block_on(shop.store.rebuild()).unwrap();
    assert_eq!(block_on(shop.store.list(None, 100)).unwrap(), listed);
}

fn any_command() -> impl Strategy<Value = Command> {
    let text = |text| Text::parse(text).unwrap();
    prop_oneof![
        2 => Just(Command::Pay),
        2 => Just(Command::Pack),
        1 => Just(Command::Ship { carrier: text("Correos"), tracking: None }),
        1 => Just(Command::Deliver),
        3 => any::<bool>().prop_map(move |restock| Command::Cancel { reason: text("asked"), restock }),
        1 => (1i64..400).prop_map(|minor| Command::Refund { amount: Money::new(minor, Currency::EUR) }),
    ]
}

fn any_action(variants: i64) -> impl Strategy<Value = Action> {
    let wanted = prop::collection::btree_map(1..=variants, 1u32..4, 1..3);
    let wanted = wanted.prop_map(|wanted| wanted.into_iter().collect());
    prop_oneof![
        4 => (0u8..6, wanted).prop_map(|(key, wanted)| Action::Place { key, wanted }),
        4 => (0u8..6, 0u8..8, any_command())
            .prop_map(|(order, key, command)| Action::Command { order, key, command }),
        1 => (1..=variants, 90i64..110).prop_map(|(variant, minor)| Action::Reprice { variant, minor }),
    ]
}

fn any_weather() -> impl Strategy<Value = Weather> {
    prop_oneof![
        6 => Just(Weather::Fine),
        1 => Just(Weather::LostRequest),
        1 => Just(Weather::LostAnswer),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]
    #[test]
    fn no_interleaving_oversells_loses_or_duplicates(
        initial in prop::collection::vec((90i64..110, 0u32..6), 3),
        people in prop::collection::vec(prop::collection::vec(any_action(3), 1..5), 2..5),
        plan in prop::collection::vec(0usize..12, 0..200),
        forecast in prop::collection::vec(any_weather(), 0..60),
    ) {
        let db = Stormy { db: TestDatabase::new(), forecast: Mutex::new(forecast) };
        let shop = Shop::new(db, &initial);
        let promises = Promises::default();
        let (shop_ref, promises_ref) = (&shop, &promises);
        let tasks = people.iter().map(|actions| {
            async move {
                for action in actions {
                    act(shop_ref, promises_ref, action).await;
                }
            }
            .boxed()
        });
        interleave(tasks.collect(), &plan);
        check_invariants(&shop, &promises, &initial);
    }
}
