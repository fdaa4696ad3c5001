//! What the tests of the snapshot share: a shop in memory that publishes.

mod attachments;
mod build;
mod catalogue;
mod format;
mod next;
mod reads;

use crate::{
    Builder, Change, Documents, Entry, FacetKey, Hash, Loading, Manifest, Need, Shop, Snapshot, group,
};
use catalogue::{lantern, said};
use orilla_catalog::read::{ProductView, Reviews};
use orilla_catalog::{Handle, ProductId};
use std::collections::BTreeMap;

/// A catalogue with everything that was ever published.
#[derive(Clone, Default)]
struct Host {
    entries: BTreeMap<ProductId, Entry>,
    shop: Shop,
    store: BTreeMap<Hash, Vec<u8>>,
    manifest: Option<Manifest>,
}

impl Host {
    /// Publishes the changes; answers how many segments are new.
    fn publish(&mut self, changes: Vec<Change>) -> usize {
        for change in &changes {
            match change {
                Change::Put(entry) => {
                    for category in &entry.view.categories {
                        self.shop.categories.retain(|known| known.slug != category.slug);
                        self.shop.categories.push(category.clone());
                    }
                    for attribute in &entry.view.attributes {
                        self.shop.keys.retain(|known| known.key != attribute.key.as_str());
                        self.shop.keys.push(FacetKey {
                            key: attribute.key.as_str().to_owned(),
                            name: attribute.name.clone(),
                            unit: attribute.unit.clone(),
                            rank: 0,
                        });
                    }
                    self.entries.insert(entry.id(), entry.as_ref().clone());
                }
                Change::Remove(id) => drop(self.entries.remove(id)),
            }
        }
        let mut builder = Builder::new(self.manifest.as_ref());
        let before = self.store.len();
        for (bucket, changes) in group(changes) {
            let needs = builder.needs(bucket);
            let loaded = needs.iter().map(|named| (named.hash, self.store[&named.hash].clone())).collect();
            for segment in builder.apply(bucket, &loaded, changes).unwrap() {
                assert_eq!(Hash::of(&segment.file), segment.reference.hash);
                self.store.insert(segment.reference.hash, segment.file);
            }
        }
        self.manifest = Some(builder.finish(1, 0, 0, self.shop.clone()));
        self.store.len() - before
    }

    /// The snapshot of what was published last, sharing with `previous`; and how many segments were loaded for it.
    fn load(&self, previous: Option<&Snapshot>) -> (Snapshot, usize) {
        let manifest = Manifest::decode(&self.manifest.as_ref().unwrap().encode()).unwrap();
        let mut loading = Loading::new(manifest, previous);
        let needs = loading.needs();
        for named in &needs {
            loading.insert(named.hash, &self.store[&named.hash]).unwrap();
        }
        (loading.finish().unwrap(), needs.len())
    }

    fn snapshot(&self) -> Snapshot {
        self.load(None).0
    }

    /// Asks until every segment that is needed is there.
    fn ask<T>(&self, documents: &Documents, question: impl Fn() -> Result<T, Need>) -> T {
        loop {
            match question() {
                Ok(answer) => return answer,
                Err(Need::Segment(named)) => documents.insert(&named, &self.store[&named.hash]).unwrap(),
                Err(Need::Format(error)) => panic!("{error}"),
            }
        }
    }
}

/// Puts of these products.
fn puts(entries: impl IntoIterator<Item = Entry>) -> Vec<Change> {
    entries.into_iter().map(|entry| Change::Put(Box::new(entry))).collect()
}

#[test]
fn a_product_is_found_and_shown_as_it_was_given() {
    let mut host = Host::default();
    let entries: Vec<Entry> = [1, 255, 256, 1000].map(lantern).into();
    host.publish(puts(entries.clone()));
    let snapshot = host.snapshot();
    let documents = Documents::new(1 << 20);
    for entry in entries {
        assert_eq!(snapshot.find(&entry.view.handle), Some(entry.id()));
        let shown: Option<ProductView> = host.ask(&documents, || snapshot.product(entry.id(), &documents));
        assert_eq!(shown, Some(entry.view.clone()));
        let picture = host.ask(&documents, || snapshot.picture(entry.view.images[1].id, &documents)).unwrap();
        assert_eq!((picture.url, picture.category), (entry.image_urls[1].clone(), Some("Lanterns".into())));
    }
    assert_eq!(snapshot.find(&Handle::parse("nothing").unwrap()), None);
    assert_eq!(snapshot.product(ProductId(2), &documents), Ok(None));
    assert_eq!(snapshot.document_segment(ProductId(-1)), None);
}

#[test]
fn reviews_are_shown_as_they_were_given_and_go_with_the_next_publish() {
    let mut host = Host::default();
    let mut entry = lantern(1);
    entry.view.reviews = said(&[5, 4, 1, 5, 5, 5, 5, 5, 5, 5, 2]);
    host.publish(puts([entry.clone(), lantern(2)]));
    let documents = Documents::new(1 << 20);
    let shown = |host: &Host| {
        let snapshot = host.snapshot();
        [1, 2].map(|id| host.ask(&documents, || snapshot.product(ProductId(id), &documents)).unwrap().reviews)
    };
    assert_eq!(shown(&host), [entry.view.reviews, Reviews::default()]);
    // Another product's change takes them along.
    let mut other = lantern(2);
    other.view.title = "Another lantern".into();
    host.publish(puts([other]));
    assert_eq!(shown(&host)[0].mean_tenths(), Some(43));
    host.publish(puts([lantern(1)]));
    assert_eq!(shown(&host), [Reviews::default(), Reviews::default()]);
}

#[test]
fn document_segments_hold_every_product_once() {
    let mut host = Host::default();
    host.publish(puts((0..400).map(lantern)));
    let snapshot = host.snapshot();
    let all = snapshot.document_segments();
    let found: Vec<ProductView> = all
        .flat_map(|(bucket, named)| {
            snapshot.products_in(bucket, named, &host.store[&named.hash]).expect("the file that was stored")
        })
        .collect();
    let expected: Vec<ProductView> = host.entries.values().map(|entry| entry.view.clone()).collect();
    assert_eq!(found, expected);
}

#[test]
fn documents_stay_within_their_bytes() {
    let mut host = Host::default();
    host.publish(puts((0..40).map(|n| lantern(n * 256))));
    let snapshot = host.snapshot();
    let unbounded = Documents::new(usize::MAX);
    let ids: Vec<ProductId> = host.entries.keys().copied().collect();
    ids.iter().for_each(|id| drop(host.ask(&unbounded, || snapshot.product(*id, &unbounded))));
    let most = unbounded.bytes() / 4;
    let documents = Documents::new(most);
    for id in ids.iter().chain(ids.iter().rev()) {
        assert!(host.ask(&documents, || snapshot.product(*id, &documents)).is_some());
        // The first one is asked for all the time, and so never goes.
        assert!(id == &ids[0] || documents.bytes() <= most);
        host.ask(&documents, || snapshot.product(ids[0], &documents));
        assert!(snapshot.product(*id, &documents).is_ok(), "what was just used is there");
    }
    assert!(documents.bytes() > most / 2);
    assert!(matches!(snapshot.product(ids[39], &documents), Err(Need::Segment(_))));
}
