//! Single steps of the memo; what holds for all of them together is in `model`.

use crate::*;
use std::cell::Cell;

/// A shop of two numbers that counts how often its reads are looked at.
#[derive(Default)]
struct Shop {
    revision: u64,
    price: u64,
    title: u64,
    gone: bool,
    versions_asked: Cell<u32>,
    fingerprints_asked: Cell<u32>,
}

const PRICE: &str = "price";
const TITLE: &str = "title";

impl Source<&'static str> for Shop {
    fn revision(&self) -> u64 {
        self.revision
    }

    fn version(&self, _: &&'static str) -> Option<Version> {
        self.versions_asked.set(self.versions_asked.get() + 1);
        (!self.gone).then_some(self.revision)
    }

    fn fingerprint(&self, read: &&'static str) -> Option<Fingerprint> {
        self.fingerprints_asked.set(self.fingerprints_asked.get() + 1);
        let value = if *read == PRICE { self.price } else { self.title };
        (!self.gone).then_some(Fingerprint::new(value.into()))
    }

    fn class(&self, read: &&'static str) -> Class {
        if *read == PRICE { Class::Strict } else { Class::Lenient }
    }
}

type TheMemo = Memo<&'static str, u8, &'static str, u32>;

fn memo(bytes: usize) -> TheMemo {
    Memo::new(Limits { bytes, refresh_ms: 100 })
}

/// A render that reads the locale, and what is named.
fn record(shop: &Shop, locale: u8, reads: &[&'static str]) -> Record<&'static str, u8, &'static str> {
    let recorder = Recorder::new();
    recorder.dimension("locale", locale);
    reads.iter().for_each(|read| recorder.read_from(*read, shop));
    recorder.finish().unwrap()
}

fn keep(memo: &mut TheMemo, route: &str, locale: u8, page: u32, shop: &Shop) {
    memo.keep(route, record(shop, locale, &[PRICE, TITLE]), page, 1000, shop, 0).unwrap();
}

/// The answer in short.
fn look(memo: &mut TheMemo, route: &str, locale: u8, shop: &Shop) -> String {
    match memo.look(route, |_| locale, shop, 0) {
        Look::Hit(page) => format!("hit {page}"),
        Look::Stale { page, changed, .. } => format!("stale {page}: {changed}"),
        Look::Miss(Why::Unseen) => "unseen".to_owned(),
        Look::Miss(Why::Visitor(dimension)) => format!("visitor: {dimension}"),
        Look::Miss(Why::Red(read)) => format!("red: {read}"),
    }
}

/// A page that shows price and title, after an edit.
#[track_caller]
fn check(edit: fn(&mut Shop), expected: &str) {
    let mut shop = Shop { revision: 1, price: 30, title: 1, ..Shop::default() };
    let mut memo = memo(1 << 20);
    keep(&mut memo, "/lamp", 0, 7, &shop);
    shop.revision += 1;
    edit(&mut shop);
    assert_eq!(look(&mut memo, "/lamp", 0, &shop), expected);
}

#[test]
fn what_changed_decides() {
    check(|_| {}, "hit 7");
    check(|shop| shop.price = 25, "red: price");
    check(|shop| shop.title = 2, "stale 7: title");
    check(|shop| (shop.price, shop.title) = (25, 2), "red: price");
    check(|shop| shop.gone = true, "red: price");
}

#[test]
fn a_lenient_value_that_is_gone_is_not_shown() {
    let mut shop = Shop { revision: 1, ..Shop::default() };
    let mut memo = memo(1 << 20);
    memo.keep("/lamp", record(&shop, 0, &[TITLE]), 7, 1000, &shop, 0).unwrap();
    shop.revision += 1;
    shop.gone = true;
    assert_eq!(look(&mut memo, "/lamp", 0, &shop), "red: title");
}

#[test]
fn a_value_that_was_not_there_is_a_read_too() {
    let mut shop = Shop { revision: 1, gone: true, ..Shop::default() };
    let mut memo = memo(1 << 20);
    keep(&mut memo, "/lamp", 0, 404, &shop);
    shop.revision += 1;
    assert_eq!(look(&mut memo, "/lamp", 0, &shop), "hit 404");
    shop.revision += 1;
    shop.gone = false;
    assert_eq!(look(&mut memo, "/lamp", 0, &shop), "red: price");
}

#[test]
fn reads_are_compared_once_per_revision() {
    let mut shop = Shop { revision: 1, ..Shop::default() };
    let mut memo = memo(1 << 20);
    keep(&mut memo, "/lamp", 0, 7, &shop);
    let mut asked = |shop: &Shop| {
        shop.versions_asked.set(0);
        shop.fingerprints_asked.set(0);
        assert_eq!(look(&mut memo, "/lamp", 0, shop), "hit 7");
        (shop.versions_asked.get(), shop.fingerprints_asked.get())
    };
    assert_eq!(asked(&shop), (0, 0), "kept at this revision");
    shop.revision = 2;
    assert_eq!(asked(&shop), (2, 2));
    assert_eq!(asked(&shop), (0, 0));
}

#[test]
fn versions_are_moved_up() {
    let mut shop = Shop { revision: 1, ..Shop::default() };
    let mut record = record(&shop, 0, &[PRICE, TITLE]);
    shop.revision = 2;
    for fingerprints in [2, 0] {
        shop.fingerprints_asked.set(0);
        assert_eq!(record.check(&shop), Verdict::Fresh);
        assert_eq!(shop.fingerprints_asked.get(), fingerprints);
    }
}

#[test]
fn a_shop_that_changes_under_a_render_tears_it() {
    let mut shop = Shop { revision: 1, ..Shop::default() };
    let mut torn = |edit: fn(&mut Shop)| {
        let recorder = Recorder::<&str, u8, _>::new();
        recorder.read_from(PRICE, &shop);
        recorder.read_from(TITLE, &shop);
        shop.revision += 1;
        edit(&mut shop);
        recorder.read_from(PRICE, &shop);
        recorder.finish().is_err()
    };
    assert!(!torn(|_| {}));
    assert!(!torn(|shop| shop.title += 1), "the title was not read again");
    assert!(torn(|shop| shop.price += 1));
    assert!(torn(|shop| shop.gone = true));
}

#[test]
fn a_record_fits_who_has_its_values() {
    let recorder = Recorder::<char, u8, ()>::new();
    recorder.dimension('a', 1);
    recorder.dimension('b', 2);
    let record = recorder.finish().unwrap();
    for (a, b, fits) in [(1, 2, true), (1, 1, false), (2, 2, false)] {
        assert_eq!(record.fits(|d| if *d == 'a' { a } else { b }), fits);
    }
}

#[test]
fn a_miss_says_why() {
    let mut shop = Shop::default();
    let mut memo = memo(1 << 20);
    assert_eq!(look(&mut memo, "/lamp", 0, &shop), "unseen");
    keep(&mut memo, "/lamp", 0, 7, &shop);
    assert_eq!(look(&mut memo, "/lamp", 1, &shop), "visitor: locale");
    assert_eq!(look(&mut memo, "/lamp", 0, &shop), "hit 7");
    (shop.revision, shop.title) = (1, 1);
    assert_eq!(look(&mut memo, "/lamp", 0, &shop), "stale 7: title");
    (shop.revision, shop.price) = (2, 1);
    assert_eq!(look(&mut memo, "/lamp", 0, &shop), "red: price");
    let stats = memo.stats();
    assert_eq!((stats.hits, stats.stale), (1, 1));
    assert_eq!(stats.misses, Misses { unseen: 1, visitor: 1, red: 1 });
}

#[test]
fn one_refreshes_until_its_ticket_is_dropped_or_its_time_is_over() {
    let mut shop = Shop::default();
    let mut memo = memo(1 << 20);
    keep(&mut memo, "/lamp", 0, 7, &shop);
    (shop.revision, shop.title) = (1, 1);
    let mut ticket = |now| match memo.look("/lamp", |_| 0, &shop, now) {
        Look::Stale { page: 7, refresh, .. } => refresh,
        other => panic!("{other:?}"),
    };
    let first = ticket(1000);
    assert!(first.is_some());
    assert!(ticket(1000).is_none());
    assert!(ticket(900).is_none(), "a clock that goes back");
    assert!(ticket(1099).is_none());
    drop(first);
    let second = ticket(1099);
    assert!(second.is_some(), "the first was given up");
    assert!(ticket(1198).is_none());
    let third = ticket(1199);
    assert!(third.is_some(), "the second took too long");
    drop(second);
    assert!(ticket(1200).is_none(), "the third goes on");
}

#[test]
fn the_least_recently_used_make_room() {
    let shop = Shop::default();
    let mut one = memo(1 << 20);
    keep(&mut one, "/0", 0, 0, &shop);
    let entry = one.stats().bytes;
    let mut exact = memo(entry);
    keep(&mut exact, "/0", 0, 0, &shop);
    assert_eq!(exact.stats().bytes, entry);
    let mut memo = memo(3 * entry);
    for (route, page) in [("/0", 0), ("/1", 1), ("/2", 2)] {
        keep(&mut memo, route, 0, page, &shop);
    }
    assert_eq!(look(&mut memo, "/0", 0, &shop), "hit 0");
    keep(&mut memo, "/3", 0, 3, &shop);
    let answers = ["/0", "/1", "/2", "/3"].map(|route| look(&mut memo, route, 0, &shop));
    assert_eq!(answers, ["hit 0", "unseen", "hit 2", "hit 3"]);
    let stats = memo.stats();
    assert_eq!((stats.routes, stats.entries, stats.bytes, stats.evictions), (3, 3, 3 * entry, 1));
}

#[test]
fn hostile_variety_of_routes_takes_no_more_than_the_limit() {
    let shop = Shop::default();
    let mut memo = memo(20_000);
    for number in 0..1_000 {
        keep(&mut memo, &format!("/lamp?x={number}"), 0, number, &shop);
    }
    let stats = memo.stats();
    assert!(stats.bytes <= 20_000);
    assert_eq!(stats.entries, stats.routes);
    assert!((1..20).contains(&stats.entries));
    assert_eq!(stats.evictions, 1_000 - stats.entries as u64);
}

#[test]
fn refuses_what_is_too_large_or_overtaken() {
    let mut shop = Shop::default();
    let mut memo = memo(10_000);
    let large = memo.keep("/lamp", record(&shop, 0, &[]), 7, 10_000, &shop, 0);
    assert!(matches!(large, Err(Refused::TooLarge { bytes: 10_001.., limit: 10_000 })));
    let [slow, slower] = [(); 2].map(|()| record(&shop, 0, &[PRICE, TITLE]));
    (shop.revision, shop.title) = (1, 1);
    assert_eq!(memo.keep("/lamp", slow.clone(), 7, 0, &shop, 0), Ok(()), "better than nothing");
    assert_eq!(memo.keep("/lamp", slow, 8, 0, &shop, 0), Err(Refused::Outdated(TITLE)));
    assert_eq!(look(&mut memo, "/lamp", 0, &shop), "stale 7: title");
    (shop.revision, shop.price) = (2, 1);
    assert_eq!(memo.keep("/lamp", slower, 9, 0, &shop, 0), Err(Refused::Outdated(PRICE)));
    assert_eq!(memo.stats().entries, 1);
}

#[test]
fn a_record_survives_storage() {
    let shop = Shop { revision: 3, price: u64::MAX, ..Shop::default() };
    let recorder = Recorder::new();
    recorder.dimension("locale".to_owned(), 1);
    recorder.read("price".to_owned(), Some(3), shop.fingerprint(&PRICE));
    recorder.read("hash".to_owned(), Some(u64::MAX), Some(Fingerprint::new(u128::MAX - 1)));
    recorder.read("gone".to_owned(), None, None);
    let record: Record<String, u8, String> = recorder.finish().unwrap();
    let stored = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<Record<String, u8, String>>(&stored).unwrap(), record);
}

#[test]
fn the_inspector_shows_key_validators_and_use() {
    let mut shop = Shop { revision: 1, ..Shop::default() };
    let mut memo = memo(1 << 20);
    keep(&mut memo, "/lamp", 1, 7, &shop);
    keep(&mut memo, "/lamp", 0, 8, &shop);
    assert_eq!(look(&mut memo, "/lamp", 1, &shop), "hit 7");
    (shop.revision, shop.title) = (2, 9);
    let found = memo.inspect("/lamp", &shop, 250);
    let short: Vec<_> = found.iter().map(|i| (i.dimensions.clone(), i.hits, i.age_ms, i.verdict())).collect();
    let stale = Verdict::Stale(&TITLE);
    assert_eq!(short, [(vec![("locale", 0)], 0, 250, stale), (vec![("locale", 1)], 1, 250, stale)]);
    let reads: Vec<_> = found[0].reads.iter().map(|(r, colour)| (r.read, r.version, *colour)).collect();
    assert_eq!(reads, [(PRICE, Some(1), Colour::Green), (TITLE, Some(1), Colour::Amber)]);
    assert_eq!(memo.inspect("/chair", &shop, 0), []);
    assert_eq!(memo.routes().collect::<Vec<_>>(), ["/lamp"]);
    let recent: Vec<_> = memo.recent().map(|(route, hits, _)| (route, hits)).collect();
    assert_eq!(recent, [("/lamp", 1), ("/lamp", 0)]);
}

#[test]
fn a_memo_may_cross_threads() {
    fn is_send<T: Send>() {}
    is_send::<Memo<&str, u8, String, std::sync::Arc<str>>>();
    is_send::<Look<&str, String, std::sync::Arc<str>>>();
}
