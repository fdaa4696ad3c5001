//! What a publish writes.

use super::catalogue::{lantern, publishes};
use super::{Host, puts};
use crate::{BuildError, Builder, Change, Entry};
use orilla_catalog::ProductId;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A change, from an edit of the random catalogue.
pub(super) fn change((id, entry): (i64, Option<Entry>)) -> Change {
    entry.map_or(Change::Remove(ProductId(id)), |entry| Change::Put(Box::new(entry)))
}

/// New segments of a publish after `edit` of one of 1,000 products; segments that loading it needs.
#[track_caller]
fn check_cost(edit: impl FnOnce(&mut Entry), expected: (usize, usize)) {
    let mut host = Host::default();
    host.publish(puts((0..1000).map(lantern)));
    let (before, loaded) = host.load(None);
    assert_eq!(loaded, 4);
    let mut entry = lantern(500);
    edit(&mut entry);
    let new = host.publish(puts([entry]));
    let (_, loaded) = host.load(Some(&before));
    assert_eq!((new, loaded), expected);
}

#[test]
fn a_change_rewrites_its_own_segments_only() {
    check_cost(|_| (), (0, 0));
    check_cost(|entry| entry.view.variants[0].price.minor += 1, (2, 1));
    check_cost(|entry| entry.view.variants[0].available -= 1, (2, 1));
    check_cost(|entry| entry.view.categories[0].name = "LIGHTING".into(), (0, 0));
}

#[test]
fn what_does_not_fit_is_refused() {
    let apply = |bucket, change| Builder::default().apply(bucket, &BTreeMap::new(), vec![change]);
    let put = |edit: fn(&mut Entry)| {
        let mut entry = lantern(300);
        edit(&mut entry);
        Change::Put(Box::new(entry))
    };
    assert_eq!(apply(0, put(|_| ())), Err(BuildError::OtherBucket(ProductId(300))));
    assert_eq!(
        apply(1, put(|entry| drop(entry.image_urls.pop()))),
        Err(BuildError::Incomplete(ProductId(300)))
    );
    assert_eq!(
        apply(1, put(|entry| entry.view.variants.clear())),
        Err(BuildError::Incomplete(ProductId(300)))
    );
    let mut host = Host::default();
    host.publish(puts([lantern(300)]));
    let mut builder = Builder::new(host.manifest.as_ref());
    let needed = builder.needs(1)[0].hash;
    let change = Change::Remove(ProductId(300));
    assert_eq!(builder.apply(1, &BTreeMap::new(), vec![change]), Err(BuildError::Missing(needed)));
}

#[test]
fn segments_stay_small() {
    let mut host = Host::default();
    host.publish(puts((0..256).map(|id| {
        let mut entry = lantern(id);
        let text = "A long tale of the sea. ".repeat(200);
        entry.view.description = orilla_richtext::SafeHtml::from_store(text);
        entry
    })));
    let manifest = host.manifest.as_ref().unwrap();
    assert!(manifest.segments().count() > 10);
    assert!(manifest.segments().all(|segment| segment.bytes < 128 * 1024));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_way_to_a_catalogue_makes_the_same_bytes(publishes in publishes()) {
        let mut host = Host::default();
        for edits in publishes {
            host.publish(edits.into_iter().map(change).collect());
        }
        let mut fresh = Host { shop: host.shop.clone(), ..Host::default() };
        fresh.publish(puts(host.entries.values().rev().cloned()));
        prop_assert_eq!(&host.manifest, &fresh.manifest);
        prop_assert_eq!(host.manifest.unwrap().encode(), fresh.manifest.unwrap().encode());
        for (hash, file) in fresh.store {
            prop_assert_eq!(host.store.get(&hash), Some(&file));
        }
    }
}

#[test]
fn names_that_are_gone_are_forgotten() {
    let mut host = Host::default();
    host.publish(puts([1, 300].map(lantern)));
    let mut snapshot = host.snapshot();
    let mut loads = Vec::new();
    for round in 0..1_200 {
        let mut entry = lantern(1);
        entry.view.brand = Some(format!("Brand {round}"));
        host.publish(puts([entry]));
        let (next, loaded) = host.load(Some(&snapshot));
        loads.push(loaded);
        assert!(next.dictionary().values().len() < 1_020);
        snapshot = next;
    }
    assert_eq!(loads.iter().filter(|loaded| **loaded == 2).count(), 1, "once everything is loaded again");
    assert_eq!(loads.iter().sum::<usize>(), 1_201);
}
