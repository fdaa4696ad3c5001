//! What several tests need.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use orilla_catalog::Product;
use orilla_feeds::{Entry, FeedError, Format, Rejection, Settings, read};
use orilla_money::Currency;
use std::io::BufReader;

pub const SETTINGS: Settings = Settings { currency: Currency::EUR };

/// A small good file of each format.
pub fn fixture(format: Format) -> String {
    match format {
        Format::Shopify => include_str!("../fixtures/shopify.csv").to_owned(),
        Format::Icecat => include_str!("../fixtures/icecat.ndjson").to_owned(),
        Format::GoogleXml => include_str!("../fixtures/google.xml").to_owned(),
        Format::GoogleTsv => include_str!("../fixtures/google.tsv").to_owned(),
        Format::Ndjson => products(Format::Shopify, &fixture(Format::Shopify))
            .iter()
            .map(orilla_feeds::write_ndjson)
            .collect(),
    }
}

/// Everything that a feed gives.
pub fn entries(format: Format, text: &[u8]) -> Vec<Result<Entry, FeedError>> {
    read(format, text, SETTINGS).collect()
}

/// The same through a buffer of `capacity` bytes.
pub fn entries_in_chunks(format: Format, text: &[u8], capacity: usize) -> Vec<Result<Entry, FeedError>> {
    read(format, BufReader::with_capacity(capacity, text), SETTINGS).collect()
}

/// The products of a file without faults.
#[track_caller]
pub fn products(format: Format, text: &str) -> Vec<Product> {
    let product = |entry: Result<Entry, FeedError>| match entry.unwrap() {
        Entry::Product(found) => found.value,
        Entry::Rejected(why) => panic!("{why}"),
    };
    entries(format, text.as_bytes()).into_iter().map(product).collect()
}

/// One line for each entry: `3 storm-lantern`, `line 4, …: …` or `end: …`.
pub fn summary(entries: Vec<Result<Entry, FeedError>>) -> Vec<String> {
    let line = |entry| match entry {
        Ok(Entry::Product(found)) => format!("{} {}", found.line, found.value.handle()),
        Ok(Entry::Rejected(why)) => Rejection::to_string(&why),
        Err(error) => format!("end: {error}"),
    };
    entries.into_iter().map(line).collect()
}
