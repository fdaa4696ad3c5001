//! What the tests of the catalogue share.

mod catalogue;
mod categories;
mod desk;
mod import;
mod list;
mod publish;
mod read;
mod snapshot;

use super::CatalogStore;
use crate::testing::TestDatabase;
use crate::{Database, Statement};
use futures::executor::block_on;
use orilla_catalog::read::ProductView;
use orilla_catalog::*;
use orilla_money::{Currency, Money};
use orilla_shop::catalog::{Catalog, CatalogWriter, Search};
use std::sync::Arc;

/// A product with a bit of everything.
pub(super) fn lantern() -> ProductDraft {
    let variant = |size: &str, cents, available| Variant {
        sku: Some(format!("LAN-{size}")),
        barcode: Some("4006381333931".into()),
        options: vec![size.to_owned()],
        price: Money::new(cents, Currency::EUR),
        compare_at: None,
        available,
        sold: 0,
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

/// A catalogue in a database of its own.
pub(super) fn shop() -> (Arc<TestDatabase>, CatalogStore) {
    let db = Arc::new(TestDatabase::new());
    (db.clone(), CatalogStore::new(db))
}

/// The lantern after `edit`, checked.
pub(super) fn product(edit: impl FnOnce(&mut ProductDraft)) -> Product {
    let mut draft = lantern();
    edit(&mut draft);
    draft.check().unwrap()
}

/// A plain product with one variant: what it is called decides its handle and SKU.
pub(super) fn plain(title: &str) -> ProductDraft {
    let handle = slug(title);
    let [mut variant, _] = lantern().variants.try_into().unwrap();
    variant.sku = Some(handle.clone());
    variant.options.clear();
    ProductDraft { handle, title: title.to_owned(), variants: vec![variant], ..ProductDraft::default() }
}

/// Imports and answers added, changed, unchanged.
pub(super) fn import(store: &CatalogStore, products: &[Product]) -> (u32, u32, u32) {
    let counts = block_on(store.import(products, false)).unwrap();
    (counts.added, counts.changed, counts.unchanged)
}

/// All products, page by page.
pub(super) fn export(store: &CatalogStore) -> Vec<Product> {
    let mut all: Vec<Product> = Vec::new();
    loop {
        let after = all.last().map(|product| Handle::parse(product.handle()).unwrap());
        let page = block_on(store.export(after.as_ref(), 3)).unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// The page of an active product.
pub(super) fn view(store: &CatalogStore, handle: &str) -> Option<ProductView> {
    block_on(store.product(&Handle::parse(handle).unwrap())).unwrap()
}

/// Whether the database answers this number.
pub(super) fn number(db: &TestDatabase, sql: &str) -> i64 {
    let answer = block_on(db.batch(vec![Statement::new(format!("SELECT json_quote(({sql})) AS doc"))]));
    answer.unwrap()[0][0].parse().unwrap()
}
