//! Product pages, pictures, and small choices of products.

use super::*;
use orilla_catalog::read::{Card, CategoryRef};
use orilla_shop::Health;
use orilla_shop::catalog::{ImportCounts, ImportRun};

fn titles(cards: Vec<Card>) -> Vec<String> {
    cards.into_iter().map(|card| card.title).collect()
}

/// A product in a category, at a price, with some stock.
fn in_category(title: &str, path: &[&str], cents: i64, available: u32) -> Product {
    let mut draft = plain(title);
    draft.category = CategoryPath::new(path.iter().map(|name| (*name).to_owned()).collect()).ok();
    draft.variants[0].price.minor = cents;
    draft.variants[0].available = available;
    draft.check().unwrap()
}

#[test]
fn a_product_page_shows_the_document() {
    let (_, store) = shop();
    import(&store, &[product(|p| p.variants[1].compare_at = Some(Money::new(6900, Currency::EUR)))]);
    let view = view(&store, "storm-lantern").unwrap();
    let document = lantern();
    assert_eq!(view.description.as_str(), document.description);
    let category = |slug: &str, name: &str| CategoryRef { slug: slug.into(), name: name.into() };
    assert_eq!(
        view.categories,
        [category("lighting", "Lighting"), category("lighting/lanterns", "Lanterns")]
    );
    assert_eq!(view.options, document.options);
    assert_eq!(view.variants[1].options, ["L"]);
    assert_eq!(view.variants[1].compare_at, Some(Money::new(6900, Currency::EUR)));
    let values: Vec<_> = view.attributes.into_iter().map(|a| a.value).collect();
    assert_eq!(values, document.attributes.into_iter().map(|a| a.value).collect::<Vec<_>>());
    assert_eq!(view.images[0].alt, "Red");
}

#[test]
fn a_card_sums_up_its_variants() {
    let (_, store) = shop();
    import(
        &store,
        &[product(|p| {
            p.variants[0].compare_at = Some(Money::new(4900, Currency::EUR));
            p.variants.iter_mut().for_each(|v| v.available = LIMITS.available);
            p.variants.reverse();
        })],
    );
    let card = block_on(store.page_by_id(ProductId(0), 9)).unwrap().remove(0);
    assert_eq!((card.price_from.minor, card.price_to.minor), (3900, 5900));
    assert_eq!(card.compare_at, Some(Money::new(4900, Currency::EUR)));
    assert_eq!((card.variants, card.only_variant, card.available), (2, None, 2 * LIMITS.available));
    assert_eq!(card.category.as_deref(), Some("Lanterns"));
    let image = block_on(store.image(card.image.unwrap())).unwrap().unwrap();
    assert_eq!(
        (image.url.as_str(), image.title.as_str()),
        ("https://images.example/lantern.jpg", "Storm lantern")
    );
    assert_eq!(block_on(store.image(ImageId(99))).unwrap(), None);
}

#[test]
fn what_is_not_active_is_nowhere() {
    for status in [Status::Draft, Status::Archived] {
        let (_, store) = shop();
        import(&store, &[product(|_| ())]);
        let id = view(&store, "storm-lantern").unwrap().id;
        let image = view(&store, "storm-lantern").unwrap().images[0].id;
        import(&store, &[product(|p| p.status = status)]);
        assert_eq!(view(&store, "storm-lantern"), None);
        assert_eq!(block_on(store.image(image)).unwrap(), None);
        assert_eq!(block_on(store.suggest("storm", 5)).unwrap(), []);
        assert_eq!(block_on(store.categories()).unwrap(), []);
        assert_eq!(block_on(store.page_by_id(ProductId(0), 5)).unwrap(), []);
        assert_eq!(block_on(store.featured(5)).unwrap(), []);
        assert_eq!(block_on(store.related(id, 5)).unwrap(), []);
        for text in ["", "storm"] {
            let query = query::ListQuery { text: text.into(), page: 1, ..Default::default() };
            let listing = block_on(store.list(&query)).unwrap().unwrap();
            assert_eq!((listing.total, listing.facets.len()), (0, 0));
        }
        assert_eq!(export(&store).len(), 1, "the team still has it");
    }
}

#[test]
fn related_are_of_the_same_category_then_of_its_surroundings() {
    let (_, store) = shop();
    let products = [
        in_category("Me", &["Boats", "Oars"], 1000, 1),
        in_category("Far price", &["Boats", "Oars"], 9000, 1),
        in_category("Near price", &["Boats", "Oars"], 1100, 1),
        in_category("Sold out", &["Boats", "Oars"], 1000, 0),
        in_category("Sibling", &["Boats", "Sails"], 1000, 1),
        in_category("Parent", &["Boats"], 1500, 1),
        in_category("Elsewhere", &["Ropes"], 1000, 1),
        in_category("Top of its own", &["Knots"], 1000, 1),
    ];
    import(&store, &products);
    let related =
        |handle: &str, most| titles(block_on(store.related(view(&store, handle).unwrap().id, most)).unwrap());
    assert_eq!(related("me", 9), ["Near price", "Far price", "Sold out", "Sibling", "Parent"]);
    assert_eq!(related("me", 2), ["Near price", "Far price"]);
    assert_eq!(related("elsewhere", 9), [""; 0]);
}

#[test]
fn featured_takes_turns_between_categories() {
    let (_, store) = shop();
    let mut products: Vec<Product> =
        (0..9).map(|i| in_category(&format!("Oar {i}"), &["Oars"], 100, 1)).collect();
    products.push(in_category("Rope", &["Ropes"], 100, 1));
    products.push(in_category("Sold out", &["Sails"], 100, 0));
    products.push(plain("Neither picture nor category").check().unwrap());
    import(&store, &products);
    let two = titles(block_on(store.featured(2)).unwrap());
    assert!(two.contains(&"Rope".to_owned()) && two.iter().any(|title| title.starts_with("Oar")), "{two:?}");
    assert_eq!(block_on(store.featured(20)).unwrap().len(), 10);
    assert_eq!(titles(block_on(store.featured(2)).unwrap()), two, "stable");
}

#[test]
fn pages_by_id_go_on_where_the_last_one_ended() {
    let (_, store) = shop();
    let products: Vec<Product> = (0..5).map(|i| plain(&format!("P {i}")).check().unwrap()).collect();
    import(&store, &products);
    let first = block_on(store.page_by_id(ProductId(0), 3)).unwrap();
    let second = block_on(store.page_by_id(first[2].id, 3)).unwrap();
    assert_eq!(titles([first, second].concat()), ["P 0", "P 1", "P 2", "P 3", "P 4"]);
}

#[test]
fn the_database_is_reachable_and_imports_are_logged() {
    let (db, store) = shop();
    assert_eq!(block_on(store.database()), Ok(()));
    let run = ImportRun {
        run: "r1".into(),
        source: "a.csv".into(),
        format: "shopify".into(),
        counts: ImportCounts { added: 1, changed: 2, unchanged: 3 },
        rejected: 4,
        at: 1_700_000_000_000,
    };
    block_on(store.log_import(&run)).unwrap();
    assert_eq!(
        number(&db, "SELECT added + changed * 10 + unchanged * 100 + rejected * 1000 FROM import_log"),
        4321
    );
}
