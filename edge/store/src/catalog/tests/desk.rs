//! What the team does to products.

use super::*;
use orilla_catalog::{ProductId, Status, VariantId};
use orilla_orders::{IdempotencyKey, Text};
use orilla_shop::team::{
    AdjustOutcome, AdjustStock, CreateOutcome, CreateProduct, ProductChange, ProductDesk, ProductQuery,
    SaveOutcome, SaveProduct, StoredProduct,
};

fn stored(store: &CatalogStore, handle: &str) -> StoredProduct {
    block_on(ProductDesk::product(store, &Handle::parse(handle).unwrap())).unwrap().unwrap()
}

/// Saves the product as it is after `edit`, by someone who saw `seen`.
fn save(store: &CatalogStore, seen: &StoredProduct, edit: impl FnOnce(&mut ProductDraft)) -> SaveOutcome {
    let mut draft = seen.product.clone().into_draft();
    edit(&mut draft);
    let product = draft.check().unwrap();
    block_on(store.save(&SaveProduct { seen, product, variants: &[], is_undo: false, member: "Ada", at: 7 }))
        .unwrap()
}

fn adjust(store: &CatalogStore, variant: i64, pieces: i32, key: &str) -> AdjustOutcome {
    let adjust = AdjustStock {
        product: ProductId(1),
        variant: VariantId(variant),
        pieces,
        reason: Text::parse("counted").unwrap(),
        key: IdempotencyKey::parse(key).unwrap(),
        member: "Ada".into(),
        at: 8,
    };
    block_on(store.adjust(&adjust)).unwrap()
}

fn history(store: &CatalogStore) -> Vec<ProductChange> {
    let entries = block_on(store.history(ProductId(1), 10)).unwrap();
    assert!(entries.iter().all(|entry| entry.member == "Ada"));
    entries.into_iter().map(|entry| entry.change).collect()
}

#[track_caller]
fn check_found(store: &CatalogStore, fields: &[(&str, &str)], expected: &[&str]) {
    let page = block_on(store.find(&ProductQuery::read(fields.iter().copied()))).unwrap();
    let handles: Vec<_> = page.products.iter().map(|product| product.handle.as_str()).collect();
    assert_eq!(handles, expected, "{fields:?}");
    assert_eq!(page.total as usize, expected.len());
}

#[test]
fn the_team_finds_products_of_any_status() {
    let (_, store) = shop();
    let draft = |title: &str, edit: &dyn Fn(&mut ProductDraft)| {
        let mut draft = plain(title);
        edit(&mut draft);
        draft.check().unwrap()
    };
    let products = [
        product(|_| ()),
        draft("Anchor 100%", &|p| p.status = Status::Draft),
        draft("Zinc anode", &|p| p.variants[0].available = 0),
    ];
    import(&store, &products);
    let (anchor, lantern, zinc) = (products[1].handle(), products[0].handle(), products[2].handle());
    check_found(&store, &[], &[anchor, lantern, zinc]);
    check_found(&store, &[("status", "draft")], &[anchor]);
    check_found(&store, &[("stock", "out")], &[zinc]);
    check_found(&store, &[("stock", "in"), ("status", "active")], &[lantern]);
    // The lantern has five pieces of both sizes, the anchor has three.
    check_found(&store, &[("stock", "low")], &[anchor, lantern]);
    check_found(&store, &[("q", "ANCHOR")], &[anchor]);
    check_found(&store, &[("q", "100%")], &[anchor]);
    check_found(&store, &[("q", "0%%")], &[]);
    check_found(&store, &[("q", zinc)], &[zinc]);
    let sku = products[0].variants[0].sku.clone().unwrap();
    check_found(&store, &[("q", &sku)], &[lantern]);
    let category = products[0].category.clone().unwrap();
    check_found(&store, &[("category", &category.slug())], &[lantern]);
    check_found(&store, &[("category", &category.parent().unwrap().slug())], &[lantern]);
    check_found(&store, &[("category", "light_")], &[]);
}

#[test]
fn an_edit_is_a_new_version_with_a_line_of_history() {
    let (db, store) = shop();
    import(&store, &[product(|_| ())]);
    let seen = stored(&store, &lantern().handle);
    let places = number(&db, "SELECT seq FROM product_changes WHERE product_id = 1");
    assert_eq!(save(&store, &seen, |_| ()), SaveOutcome::Unchanged);
    assert_eq!(save(&store, &seen, |p| p.title = "Gale lantern".into()), SaveOutcome::Saved);
    let now = stored(&store, &lantern().handle);
    assert_eq!((now.version, now.product.title.as_str()), (2, "Gale lantern"));
    assert_eq!((now.id, &now.variants), (seen.id, &seen.variants));
    assert_eq!(view(&store, &lantern().handle).unwrap().title, "Gale lantern");
    // A publish sees it.
    assert!(number(&db, "SELECT seq FROM product_changes WHERE product_id = 1") > places);
    match history(&store).as_slice() {
        [ProductChange::Edited { version: 2, fields, before: None, .. }] => {
            let fields: Vec<_> = fields.iter().map(|f| (f.field.as_str(), f.after.as_str())).collect();
            assert_eq!(fields, [("title", "Gale lantern")]);
        }
        other => panic!("{other:?}"),
    }
    // An import of the same document changes nothing.
    assert_eq!(import(&store, &export(&store)), (0, 0, 1));
}

#[test]
fn of_two_edits_the_second_is_told() {
    let (_, store) = shop();
    import(&store, &[product(|_| ())]);
    let seen = stored(&store, &lantern().handle);
    assert_eq!(save(&store, &seen, |p| p.title = "One".into()), SaveOutcome::Saved);
    assert_eq!(save(&store, &seen, |p| p.title = "Two".into()), SaveOutcome::Stale);
    assert_eq!(stored(&store, &lantern().handle).product.title, "One");
    assert_eq!(history(&store).len(), 1);
}

#[test]
fn an_edit_leaves_the_stock_alone() {
    let (db, store) = shop();
    import(&store, &[product(|_| ())]);
    let seen = stored(&store, &lantern().handle);
    db.execute("UPDATE variants SET available = available - 1 WHERE id = 1");
    let sold = number(&db, "SELECT available FROM variants WHERE id = 1");
    assert_eq!(save(&store, &seen, |p| p.variants[0].price.minor += 1), SaveOutcome::Saved);
    assert_eq!(number(&db, "SELECT available FROM variants WHERE id = 1"), sold);
    // What an import has counted meanwhile is not undone either.
    let seen = stored(&store, &lantern().handle);
    let recounted = product(|p| {
        p.variants[0].price.minor += 1;
        p.variants[0].available += 10;
    });
    assert_eq!(import(&store, &[recounted]), (0, 0, 1));
    assert_eq!(save(&store, &seen, |p| p.title = "Late".into()), SaveOutcome::Stale);
    assert_eq!(number(&db, "SELECT available FROM variants WHERE id = 1"), sold + 10);
}

#[test]
fn a_sku_of_another_product_is_refused() {
    let (_, store) = shop();
    import(&store, &[product(|_| ()), plain("Anchor").check().unwrap()]);
    let seen = stored(&store, &lantern().handle);
    match save(&store, &seen, |p| p.variants[1].sku = Some("anchor".into())) {
        SaveOutcome::SkuTaken { variant: 1, owner } => assert_eq!(owner, "anchor"),
        other => panic!("{other:?}"),
    }
    assert!(history(&store).is_empty());
}

#[test]
fn stock_changes_by_a_command_once_for_each_key() {
    let (db, store) = shop();
    import(&store, &[product(|_| ()), plain("Anchor").check().unwrap()]);
    let stock = || number(&db, "SELECT available FROM variants WHERE id = 1");
    let before = stock();
    assert_eq!(adjust(&store, 1, 3, "key-number-1"), AdjustOutcome::Done);
    assert_eq!(adjust(&store, 1, 3, "key-number-1"), AdjustOutcome::Done);
    assert_eq!(stock(), before + 3);
    assert_eq!(
        number(&db, "SELECT available FROM cards WHERE product_id = 1"),
        number(&db, "SELECT sum(available) FROM variants WHERE product_id = 1")
    );
    assert_eq!(adjust(&store, 1, 4, "key-number-1"), AdjustOutcome::KeyReused);
    assert_eq!(adjust(&store, 1, -1_000_000, "key-number-2"), AdjustOutcome::OutOfRange);
    assert_eq!(adjust(&store, 1, 10_000_000, "key-number-2"), AdjustOutcome::OutOfRange);
    assert_eq!(adjust(&store, 3, 1, "key-number-2"), AdjustOutcome::NoVariant);
    assert_eq!(adjust(&store, 99, 1, "key-number-2"), AdjustOutcome::NoVariant);
    assert_eq!((stock(), history(&store).len()), (before + 3, 1));
    // The document is as it was, so an import leaves the new stock alone.
    assert_eq!(stored(&store, &lantern().handle).version, 1);
    assert_eq!(import(&store, &[product(|_| ())]), (0, 0, 1));
    assert_eq!(stock(), before + 3);
}

/// Saves what `edit` makes of the product, each variant said to be the one that it was.
fn edit(store: &CatalogStore, variants: &[Option<i64>], edit: impl FnOnce(&mut ProductDraft)) -> SaveOutcome {
    let seen = &stored(store, &lantern().handle);
    let mut draft = seen.product.clone().into_draft();
    edit(&mut draft);
    let variants: Vec<_> = variants.iter().map(|id| id.map(VariantId)).collect();
    let product = draft.check().unwrap();
    let save = SaveProduct { seen, product, variants: &variants, is_undo: false, member: "Ada", at: 7 };
    block_on(store.save(&save)).unwrap()
}

#[test]
fn a_variant_is_the_one_that_the_form_says() {
    let (db, store) = shop();
    import(&store, &[product(|_| ())]);
    db.execute("UPDATE variants SET available = available - 1 WHERE id = 1");
    let available = |id: i64| number(&db, &format!("SELECT available FROM variants WHERE id = {id}"));
    let before = (available(1), available(2));
    // The SKUs and sizes change hands; so a feed would see them.
    let swap = |p: &mut ProductDraft| {
        let [first, second] = p.variants.as_mut_slice() else { panic!() };
        std::mem::swap(&mut first.sku, &mut second.sku);
        std::mem::swap(&mut first.options, &mut second.options);
    };
    assert_eq!(edit(&store, &[Some(1), Some(2)], swap), SaveOutcome::Saved);
    assert_eq!((available(1), available(2)), before);
    assert_eq!(
        number(&db, "SELECT count(*) FROM variants WHERE id = 1 AND sku = 'LAN-L' AND archived = 0"),
        1
    );
}

#[test]
fn a_variant_comes_with_its_stock_and_goes_with_it() {
    let (db, store) = shop();
    import(&store, &[product(|_| ())]);
    let add = |p: &mut ProductDraft| {
        let mut variant = p.variants[0].clone();
        (variant.sku, variant.options, variant.available) = (Some("LAN-XL".into()), vec!["XL".into()], 4);
        (variant.sold, variant.price.minor) = (0, 6_900);
        p.variants.push(variant);
    };
    assert_eq!(edit(&store, &[Some(1), Some(2), None], add), SaveOutcome::Saved);
    assert_eq!(number(&db, "SELECT available FROM variants WHERE sku = 'LAN-XL'"), 4);
    assert_eq!(edit(&store, &[Some(2), Some(3)], |p| drop(p.variants.remove(0))), SaveOutcome::Saved);
    assert_eq!(number(&db, "SELECT archived FROM variants WHERE id = 1"), 1);
    assert_eq!(view(&store, &lantern().handle).unwrap().variants.len(), 2);
}

#[test]
fn an_edit_can_be_taken_back() {
    let (db, store) = shop();
    import(&store, &[product(|_| ())]);
    let first = stored(&store, &lantern().handle);
    let change = |p: &mut ProductDraft| {
        p.title = "Gale lantern".into();
        p.attributes.clear();
        p.variants.remove(1);
    };
    assert_eq!(edit(&store, &[Some(1)], change), SaveOutcome::Saved);
    db.execute("UPDATE variants SET available = available - 1 WHERE id = 1");
    let sold = number(&db, "SELECT available FROM variants WHERE id = 1");
    assert_eq!(block_on(store.before(ProductId(1), 1)).unwrap(), None);
    let before = block_on(store.before(ProductId(1), 2)).unwrap().unwrap();
    let variants: Vec<_> = before.variants.iter().copied().map(Some).collect();
    let seen = &stored(&store, &lantern().handle);
    let undo = SaveProduct {
        seen,
        product: before.product,
        variants: &variants,
        is_undo: true,
        member: "Ada",
        at: 8,
    };
    assert_eq!(block_on(store.save(&undo)).unwrap(), SaveOutcome::Saved);
    let now = stored(&store, &lantern().handle);
    assert_eq!((now.version, &now.variants), (3, &first.variants));
    assert_eq!(
        (&now.product.title, &now.product.attributes),
        (&first.product.title, &first.product.attributes)
    );
    // A sale is not taken back.
    assert_eq!(number(&db, "SELECT available FROM variants WHERE id = 1"), sold);
    let last = block_on(store.history(ProductId(1), 1)).unwrap().remove(0);
    assert!(last.can_be_undone && matches!(last.change, ProductChange::Edited { is_undo: true, .. }));
}

#[test]
fn a_product_is_made_once() {
    let (db, store) = shop();
    import(&store, &[product(|_| ())]);
    let create = |edit: &dyn Fn(&mut ProductDraft)| {
        let mut draft = plain("Anchor");
        edit(&mut draft);
        let product = draft.check().unwrap();
        block_on(ProductDesk::create(&store, &CreateProduct { product, member: "Ada", at: 7 })).unwrap()
    };
    assert_eq!(create(&|_| ()), CreateOutcome::Created);
    let id = number(&db, "SELECT id FROM products WHERE handle = 'anchor'");
    let told = block_on(store.history(ProductId(id), 5)).unwrap();
    assert_eq!(told.iter().map(|entry| &entry.change).collect::<Vec<_>>(), [&ProductChange::Created]);
    assert_eq!(create(&|_| ()), CreateOutcome::There);
    assert_eq!(create(&|p| p.title = "Other".into()), CreateOutcome::HandleTaken);
    let taken = create(&|p| {
        p.handle = "buoy".into();
        p.variants[0].sku = Some("LAN-L".into());
    });
    assert_eq!(taken, CreateOutcome::SkuTaken { variant: 0, owner: "storm-lantern".into() });
    assert_eq!(number(&db, "SELECT count(*) FROM products"), 2);
    assert_eq!(view(&store, "anchor").unwrap().title, "Anchor");
}
