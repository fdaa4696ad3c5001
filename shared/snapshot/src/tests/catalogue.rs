//! Products for tests: a plain one, and random ones.

use crate::Entry;
use orilla_catalog::read::{
    AttributeView, CategoryRef, ImageView, ProductView, ReviewView, Reviews, VariantView,
};
use orilla_catalog::{AttributeKey, AttributeValue, Handle, ImageId, ProductId, VariantId, slug};
use orilla_money::{Currency, Money};
use orilla_richtext::SafeHtml;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

fn variant(id: i64, size: &str, cents: i64, available: u32) -> VariantView {
    VariantView {
        id: VariantId(id),
        sku: Some(format!("LAN-{id}")),
        barcode: None,
        options: vec![size.to_owned()],
        price: Money::new(cents, Currency::EUR),
        compare_at: None,
        available,
    }
}

fn attribute(name: &str, value: AttributeValue) -> AttributeView {
    AttributeView { key: AttributeKey::from_label(name).unwrap(), name: name.to_owned(), value, unit: None }
}

fn path(names: &[&str]) -> Vec<CategoryRef> {
    let mut way = String::new();
    let step = |name: &&str| {
        way = if way.is_empty() { slug(name) } else { format!("{way}/{}", slug(name)) };
        CategoryRef { slug: way.clone(), name: (*name).to_owned() }
    };
    names.iter().map(step).collect()
}

/// Reviews with these stars, the newest first.
pub(super) fn said(stars: &[u8]) -> Reviews {
    let review = |(at, stars): (i64, &u8)| ReviewView {
        stars: *stars,
        author: "Ada".into(),
        text: "Burns.\n\nIn a gale, too.".into(),
        language: "en".into(),
        at,
    };
    Reviews {
        count: u32::try_from(stars.len()).unwrap(),
        stars: stars.iter().map(|stars| u32::from(*stars)).sum(),
        newest: (0..).zip(stars).map(review).take(Reviews::SHOWN).collect(),
    }
}

/// A product with a bit of everything.
pub(super) fn lantern(id: i64) -> Entry {
    Entry {
        view: ProductView {
            id: ProductId(id),
            handle: Handle::parse(&format!("lantern-{id}")).unwrap(),
            version: 1,
            title: "Storm lantern".into(),
            brand: Some("Faro".into()),
            description: SafeHtml::sanitise("<p>Burns in a gale.</p>"),
            categories: path(&["Lighting", "Lanterns"]),
            options: vec!["Size".into()],
            variants: vec![variant(id * 10, "S", 3900, 40), variant(id * 10 + 1, "L", 5900, 2)],
            attributes: vec![
                attribute("Colour", AttributeValue::Text("Red".into())),
                attribute("Weight", AttributeValue::Number(0.1 + 0.2)),
                attribute("Waterproof", AttributeValue::Boolean(true)),
            ],
            images: vec![
                ImageView { id: ImageId(id * 10 + 1), alt: "Red".into() },
                ImageView { id: ImageId(id * 10 + 2), alt: String::new() },
            ],
            reviews: Reviews::default(),
        },
        image_urls: vec![
            format!("https://images.example/{id}.jpg"),
            format!("https://images.example/{id}-2.jpg"),
        ],
    }
}

fn random(id: i64) -> impl Strategy<Value = Entry> {
    let paths: [&[&str]; 5] = [&["Boats"], &["Boats", "Oars"], &["Boats", "Sails"], &["Boats-2"], &["Ropes"]];
    let text = prop::sample::select(vec!["Red", "Blue", "5", "a  b", "Größe"]);
    let value = prop_oneof![
        text.prop_map(|text| AttributeValue::Text(text.into())),
        prop::sample::select(vec![5.0, -7.25, 0.0]).prop_map(AttributeValue::Number),
        any::<bool>().prop_map(AttributeValue::Boolean),
    ];
    let attributes = vec((prop::sample::select(vec!["Colour", "Size", "Rig"]), value), 0..4);
    (
        prop::sample::select(vec!["Oar", "oar short", "Rope", "Ñandú"]),
        option::of(prop::sample::select(vec!["Faro", "Mistral"])),
        option::weighted(0.8, prop::sample::select(paths.to_vec())),
        btree_map(0..3_i64, (0..4_i64, option::of(1..5_i64), 0..9_u32), 1..3),
        attributes,
        0..3_usize,
        vec(1..=5_u8, 0..3),
    )
        .prop_map(move |(title, brand, category, sizes, attributes, images, stars)| {
            let mut entry = lantern(id);
            entry.view.title = title.into();
            entry.view.brand = brand.map(str::to_owned);
            entry.view.categories = category.map(path).unwrap_or_default();
            entry.view.variants = sizes
                .into_iter()
                .map(|(size, (price, above, available))| VariantView {
                    compare_at: above.map(|above| Money::new(price + above, Currency::EUR)),
                    ..variant(id * 10 + size, &size.to_string(), price, available)
                })
                .collect();
            entry.view.attributes =
                attributes.into_iter().map(|(name, value)| attribute(name, value)).collect();
            entry.view.images.truncate(images);
            entry.image_urls.truncate(images);
            entry.view.reviews = said(&stars);
            entry
        })
}

/// Ids on both sides of the bounds of buckets.
pub(super) const IDS: [i64; 8] = [1, 2, 3, 255, 256, 257, 700, 701];

/// A product that is put, or taken off.
pub(super) fn edit() -> impl Strategy<Value = (i64, Option<Entry>)> {
    prop::sample::select(IDS.to_vec())
        .prop_flat_map(|id| (Just(id), prop_oneof![1 => Just(None), 4 => random(id).prop_map(Some)]))
}

/// Publishes, each of some edits.
pub(super) fn publishes() -> impl Strategy<Value = Vec<Vec<(i64, Option<Entry>)>>> {
    vec(vec(edit(), 0..6), 1..6)
}
