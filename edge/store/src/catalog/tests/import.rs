//! Imports: what they add, keep, refuse, and that they can be repeated.

use super::catalogue::{batches, catalogue};
use super::*;
use crate::DbError;
use async_trait::async_trait;
use orilla_shop::catalog::ImportError;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Mutex;

#[test]
fn a_second_import_changes_nothing() {
    let (_, store) = shop();
    assert_eq!(import(&store, &[product(|_| ())]), (1, 0, 0));
    let before = view(&store, "storm-lantern").unwrap();
    assert_eq!(import(&store, &[product(|_| ())]), (0, 0, 1));
    assert_eq!(view(&store, "storm-lantern").unwrap(), before);
    assert_eq!(before.version, 1);
}

#[test]
fn a_dry_run_counts_and_changes_nothing() {
    let (db, store) = shop();
    let counts = block_on(store.import(&[product(|_| ())], true)).unwrap();
    assert_eq!(counts.added, 1);
    assert_eq!(number(&db, "SELECT count(*) FROM products"), 0);
}

#[test]
fn a_change_makes_a_new_version_and_keeps_ids() {
    let (_, store) = shop();
    import(&store, &[product(|_| ())]);
    let before = view(&store, "storm-lantern").unwrap();
    let changed = product(|p| {
        p.title = "Gale lantern".into();
        p.category = CategoryPath::new(vec!["Deck".into()]).ok();
        p.variants.reverse();
        let new = ImageUrl::parse("https://images.example/new.jpg").unwrap();
        p.images.insert(0, Image { url: new, alt: String::new() });
    });
    assert_eq!(import(&store, &[changed]), (0, 1, 0));
    let after = view(&store, "storm-lantern").unwrap();
    assert_eq!((after.id, after.version, after.title.as_str()), (before.id, 2, "Gale lantern"));
    let ids = |view: &ProductView| view.variants.iter().map(|v| v.id).collect::<Vec<_>>();
    assert_eq!(ids(&after), ids(&before).into_iter().rev().collect::<Vec<_>>());
    assert_eq!(after.images[1].id, before.images[0].id);
    assert_ne!(after.images[0].id, before.images[0].id);
    let found = |text: &str| block_on(store.suggest(text, 5)).unwrap().len();
    assert_eq!((found("storm"), found("gale")), (0, 1));
    let slugs: Vec<_> = block_on(store.categories()).unwrap().into_iter().map(|c| c.slug).collect();
    assert_eq!(slugs, ["deck"]);
}

#[test]
fn a_variant_that_vanished_is_archived_and_comes_back() {
    let (db, store) = shop();
    import(&store, &[product(|_| ())]);
    let large = view(&store, "storm-lantern").unwrap().variants[1].id;
    import(&store, &[product(|p| drop(p.variants.pop()))]);
    assert_eq!(view(&store, "storm-lantern").unwrap().variants.len(), 1);
    assert_eq!(number(&db, "SELECT count(*) FROM variants WHERE archived = 1"), 1);
    // Its SKU is free for another product meanwhile.
    let mut other = plain("Other");
    other.variants[0].sku = Some("LAN-L".into());
    assert_eq!(import(&store, &[other.check().unwrap()]), (1, 0, 0));
    import(&store, &[product(|p| p.variants[1].sku = Some("LAN-XL".into()))]);
    assert_eq!(view(&store, "storm-lantern").unwrap().variants[1].id, large);
}

/// Stock in the store after an import of `first`, sales of `sold` pieces, and an import of `second`.
#[track_caller]
fn check_stock(first: u32, sold: u32, second: u32, title: &str, expected: u32) {
    let (db, store) = shop();
    import(&store, &[product(|p| p.variants[0].available = first)]);
    db.execute(&format!("UPDATE variants SET available = available - {sold} WHERE sku = 'LAN-S'"));
    import(
        &store,
        &[product(|p| {
            p.variants[0].available = second;
            p.title = title.into();
        })],
    );
    let view = view(&store, "storm-lantern").unwrap();
    assert_eq!(view.variants[0].available, expected);
    let card = &block_on(store.page_by_id(ProductId(0), 1)).unwrap()[0];
    assert_eq!(card.available, expected + 2, "the card follows");
}

#[test]
fn an_import_never_undoes_a_sale() {
    for title in ["Storm lantern", "A new title"] {
        check_stock(5, 2, 5, title, 3);
        check_stock(5, 2, 9, title, 7);
        check_stock(10, 3, 12, title, 9);
        check_stock(10, 3, 8, title, 5);
        check_stock(10, 3, 2, title, 0);
        check_stock(5, 0, 4, title, 4);
        check_stock(5, 5, 0, title, 0);
    }
}

#[test]
fn an_export_carries_the_stock_and_what_was_sold() {
    let (db, store) = shop();
    let feed = || product(|p| p.variants[0].available = 10);
    import(&store, &[feed()]);
    db.execute("UPDATE variants SET available = available - 3 WHERE sku = 'LAN-S'");
    let exported = export(&store);
    assert_eq!((exported[0].variants[0].available, exported[0].variants[0].sold), (7, 3));
    let (_, fresh) = shop();
    for store in [&store, &fresh] {
        import(store, &exported);
        import(store, &exported);
        assert_eq!(export(store), exported);
        // A feed that has not changed changes nothing, in a shop that was moved too.
        import(store, &[feed()]);
        assert_eq!(export(store), exported);
    }
    let restocked = product(|p| (p.variants[0].available, p.variants[0].sold) = (9, 3));
    import(&store, &[restocked]);
    assert_eq!(export(&store)[0].variants[0].available, 9);
}

/// Imports the lantern, then `batch`, which must be refused for this entry and field; nothing may have changed.
#[track_caller]
fn check_conflict(batch: &[Product], index: usize, field: &str) {
    let (db, store) = shop();
    import(&store, &[product(|_| ())]);
    for dry_run in [true, false] {
        match block_on(store.import(batch, dry_run)) {
            Err(ImportError::Conflict { index: i, field: f, .. }) => {
                assert_eq!((i, f.as_str()), (index, field))
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(export(&store), [product(|_| ())]);
    assert_eq!(number(&db, "SELECT count(*) FROM categories"), 2);
}

#[test]
fn a_conflict_names_its_entry_and_nothing_is_written() {
    let named = |title: &str, sku: &str| {
        let mut draft = plain(title);
        draft.variants[0].sku = Some(sku.to_owned());
        draft.category = CategoryPath::new(vec!["New".into()]).ok();
        draft.check().unwrap()
    };
    check_conflict(&[named("a", "1"), named("b", "2"), named("a", "3")], 2, "handle");
    check_conflict(&[named("a", "1"), named("b", "1")], 1, "variants[0].sku");
    check_conflict(&[named("a", "1"), named("b", "LAN-L")], 1, "variants[0].sku");
}

#[test]
fn a_sku_may_move_within_a_batch() {
    let (_, store) = shop();
    import(&store, &[product(|_| ())]);
    let mut heir = plain("Heir");
    heir.variants[0].sku = Some("LAN-S".into());
    let heir = heir.check().unwrap();
    let loser = product(|p| p.variants[0].sku = None);
    for batch in [[heir.clone(), loser.clone()], [loser, heir]] {
        let (_, store) = shop();
        import(&store, &[product(|_| ())]);
        assert_eq!(import(&store, &batch), (1, 1, 0));
    }
}

/// A database in which another import comes between the reading and the writing of the first.
struct Busy {
    inner: Arc<TestDatabase>,
    other: Mutex<Option<Vec<Product>>>,
    batches: Mutex<u32>,
}

#[async_trait]
impl Database for Busy {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Vec<String>>, DbError> {
        *self.batches.lock().unwrap() += 1;
        if *self.batches.lock().unwrap() == 2 {
            let other = self.other.lock().unwrap().take().unwrap();
            CatalogStore::new(self.inner.clone()).import(&other, false).await.unwrap();
        }
        self.inner.batch(statements).await
    }
}

/// Imports `first`, then `mine` while `theirs` comes in between; answers the counts of `mine`.
#[track_caller]
fn check_race(first: &[Product], theirs: Product, mine: Product, expected: Result<(u32, u32, u32), &str>) {
    let inner = Arc::new(TestDatabase::new());
    import(&CatalogStore::new(inner.clone()), first);
    let both = [theirs.clone(), mine.clone()];
    let busy = Busy { inner: inner.clone(), other: Mutex::new(Some(vec![theirs])), batches: Mutex::new(0) };
    let answer = block_on(CatalogStore::new(Arc::new(busy)).import(std::slice::from_ref(&mine), false));
    match (answer, expected) {
        (Ok(counts), Ok(expected)) => {
            assert_eq!((counts.added, counts.changed, counts.unchanged), expected);
            let left = export(&CatalogStore::new(inner));
            assert!(left.contains(&mine), "the last one wins");
            let handles: BTreeSet<_> =
                [first, &both].concat().iter().map(|p| p.handle().to_owned()).collect();
            assert_eq!(left.len(), handles.len(), "and no other is lost");
        }
        (Err(ImportError::Conflict { field, .. }), Err(expected)) => assert_eq!(field, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn imports_at_the_same_time_are_planned_again() {
    let old = || product(|_| ());
    let titled = |title: &str| product(|p| p.title = title.into());
    let other = || plain("Other").check().unwrap();
    check_race(&[], titled("Theirs"), titled("Mine"), Ok((0, 1, 0)));
    check_race(&[], titled("Mine"), titled("Mine"), Ok((0, 0, 1)));
    check_race(&[], other(), titled("Mine"), Ok((1, 0, 0)));
    // A draft has no card whose id would be taken.
    let draft = ProductDraft { status: Status::Draft, ..plain("Mine") };
    check_race(&[], other(), draft.check().unwrap(), Ok((1, 0, 0)));
    check_race(&[old()], titled("Theirs"), titled("Mine"), Ok((0, 1, 0)));
    check_race(&[old()], titled("Theirs"), old(), Ok((0, 1, 0)));
    let mut thief = plain("Thief");
    thief.variants[0].sku = Some("LAN-S".into());
    check_race(&[], thief.check().unwrap(), old(), Err("variants[0].sku"));
}

#[test]
fn a_renamed_category_is_no_new_version() {
    let (_, store) = shop();
    import(&store, &[product(|_| ())]);
    let renamed =
        product(|p| p.category = CategoryPath::new(vec!["LIGHTING".into(), "Lanterns".into()]).ok());
    assert_eq!(import(&store, &[renamed]), (0, 0, 1));
    assert_eq!(view(&store, "storm-lantern").unwrap().categories[0].name, "LIGHTING");
}

#[test]
fn large_products_are_split_over_parameters() {
    let (_, store) = shop();
    let products: Vec<Product> = (0..40)
        .map(|i| {
            let mut draft = plain(&format!("Large {i}"));
            draft.description = "wörd ".repeat(9_000);
            draft.attributes = (0..50)
                .map(|n| Attribute {
                    key: AttributeKey::parse(&format!("k{n}")).unwrap(),
                    name: "Name".into(),
                    value: AttributeValue::Text("🙂 x".repeat(500)),
                    unit: None,
                })
                .collect();
            draft.check().unwrap()
        })
        .collect();
    assert_eq!(import(&store, &products), (40, 0, 0));
    assert_eq!(import(&store, &export(&store)), (0, 0, 40));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_split_and_order_gives_the_same_catalogue(
        (products, batches) in catalogue().prop_flat_map(|p| (Just(p.clone()), batches(p)))
    ) {
        let (_, store) = shop();
        for batch in batches {
            import(&store, &batch);
        }
        let exported = export(&store);
        prop_assert_eq!(&exported, &products);
        let unchanged = u32::try_from(products.len()).unwrap();
        prop_assert_eq!(import(&store, &exported), (0, 0, unchanged));
    }

    #[test]
    fn a_later_import_leaves_what_a_fresh_one_would(old in catalogue(), new in catalogue()) {
        let (db, store) = shop();
        import(&store, &old);
        import(&store, &new);
        let mut expected = new.clone();
        expected.extend(old.into_iter().filter(|o| new.iter().all(|n| n.handle() != o.handle())));
        expected.sort_by(|a, b| a.handle().cmp(b.handle()));
        prop_assert_eq!(export(&store), &expected[..]);
        let (fresh_db, fresh) = shop();
        import(&fresh, &expected);
        for table in ["cards", "product_facets", "images", "attributes", "product_options", "variants WHERE archived = 0"] {
            let count = format!("SELECT count(*) FROM {table}");
            prop_assert_eq!(number(&db, &count), number(&fresh_db, &count), "{}", table);
        }
        for sum in ["available", "price_min", "price_max", "variants", "coalesce(compare_at, 0)"] {
            let sum = format!("SELECT coalesce(sum({sum}), 0) FROM cards");
            prop_assert_eq!(number(&db, &sum), number(&fresh_db, &sum), "{}", sum);
        }
    }
}
