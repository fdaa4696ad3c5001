//! Which pages are likely next, as a version carries it.

use super::catalogue::lantern;
use super::{Host, puts};
use crate::{
    Attachment, Builder, Documents, FormatError, Loading, Manifest, Read, Reader, SegmentRef, Snapshot,
};
use orilla_prefetch::{PageKey, Settings, Sighting, Table};
use std::cell::RefCell;

fn page(path: &str) -> PageKey {
    PageKey::parse(path).unwrap()
}

/// The table of a shop in which this many went on from each page to the next one named.
fn table(steps: &[(&str, &str, u64)]) -> Vec<u8> {
    let sighting = |(from, to, seen): &(&str, &str, u64)| Sighting {
        from: page(from),
        to: Some(page(to)),
        category: from.starts_with("/p/").then(|| "lighting/lanterns".to_owned()),
        weight: *seen << 20,
        seen: *seen,
    };
    Table::learn(&steps.iter().map(sighting).collect::<Vec<_>>(), &Settings::default()).encode()
}

/// A version of two lanterns with this document, and its file.
fn version(document: &[u8]) -> (Host, Manifest, SegmentRef, Vec<u8>) {
    let mut host = Host::default();
    host.publish(puts([1, 2].map(lantern)));
    let mut builder = Builder::new(host.manifest.as_ref());
    let file = builder.attach(Attachment::Next, document).unwrap();
    let manifest = builder.finish(2, 0, 0, host.shop.clone());
    (host, manifest, file.reference, file.file)
}

/// The version in memory; without the table's file if there is none.
fn load(host: &Host, manifest: &Manifest, file: Option<&[u8]>, previous: Option<&Snapshot>) -> Snapshot {
    let mut loading = Loading::new(manifest.clone(), previous);
    for named in loading.needs() {
        loading.insert(named.hash, &host.store[&named.hash]).unwrap();
    }
    if let Some((named, file)) = loading.wants().zip(file) {
        loading.insert(named.hash, file).unwrap();
    }
    loading.finish().unwrap()
}

fn drawn(snapshot: &Snapshot, from: &str) -> Option<String> {
    snapshot.ahead(&page(from)).prerender.map(|page| page.to_string())
}

#[test]
fn a_page_is_told_what_is_likely_after_it_or_after_pages_like_it() {
    let (host, manifest, _, file) = version(&table(&[("/p/lantern-1", "/about", 9)]));
    let snapshot = load(&host, &manifest, Some(&file), None);
    assert_eq!(drawn(&snapshot, "/p/lantern-1").as_deref(), Some("/about"));
    assert_eq!(drawn(&snapshot, "/p/lantern-2").as_deref(), Some("/about"), "it is in the same category");
    assert_eq!(drawn(&snapshot, "/p/nothing"), None);
    assert_eq!(drawn(&snapshot, ""), None);
    let reads = RefCell::new(Vec::new());
    let record = |read| reads.borrow_mut().push(read);
    Reader::new(&snapshot, &Documents::new(0), &record).ahead(&page("/p/lantern-1"));
    assert_eq!(reads.into_inner(), [Read::Next(page("/p/lantern-1"))]);
}

#[test]
fn a_snapshot_is_as_good_without_the_table() {
    let (host, manifest, named, file) = version(&table(&[("", "/about", 9)]));
    let before = load(&host, &manifest, Some(&file), None);
    let (_, other, ..) = version(&table(&[("", "/search", 9)]));
    assert_eq!(Loading::new(manifest.clone(), Some(&before)).wants(), None, "what is known is shared");
    assert_eq!(Loading::new(manifest.clone(), None).wants(), Some(named));
    assert_eq!(drawn(&load(&host, &manifest, None, None), ""), None);
    // Those of before are better than none.
    assert_eq!(drawn(&load(&host, &other, None, Some(&before)), "").as_deref(), Some("/about"));
    let (host, manifest, _, file) = version(b"\xffof another release");
    assert_eq!(drawn(&load(&host, &manifest, Some(&file), Some(&before)), ""), None);
    let mut damaged = file;
    damaged[20] ^= 1;
    let mut loading = Loading::new(manifest.clone(), None);
    let named = loading.wants().unwrap();
    assert_eq!(loading.insert(named.hash, &damaged), Err(FormatError::Damaged));
}

#[test]
fn a_fingerprint_moves_with_what_the_page_says_only() {
    let of = |steps: &[(&str, &str, u64)]| {
        let (host, manifest, _, file) = version(&table(steps));
        load(&host, &manifest, Some(&file), None)
    };
    let first = of(&[("", "/about", 9)]);
    let more = of(&[("", "/about", 99)]);
    let other = of(&[("", "/search", 9)]);
    let (home, about) = (Read::Next(page("")), Read::Next(page("/about")));
    assert_eq!(first.fingerprint(&home), more.fingerprint(&home));
    assert_ne!(first.fingerprint(&home), other.fingerprint(&home));
    assert_ne!(first.version(&home), other.version(&home));
    assert_eq!(first.fingerprint(&about), other.fingerprint(&about));
    assert_eq!(first.version(&home), of(&[("", "/about", 9)]).version(&home));
}
