//! What holds for any input.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{SETTINGS, entries, entries_in_chunks, fixture, summary};
use orilla_catalog::{
    Attribute, AttributeKey, AttributeValue, CategoryPath, Image, ImageUrl, Product, ProductDraft, Status,
    Variant,
};
use orilla_feeds::{Entry, Format, read, write_ndjson};
use orilla_money::{Currency, Money};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn format() -> impl Strategy<Value = Format> {
    prop::sample::select(Format::ALL.to_vec())
}

/// A fixture after a few edits: bytes replaced, inserted, removed, or a piece repeated.
fn mutated() -> impl Strategy<Value = (Format, Vec<u8>)> {
    let edit = (any::<prop::sample::Index>(), any::<u8>(), 0..5usize);
    (format(), vec(edit, 1..12)).prop_map(|(format, edits)| {
        let mut text = fixture(format).into_bytes();
        for (index, byte, kind) in edits {
            let at = index.index(text.len());
            match kind {
                0 => text[at] = byte,
                1 => text.insert(at, byte),
                2 => drop(text.drain(at..(at + usize::from(byte)).min(text.len() - 1).max(at))),
                3 => text.insert(at, b"\"<>&;\n,\t]{"[usize::from(byte) % 10]),
                _ => text.extend_from_within(at..),
            }
        }
        (format, text)
    })
}

fn draft() -> impl Strategy<Value = ProductDraft> {
    let text = || "[a-zA-Zé<&\"\\\\ \u{1F3EE}]{0,12}[a-z]";
    let attribute = (
        "[a-z][a-z0-9_]{0,8}",
        text(),
        prop_oneof![
            any::<bool>().prop_map(|yes| (AttributeValue::Boolean(yes), None)),
            (any::<f64>().prop_filter("finite", |n| n.is_finite()), option::of("[a-z]{1,3}"))
                .prop_map(|(n, unit)| (AttributeValue::Number(n), unit)),
            text().prop_map(|text| (AttributeValue::Text(text), None)),
        ],
    )
        .prop_map(|(key, name, (value, unit))| Attribute {
            key: AttributeKey::parse(&key).unwrap(),
            name,
            value,
            unit,
        });
    let variants = vec((0..1_000_000i64, option::of(1..1_000i64), 0..100u32, option::of(text())), 1..5);
    let image = ("[a-z]{1,8}", text()).prop_map(|(path, alt)| Image {
        url: ImageUrl::parse(&format!("https://img.example/{path}")).unwrap(),
        alt,
    });
    let words = (text(), option::of(text()), text(), option::of(vec("[A-Z][a-z]{1,5}", 1..4)));
    (words, "[a-z0-9-]{1,20}", variants, vec(attribute, 0..6), vec(image, 0..3), 0..3usize).prop_map(
        |((title, brand, description, category), handle, variants, attributes, images, status)| {
            ProductDraft {
                handle,
                title,
                brand,
                description,
                status: [Status::Active, Status::Draft, Status::Archived][status],
                category: category.map(|names| CategoryPath::new(names).unwrap()),
                options: vec!["Number".into()],
                variants: variants
                    .into_iter()
                    .enumerate()
                    .map(|(i, (minor, more, available, barcode))| Variant {
                        sku: Some(format!("S{i}")),
                        barcode,
                        options: vec![i.to_string()],
                        price: Money::new(minor, Currency::EUR),
                        compare_at: more.map(|more| Money::new(minor + more, Currency::EUR)),
                        available,
                        sold: 0,
                    })
                    .collect(),
                attributes,
                images,
            }
        },
    )
}

fn round_trip(product: &Product) -> Product {
    let line = write_ndjson(product);
    assert_eq!(line.matches('\n').count(), 1);
    match read(Format::Ndjson, line.as_bytes(), SETTINGS).next() {
        Some(Ok(Entry::Product(found))) => found.value,
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn any_bytes_end_without_a_panic(format in format(), bytes in vec(any::<u8>(), 0..2_000)) {
        // Every entry takes at least one byte, so a reader that gives more of them loops.
        prop_assert!(entries(format, &bytes).len() <= bytes.len() + 1);
    }

    #[test]
    fn what_looks_like_markup_ends_too(
        format in format(),
        text in "(<rss>|<feed>)?((</?(item|entry|g:id|title|g:price)>?)|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<\\?|&[a-z#0-9]{0,4};?|\"|\n|,|\t|1 EUR|[a-z]{1,4}){0,60}"
    ) {
        prop_assert!(entries(format, text.as_bytes()).len() <= text.len() + 1);
    }

    #[test]
    fn mutated_files_read_the_same_in_any_chunks((format, text) in mutated(), capacity in 1..64usize) {
        let whole = summary(entries(format, &text));
        prop_assert!(whole.len() <= text.len() + 1);
        prop_assert_eq!(summary(entries_in_chunks(format, &text, 7)), whole.clone());
        prop_assert_eq!(summary(entries_in_chunks(format, &text, capacity)), whole);
    }

    #[test]
    fn an_import_of_an_export_is_a_fixed_point(draft in draft()) {
        let product = draft.check().unwrap();
        let again = round_trip(&product);
        prop_assert_eq!(write_ndjson(&again), write_ndjson(&product));
        prop_assert_eq!(again, product);
    }
}

#[test]
fn a_product_at_the_limits_can_be_imported_again() {
    let mut draft: ProductDraft =
        round_trip(&common::products(Format::Ndjson, &fixture(Format::Ndjson))[0]).into_draft();
    let long = Attribute {
        key: AttributeKey::parse("long").unwrap(),
        name: "Long".into(),
        value: AttributeValue::Text("灯".repeat(orilla_catalog::LIMITS.attribute_text)),
        unit: None,
    };
    draft.attributes = vec![long; orilla_catalog::LIMITS.attributes];
    let product = draft.check().unwrap();
    assert_eq!(round_trip(&product), product);
}
