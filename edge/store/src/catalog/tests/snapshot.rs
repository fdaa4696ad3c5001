//! The snapshot answers what SQL answers.

use super::catalogue::{batches, catalogue};
use super::list::question;
use super::*;
use orilla_catalog::query::{ListQuery, Sort};
use orilla_catalog::read::Listing;
use orilla_shop::publish::Written;
use orilla_snapshot::{
    Builder, Change, Documents, Entry, Hash, Loading, Manifest, Matches, Need, Snapshot, group,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Where publishes are kept.
#[derive(Default)]
struct Shelf {
    segments: BTreeMap<Hash, Vec<u8>>,
    manifest: Option<Manifest>,
}

impl Shelf {
    /// Publishes what changed since the last publish, a few products at a time; answers the changed products.
    fn publish(&mut self, store: &CatalogStore) -> Vec<ProductId> {
        let mut position = self.manifest.as_ref().map_or(0, |manifest| manifest.position);
        let mut builder = Builder::new(self.manifest.as_ref());
        let mut changed = Vec::new();
        loop {
            let next = block_on(store.changes(position, 3)).unwrap();
            position = next.position;
            changed.extend(next.changes.iter().map(|change| match change {
                Change::Put(entry) => entry.id(),
                Change::Remove(id) => *id,
            }));
            self.apply(&mut builder, next.changes);
            if !next.more {
                break;
            }
        }
        assert_eq!(position, block_on(store.position()).unwrap());
        self.manifest = Some(builder.finish(1, 0, position, block_on(store.shop()).unwrap()));
        changed
    }

    fn apply(&mut self, builder: &mut Builder, changes: Vec<Change>) {
        for (bucket, changes) in group(changes) {
            let needs = builder.needs(bucket);
            let loaded = needs.iter().map(|named| (named.hash, self.segments[&named.hash].clone())).collect();
            for segment in builder.apply(bucket, &loaded, changes).unwrap() {
                self.segments.insert(segment.reference.hash, segment.file);
            }
        }
    }

    fn load(&self) -> Snapshot {
        let mut loading = Loading::new(self.manifest.clone().unwrap(), None);
        for named in loading.needs() {
            loading.insert(named.hash, &self.segments[&named.hash]).unwrap();
        }
        loading.finish().unwrap()
    }

    fn product(&self, snapshot: &Snapshot, handle: &str) -> Option<ProductView> {
        let documents = Documents::new(usize::MAX);
        let id = snapshot.find(&Handle::parse(handle).unwrap())?;
        match snapshot.product(id, &documents) {
            Err(Need::Segment(named)) => documents.insert(&named, &self.segments[&named.hash]).unwrap(),
            other => panic!("{other:?}"),
        }
        snapshot.product(id, &documents).unwrap()
    }
}

/// The store's answer, and the snapshot's.
fn lists(store: &CatalogStore, snapshot: &Snapshot, query: &ListQuery) -> [Option<Listing>; 2] {
    [block_on(store.list(query)).unwrap(), snapshot.list(query, None)]
}

fn check_small_answers(store: &CatalogStore, shelf: &Shelf, handles: &[&str]) -> Result<(), TestCaseError> {
    let snapshot = shelf.load();
    prop_assert_eq!(snapshot.categories(), block_on(store.categories()).unwrap());
    for most in [1, 3, 20] {
        prop_assert_eq!(snapshot.featured(most), block_on(store.featured(most)).unwrap());
    }
    for id in 0..14 {
        let id = ProductId(id);
        prop_assert_eq!(snapshot.page_by_id(id, 4), block_on(store.page_by_id(id, 4)).unwrap());
        for most in [2, 9] {
            prop_assert_eq!(snapshot.related(id, most), block_on(store.related(id, most)).unwrap());
        }
    }
    for handle in handles {
        let page = view(store, handle);
        prop_assert_eq!(shelf.product(&snapshot, handle), page.clone());
        for image in page.iter().flat_map(|page| &page.images) {
            let picture = block_on(store.image(image.id)).unwrap().unwrap();
            let documents = Documents::new(usize::MAX);
            let named = snapshot.document_segment(page.as_ref().unwrap().id).unwrap();
            documents.insert(&named, &shelf.segments[&named.hash]).unwrap();
            let other = snapshot.picture(image.id, &documents).unwrap().unwrap();
            prop_assert_eq!(
                (other.url, other.title, other.category),
                (picture.url, picture.title, picture.category)
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn it_answers_what_sql_answers(
        old in catalogue(),
        new in catalogue().prop_flat_map(batches),
        sold in any::<prop::sample::Index>(),
        queries in prop::collection::vec(question(), 1..12),
    ) {
        let (db, store) = shop();
        let mut shelf = Shelf::default();
        import(&store, &old);
        shelf.publish(&store);
        for batch in &new {
            import(&store, batch);
        }
        // Products of `old` that are not in `new` are taken off the shelves.
        let stays = |product: &&Product| new.iter().flatten().any(|other| other.handle() == product.handle());
        let gone: Vec<Product> = old.iter().filter(|product| !stays(product)).map(|product| {
            ProductDraft { status: Status::Archived, ..product.clone().into_draft() }.check().unwrap()
        }).collect();
        import(&store, &gone);
        let sold = 1 + sold.index(20);
        db.execute(&format!("UPDATE variants SET available = available - 1 WHERE id % {sold} = 0 AND available > 0"));
        shelf.publish(&store);
        let snapshot = shelf.load();
        for query in &queries {
            let [sql, memory] = lists(&store, &snapshot, query);
            prop_assert_eq!(memory, sql, "{}", query.to_query_string());
        }
        let handles: Vec<&str> = old.iter().chain(new.iter().flatten()).map(Product::handle).collect();
        check_small_answers(&store, &shelf, &handles)?;
    }
}

/// Keys of attributes, more than are counted.
const MANY: [&str; 15] = ["z", "y", "x", "w", "v", "a", "b", "d", "e", "f", "g", "h", "i", "j", "k"];

/// A catalogue of many buckets, on which titles, prices and stock repeat.
fn many(count: i64) -> Vec<Product> {
    let product = |i: i64| {
        let mut draft =
            plain(&format!("{} {}", ["lamp", "Lamp", "LAMP oil", "Ñandú"][(i % 4) as usize], i % 50));
        draft.handle = format!("p-{i}");
        draft.variants[0].sku = None;
        draft.variants[0].price.minor = i * 7919 % 300;
        draft.variants[0].available = u32::try_from(i % 3).unwrap();
        draft.brand = (i % 5 > 0).then(|| format!("Brand {}", i % 5));
        let path = [vec!["Boats"], vec!["Boats", "Oars"], vec!["Boats", "Sails"], vec!["Ropes"]]
            [(i % 7 % 4) as usize]
            .clone();
        draft.category =
            (i % 11 > 0).then(|| CategoryPath::new(path.into_iter().map(str::to_owned).collect()).unwrap());
        // More than a list shows, all on as many products.
        draft.attributes = MANY
            .map(|key| Attribute {
                key: AttributeKey::parse(key).unwrap(),
                name: key.to_uppercase(),
                value: AttributeValue::Text(["Red", "Green", "Blue"][(i % 3) as usize].into()),
                unit: None,
            })
            .into();
        draft.check().unwrap()
    };
    (0..count).map(product).collect()
}

#[test]
fn it_answers_what_sql_answers_over_many_buckets() {
    let (_, store) = shop();
    // The store knows these keys first, and so counts them first.
    let mut first = many(1).remove(0).into_draft();
    first.attributes.truncate(5);
    import(&store, &[first.check().unwrap()]);
    for batch in many(700).chunks(300) {
        import(&store, batch);
    }
    let mut shelf = Shelf::default();
    assert_eq!(shelf.publish(&store).len(), 700);
    let snapshot = shelf.load();
    assert_eq!(snapshot.manifest().products(), 700);
    for category in [None, Some("boats"), Some("boats/oars")] {
        for filter in ["", "&brand=Brand+1&brand=Brand+2", "&a.b=Red&stock=1", "&price=0.5..2"] {
            for sort in Sort::ALL {
                for page in [1, 2, 15] {
                    let query = ListQuery::parse(category, filter).sorted(sort).at_page(page);
                    let [sql, memory] = lists(&store, &snapshot, &query);
                    assert_eq!(memory, sql, "{category:?} {}", query.to_query_string());
                }
            }
        }
    }
    for most in [8, 300] {
        assert_eq!(snapshot.featured(most), block_on(store.featured(most)).unwrap());
        for id in [1, 300, 650].map(ProductId) {
            assert_eq!(snapshot.related(id, most), block_on(store.related(id, most)).unwrap());
            assert_eq!(snapshot.page_by_id(id, most), block_on(store.page_by_id(id, most)).unwrap());
        }
    }
    let mut ids: Vec<ProductId> = Vec::new();
    loop {
        let after = ids.last().copied().unwrap_or(ProductId(0));
        let page = block_on(store.entries(after, 300)).unwrap();
        if page.is_empty() {
            break;
        }
        ids.extend(page.iter().map(Entry::id));
    }
    assert_eq!(ids, (1..=700).map(ProductId).collect::<Vec<_>>());
}

#[test]
fn a_publish_reads_what_changed() {
    let (db, store) = shop();
    let mut shelf = Shelf::default();
    import(&store, &many(5));
    assert_eq!(shelf.publish(&store).len(), 5);
    assert_eq!(shelf.publish(&store), []);
    db.execute("UPDATE variants SET available = available + 1 WHERE product_id = 2");
    db.execute("UPDATE variants SET available = available WHERE product_id = 3");
    assert_eq!(shelf.publish(&store), [ProductId(2)]);
    let mut changed = many(5);
    changed[3] = ProductDraft { status: Status::Draft, ..changed[3].clone().into_draft() }.check().unwrap();
    changed[0] = ProductDraft { title: "New".into(), ..changed[0].clone().into_draft() }.check().unwrap();
    import(&store, &changed);
    let ids = shelf.publish(&store);
    assert_eq!(ids.len(), 2);
    let snapshot = shelf.load();
    assert_eq!(snapshot.manifest().products(), 4);
    assert_eq!(snapshot.card(ProductId(1)).unwrap().title, "New");
}

#[test]
fn a_publish_brings_the_reviews_that_are_shown() {
    let (db, store) = shop();
    import(&store, &many(3));
    let mut shelf = Shelf::default();
    shelf.publish(&store);
    for n in 1..=12 {
        db.execute(&format!(
            "INSERT INTO accounts (id, name, handle, created_at) VALUES ({n}, 'a-{n}', 'a-{n}', 0);
             INSERT INTO reviews (product_id, account_id, version, key, state, stars, author, text, language, at)
             VALUES (1, {n}, 1, 'key-{n}', 'waiting', 1 + {n} % 5, 'Ada', 'No. {n}', 'en', {n} / 2)"
        ));
    }
    db.execute(
        "INSERT INTO reviews (product_id, account_id, version, key, state, stars, author, text, language, at)
      VALUES (2, 1, 1, 'key-of-another', 'waiting', 5, 'Ada', 'Another product', 'en', 99)",
    );
    let publish = |shelf: &mut Shelf| {
        let changed = shelf.publish(&store);
        let reviews = shelf.product(&shelf.load(), "p-0").unwrap().reviews;
        assert_eq!(view(&store, "p-0").unwrap().reviews, reviews, "the store says the same");
        let texts: Vec<String> = reviews.newest.into_iter().map(|review| review.text).collect();
        (changed, reviews.count, reviews.stars, texts.join(", "))
    };
    assert_eq!(publish(&mut shelf), (Vec::new(), 0, 0, String::new()), "what waits is not shown");
    db.execute("UPDATE reviews SET state = 'shown' WHERE product_id = 1 AND account_id <> 3");
    let newest = "No. 12, No. 11, No. 10, No. 9, No. 8, No. 7, No. 6, No. 5, No. 4, No. 2";
    assert_eq!(publish(&mut shelf), (vec![ProductId(1)], 11, 31, newest.to_owned()));
    db.execute("UPDATE reviews SET state = 'hidden' WHERE account_id NOT IN (1, 5)");
    assert_eq!(publish(&mut shelf), (vec![ProductId(1)], 2, 3, "No. 5, No. 1".to_owned()));
    assert_eq!(shelf.product(&shelf.load(), "p-1").unwrap().reviews.count, 0);
}

#[test]
fn a_search_brings_its_matches() {
    let (_, store) = shop();
    import(&store, &many(600));
    let mut shelf = Shelf::default();
    shelf.publish(&store);
    let snapshot = shelf.load();
    let matches: Matches = [(599, -1.0), (3, -7.5), (4, 2.0), (300, f64::NAN), (9_999, -9.0), (5, -7.5)]
        .map(|(id, rank)| (ProductId(id), rank))
        .into_iter()
        .collect();
    let ids = |query: &str| {
        let listing = snapshot.list(&ListQuery::parse(None, query), Some(&matches)).unwrap();
        assert_eq!(listing.total as usize, listing.cards.len());
        listing.cards.iter().map(|card| card.id.0).collect::<Vec<_>>()
    };
    assert_eq!(ids("q=x"), [3, 5, 599, 4, 300]);
    assert_eq!(ids("q=x&sort=newest"), [599, 300, 5, 4, 3]);
    assert!(ids("q=x&stock=1").len() < 5);
    assert!(snapshot.has_any(None, &matches));
    assert!(!snapshot.has_any(Some("nowhere"), &matches));
    assert!(!snapshot.has_any(None, &[(ProductId(9_999), 0.0)].into_iter().collect()));
}
