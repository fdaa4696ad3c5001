//! Publishing from SQL: what is written, when, and what an interrupted publish leaves.

use super::catalogue::catalogue;
use super::*;
use crate::testing::Files;
use orilla_shop::publish::{
    Attaching, Press, Publications, PublishError, Segments, attached, pending, publish, roll_back,
};
use orilla_snapshot::{Attachment, Hash, Loading, Manifest, Snapshot};
use proptest::prelude::*;

struct Shop {
    store: CatalogStore,
    files: Files,
}

impl Shop {
    fn new() -> Self {
        Shop { store: shop().1, files: Files::default() }
    }

    fn press(&self) -> Press<'_> {
        Press { written: &self.store, segments: &self.files, publications: &self.files }
    }

    fn attach(&self, document: &[u8], now: i64) -> Result<(u64, bool), PublishError> {
        self.attach_at(block_on(self.place())?, document, now)
    }

    async fn place(&self) -> Result<Attaching<'_>, PublishError> {
        Attaching::begin(self.press(), Attachment::Flags).await
    }

    fn attach_at(
        &self,
        place: Attaching<'_>,
        document: &[u8],
        now: i64,
    ) -> Result<(u64, bool), PublishError> {
        let done = block_on(place.publish(document, now, "flags"))?;
        Ok((done.publication.number, done.is_new))
    }

    /// The flags that are current.
    fn flags(&self) -> Option<Vec<u8>> {
        block_on(attached(self.press(), Attachment::Flags)).unwrap()
    }

    fn import(&self, products: &[Product]) {
        block_on(self.store.import(products, false)).unwrap();
    }

    /// The snapshot that is current.
    fn snapshot(&self) -> Snapshot {
        let current = block_on(self.files.current()).unwrap().unwrap();
        let file = |hash: Hash| block_on(self.files.get(hash)).unwrap().unwrap();
        let mut loading = Loading::new(Manifest::decode(&file(current.hash().unwrap())).unwrap(), None);
        for named in loading.needs() {
            loading.insert(named.hash, &file(named.hash)).unwrap();
        }
        loading.finish().unwrap()
    }
}

fn lamp(name: &str, price: i64) -> Product {
    let mut draft = plain(name);
    draft.variants.iter_mut().for_each(|variant| variant.price = Money::new(price, Currency::EUR));
    draft.status = Status::Active;
    draft.check().unwrap()
}

fn lamps(count: usize) -> Vec<Product> {
    (0..count).map(|n| lamp(&format!("lamp-{n}"), 1_000)).collect()
}

#[test]
fn a_change_of_one_price_writes_the_segments_of_one_bucket() {
    let shop = Shop::new();
    for batch in lamps(700).chunks(100) {
        shop.import(batch);
    }
    let first = block_on(publish(shop.press(), 1, "opening")).unwrap();
    assert_eq!((first.publication.number, first.publication.products), (1, 700));
    assert!(first.is_new && first.segments >= 6, "{first:?}");
    let again = block_on(publish(shop.press(), 2, "")).unwrap();
    assert_eq!((again.publication.number, again.is_new, again.segments), (1, false, 0));

    shop.import(&[lamp("lamp-300", 900)]);
    let second = block_on(publish(shop.press(), 3, "sale")).unwrap();
    assert_eq!((second.publication.number, second.changed, second.segments), (2, 1, 2));
    let card = |snapshot: &Snapshot| {
        let id = snapshot.find(&Handle::parse("lamp-300").unwrap()).unwrap();
        snapshot.card(id).unwrap().price_from.minor
    };
    assert_eq!(card(&shop.snapshot()), 900);

    let back = block_on(roll_back(shop.press(), 1, 4)).unwrap();
    assert_eq!((back.number, back.manifest), (3, first.publication.manifest));
    assert_eq!(card(&shop.snapshot()), 1_000);
    assert_eq!(block_on(roll_back(shop.press(), 9, 5)), Err(PublishError::NoSuch(9)));
    // What the team wrote stands: the next publish brings it back.
    let third = block_on(publish(shop.press(), 6, "")).unwrap();
    assert!(third.is_new);
    assert_eq!(card(&shop.snapshot()), 900);
}

#[test]
fn a_document_goes_out_alone() {
    let shop = Shop::new();
    shop.import(&lamps(3));
    block_on(publish(shop.press(), 1, "")).unwrap();
    assert_eq!(shop.flags(), None);
    shop.import(&[lamp("lamp-1", 700)]);
    assert_eq!(shop.attach(b"{}", 2), Ok((2, true)));
    assert_eq!(shop.attach(b"{}", 3), Ok((2, false)), "the same bytes are nothing new");
    assert_eq!(shop.flags(), Some(b"{}".to_vec()));
    let price = || {
        let snapshot = shop.snapshot();
        let id = snapshot.find(&Handle::parse("lamp-1").unwrap()).unwrap();
        snapshot.card(id).unwrap().price_from.minor
    };
    assert_eq!(price(), 1_000, "what the team has written waits");
    let next = block_on(publish(shop.press(), 4, "")).unwrap();
    assert_eq!((next.publication.number, next.changed), (3, 1));
    assert_eq!((price(), shop.flags()), (700, Some(b"{}".to_vec())));
}

#[test]
fn a_document_goes_out_before_the_first_catalogue() {
    let shop = Shop::new();
    shop.import(&lamps(3));
    assert_eq!(shop.attach(b"{}", 1), Ok((1, true)));
    assert_eq!(shop.snapshot().manifest().products(), 0);
    let done = block_on(publish(shop.press(), 2, "")).unwrap();
    assert_eq!((done.publication.number, done.publication.products), (2, 3));
    assert_eq!(shop.flags(), Some(b"{}".to_vec()));
}

#[test]
fn a_document_that_is_overtaken_goes_out_on_top() {
    let shop = Shop::new();
    shop.import(&lamps(3));
    block_on(publish(shop.press(), 1, "")).unwrap();
    shop.files.overtake();
    assert_eq!(shop.attach(b"{}", 2), Ok((2, true)));
    shop.files.fail_after(Some(0));
    assert!(matches!(shop.attach(b"[]", 3), Err(PublishError::Port(_))));
    assert_eq!(shop.flags(), Some(b"{}".to_vec()));
}

#[test]
fn a_document_takes_the_place_of_no_other_than_the_one_it_was_made_of() {
    let shop = Shop::new();
    shop.import(&lamps(3));
    block_on(publish(shop.press(), 1, "")).unwrap();
    let (first, second) = block_on(async { (shop.place().await.unwrap(), shop.place().await.unwrap()) });
    assert_eq!(shop.attach_at(second, b"yours", 2), Ok((2, true)));
    assert_eq!(shop.attach_at(first, b"mine", 3), Err(PublishError::Overtaken));
    assert_eq!(shop.flags(), Some(b"yours".to_vec()));
    assert_eq!(shop.attach_at(first, b"yours", 4), Ok((2, false)), "it is what was to be published");
    // Another catalogue is no other document.
    let place = block_on(shop.place()).unwrap();
    assert_eq!(block_on(place.before()), Ok(Some(b"yours".to_vec())));
    shop.import(&[lamp("lamp-1", 700)]);
    block_on(publish(shop.press(), 5, "")).unwrap();
    assert_eq!(shop.attach_at(place, b"mine", 6), Ok((4, true)));
    assert_eq!(shop.flags(), Some(b"mine".to_vec()));
}

#[test]
fn the_way_back_of_the_catalogue_does_not_bring_back_flags() {
    let shop = Shop::new();
    shop.import(&lamps(3));
    let first = block_on(publish(shop.press(), 1, "")).unwrap().publication;
    shop.attach(b"on", 2).unwrap();
    shop.import(&[lamp("lamp-1", 700)]);
    block_on(publish(shop.press(), 3, "")).unwrap();
    shop.attach(b"off", 4).unwrap();
    let back = block_on(roll_back(shop.press(), 1, 5)).unwrap();
    assert_eq!((back.number, back.note.as_str()), (5, "back to 1"));
    assert_ne!(back.manifest, first.manifest);
    assert_eq!(shop.flags(), Some(b"off".to_vec()));
    let snapshot = shop.snapshot();
    let id = snapshot.find(&Handle::parse("lamp-1").unwrap()).unwrap();
    assert_eq!(snapshot.card(id).unwrap().price_from.minor, 1_000);
    // Only the flags were other in publication 2: there is nothing to go back to.
    assert_eq!(block_on(roll_back(shop.press(), 2, 6)).unwrap().number, 5);
    // What nobody can read is not made current.
    shop.files.lose_all();
    assert_eq!(block_on(roll_back(shop.press(), 3, 7)), Err(PublishError::Unreadable(3)));
}

#[test]
fn the_way_back_does_not_bring_back_flags_where_those_of_now_are_not_seen() {
    let shop = Shop::new();
    shop.import(&lamps(3));
    block_on(publish(shop.press(), 1, "")).unwrap();
    shop.attach(b"on", 2).unwrap();
    shop.import(&[lamp("lamp-1", 700)]);
    block_on(publish(shop.press(), 3, "")).unwrap();
    shop.attach(b"off", 4).unwrap();
    let current = block_on(shop.files.current()).unwrap().unwrap();
    shop.files.lose(current.hash().unwrap());
    assert_eq!(block_on(roll_back(shop.press(), 2, 5)), Err(PublishError::Unreadable(4)));
    assert_eq!(block_on(shop.files.current()), Ok(Some(current)));
}

#[test]
fn drafts_do_not_hide_what_waits_behind_them() {
    let shop = Shop::new();
    shop.import(&lamps(3));
    block_on(publish(shop.press(), 1, "")).unwrap();
    let drafts: Vec<Product> = (0..250)
        .map(|n| ProductDraft { status: Status::Draft, ..plain(&format!("draft-{n}")) }.check().unwrap())
        .collect();
    for batch in drafts.chunks(100) {
        shop.import(batch);
    }
    shop.import(&[lamp("lamp-1", 700)]);
    let waiting = block_on(pending(shop.press())).unwrap().unwrap();
    assert_eq!((waiting.changes.len(), waiting.more), (1, false));
}

#[test]
fn lost_segments_keep_the_flags_if_the_manifest_is_there() {
    let shop = Shop::new();
    shop.import(&lamps(3));
    block_on(publish(shop.press(), 1, "")).unwrap();
    shop.attach(b"{}", 2).unwrap();
    let current = block_on(shop.files.current()).unwrap().unwrap().hash().unwrap();
    let manifest = block_on(shop.files.get(current)).unwrap().unwrap();
    shop.files.lose_all();
    block_on(shop.files.put(vec![(current, manifest.clone())])).unwrap();
    shop.import(&[lamp("lamp-1", 700)]);
    block_on(publish(shop.press(), 3, "")).unwrap();
    let flags = Manifest::decode(&manifest).unwrap().attachments.flags;
    assert_eq!(shop.snapshot().manifest().attachments.flags, flags);
}

#[test]
fn a_publish_that_was_interrupted_or_overtaken_changes_nothing() {
    let shop = Shop::new();
    shop.import(&lamps(3));
    block_on(publish(shop.press(), 1, "")).unwrap();
    shop.import(&[lamp("lamp-1", 700)]);
    for writes in 0..1 {
        shop.files.fail_after(Some(writes));
        assert!(matches!(block_on(publish(shop.press(), 2, "")), Err(PublishError::Port(_))));
        shop.files.fail_after(None);
        assert_eq!(block_on(shop.files.current()).unwrap().unwrap().number, 1);
    }
    shop.files.overtake();
    assert_eq!(block_on(publish(shop.press(), 3, "")), Err(PublishError::Overtaken));
    let done = block_on(publish(shop.press(), 4, "")).unwrap();
    assert_eq!(done.publication.products, 3);
}

#[test]
fn lost_segments_are_made_anew() {
    let shop = Shop::new();
    shop.import(&lamps(3));
    block_on(publish(shop.press(), 1, "")).unwrap();
    shop.files.lose_all();
    shop.import(&[lamp("lamp-1", 700)]);
    let done = block_on(publish(shop.press(), 2, "")).unwrap();
    assert_eq!((done.publication.number, done.changed), (2, 3));
    assert_eq!(shop.snapshot().manifest().products(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However often and whenever it was published, the last snapshot is the one of a single publish.
    #[test]
    fn many_publishes_end_where_one_does(batches in prop::collection::vec(catalogue(), 1..5), publishes in any::<u8>()) {
        let (often, once) = (Shop::new(), Shop::new());
        for (n, batch) in batches.iter().enumerate() {
            for shop in [&often, &once] {
                shop.import(batch);
            }
            if publishes & (1 << n) != 0 {
                block_on(publish(often.press(), 1, "")).unwrap();
            }
        }
        for shop in [&often, &once] {
            block_on(publish(shop.press(), 2, "")).unwrap();
        }
        let (often, once) = (often.snapshot(), once.snapshot());
        prop_assert_eq!(&often.manifest().buckets, &once.manifest().buckets);
        prop_assert_eq!(&often.manifest().categories, &once.manifest().categories);
    }
}
