use super::*;
use crate::testing::TestDatabase;
use futures::executor::block_on;

const ONE: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";
const TWO: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbb";

fn token(text: &str) -> OrderToken {
    OrderToken::parse(text).unwrap()
}

fn keys() -> Keys {
    let p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    Keys::parse(p256dh, "BTBZMqHH6r4Tts7J_aSIgg").unwrap()
}

fn store() -> NoticeStore {
    let database = TestDatabase::new();
    database.execute(&format!("INSERT INTO order_streams (token) VALUES ('{ONE}'), ('{TWO}')"));
    NoticeStore::new(Arc::new(database))
}

fn add_at(store: &NoticeStore, order: &str, endpoint: &str, now: i64) -> Added {
    let wish = Subscribe {
        token: token(order),
        endpoint: endpoint.into(),
        keys: keys(),
        language: "es".into(),
        site: "https://shop.net".into(),
        known: 1,
    };
    block_on(store.add(&wish, now)).unwrap()
}

fn add(store: &NoticeStore, order: &str, endpoint: &str) -> Added {
    add_at(store, order, endpoint, 9)
}

fn of(store: &NoticeStore, order: &str) -> Vec<i64> {
    block_on(store.of_order(&token(order))).unwrap()
}

fn has(store: &NoticeStore, order: &str, endpoint: &str) -> bool {
    block_on(store.has(&token(order), endpoint)).unwrap()
}

#[test]
fn a_browser_is_kept_once_for_an_order_and_found_whole() {
    let store = store();
    assert_eq!(
        (add(&store, ONE, "e"), add(&store, ONE, "e"), add(&store, TWO, "e")),
        (Added::Kept, Added::Kept, Added::Kept)
    );
    let (one, two) = (of(&store, ONE), of(&store, TWO));
    assert_eq!((one.len(), two.len()), (1, 1));
    let found = block_on(store.find(one[0])).unwrap().unwrap();
    let expected = Subscriber {
        id: one[0],
        token: token(ONE),
        endpoint: "e".into(),
        keys: keys(),
        language: "es".into(),
        site: "https://shop.net".into(),
        told: 1,
    };
    assert_eq!(found, expected);
    assert_eq!(add(&store, "cccccccccccccccccccccccccc", "e"), Added::TooMany, "no such order");
    assert_eq!(block_on(store.find(99)), Ok(None));
}

#[test]
fn an_order_has_eight_browsers_and_no_more() {
    let store = store();
    for at in 0..MOST_PER_ORDER {
        assert_eq!(add(&store, ONE, &at.to_string()), Added::Kept);
    }
    assert_eq!(add(&store, ONE, "one more"), Added::TooMany);
    assert_eq!(add(&store, ONE, "7"), Added::Kept, "one that is there stays there");
    assert_eq!(add(&store, TWO, "one more"), Added::Kept);
}

#[test]
fn a_browser_is_forgotten_for_one_order_or_for_all() {
    let store = store();
    for (order, endpoint) in [(ONE, "e"), (TWO, "e"), (ONE, "f")] {
        add(&store, order, endpoint);
    }
    block_on(store.remove(&token(ONE), "e")).unwrap();
    assert_eq!((has(&store, ONE, "e"), has(&store, TWO, "e"), has(&store, ONE, "f")), (false, true, true));
    add(&store, ONE, "e");
    block_on(store.forget("e")).unwrap();
    assert_eq!((has(&store, ONE, "e"), has(&store, TWO, "e"), has(&store, ONE, "f")), (false, false, true));
    add_at(&store, TWO, "g", KEPT + 10);
    assert!(!has(&store, ONE, "f"), "half a year later");
}

#[test]
fn another_endpoint_takes_the_place_of_the_one_before() {
    let store = store();
    for (order, endpoint) in [(ONE, "old"), (TWO, "old"), (TWO, "new")] {
        add(&store, order, endpoint);
    }
    assert_eq!(block_on(store.renew("old", "new", &keys())), Ok(true));
    assert_eq!(block_on(store.renew("old", "new", &keys())), Ok(false));
    assert_eq!((of(&store, ONE).len(), of(&store, TWO).len()), (1, 1));
    assert!(has(&store, ONE, "new") && has(&store, TWO, "new"));
}

#[test]
fn what_was_told_never_goes_back() {
    let store = store();
    add(&store, ONE, "e");
    let id = of(&store, ONE)[0];
    for (version, told) in [(3, 3), (2, 3), (4, 4)] {
        block_on(store.told(id, version)).unwrap();
        assert_eq!(block_on(store.find(id)).unwrap().unwrap().told, told);
    }
    // Asking again is no news.
    add(&store, ONE, "e");
    assert_eq!(block_on(store.find(id)).unwrap().unwrap().told, 4);
}
