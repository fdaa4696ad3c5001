//! A device that brings a shop home, over a network and a storage that can be broken.

use super::wanted::documents;
use super::{Announced, AtHome, Home, HomeError, Kept, NOTE, Origin, Refreshed, Shop, refresh, visited};
use crate::PortError;
use crate::catalog::{Search, Words};
use crate::checkout::Variants;
use crate::publish::Publication;
use async_trait::async_trait;
use futures::executor::block_on;
use orilla_catalog::read::{CategoryRef, ProductView, Reviews, VariantView};
use orilla_catalog::{Handle, ProductId, VariantId};
use orilla_money::{Currency, Money};
use orilla_snapshot::{Builder, Change, Entry, Hash, Loading, Manifest, Snapshot, group};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const NOW: i64 = 1_760_000_000_000;

/// The edge: everything that was ever published.
#[derive(Default)]
struct Edge {
    files: BTreeMap<Hash, Vec<u8>>,
    manifest: Option<Manifest>,
    number: u64,
    is_withdrawn: bool,
    fetched: AtomicUsize,
    is_away: AtomicBool,
    /// Files that it still gives before the network breaks.
    gives: Option<usize>,
    /// What a network says in place of every file.
    portal: Option<&'static [u8]>,
}

fn entry(id: i64, title: &str, pieces: u32) -> Entry {
    let variant = |id, size: &str| VariantView {
        id: VariantId(id),
        sku: None,
        barcode: None,
        options: vec![size.to_owned()],
        price: Money::new(1_000, Currency::EUR),
        compare_at: None,
        available: pieces,
    };
    let category = if id < 2_000 { "lamps" } else { "kettles" };
    Entry {
        view: ProductView {
            id: ProductId(id),
            handle: Handle::parse(&format!("product-{id}")).unwrap(),
            version: 1,
            title: title.to_owned(),
            brand: None,
            description: format!("Number {id} {}", "word ".repeat(200)).into(),
            categories: vec![CategoryRef { slug: category.into(), name: category.into() }],
            options: vec!["Size".into()],
            variants: vec![variant(id * 10, "S"), variant(id * 10 + 1, "L")],
            attributes: Vec::new(),
            images: Vec::new(),
            reviews: Reviews::default(),
        },
        image_urls: Vec::new(),
    }
}

impl Edge {
    /// A shop with a product in each of ten buckets.
    fn new() -> Self {
        let mut edge = Edge::default();
        edge.publish((0..10).map(|n| entry(n * 512 + 1, "Storm lantern", 5)));
        edge
    }

    fn publish(&mut self, entries: impl Iterator<Item = Entry>) {
        let mut builder = Builder::new(self.manifest.as_ref());
        let changes: Vec<Change> = entries.map(|entry| Change::Put(Box::new(entry))).collect();
        for (bucket, changes) in group(changes) {
            let needs = builder.needs(bucket);
            let loaded = needs.iter().map(|named| (named.hash, self.files[&named.hash].clone())).collect();
            for segment in builder.apply(bucket, &loaded, changes).unwrap() {
                self.files.insert(segment.reference.hash, segment.file);
            }
        }
        self.number += 1;
        let categories = ["kettles", "lamps"];
        let shop = orilla_snapshot::Shop {
            categories: categories.map(|c| CategoryRef { slug: c.into(), name: c.into() }).to_vec(),
            ..Default::default()
        };
        let manifest = builder.finish(self.number, NOW, 0, shop);
        self.files.insert(Hash::of(&manifest.encode()), manifest.encode());
        self.manifest = Some(manifest);
    }

    fn fetched(&self) -> usize {
        self.fetched.swap(0, Ordering::Relaxed)
    }

    fn snapshot(&self) -> Snapshot {
        let mut loading = Loading::new(self.manifest.clone().unwrap(), None);
        for named in loading.needs() {
            loading.insert(named.hash, &self.files[&named.hash]).unwrap();
        }
        loading.finish().unwrap()
    }
}

#[async_trait]
impl Origin for Edge {
    async fn announced(&self) -> Result<Announced, PortError> {
        if self.is_away.load(Ordering::Relaxed) {
            return Err(PortError::Unavailable("no network".into()));
        }
        let publication = self.manifest.as_ref().map(|manifest| Publication {
            number: self.number,
            manifest: Hash::of(&manifest.encode()).to_string(),
            products: manifest.products(),
            at: NOW,
            note: String::new(),
        });
        Ok(Announced {
            build: "1".into(),
            offered: !self.is_withdrawn,
            shop: Shop {
                name: "Orilla".into(),
                currency: Currency::EUR,
                catalog_language: "en".into(),
                public_url: String::new(),
                payments: Vec::new(),
            },
            publication,
            country: None,
        })
    }

    async fn file(&self, hash: Hash) -> Result<Vec<u8>, PortError> {
        if self.gives.is_some_and(|gives| self.fetched.load(Ordering::Relaxed) >= gives) {
            return Err(PortError::Unavailable("the network broke".into()));
        }
        self.fetched.fetch_add(1, Ordering::Relaxed);
        Ok(self.portal.map_or_else(|| self.files[&hash].clone(), <[u8]>::to_vec))
    }
}

/// A device.
struct Device {
    files: Mutex<BTreeMap<Hash, Vec<u8>>>,
    notes: Mutex<BTreeMap<String, String>>,
    /// Bytes that it has room for.
    room: AtomicUsize,
}

impl Device {
    fn new() -> Self {
        Device { files: Mutex::default(), notes: Mutex::default(), room: AtomicUsize::new(usize::MAX) }
    }

    fn refresh(&self, edge: &Edge, now: i64) -> Result<Refreshed, HomeError> {
        block_on(refresh(self, edge, now))
    }

    fn visit(&self, path: &str) {
        block_on(visited(self, path)).unwrap();
    }

    fn kept(&self) -> Option<Kept> {
        Kept::read(self.notes.lock().unwrap().get(NOTE)?)
    }

    fn has(&self, hash: Hash) -> bool {
        self.files.lock().unwrap().contains_key(&hash)
    }
}

#[async_trait]
impl Home for Device {
    async fn files(&self) -> Result<Vec<Hash>, PortError> {
        Ok(self.files.lock().unwrap().keys().copied().collect())
    }

    async fn file(&self, hash: Hash) -> Result<Option<Vec<u8>>, PortError> {
        Ok(self.files.lock().unwrap().get(&hash).cloned())
    }

    async fn keep(&self, hash: Hash, file: Vec<u8>) -> Result<(), HomeError> {
        let mut files = self.files.lock().unwrap();
        let used: usize = files.values().map(Vec::len).sum();
        if used + file.len() > self.room.load(Ordering::Relaxed) {
            return Err(HomeError::Full);
        }
        files.insert(hash, file);
        Ok(())
    }

    async fn forget(&self, hash: Hash) -> Result<(), PortError> {
        self.files.lock().unwrap().remove(&hash);
        Ok(())
    }

    async fn note(&self, name: &str) -> Result<Option<String>, PortError> {
        Ok(self.notes.lock().unwrap().get(name).cloned())
    }

    async fn write(&self, name: &str, text: String) -> Result<(), HomeError> {
        self.notes.lock().unwrap().insert(name.to_owned(), text);
        Ok(())
    }
}

#[test]
fn a_new_version_brings_what_changed_and_nothing_else() {
    let (mut edge, device) = (Edge::new(), Device::new());
    assert_eq!(device.refresh(&edge, NOW), Ok(Refreshed::New));
    assert_eq!(edge.fetched(), 21, "the manifest, and two files of each bucket");
    assert_eq!(device.refresh(&edge, NOW + 1), Ok(Refreshed::Current));
    assert_eq!(edge.fetched(), 0);
    assert_eq!(device.kept().unwrap().checked_at, NOW + 1);
    edge.publish([entry(513, "Another lantern", 5)].into_iter());
    assert_eq!(device.refresh(&edge, NOW + 2), Ok(Refreshed::New));
    assert_eq!(edge.fetched(), 3, "the manifest, and the two files of one bucket");
    assert_eq!(device.files.lock().unwrap().len(), 21, "what no version needs is gone");
}

#[test]
fn what_is_interrupted_shows_the_version_before_and_goes_on_where_it_was() {
    let (mut edge, device) = (Edge::new(), Device::new());
    device.refresh(&edge, NOW).unwrap();
    let before = device.kept().unwrap();
    edge.publish((0..10).map(|n| entry(n * 512 + 1, "Another lantern", 5)));
    edge.fetched();
    edge.gives = Some(6);
    assert!(matches!(device.refresh(&edge, NOW + 1), Err(HomeError::Port(PortError::Unavailable(_)))));
    assert_eq!(device.kept(), Some(before.clone()));
    let shown = edge.files.keys().filter(|hash| device.has(**hash)).count();
    assert!(shown >= 21, "all of the version before is there");
    edge.gives = None;
    edge.fetched();
    assert_eq!(device.refresh(&edge, NOW + 2), Ok(Refreshed::New));
    assert!(edge.fetched() < 21, "what had come was not fetched again");
    assert_ne!(device.kept(), Some(before));
}

#[test]
fn without_a_network_nothing_changes() {
    let (edge, device) = (Edge::new(), Device::new());
    device.refresh(&edge, NOW).unwrap();
    let before = device.kept();
    edge.is_away.store(true, Ordering::Relaxed);
    assert!(device.refresh(&edge, NOW + 9).is_err());
    assert_eq!(device.kept(), before);
}

#[test]
fn the_page_of_a_network_is_no_file_of_the_shop() {
    let (mut edge, device) = (Edge::new(), Device::new());
    edge.portal = Some(b"<h1>Welcome to our wireless network</h1>");
    assert!(device.refresh(&edge, NOW).is_err());
    assert_eq!((device.kept(), device.files.lock().unwrap().len()), (None, 0));
}

#[test]
fn a_full_device_keeps_what_it_had_and_of_pages_as_many_as_there_is_room_for() {
    let (mut edge, device) = (Edge::new(), Device::new());
    let manifest = edge.manifest.clone().unwrap();
    let indexes: u32 = manifest.buckets.iter().map(|bucket| bucket.index.bytes).sum();
    let (indexes, page) = (usize::try_from(indexes).unwrap(), manifest.buckets[0].documents[0].1.bytes);
    let room = manifest.encode().len() + indexes + 4 * usize::try_from(page).unwrap();
    device.room.store(room, Ordering::Relaxed);
    device.visit("/p/product-4609");
    assert_eq!(device.refresh(&edge, NOW), Ok(Refreshed::New));
    let documents = manifest.buckets.iter().flat_map(|bucket| &bucket.documents);
    let kept = documents.filter(|(_, named)| device.has(named.hash)).count();
    assert!((2..=4).contains(&kept), "{kept}");
    assert!(device.has(manifest.buckets[9].documents[0].1.hash), "what was looked at comes first");
    // No room for another version beside this one.
    device.room.store(room - page as usize, Ordering::Relaxed);
    edge.publish((0..10).map(|n| entry(n * 512 + 1, "Another lantern", 5)));
    let before = device.kept();
    assert_eq!(device.refresh(&edge, NOW + 1), Err(HomeError::Full));
    assert_eq!(device.kept(), before);
    assert!(manifest.buckets.iter().all(|bucket| device.has(bucket.index.hash)));
}

#[test]
fn what_is_withdrawn_is_said_and_what_is_not_published_is_nothing() {
    let device = Device::new();
    assert_eq!(device.refresh(&Edge::default(), NOW), Ok(Refreshed::Nothing));
    let edge = Edge { is_withdrawn: true, ..Edge::new() };
    assert_eq!(device.refresh(&edge, NOW), Ok(Refreshed::Withdrawn));
}

#[test]
fn an_isolate_that_is_behind_takes_nothing_back_and_a_new_shop_counts() {
    let (mut edge, device) = (Edge::new(), Device::new());
    edge.publish([entry(1, "Another lantern", 5)].into_iter());
    device.refresh(&edge, NOW).unwrap();
    let behind = Edge::new();
    assert_eq!(device.refresh(&behind, NOW + 1_000), Ok(Refreshed::Current));
    assert_eq!(device.kept().unwrap().announced.publication.unwrap().number, 2);
    assert_eq!(device.refresh(&behind, NOW + 61_000), Ok(Refreshed::New));
    assert_eq!(device.kept().unwrap().announced.publication.unwrap().number, 1);
}

#[test]
fn pages_that_were_visited_come_first() {
    let edge = Edge::new();
    let snapshot = edge.snapshot();
    let segment = |id| snapshot.document_segment(ProductId(id)).unwrap();
    let most = u64::from(segment(1).bytes) * 5 / 2;
    let visited = |paths: &[&str]| {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        documents(&snapshot, &paths, most)
    };
    let found = visited(&["/p/product-4609", "/p/nothing", "/c/nothing", "/p/product-1537"]);
    assert_eq!(found, [segment(4609), segment(1537)]);
    let found = visited(&["/c/kettles"]);
    assert!(found.iter().all(|named| (4..10).any(|n| segment(n * 512 + 1) == *named)), "{found:?}");
    assert_eq!(documents(&snapshot, &[], u64::MAX).len(), 10, "a small shop is kept whole");
    let device = Device::new();
    for n in 0..60 {
        device.visit(&format!("/p/product-{n}"));
    }
    device.visit("/cart");
    let noted: Vec<String> = serde_json::from_str(&device.notes.lock().unwrap()["visited"]).unwrap();
    assert_eq!((noted.len(), noted[0].as_str()), (50, "/p/product-59"));
}

/// What is at home of this edge.
fn at_home(device: Device, edge: &Edge) -> AtHome {
    let snapshot = Arc::new(edge.snapshot());
    AtHome::new(Arc::new(device), Arc::new(move || Some(snapshot.clone())), str::to_lowercase)
}

#[test]
fn a_cart_finds_its_variants_and_loses_none_that_is_only_not_here() {
    let (edge, device) = (Edge::new(), Device::new());
    device.refresh(&edge, NOW).unwrap();
    let lost = edge.manifest.as_ref().unwrap().buckets[3].documents[0].1.hash;
    let home = at_home(device, &edge);
    let ids = [VariantId(11), VariantId(15_370), VariantId(777)];
    let found = block_on(home.variants(&ids)).unwrap();
    let found: Vec<_> = found.iter().map(|variant| (variant.id.0, variant.options.join("/"))).collect();
    assert_eq!(found, [(11, "L".to_owned()), (15_370, "S".to_owned())], "the third is not on sale");
    let device = Device::new();
    device.refresh(&edge, NOW).unwrap();
    device.files.lock().unwrap().remove(&lost);
    let home = at_home(device, &edge);
    assert!(block_on(home.variants(&ids[..1])).is_ok());
    assert!(matches!(block_on(home.variants(&ids[..2])), Err(PortError::Unavailable(_))));
}

#[test]
fn a_search_finds_products_whose_pages_are_not_here_by_their_cards() {
    let (edge, device) = (Edge::new(), Device::new());
    device.refresh(&edge, NOW).unwrap();
    let lost = edge.manifest.as_ref().unwrap().buckets[3].documents[0].1.hash;
    device.files.lock().unwrap().remove(&lost);
    let home = at_home(device, &edge);
    assert_eq!(block_on(home.matches("storm lan", Words::All)).unwrap().len(), 10);
    assert_eq!(block_on(home.matches("number", Words::All)).unwrap().len(), 9);
    let suggested = block_on(home.suggest("lant", 3)).unwrap();
    assert_eq!(suggested.len(), 3);
    assert_eq!(suggested[0].price_from, Money::new(1_000, Currency::EUR));
}
