//! Bytes that are not what they should be.

use super::catalogue::lantern;
use super::{Host, puts};
use crate::bucket::Wire;
use crate::dictionary::Dictionary;
use crate::document::Shelf;
use crate::frame::{Kind, open, reference, seal};
use crate::{Documents, FormatError, Hash, Loading, Manifest, SegmentRef, Snapshot};
use orilla_catalog::ProductId;
use orilla_catalog::query::{ListQuery, Sort};
use proptest::prelude::*;

fn host() -> Host {
    let mut host = Host::default();
    host.publish(puts([1, 2, 3].map(lantern)));
    host
}

/// The index and the document segment of the shop.
fn segments(host: &Host) -> (SegmentRef, SegmentRef) {
    let bucket = &host.manifest.as_ref().unwrap().buckets[0];
    (bucket.index, bucket.documents[0].1)
}

/// Loads an index segment after `edit` of its bytes.
#[track_caller]
fn check(edit: impl FnOnce(&mut Vec<u8>), expected: &FormatError) {
    let host = host();
    let (index, _) = segments(&host);
    let mut file = host.store[&index.hash].clone();
    edit(&mut file);
    let mut loading = Loading::new(host.manifest.clone().unwrap(), None);
    assert_eq!(loading.insert(index.hash, &file).as_ref(), Err(expected));
    assert_eq!(loading.finish().unwrap_err().0, index.hash);
}

#[test]
fn each_fault_has_its_error() {
    check(Vec::clear, &FormatError::Truncated);
    check(|file| file.truncate(15), &FormatError::Truncated);
    check(|file| file.truncate(40), &FormatError::Damaged);
    check(|file| file[0] = b'o', &FormatError::Foreign);
    check(|file| file[6] = b'M', &FormatError::OtherKind('M'));
    check(|file| file[7] = 3, &FormatError::OtherFormat(3));
    check(|file| file[7] = 0, &FormatError::OtherFormat(0));
    check(|file| file[20] ^= 1, &FormatError::Damaged);
    let mut other = host();
    other.publish(puts([lantern(4)]));
    let (index, documents) = segments(&other);
    check(|file| *file = other.store[&index.hash].clone(), &FormatError::OtherSegment);
    check(|file| *file = other.store[&documents.hash].clone(), &FormatError::OtherKind('D'));
}

/// Asks a snapshot of everything. Whatever it answers, it must answer.
fn ask_everything(snapshot: &Snapshot) {
    for category in [None, Some("lighting")] {
        for sort in Sort::ALL {
            let query =
                ListQuery::parse(category, "brand=Faro&price=1..50&a.colour=Red&stock=1").sorted(sort);
            drop(snapshot.list(&query, None));
        }
    }
    snapshot.categories();
    snapshot.featured(5);
    for id in 0..300 {
        snapshot.related(ProductId(id), 5);
        snapshot.page_by_id(ProductId(id), 5);
        drop(snapshot.product(ProductId(id), &Documents::new(0)));
        snapshot.product_of_picture(orilla_catalog::ImageId(id));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_bytes_make_a_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let host = host();
        let (index, documents) = segments(&host);
        let manifest = host.manifest.as_ref().unwrap();
        let damage = |file: &[u8]| {
            let mut file = file.to_vec();
            edits.iter().for_each(|(at, byte)| { let at = at.index(file.len()); file[at] = *byte });
            if let Some(cut) = cut {
                file.truncate(cut.index(file.len()));
            }
            file
        };
        for (kind, file) in [
            (Kind::Index, &host.store[&index.hash]),
            (Kind::Documents, &host.store[&documents.hash]),
            (Kind::Manifest, &manifest.encode()),
        ] {
            let damaged = damage(file);
            let opened = open(kind, &damaged);
            prop_assert!(opened.is_err() || opened == open(kind, file));
            // A wrong writer: the envelope fits what is wrong.
            let payload = damage(open(kind, file).unwrap());
            let sealed = seal(kind, &payload);
            match kind {
                // Carried as they are.
                Kind::Flags | Kind::Next => {}
                Kind::Documents => {
                    if let Ok(shelf) = Shelf::decode(&payload) {
                        (0..=255).for_each(|slot| drop(shelf.get(slot)));
                    }
                }
                Kind::Index => {
                    if let Ok(wire) = Wire::decode(&payload) {
                        let bucket = wire.resolve(&mut Dictionary::default());
                        let mut manifest = manifest.clone();
                        manifest.buckets[0].index = reference(&sealed);
                        manifest.buckets[0].products = u32::try_from(bucket.len()).unwrap();
                        let mut loading = Loading::new(manifest, None);
                        if loading.insert(Hash::of(&sealed), &sealed).is_ok() {
                            ask_everything(&loading.finish().unwrap());
                        }
                    }
                }
                Kind::Manifest => {
                    if let Ok(manifest) = Manifest::decode(&sealed) {
                        let mut loading = Loading::new(manifest, None);
                        drop(loading.insert(index.hash, &host.store[&index.hash]));
                        if let Ok(snapshot) = loading.finish() {
                            ask_everything(&snapshot);
                        }
                    }
                }
            }
        }
    }
}
