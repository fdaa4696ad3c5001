//! Orilla's own format: one product as JSON on each line, as `export` writes it.

use crate::entry::{Next, checked};
use crate::lines::Lines;
use crate::text::{json_fault, other_currency};
use crate::{Entry, Rejection, Settings};
use orilla_catalog::{Product, ProductDraft};
use std::io::BufRead;

/// The largest line: a product at all of the catalogue's limits fits, so that every export can be imported.
const LONGEST: usize = 16 * 1024 * 1024;

pub(crate) struct Reader<R> {
    lines: Lines<R>,
    settings: Settings,
}

impl<R: BufRead> Reader<R> {
    pub(crate) fn new(reader: R, settings: Settings) -> Self {
        Reader { lines: Lines::new(reader, LONGEST), settings }
    }

    pub(crate) fn next(&mut self) -> Next {
        while let Some(line) = self.lines.next()? {
            let number = line.number;
            match line.text(LONGEST) {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => return Ok(Some(self.product(&text, number))),
                Err(rejection) => return Ok(Some(Entry::Rejected(rejection))),
            }
        }
        Ok(None)
    }

    fn product(&self, text: &str, line: u64) -> Entry {
        let draft: ProductDraft = match serde_json::from_str(text) {
            Ok(draft) => draft,
            Err(error) => return Entry::Rejected(json_fault(line, &error)),
        };
        for (i, variant) in draft.variants.iter().enumerate() {
            if variant.price.currency != self.settings.currency {
                let message = other_currency(variant.price.currency, self.settings.currency);
                return Entry::Rejected(Rejection::new(line, &format!("variants[{i}].price"), message));
            }
        }
        checked(draft, line, &[], str::to_owned)
    }
}

/// A product as a line of an export, with its line feed.
pub fn write_ndjson(product: &Product) -> String {
    // Only a map with keys that are no text, or a type that refuses, fails to become JSON; a product has neither.
    let mut line = serde_json::to_string(product).unwrap_or_default();
    line.push('\n');
    line
}
