//! The real Icecat file, which is not part of the project: where it is absent the test says so and counts as skipped.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use flate2::read::GzDecoder;
use libtest_mimic::{Arguments, Trial};
use orilla_feeds::{Entry, Format, Settings, read, write_ndjson};
use orilla_money::Currency;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

fn main() {
    let arguments = Arguments::from_args();
    let is_absent = !catalogue().is_file();
    // A list is asked for twice, the second time for what is skipped.
    if is_absent && !(arguments.list && arguments.ignored) {
        eprintln!(
            "skipped: {} is absent (set ORILLA_DATA to the folder with catalog/)",
            catalogue().display()
        );
    }
    let read = || {
        all_19406_products_are_read();
        Ok(())
    };
    let trial = Trial::test("all_19406_products_are_read", read).with_ignored_flag(is_absent);
    libtest_mimic::run(&arguments, vec![trial]).exit();
}

/// `ORILLA_DATA`, or `../shared/data` beside the workspace.
fn catalogue() -> PathBuf {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data =
        std::env::var_os("ORILLA_DATA").map_or_else(|| workspace.join("../shared/data"), PathBuf::from);
    data.join("catalog/icecat-19k.ndjson.gz")
}

fn all_19406_products_are_read() {
    let reader = BufReader::new(GzDecoder::new(File::open(catalogue()).unwrap()));
    let settings = Settings { currency: Currency::USD };
    let mut handles = HashSet::new();
    let mut skus = HashSet::new();
    let mut categories: BTreeMap<String, u32> = BTreeMap::new();
    let (mut attributes, mut with_unit) = (0, 0);
    for entry in read(Format::Icecat, reader, settings) {
        let product = match entry.unwrap() {
            Entry::Product(found) => found.value,
            Entry::Rejected(why) => panic!("{why}"),
        };
        assert!(handles.insert(product.handle().to_owned()), "{} stands twice", product.handle());
        assert!(skus.insert(product.variants[0].sku.clone()));
        *categories.entry(product.category.as_ref().unwrap().names().join(" > ")).or_default() += 1;
        attributes += product.attributes.len();
        with_unit += product.attributes.iter().filter(|a| a.unit.is_some()).count();
        // Every hundredth also takes the way through an export.
        if handles.len() % 100 == 0 {
            let line = write_ndjson(&product);
            let again = read(Format::Ndjson, line.as_bytes(), settings).next().unwrap().unwrap();
            assert!(matches!(again, Entry::Product(found) if found.value == product));
        }
    }
    let fallback = categories.remove("Other products").unwrap_or_default();
    println!("{} products, {} categories and {fallback} products in none", handles.len(), categories.len());
    println!("{attributes} attributes, {with_unit} with a unit");
    assert_eq!(handles.len(), 19_406);
    assert!(fallback * 20 < 19_406, "{fallback} products have no category");
    assert!((40..=95).contains(&categories.len()), "{} categories", categories.len());
    assert!(categories.values().all(|count| *count >= 5), "{categories:?}");
    assert!(categories.values().all(|count| *count < 2_000), "{categories:?}");
}
