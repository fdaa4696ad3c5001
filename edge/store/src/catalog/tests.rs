//! What the tests of the catalogue share.

use orilla_catalog::*;
use orilla_money::{Currency, Money};

/// A product with a bit of everything.
pub(super) fn lantern() -> ProductDraft {
    let variant = |size: &str, cents, available| Variant {
        sku: Some(format!("LAN-{size}")),
        barcode: Some("4006381333931".into()),
        options: vec![size.to_owned()],
        price: Money::new(cents, Currency::EUR),
        compare_at: None,
        available,
    };
    let attribute = |name: &str, value, unit: Option<&str>| Attribute {
        key: AttributeKey::from_label(name).unwrap(),
        name: name.to_owned(),
        value,
        unit: unit.map(str::to_owned),
    };
    ProductDraft {
        handle: "storm-lantern".into(),
        title: "Storm lantern".into(),
        brand: Some("Faro".into()),
        description: "<p>Burns in a gale.</p>".into(),
        status: Status::Active,
        category: CategoryPath::new(vec!["Lighting".into(), "Lanterns".into()]).ok(),
        options: vec!["Size".into()],
        variants: vec![variant("S", 3900, 3), variant("L", 5900, 2)],
        attributes: vec![
            attribute("Colour", AttributeValue::Text("Red".into()), None),
            attribute("Weight", AttributeValue::Number(1.1 + 2.2), Some("kg")),
            attribute("Waterproof", AttributeValue::Boolean(true), None),
        ],
        images: vec![Image {
            url: ImageUrl::parse("https://images.example/lantern.jpg").unwrap(),
            alt: "Red".into(),
        }],
    }
}
