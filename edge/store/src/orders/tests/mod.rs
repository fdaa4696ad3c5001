//! The order store over real SQL.

mod interleaved;
mod support;

use super::*;
use crate::testing::TestDatabase;
use futures::executor::block_on;
use orilla_orders::{Command, Goods, Refusal, Status, Text};
use orilla_shop::checkout::{
    CommandOrder, CommandOutcome, PlaceOutcome, PlaceRefusal, Withdrawal, command_order, place_order,
    withdraw_order,
};
use orilla_shop::team::{OrderDesk, OrderQuery};
use support::{Shop, key, stock};

/// One variant at €10.00 with 5 pieces, and one at €2.50 with 2.
fn shop() -> Shop<TestDatabase> {
    Shop::new(TestDatabase::new(), &[(1_000, 5), (250, 2)])
}

fn command(shop: &Shop<TestDatabase>, token: &OrderToken, command: Command, name: &str) -> CommandOutcome {
    let wish = CommandOrder { token: token.clone(), command, key: key(name), now: 99 };
    block_on(command_order(&shop.store, &wish)).unwrap()
}

fn cancel(restock: bool) -> Command {
    Command::Cancel { reason: Text::parse("shopper asked").unwrap(), restock }
}

/// Places an order that must work.
#[track_caller]
fn placed(shop: &Shop<TestDatabase>, cart: &str, name: &str) -> (OrderToken, OrderNumber) {
    let wish = block_on(shop.wish(cart, name));
    match block_on(place_order(shop.till(), &wish)).unwrap() {
        PlaceOutcome::Placed { token, number } => (token, number),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_takes_its_pieces_and_is_read_again() {
    let shop = shop();
    let (token, number) = placed(&shop, "1.1x2-2x1", "place-one");
    assert_eq!(number, OrderNumber(1001));
    assert_eq!(stock(&shop.db), [3, 1]);
    let stored = block_on(shop.store.order(&token)).unwrap().unwrap();
    let order = stored.order().unwrap();
    assert_eq!((stored.number, order.placed.total.minor), (number, 2_250 + 490));
    assert_eq!(order.placed.lines[0].options, ["Large", "Navy"]);
    let listed = block_on(shop.store.list(None, 10)).unwrap();
    assert_eq!(listed, [ListedOrder { number, token, summary: order.summary() }]);
    assert_eq!(placed(&shop, "1.1x1", "place-two").1, OrderNumber(1002));
    assert_eq!(block_on(shop.store.order(&OrderToken::from_random([9; 16]))), Ok(None));
}

/// The numbers of the orders that fit a question, the newest first.
#[track_caller]
fn check_found(shop: &Shop<TestDatabase>, fields: &[(&str, &str)], expected: &[i64]) {
    let query = OrderQuery::read(fields.iter().copied());
    let found = block_on(shop.store.find(&query)).unwrap();
    let numbers: Vec<_> = found.orders.iter().map(|order| order.number.0).collect();
    assert_eq!(numbers, expected, "{fields:?}");
    assert_eq!(found.total as usize, expected.len());
}

#[test]
fn the_team_finds_orders_by_status_number_name_and_address() {
    let shop = shop();
    let (first, number) = placed(&shop, "1.1x1", "place-one");
    placed(&shop, "1.1x1", "place-two");
    assert!(matches!(command(&shop, &first, Command::Pay, "pay-the-1st"), CommandOutcome::Done(_)));
    check_found(&shop, &[], &[1002, 1001]);
    check_found(&shop, &[("status", "todo")], &[1002, 1001]);
    check_found(&shop, &[("status", "paid")], &[1001]);
    check_found(&shop, &[("status", "shipped")], &[]);
    check_found(&shop, &[("q", "1002")], &[1002]);
    check_found(&shop, &[("q", "100")], &[]);
    let listed = block_on(shop.store.list(None, 1)).unwrap().remove(0).summary;
    check_found(&shop, &[("q", &listed.email.to_uppercase())], &[1002, 1001]);
    check_found(&shop, &[("q", &listed.name), ("status", "placed")], &[1002]);
    for wild in ["%", "_", "\\", "' OR 1=1 --"] {
        check_found(&shop, &[("q", wild)], &[]);
    }
    assert_eq!(block_on(shop.store.counts()).unwrap(), [(Status::Paid, 1), (Status::Placed, 1)]);
    assert_eq!(block_on(shop.store.token(number.0)).unwrap(), Some(first));
    assert_eq!(block_on(shop.store.token(7)).unwrap(), None);
}

#[test]
fn a_list_has_pages() {
    let shop = shop();
    for name in ["place-one", "place-two", "place-three"] {
        placed(&shop, "1.1x1", name);
    }
    let numbers = |before: Option<i64>, most| {
        let listed = block_on(shop.store.list(before.map(OrderNumber), most)).unwrap();
        listed.iter().map(|order| order.number.0).collect::<Vec<_>>()
    };
    assert_eq!(numbers(None, 2), [1003, 1002]);
    assert_eq!(numbers(Some(1002), 2), [1001]);
    assert_eq!(numbers(Some(1001), 2), [0i64; 0]);
}

#[test]
fn cancelling_gives_pieces_back_only_with_restock() {
    for (restock, expected) in [(true, [5, 2]), (false, [3, 2])] {
        let shop = shop();
        let (token, _) = placed(&shop, "1.1x2", "place-one");
        let done = command(&shop, &token, cancel(restock), "cancel-1");
        assert!(matches!(done, CommandOutcome::Done(done) if done.status == Status::Cancelled));
        assert_eq!(command(&shop, &token, cancel(restock), "cancel-1"), done);
        let refused = command(&shop, &token, cancel(restock), "cancel-2");
        assert_eq!(refused, CommandOutcome::Refused(Refusal::Cancelled));
        assert_eq!(stock(&shop.db), expected);
        let order = block_on(shop.store.order(&token)).unwrap().unwrap().order().unwrap();
        assert!(matches!(order.goods, Goods::Cancelled { .. }));
    }
}

#[test]
fn the_same_key_is_one_order_and_another_request_is_refused() {
    let shop = shop();
    let first = placed(&shop, "1.1x2", "place-one");
    let mut again = block_on(shop.wish("1.1x2", "place-one"));
    again.random = [3; 16];
    let outcome = block_on(place_order(shop.till(), &again)).unwrap();
    assert_eq!(outcome, PlaceOutcome::Placed { token: first.0.clone(), number: first.1 });
    let other = block_on(shop.wish("1.1x3", "place-one"));
    let outcome = block_on(place_order(shop.till(), &other)).unwrap();
    assert_eq!(outcome, PlaceOutcome::Refused(PlaceRefusal::KeyReused));
    assert_eq!(command(&shop, &first.0, Command::Pack, "place-one"), CommandOutcome::KeyReused);
    assert_eq!(stock(&shop.db), [3, 2]);
}

#[test]
fn a_withdrawn_request_places_nothing_and_one_that_was_done_stays_done() {
    let shop = shop();
    let append = block_on(shop.append("1.1x2", "never-wanted"));
    let withdraw = |name: &str| block_on(withdraw_order(&shop.store, &key(name), 7)).unwrap();
    assert_eq!(withdraw("never-wanted"), Withdrawal::Withdrawn);
    assert_eq!(withdraw("never-wanted"), Withdrawal::Withdrawn);
    // A copy that was decided on before, and one that comes after.
    assert_eq!(block_on(shop.store.append(&append)), Err(AppendError::Lost(Race::Key)));
    let late = block_on(shop.wish("1.1x2", "never-wanted"));
    let outcome = block_on(place_order(shop.till(), &late)).unwrap();
    assert_eq!(outcome, PlaceOutcome::Refused(PlaceRefusal::Withdrawn));
    assert_eq!((stock(&shop.db), block_on(shop.store.list(None, 10)).unwrap().len()), (vec![5, 2], 0));
    let (token, number) = placed(&shop, "1.1x2", "place-one");
    assert_eq!(withdraw("place-one"), Withdrawal::Placed { token: token.clone(), number });
    assert!(matches!(command(&shop, &token, Command::Pay, "pay-the-1st"), CommandOutcome::Done(_)));
    assert_eq!(withdraw("pay-the-1st"), Withdrawal::KeyReused);
    assert_eq!(command(&shop, &token, Command::Pack, "never-wanted"), CommandOutcome::KeyReused);
    assert_eq!(stock(&shop.db), [3, 2]);
}

/// The shop changes between the page and the order.
#[track_caller]
fn check_changed(change: &str, quantities: &[u32], total: i64) {
    let shop = shop();
    let wish = block_on(shop.wish("1.1x2-2x2", "place-one"));
    shop.db.execute(change);
    let PlaceOutcome::Changed { quote } = block_on(place_order(shop.till(), &wish)).unwrap() else {
        panic!("{change}");
    };
    assert_eq!(quote.lines.iter().map(|line| line.quantity).collect::<Vec<_>>(), quantities);
    assert_eq!(quote.total.minor, total);
    assert_eq!(block_on(shop.store.list(None, 10)).unwrap(), []);
}

#[test]
fn what_changed_since_the_page_is_shown() {
    check_changed("UPDATE variants SET price_minor = 1100 WHERE id = 1", &[2, 2], 3_190);
    check_changed("UPDATE variants SET available = 1 WHERE id = 2", &[2, 1], 2_740);
    check_changed("UPDATE variants SET available = 0 WHERE id = 2", &[2, 0], 2_490);
    check_changed("UPDATE variants SET archived = 1 WHERE id = 2", &[2], 2_490);
    check_changed("UPDATE products SET status = 'draft'", &[], 490);
    check_changed("UPDATE variants SET currency = 'USD' WHERE id = 2", &[2, 0], 2_490);
}

/// The shop changes between the decision and the transaction: nothing may be written.
#[track_caller]
fn check_lost(change: &str, race: Race) {
    let shop = shop();
    let append = block_on(shop.append("1.1x2-2x2", "place-one"));
    shop.db.execute(change);
    let before = stock(&shop.db);
    assert_eq!(block_on(shop.store.append(&append)), Err(AppendError::Lost(race)), "{change}");
    assert_eq!(stock(&shop.db), before);
    assert_eq!(block_on(shop.store.order(&append.token)), Ok(None));
    assert_eq!(block_on(shop.store.done(&append.key)), Ok(None));
    assert_eq!(block_on(shop.store.list(None, 10)).unwrap(), []);
}

#[test]
fn a_lost_race_writes_nothing() {
    check_lost("UPDATE variants SET available = 1 WHERE id = 2", Race::Stock);
    check_lost("UPDATE variants SET price_minor = 1100 WHERE id = 1", Race::Price);
    check_lost("UPDATE variants SET price_minor = 900 WHERE id = 1", Race::Price);
    check_lost("UPDATE variants SET currency = 'USD' WHERE id = 1", Race::Price);
    check_lost("UPDATE variants SET archived = 1 WHERE id = 1", Race::Price);
    check_lost("UPDATE products SET status = 'archived'", Race::Price);
}

#[test]
fn what_is_unique_is_unique() {
    let shop = shop();
    let first = block_on(shop.append("1.1x1", "place-one"));
    block_on(shop.store.append(&first)).unwrap();
    let lost = |append: &Append| block_on(shop.store.append(append)).unwrap_err();
    let other_token = Append { token: OrderToken::from_random([8; 16]), ..first.clone() };
    assert_eq!(lost(&other_token), AppendError::Lost(Race::Key));
    let other_key = Append { key: key("place-two"), ..first.clone() };
    assert_eq!(lost(&other_key), AppendError::Lost(Race::Token));
    let mut paid = Append { key: key("pay-one"), ..first };
    paid.recorded = Recorded { version: 2, at: 9, event: Event::Paid };
    block_on(shop.store.append(&paid)).unwrap();
    paid.key = key("pay-two");
    assert_eq!(lost(&paid), AppendError::Lost(Race::Version));
    assert_eq!(stock(&shop.db), [4, 2]);
}

#[test]
fn the_words_of_d1_are_understood() {
    let d1 = "D1_ERROR: CHECK constraint failed: stock_is_not_negative: SQLITE_CONSTRAINT";
    assert_eq!(append_error(DbError::Constraint(d1.into())), AppendError::Lost(Race::Stock));
    let other = append_error(DbError::Constraint("CHECK constraint failed: pieces_are_positive".into()));
    assert!(matches!(other, AppendError::Port(PortError::Unexpected(_))));
    let down = append_error(DbError::Unavailable("stock_is_not_negative".into()));
    assert!(matches!(down, AppendError::Port(PortError::Unavailable(_))));
}

#[test]
fn summaries_are_rebuilt_from_events() {
    let shop = Shop::new(TestDatabase::new(), &[(1_000, 500)]);
    let mut tokens = Vec::new();
    for index in 0..REBUILT_AT_ONCE + 3 {
        tokens.push(placed(&shop, "1.1x1", &format!("place-{index:03}")).0);
    }
    for token in tokens.iter().step_by(2) {
        command(&shop, token, Command::Pack, &format!("pack-{token}"));
    }
    let before: Vec<_> = listed(&shop);
    assert_eq!(before.len(), tokens.len());
    shop.db.execute("UPDATE orders SET status = 'refunded', total_minor = 0, name = ''");
    shop.db.execute("DELETE FROM orders WHERE number % 3 = 0");
    assert_eq!(block_on(shop.store.rebuild()), Ok(REBUILT_AT_ONCE + 3));
    assert_eq!(listed(&shop), before);
}

fn listed(shop: &Shop<TestDatabase>) -> Vec<ListedOrder> {
    let mut all = block_on(shop.store.list(None, 100)).unwrap();
    let last = all.last().map(|order| order.number);
    all.extend(block_on(shop.store.list(last, 100)).unwrap());
    all
}

#[test]
fn a_product_is_shown_as_it_is() {
    let shop = shop();
    shop.db.execute("INSERT INTO images (product_id, position, url, alt) VALUES (1, 0, 'https://a.b/c', '')");
    let ids = [VariantId(2), VariantId(77), VariantId(1)];
    let variants = block_on(shop.store.variants(&ids)).unwrap();
    let [second, first] = variants.as_slice() else { panic!("{variants:?}") };
    assert_eq!((second.id, first.id), (VariantId(2), VariantId(1)));
    assert_eq!((first.title.as_str(), first.category.as_deref()), ("Lantern", Some("Lamps")));
    assert!(first.image.is_some());
    assert_eq!(second.options, ["Large", "Navy"]);
}
