//! Lists and facets, against a count over the documents.

use super::catalogue::catalogue;
use super::*;
use orilla_catalog::query::{Filter, LAST_PAGE, ListQuery, PAGE_SIZE, Sort};
use orilla_catalog::read::{FacetKind, Listing};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn list(store: &CatalogStore, category: Option<&str>, query: &str) -> Listing {
    block_on(store.list(&ListQuery::parse(category, query))).unwrap().unwrap()
}

/// The tokens by which a product counts for a facet.
fn tokens(product: &Product, key: &str) -> BTreeSet<String> {
    if key == "brand" {
        return product.brand.iter().cloned().collect();
    }
    let fits =
        |token: &String| !token.contains("..") && !token.contains("  ") && token.chars().count() <= 100;
    product
        .attributes
        .iter()
        .filter(|a| a.key.as_str() == key)
        .map(|a| a.value.token())
        .filter(fits)
        .collect()
}

/// Whether a product belongs on the list if the filter named `ignored` is left out.
fn fits(product: &Product, query: &ListQuery, ignored: &str) -> bool {
    let slug = product.category.as_ref().map(CategoryPath::slug).unwrap_or_default();
    let within = |wanted: &String| slug == *wanted || slug.starts_with(&format!("{wanted}/"));
    let price = |v: &Variant| {
        let price = v.price.minor as f64 / 100.0;
        query
            .price
            .is_none_or(|r| r.from.is_none_or(|from| price >= from) && r.to.is_none_or(|to| price <= to))
    };
    let brand = || !tokens(product, "brand").is_disjoint(&query.brands);
    let attribute = |key: &AttributeKey, filter: &Filter| match filter {
        Filter::AnyOf(wanted) => !tokens(product, key.as_str()).is_disjoint(wanted),
        Filter::Within(range) => product.attributes.iter().filter(|a| a.key == *key).any(|a| match a.value {
            AttributeValue::Number(n) => {
                range.from.is_none_or(|from| n >= from)
                    && range.to.is_none_or(|to| n <= to)
                    && tokens(product, key.as_str()).contains(&a.value.token())
            }
            _ => false,
        }),
    };
    product.status == Status::Active
        && query.category.iter().all(within)
        && (ignored == "brand" || query.brands.is_empty() || brand())
        && (ignored == "stock" || !query.in_stock || product.variants.iter().any(|v| v.available > 0))
        && (ignored == "price" || product.variants.iter().any(price))
        && query.attributes.iter().all(|(key, filter)| ignored == key.as_str() || attribute(key, filter))
}

/// What the facet of `key` should count, zeros of asked-for values included.
fn count(products: &[Product], query: &ListQuery, key: &str) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for product in products.iter().filter(|p| fits(p, query, key)) {
        tokens(product, key).into_iter().for_each(|token| *counts.entry(token).or_default() += 1);
    }
    let asked = match query.attributes.iter().find(|(k, _)| k.as_str() == key) {
        Some((_, Filter::AnyOf(tokens))) => tokens.clone(),
        _ if key == "brand" => query.brands.clone(),
        _ => BTreeSet::new(),
    };
    for token in asked {
        counts.entry(token).or_default();
    }
    counts
}

fn check_against_documents(store: &CatalogStore, products: &[Product], query: &ListQuery) {
    let Some(listing) = block_on(store.list(query)).unwrap() else {
        assert!(products.iter().all(|p| !fits(p, query, "")), "the category has products");
        return;
    };
    let on_list: Vec<&Product> = products.iter().filter(|p| fits(p, query, "")).collect();
    let handles: BTreeSet<&str> = listing.cards.iter().map(|card| card.handle.as_str()).collect();
    assert_eq!(handles, on_list.iter().map(|p| p.handle()).collect());
    assert_eq!(listing.total as usize, on_list.len());
    let stocked = |p: &&Product| fits(p, query, "stock") && p.variants.iter().any(|v| v.available > 0);
    assert_eq!(listing.in_stock as usize, products.iter().filter(stocked).count());
    let prices = || {
        products.iter().filter(|p| fits(p, query, "price")).flat_map(|p| &p.variants).map(|v| v.price.minor)
    };
    assert_eq!(
        listing.price_range.map(|(low, high)| (low.minor, high.minor)),
        prices().min().zip(prices().max())
    );
    let shown: BTreeMap<&str, BTreeMap<String, u32>> = listing
        .facets
        .iter()
        .map(|f| (f.key.as_str(), f.values.iter().map(|v| (v.token.clone(), v.count)).collect()))
        .collect();
    let mut expected = BTreeMap::new();
    for key in ["brand", "colour", "size", "rig", "nothing"] {
        let counts = count(products, query, key);
        let attribute = AttributeKey::parse(key).unwrap();
        let asked = query.attributes.contains_key(&attribute) || key == "brand" && !query.brands.is_empty();
        let covered = on_list.iter().filter(|p| !tokens(p, key).is_empty()).count();
        let worth = counts.len() >= 2 && (key == "brand" || covered * 10 >= on_list.len());
        if !counts.is_empty() && (asked || worth) {
            expected.insert(key, counts);
        }
    }
    assert_eq!(shown, expected);
}

pub(super) fn question() -> impl Strategy<Value = ListQuery> {
    let filters = prop::sample::subsequence(
        vec![
            "brand=Faro",
            "brand=Mistral",
            "a.colour=Red",
            "a.colour=5",
            "a.colour=true",
            "a.size=5",
            "a.size=-10..1",
            "a.rig=0.1..",
            "a.nothing=x",
            "stock=1",
        ],
        0..=4,
    );
    let price = prop::sample::select(vec!["", "price=5..15", "price=..10", "price=12.5.."]);
    let category = prop::sample::select(vec![None, None, Some("boats"), Some("boats/oars"), Some("ropes")]);
    let sort = prop::sample::select(Sort::ALL.to_vec());
    (filters, price, category, sort).prop_map(|(filters, price, category, sort)| {
        ListQuery::parse(category, &format!("{}&{price}", filters.join("&"))).sorted(sort)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn counts_equal_those_over_the_documents(
        old in catalogue(), products in catalogue(), queries in prop::collection::vec(question(), 1..8)
    ) {
        let (_, store) = shop();
        // Products of `old` that are not in `products` are taken off the shelves.
        let gone = old.iter().filter(|o| products.iter().all(|p| p.handle() != o.handle())).map(|o| {
            ProductDraft { status: Status::Archived, ..o.clone().into_draft() }.check().unwrap()
        });
        import(&store, &old);
        import(&store, &products);
        import(&store, &gone.collect::<Vec<_>>());
        for query in queries {
            check_against_documents(&store, &products, &query);
        }
    }
}

#[test]
fn pages_cover_every_product_once_in_every_order() {
    let (_, store) = shop();
    let products: Vec<Product> = (0..110)
        .map(|i| {
            let mut draft = plain(&format!("Lamp {}", i % 40));
            draft.handle = format!("lamp-{i}");
            draft.variants[0].sku = Some(i.to_string());
            draft.variants[0].price.minor = i % 7;
            draft.variants[0].available = u32::try_from(i % 3).unwrap();
            draft.check().unwrap()
        })
        .collect();
    import(&store, &products);
    for text in ["", "lamp"] {
        for sort in Sort::ALL {
            let query = ListQuery { text: text.into(), sort, page: 1, ..ListQuery::default() };
            let pages: Vec<Listing> =
                (1..=4).map(|page| block_on(store.list(&query.at_page(page))).unwrap().unwrap()).collect();
            let sizes: Vec<usize> = pages.iter().map(|page| page.cards.len()).collect();
            assert_eq!(sizes, [PAGE_SIZE as usize, PAGE_SIZE as usize, 110 - 2 * PAGE_SIZE as usize, 0]);
            let handles: BTreeSet<_> =
                pages.iter().flat_map(|page| &page.cards).map(|card| &card.handle).collect();
            assert_eq!(handles.len(), 110, "{sort:?}");
        }
    }
    let last = ListQuery::default().at_page(LAST_PAGE);
    assert_eq!(block_on(store.list(&last)).unwrap().unwrap().cards, []);
}

/// Titles of the products that a search finds, best first.
#[track_caller]
fn check_search(store: &CatalogStore, text: &str, expected: &[&str]) {
    let query = ListQuery { text: text.into(), page: 1, ..ListQuery::default() };
    let listing = block_on(store.list(&query)).unwrap().unwrap();
    let titles: Vec<_> = listing.cards.iter().map(|card| card.title.as_str()).collect();
    assert_eq!(titles, expected, "{text}");
}

fn small_shop() -> CatalogStore {
    let (_, store) = shop();
    let mut described = plain("Oil can");
    described.description = "For every <b>stove</b>".into();
    let mut made = plain("Red kettle");
    made.brand = Some("Stove".into());
    let mut draft = plain("Secret stove");
    draft.status = Status::Draft;
    let mut sorted = plain("Ñandú feather");
    sorted.category = CategoryPath::new(vec!["Bird things".into()]).ok();
    let all = [described, made, draft, sorted, plain("Tin stove"), lantern()];
    import(&store, &all.map(|draft| draft.check().unwrap()));
    store
}

#[test]
fn search_ranks_titles_first_and_forgives() {
    let store = small_shop();
    check_search(&store, "stove", &["Tin stove", "Red kettle", "Oil can"]);
    check_search(&store, "STO", &["Tin stove", "Red kettle", "Storm lantern", "Oil can"]);
    check_search(&store, "nandu", &["Ñandú feather"]);
    check_search(&store, "bird", &["Ñandú feather"]);
    check_search(&store, "waterproof lantern", &["Storm lantern"]);
    check_search(&store, "LAN-S", &["Storm lantern"]);
    check_search(&store, "4006381333931 storm", &["Storm lantern"]);
    check_search(&store, "feather zebra", &["Ñandú feather"]);
    check_search(&store, "secret", &[]);
    check_search(&store, "zebra", &[]);
    check_search(&store, "***", &[]);
}

#[test]
fn hostile_text_never_fails() {
    let store = small_shop();
    let long = "\"(x ".repeat(50);
    let texts = [
        "\"",
        "\"\"\"",
        "'",
        "a\"b",
        "NEAR",
        "NEAR(a b",
        "AND",
        "OR OR OR",
        "NOT x",
        "a AND",
        "*",
        "a*",
        "^",
        "^a",
        "-",
        "-a",
        "+",
        "a + b",
        ":",
        "title:",
        "{title}",
        "{",
        "}",
        "(",
        "))",
        "\0",
        "a\0b",
        "🙂",
        "🙂 storm",
        "\u{301}",
        "\u{feff}x",
        "%",
        "_",
        ";",
        "--",
        "/*",
        "?1",
        "\\",
        "ſ",
        "𝔘𝔫𝔦",
        "\u{202e}abc",
        "٣",
        "〇",
        &long,
        &"é ".repeat(100),
        &"x".repeat(5_000),
    ];
    for text in texts {
        let query = ListQuery { text: text.into(), page: 1, ..ListQuery::default() };
        assert!(block_on(store.list(&query)).unwrap().is_some(), "{text:?}");
        block_on(store.suggest(text, 5)).unwrap();
        let category = ListQuery { category: Some(text.into()), ..ListQuery::default() };
        assert_eq!(block_on(store.list(&category)).unwrap(), None, "{text:?}");
        let brand = ListQuery { brands: [text.to_owned()].into(), ..ListQuery::default() };
        assert_eq!(block_on(store.list(&brand)).unwrap().unwrap().total, 0, "{text:?}");
    }
}

#[test]
fn a_question_with_every_filter_stays_within_the_limits() {
    let store = small_shop();
    let filters: String = (0..100).map(|i| format!("a.k{i}=v&a.n{i}=1..2&")).collect();
    let query = ListQuery::parse(Some("lighting"), &format!("q=storm&price=1..2&stock=1&brand=x&{filters}"));
    // As many as a question may hold: 40 values, one of them the brand.
    assert_eq!(query.attributes.len(), 39);
    assert_eq!(block_on(store.list(&query)).unwrap().unwrap().total, 0);
}

#[test]
fn prices_are_compared_in_their_currency() {
    let (_, store) = shop();
    let priced = |title: &str, minor, code: &str| {
        let mut draft = plain(title);
        draft.variants[0].price = Money::new(minor, Currency::parse(code).unwrap());
        draft.check().unwrap()
    };
    import(&store, &[priced("Yen", 20, "JPY"), priced("Euro", 1999, "EUR"), priced("Dinar", 20_000, "KWD")]);
    assert_eq!(list(&store, None, "price=20..").total, 2);
    assert_eq!(list(&store, None, "price=19.99..19.99").total, 1);
    assert_eq!(list(&store, None, "price=..1e300").total, 3);
}

#[test]
fn number_facets_are_sorted_by_size_and_kinds_follow_the_values() {
    let (_, store) = shop();
    let mut products: Vec<Product> = Vec::new();
    for (i, weight) in [10.0, 9.5, 100.0, 9.5].into_iter().enumerate() {
        products.push(product(|p| {
            p.handle = format!("p{i}");
            p.variants.iter_mut().for_each(|v| v.sku = None);
            p.attributes[1].value = AttributeValue::Number(weight);
            p.attributes[2].value = AttributeValue::Boolean(i == 0);
            p.attributes[0].value = AttributeValue::Text(if i == 0 { "Red" } else { "Blue" }.into());
        }));
    }
    import(&store, &products);
    let listing = list(&store, Some("lighting"), "a.weight=100");
    let lines: Vec<String> = listing
        .facets
        .iter()
        .map(|f| {
            let values: Vec<_> = f.values.iter().map(|v| format!("{}×{}", v.token, v.count)).collect();
            format!("{} {:?}: {}", f.name, f.kind, values.join(" "))
        })
        .collect();
    assert_eq!(lines, ["Weight Number { unit: Some(\"kg\") }: 9.5×2 10×1 100×1"]);
    let kinds: Vec<_> = list(&store, None, "").facets.into_iter().map(|f| f.kind).collect();
    assert_eq!(kinds, [FacetKind::Text, FacetKind::Boolean, FacetKind::Number { unit: Some("kg".into()) }]);
}
