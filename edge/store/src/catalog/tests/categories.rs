//! What the team does to categories, and what follows from it for products, searches, feeds and readers.

use super::*;
use orilla_catalog::CategoryId;
use orilla_shop::catalog::{Search, Words};
use orilla_shop::publish::Written;
use orilla_shop::team::{
    By, Category, CategoryChange, CategoryDesk, CategoryOutcome, CategoryTree, ProductDesk, SaveOutcome,
    SaveProduct,
};
use orilla_snapshot::Change;
use proptest::prelude::*;

const BY: By<'_> = By { member: "Ada", at: 7 };

fn tree(store: &CatalogStore) -> CategoryTree {
    block_on(store.tree()).unwrap()
}

fn category(store: &CatalogStore, slug: &str) -> Category {
    tree(store).find(slug).cloned().unwrap_or_else(|| panic!("no category {slug}"))
}

/// Gives the category at `slug` another name, below the one at `above` (empty: at the top).
fn relocate(store: &CatalogStore, slug: &str, above: &str, name: &str) -> CategoryOutcome {
    let tree = tree(store);
    let parent = (!above.is_empty()).then(|| tree.find(above).unwrap().id);
    let plan = tree.plan(tree.find(slug).unwrap().id, parent, name, true).unwrap();
    block_on(store.relocate(&plan, BY)).unwrap()
}

fn create(store: &CatalogStore, names: &[&str]) -> CategoryOutcome {
    let path = CategoryPath::new(names.iter().map(|name| (*name).to_owned()).collect()).unwrap();
    block_on(CategoryDesk::create(store, &path, BY)).unwrap()
}

fn refresh(store: &CatalogStore) {
    while block_on(store.refresh(2)).unwrap() > 0 {}
}

fn slugs(store: &CatalogStore) -> Vec<String> {
    tree(store).all().iter().map(|category| category.slug.clone()).collect()
}

fn found(store: &CatalogStore, text: &str) -> usize {
    block_on(store.matches(text, Words::All)).unwrap().len()
}

/// A product in a category.
fn within(title: &str, names: &[&str]) -> Product {
    let mut draft = plain(title);
    draft.category = CategoryPath::new(names.iter().map(|name| (*name).to_owned()).collect()).ok();
    draft.check().unwrap()
}

#[test]
fn a_new_name_goes_with_all_below_and_leaves_the_way_there() {
    let (_, store) = shop();
    import(&store, &[product(|_| ()), within("Candle", &["Lighting"]), within("Oar", &["Deck"])]);
    let position = block_on(store.position()).unwrap();
    let id = category(&store, "lighting").id;
    assert_eq!(relocate(&store, "lighting", "", "Lamps & more"), CategoryOutcome::Done(id));
    assert_eq!(slugs(&store), ["deck", "lamps-more", "lamps-more/lanterns"]);
    assert_eq!(view(&store, "storm-lantern").unwrap().categories[0].slug, "lamps-more");
    let moved = |slug: &str| block_on(store.moved(slug)).unwrap();
    assert_eq!(moved("lighting").as_deref(), Some("lamps-more"));
    assert_eq!(moved("lighting/lanterns").as_deref(), Some("lamps-more/lanterns"));
    assert_eq!(moved("deck"), None);
    // A publish sees the products of both, and no other.
    let changes = block_on(store.changes(position, 10)).unwrap().changes;
    let mut names: Vec<_> = changes
        .iter()
        .map(|change| match change {
            Change::Put(entry) => entry.view.title.clone(),
            Change::Remove(id) => panic!("{id:?}"),
        })
        .collect();
    names.sort();
    assert_eq!(names, ["Candle", "Storm lantern"]);
    // Searches find it by the new name once it is made anew.
    refresh(&store);
    assert_eq!((found(&store, "lighting"), found(&store, "lamps")), (0, 2));
    match block_on(store.told(Some(id), 5)).unwrap().as_slice() {
        [entry] => {
            let (before, after) = ("Lighting".to_owned(), "Lamps & more".to_owned());
            assert_eq!(entry.change, CategoryChange::Moved { before, after, merged: false });
            assert_eq!((entry.member.as_str(), entry.at), ("Ada", 7));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_feed_with_the_old_name_changes_nothing() {
    let (_, store) = shop();
    let feed = [product(|_| ()), within("Candle", &["Lighting"])];
    import(&store, &feed);
    relocate(&store, "lighting", "", "Lamps");
    create(&store, &["Deck"]);
    relocate(&store, "lamps/lanterns", "deck", "Deck lanterns");
    refresh(&store);
    let before = view(&store, "storm-lantern").unwrap();
    assert_eq!(import(&store, &feed), (0, 0, 2));
    assert_eq!(view(&store, "storm-lantern").unwrap(), before);
    // What is new below a moved category goes where that stands now.
    assert_eq!(import(&store, &[within("Torch", &["Lighting", "Torches"])]), (1, 0, 0));
    assert_eq!(slugs(&store), ["deck", "deck/deck-lanterns", "lamps", "lamps/torches"]);
    // The name that the team gave stays, whatever a feed makes of the same slug.
    import(&store, &[within("Lamp", &["LAMPS!"])]);
    assert_eq!(category(&store, "lamps").name, "Lamps");
}

#[test]
fn two_become_one() {
    let (db, store) = shop();
    import(
        &store,
        &[
            within("Buoy", &["Deck", "Safety"]),
            within("Flare", &["Safety"]),
            within("Vest", &["Safety", "Vests"]),
        ],
    );
    let there = category(&store, "deck/safety").id;
    assert_eq!(relocate(&store, "safety", "deck", "safety"), CategoryOutcome::Done(there));
    assert_eq!(slugs(&store), ["deck", "deck/safety", "deck/safety/vests"]);
    assert_eq!(category(&store, "deck/safety").products, 2);
    assert_eq!(number(&db, &format!("SELECT count(*) FROM cards WHERE category_id = {}", there.0)), 2);
    let moved = |slug: &str| block_on(store.moved(slug)).unwrap();
    assert_eq!(moved("safety").as_deref(), Some("deck/safety"));
    assert_eq!(moved("safety/vests").as_deref(), Some("deck/safety/vests"));
    // What led to the one that is gone leads to the one that is left, also when that moves on.
    relocate(&store, "deck/safety", "", "Rescue");
    assert_eq!(moved("safety").as_deref(), Some("rescue"));
    assert_eq!(block_on(store.former(there)).unwrap(), ["deck/safety", "safety"]);
}

#[test]
fn an_address_in_use_is_no_earlier_one() {
    let (_, store) = shop();
    create(&store, &["Light"]);
    relocate(&store, "light", "", "Lamps");
    assert!(matches!(create(&store, &["Light"]), CategoryOutcome::Done(_)));
    assert_eq!(block_on(store.moved("light")).unwrap(), None);
    // There and back.
    relocate(&store, "light", "", "Sun");
    relocate(&store, "sun", "", "Light");
    assert_eq!(block_on(store.moved("light")).unwrap(), None);
    assert_eq!(block_on(store.moved("sun")).unwrap().as_deref(), Some("light"));
}

#[test]
fn of_two_changes_the_second_is_told() {
    let (_, store) = shop();
    import(&store, &[product(|_| ())]);
    let seen = tree(&store);
    let id = seen.find("lighting").unwrap().id;
    let plan = |name: &str| seen.plan(id, None, name, false).unwrap();
    assert_eq!(block_on(store.relocate(&plan("Lighting"), BY)).unwrap(), CategoryOutcome::Unchanged(id));
    assert_eq!(block_on(store.relocate(&plan("Ada"), BY)).unwrap(), CategoryOutcome::Done(id));
    assert_eq!(block_on(store.relocate(&plan("Grace"), BY)).unwrap(), CategoryOutcome::Stale);
    // A category that an import has put below it since it was read would stay behind.
    let seen = tree(&store);
    import(&store, &[within("Torch", &["Ada", "Torches"])]);
    let late = seen.plan(id, None, "Late", false).unwrap();
    assert_eq!(block_on(store.relocate(&late, BY)).unwrap(), CategoryOutcome::Stale);
    assert_eq!(slugs(&store), ["ada", "ada/lanterns", "ada/torches"]);
}

#[test]
fn only_an_empty_category_is_deleted() {
    let (db, store) = shop();
    import(&store, &[product(|p| p.status = Status::Archived)]);
    let delete = |slug: &str| block_on(store.delete(&category(&store, slug), slug, BY)).unwrap();
    assert_eq!(delete("lighting"), CategoryOutcome::NotEmpty);
    assert_eq!(delete("lighting/lanterns"), CategoryOutcome::NotEmpty);
    create(&store, &["Deck"]);
    relocate(&store, "deck", "", "Decks");
    let seen = Category { version: 1, ..category(&store, "decks") };
    assert_eq!(block_on(store.delete(&seen, "", BY)).unwrap(), CategoryOutcome::Stale);
    assert!(matches!(delete("decks"), CategoryOutcome::Done(_)));
    assert_eq!(number(&db, "SELECT count(*) FROM category_moves"), 0);
    let told = block_on(store.told(None, 1)).unwrap().remove(0);
    assert_eq!(told.change, CategoryChange::Deleted { path: "decks".into() });
    assert_eq!(create(&store, &["Nowhere", "Below"]), CategoryOutcome::Stale);
}

#[test]
fn a_product_that_waits_to_be_made_anew_can_be_saved() {
    let (_, store) = shop();
    import(&store, &[product(|_| ())]);
    relocate(&store, "lighting", "", "Lamps");
    let handle = Handle::parse("storm-lantern").unwrap();
    let seen = block_on(ProductDesk::product(&store, &handle)).unwrap().unwrap();
    assert_eq!(seen.version, 2);
    let save = |product: Product| {
        block_on(store.save(&SaveProduct {
            seen: &seen,
            product,
            variants: &[],
            is_undo: false,
            member: "Ada",
            at: 7,
        }))
        .unwrap()
    };
    assert_eq!(save(seen.product.clone()), SaveOutcome::Unchanged);
    let mut draft = seen.product.clone().into_draft();
    draft.title = "Gale lantern".into();
    assert_eq!(save(draft.check().unwrap()), SaveOutcome::Saved);
    assert_eq!(found(&store, "lamps gale"), 1);
    assert_eq!(block_on(store.refresh(5)).unwrap(), 0);
}

/// A step of the property test.
#[derive(Clone, Debug)]
enum Step {
    Relocate { at: usize, above: Option<usize>, name: u8 },
    Import { names: Vec<u8> },
    Delete { at: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..20_usize, proptest::option::of(0..20_usize), 0..4_u8)
            .prop_map(|(at, above, name)| Step::Relocate { at, above, name }),
        proptest::collection::vec(0..4_u8, 1..4).prop_map(|names| Step::Import { names }),
        (0..20_usize).prop_map(|at| Step::Delete { at }),
    ];
    proptest::collection::vec(step, 1..12)
}

fn name(number: u8) -> String {
    format!("N{number}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever is done to the tree: slugs are made of names, parents stand above, no product is lost, and what is in
    /// use is no earlier address.
    #[test]
    fn the_tree_stays_a_tree(steps in steps()) {
        let (db, store) = shop();
        let mut products = 0;
        for step in steps {
            let tree = tree(&store);
            let all = tree.all();
            match step {
                Step::Relocate { at, above, name: number } if !all.is_empty() => {
                    let id = all[at % all.len()].id;
                    let parent = above.map(|above| all[above % all.len()].id);
                    if let Ok(plan) = tree.plan(id, parent, &name(number), true) {
                        let done = block_on(store.relocate(&plan, BY)).unwrap();
                        prop_assert!(!matches!(done, CategoryOutcome::Stale | CategoryOutcome::NotEmpty));
                    }
                }
                Step::Import { names } => {
                    let names: Vec<String> = names.into_iter().map(name).collect();
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    let added = import(&store, &[within(&format!("P{products}"), &names)]);
                    prop_assert_eq!(added, (1, 0, 0));
                    products += 1;
                }
                Step::Delete { at } if !all.is_empty() => {
                    let seen = &all[at % all.len()];
                    block_on(store.delete(seen, "", BY)).unwrap();
                }
                Step::Relocate { .. } | Step::Delete { .. } => {}
            }
        }
        refresh(&store);
        let tree = tree(&store);
        for category in tree.all() {
            let path = tree.path(&category.slug);
            prop_assert_eq!(path.map(|path| path.slug()), Some(category.slug.clone()));
            let above = category.parent.and_then(|id| tree.get(id)).map(|above| above.slug.clone());
            prop_assert_eq!(above.as_deref(), category.slug.rsplit_once('/').map(|(above, _)| above));
        }
        let counted: u32 = tree.all().iter().map(|category| category.products).sum();
        prop_assert_eq!(counted, products);
        prop_assert_eq!(number(&db, "SELECT count(*) FROM cards c JOIN products p ON p.id = c.product_id
            WHERE c.category_id IS NOT p.category_id"), 0);
        prop_assert_eq!(number(&db, "SELECT count(*) FROM category_moves
            WHERE slug IN (SELECT slug FROM categories)"), 0);
        // What is exported comes back as it is.
        let all = export(&store);
        prop_assert_eq!(import(&store, &all), (0, 0, products));
    }
}

#[test]
fn who_asks_for_a_category_that_is_not_there_gets_nothing() {
    let (_, store) = shop();
    assert_eq!(block_on(store.former(CategoryId(9))).unwrap(), Vec::<String>::new());
    assert!(block_on(store.told(None, 5)).unwrap().is_empty());
    assert_eq!(block_on(store.moved("")).unwrap(), None);
}
