//! Versions and fingerprints of what was read.

use super::build::change;
use super::catalogue::{IDS, lantern, publishes, said};
use super::{Host, puts};
use crate::{Class, Documents, Entry, Read, Reader, Snapshot};
use orilla_catalog::query::ListQuery;
use orilla_catalog::{Handle, ImageId, ProductId};
use proptest::prelude::*;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The handle of the product that has this id in tests.
fn handle(id: i64) -> Handle {
    Handle::parse(&format!("lantern-{id}")).unwrap()
}

/// Everything that a shop of the test's products can be asked, each question with its answer as text and what was
/// recorded for it.
fn answers(host: &Host, snapshot: &Snapshot) -> Vec<(String, BTreeSet<Read>)> {
    let documents = Documents::new(usize::MAX);
    let mut all = Vec::new();
    let mut ask = |question: &dyn Fn(&Reader) -> String| {
        let reads = RefCell::new(BTreeSet::new());
        let record = |read| reads.borrow_mut().extend([read]);
        let answer = question(&Reader::new(snapshot, &documents, &record));
        all.push((answer, reads.into_inner()));
    };
    for id in IDS {
        let product = ProductId(id);
        ask(&|reader| format!("{:?}", reader.find(&handle(id))));
        ask(&|reader| format!("{:?}", host.ask(&documents, || reader.product(product))));
        ask(&|reader| format!("{:?}", host.ask(&documents, || reader.picture(ImageId(id * 10 + 1)))));
        ask(&|reader| format!("{:?}", reader.related(product, 3)));
        ask(&|reader| format!("{:?}", reader.page_by_id(product, 3)));
    }
    for category in [None, Some("boats"), Some("boats/oars"), Some("ropes"), Some("nothing")] {
        ask(&|reader| format!("{:?}", reader.level(category)));
        for query in
            ["", "sort=title", "brand=Faro&sort=-price", "a.colour=Red&stock=1", "price=..0.02&a.size=0..9"]
        {
            ask(&|reader| format!("{:?}", reader.list(&ListQuery::parse(category, query), None)));
        }
    }
    ask(&|reader| format!("{:?}", reader.categories()));
    ask(&|reader| format!("{:?}", reader.menu(2)));
    ask(&|reader| format!("{:?}", reader.featured(4)));
    all
}

/// Which of the reads of all questions have another fingerprint after `edit` of one lantern.
#[track_caller]
fn check(edit: impl FnOnce(&mut Entry), expected: &[&str]) {
    let mut host = Host::default();
    host.publish(puts([1, 2].map(lantern)));
    let before = host.snapshot();
    let mut entry = lantern(1);
    edit(&mut entry);
    host.publish(puts([entry]));
    let after = host.snapshot();
    let reads: BTreeSet<Read> = answers(&host, &before).into_iter().flat_map(|(_, reads)| reads).collect();
    let moved: BTreeSet<String> = reads
        .iter()
        .filter(|read| before.fingerprint(read) != after.fingerprint(read))
        .map(|read| format!("{read:?}").split(['(', ' ']).next().unwrap().to_owned())
        .collect();
    assert_eq!(moved, expected.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn a_fingerprint_moves_with_what_is_shown_only() {
    check(|_| (), &[]);
    check(|entry| entry.view.variants[0].available = 39, &[]);
    check(|entry| entry.view.variants[0].available = 5, &["Offer"]);
    check(|entry| entry.view.variants[1].available = 1, &["Offer"]);
    check(
        |entry| entry.view.variants.iter_mut().for_each(|variant| variant.available = 0),
        &["Offer", "CardOffer", "List", "Featured"],
    );
    check(|entry| entry.view.variants[0].price.minor += 1, &["Offer", "CardOffer"]);
    check(|entry| entry.view.variants[0].price.minor -= 1, &["Offer", "CardOffer", "List"]);
    check(|entry| entry.view.variants[0].sku = None, &["PageText", "Picture"]);
    check(|entry| entry.view.reviews = said(&[5]), &["PageText", "Picture"]);
    check(|entry| entry.view.title = "Storm Lantern".into(), &["PageText", "CardText", "Picture"]);
    check(|entry| entry.view.attributes[0].name = "Color".into(), &["PageText", "Picture", "List"]);
}

#[test]
fn a_review_that_is_another_one_makes_another_page_and_the_same_lists() {
    let mut host = Host::default();
    let mut with = |reviews| {
        let mut entry = lantern(1);
        entry.view.reviews = reviews;
        host.publish(puts([entry, lantern(2)]));
        host.snapshot()
    };
    let [page, list] = [Read::PageText(ProductId(1)), Read::list(&ListQuery::default())];
    let before = with(said(&[4, 5]));
    let mut edited = said(&[4, 5]);
    edited.newest[1].text.push('!');
    let after = with(edited);
    assert_ne!(before.version(&page), after.version(&page));
    assert_ne!(before.fingerprint(&page), after.fingerprint(&page));
    assert_eq!(before.version(&list), after.version(&list));
    assert_eq!(
        before.version(&page),
        with(said(&[4, 5])).version(&page),
        "what was said before is fresh again"
    );
}

#[test]
fn stock_and_prices_are_strict() {
    let id = ProductId(1);
    for read in
        [Read::Handle(handle(1)), Read::Offer(id), Read::CardOffer(id), Read::list(&ListQuery::default())]
    {
        assert_eq!(read.class(), Class::Strict);
    }
    for read in [Read::PageText(id), Read::CardText(id), Read::Featured(3), Read::Categories] {
        assert_eq!(read.class(), Class::Lenient);
    }
}

#[test]
fn a_list_with_a_text_is_as_new_as_all_that_is_searched() {
    let mut host = Host::default();
    host.publish(puts([1, 2].map(lantern)));
    let before = host.snapshot();
    let mut entry = lantern(1);
    entry.view.description = orilla_richtext::SafeHtml::sanitise("Another text");
    host.publish(puts([entry]));
    let after = host.snapshot();
    let read = |query: &str| Read::list(&ListQuery::parse(Some("lighting"), query));
    assert_eq!(before.version(&read("")), after.version(&read("")));
    assert_ne!(before.version(&read("q=gale")), after.version(&read("q=gale")));
    assert_ne!(before.fingerprint(&read("q=gale")), after.fingerprint(&read("q=gale")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_has_the_same_validators_is_the_same(publishes in publishes()) {
        let mut host = Host::default();
        let mut last: Option<(Host, Snapshot)> = None;
        // The answer to each question for each fingerprints of what was read for it.
        let mut seen = BTreeMap::<_, String>::new();
        for edits in publishes {
            host.publish(edits.into_iter().map(change).collect());
            let (snapshot, _) = host.load(last.as_ref().map(|(_, snapshot)| snapshot));
            for (question, (answer, reads)) in answers(&host, &snapshot).into_iter().enumerate() {
                for read in &reads {
                    if let Some((_, last)) = &last {
                        let same = snapshot.version(read) == last.version(read);
                        prop_assert!(!same || snapshot.fingerprint(read) == last.fingerprint(read), "{read:?}");
                    }
                }
                let prints: Vec<_> = reads.iter().map(|read| (read.clone(), snapshot.fingerprint(read))).collect();
                let known = seen.entry((question, prints)).or_insert_with(|| answer.clone());
                prop_assert_eq!(known, &answer);
            }
            last = Some((host.clone(), snapshot));
        }
    }
}
