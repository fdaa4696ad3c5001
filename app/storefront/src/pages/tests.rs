//! What every page must do, whatever the catalogue holds.

use super::*;
use crate::page::{Assets, PageContext, PageSlots};
use orilla_catalog::query::ListQuery;
use orilla_catalog::read::{
    AttributeView, CategoryNode, CategoryRef, Facet, FacetKind, FacetValue, Listing, ProductView, ReviewView,
    Reviews, VariantView,
};
use orilla_catalog::{AttributeKey, AttributeValue, Handle, ProductId, VariantId};
use orilla_money::{Currency, Money};
use orilla_prefetch::{Ahead, PageKey};
use orilla_richtext::SafeHtml;
use orilla_ui::{Language, Locale};
use std::sync::Arc;

/// A text that would run if a page did not escape it.
const HOSTILE: &str = "</title></script><script>alert('1')</script>\"'<img src=x onerror=alert(1)>";

fn page(path: &str, query: &str) -> Arc<PageContext> {
    Arc::new(PageContext {
        locale: Locale::En,
        catalog_language: Language::default(),
        assets: Assets::default(),
        shop_name: "Orilla".into(),
        origin: "https://shop.example".into(),
        path: path.into(),
        query: query.into(),
        slots: PageSlots { cart: cart_badge(Locale::En, 0), ..PageSlots::default() },
        ahead: Ahead::default(),
        categories: vec![
            CategoryNode { slug: "light".into(), name: "Light".into(), products: 3 },
            CategoryNode { slug: "light/lamps".into(), name: HOSTILE.into(), products: 2 },
        ],
    })
}

fn card(title: &str) -> Card {
    Card {
        id: ProductId(1),
        handle: Handle::parse("lantern").unwrap(),
        title: title.into(),
        brand: Some(title.into()),
        price_from: Money::new(3_900, Currency::EUR),
        price_to: Money::new(5_900, Currency::EUR),
        compare_at: None,
        available: 3,
        variants: 1,
        only_variant: Some(VariantId(7)),
        image: None,
        category: None,
    }
}

fn listing(total: u32) -> Listing {
    let value = FacetValue { token: HOSTILE.into(), count: 1, selected: true };
    Listing {
        total,
        cards: (0..total.min(48)).map(|_| card(HOSTILE)).collect(),
        facets: vec![Facet {
            key: "colour".into(),
            name: HOSTILE.into(),
            kind: FacetKind::Text,
            values: vec![value],
        }],
        price_range: Some((Money::new(3_900, Currency::EUR), Money::new(5_900, Currency::EUR))),
        in_stock: total,
    }
}

fn list_page(path: &str, category: Option<&str>, query: &str, total: u32) -> String {
    let query = ListQuery::parse(category, query);
    list(
        page(path, &query.to_query_string()),
        ListData { query, listing: listing(total), layout: CardLayout::Grid },
    )
}

fn attribute(key: &str, name: &str, value: AttributeValue) -> AttributeView {
    let key = AttributeKey::parse(key).unwrap();
    AttributeView { key, name: name.into(), value, unit: None }
}

fn product_page(variant: Option<i64>) -> String {
    product_page_of(page("/p/lantern", ""), variant)
}

fn product_page_of(page: Arc<PageContext>, variant: Option<i64>) -> String {
    reviewed_page_of(page, variant, Reviews::default())
}

fn reviewed_page_of(page: Arc<PageContext>, variant: Option<i64>, reviews: Reviews) -> String {
    let view = |id, size: &str, minor, available| VariantView {
        id: VariantId(id),
        sku: Some(format!("SKU-{id}")),
        barcode: None,
        options: vec![size.into()],
        price: Money::new(minor, Currency::EUR),
        compare_at: None,
        available,
    };
    let product_view = ProductView {
        id: ProductId(1),
        handle: Handle::parse("lantern").unwrap(),
        version: 1,
        title: HOSTILE.into(),
        brand: Some(HOSTILE.into()),
        description: SafeHtml::sanitise("<p>Good <b>light</b></p><script>alert(1)</script>"),
        categories: vec![CategoryRef { slug: "light".into(), name: "Light".into() }],
        options: vec!["Size".into()],
        variants: vec![view(7, "S", 3_900, 0), view(8, HOSTILE, 5_900, 2)],
        attributes: vec![
            attribute("use", "Verwendung", AttributeValue::Text("Segeln".into())),
            attribute("length", "Länge", AttributeValue::Number(2.5)),
        ],
        images: vec![],
        reviews,
    };
    product(
        page,
        &ProductData { product: product_view, variant, related: vec![card(HOSTILE)], promise: None },
    )
}

#[test]
fn hostile_texts_stay_texts() {
    let pages = [
        list_page("/search", None, "q=%3Cscript%3Ealert(1)", 60),
        list_page("/c/light/lamps", Some("light/lamps"), "", 3),
        product_page(None),
        reviewed_page_of(page("/p/lantern", ""), None, said(&[(5, HOSTILE)])),
        home(page("", ""), &[card(HOSTILE)]),
    ];
    for html in pages {
        assert!(!html.contains("<script>alert"));
        assert!(!html.contains("<img src=x"));
        assert_eq!(html.matches("<title>").count(), 1);
        assert_eq!(html.matches("</html>").count(), 1);
    }
}

/// The value of the canonical link, or none.
fn canonical(html: &str) -> Option<&str> {
    html.split("rel=\"canonical\" href=\"").nth(1)?.split('"').next()
}

#[test]
fn search_engines_list_categories_but_no_searches_and_no_filters() {
    let category = list_page("/c/light", Some("light"), "", 60);
    assert_eq!(canonical(&category), Some("https://shop.example/en/c/light"));
    assert!(category.contains("hreflang=\"pt\" href=\"https://shop.example/pt/c/light\""));
    let second = list_page("/c/light", Some("light"), "page=2&sort=price", 60);
    assert_eq!(canonical(&second), Some("https://shop.example/en/c/light?page=2"));
    for query in ["q=lamp", "brand=Faro", "price=1..2", "stock=1", "a.colour=red"] {
        let html = list_page("/search", None, query, 60);
        assert_eq!(canonical(&html), None, "{query}");
        assert!(html.contains("name=\"robots\" content=\"noindex\""), "{query}");
    }
}

#[test]
fn a_list_says_what_to_do_when_it_is_empty() {
    let html = list_page("/search", None, "q=zzz", 0);
    assert!(html.contains(Locale::En.list_empty_title()));
    assert!(html.contains(Locale::En.facets_clear()));
    assert!(!html.contains("class=\"pagination\""));
}

#[test]
fn a_product_shows_the_variant_of_its_url_or_the_first_that_can_be_bought() {
    let chosen =
        |html: &str| html.split("name=\"variant\" value=\"").nth(1).map(|rest| rest.starts_with('7'));
    assert_eq!(chosen(&product_page(Some(7))), Some(true));
    assert_eq!(chosen(&product_page(None)), Some(false));
    assert_eq!(chosen(&product_page(Some(99))), Some(false));
    assert!(product_page(None).contains("Good <b>light</b>"));
}

#[test]
fn structured_data_of_a_product_is_json_with_its_offers() {
    let html = product_page(None);
    let data = product_data(&html);
    assert_eq!(data["@type"], "Product");
    assert_eq!(data["name"], HOSTILE);
    assert_eq!(data["offers"]["lowPrice"], "39.00");
    assert_eq!(data["offers"]["offers"][0]["availability"], "https://schema.org/OutOfStock");
}

/// Reviews with these stars and texts, written on days of December 2026.
fn said(all: &[(u8, &str)]) -> Reviews {
    let review = |(days, (stars, text)): (i64, &(u8, &str))| ReviewView {
        stars: *stars,
        author: HOSTILE.into(),
        text: (*text).to_owned(),
        language: "es".into(),
        at: 1_797_552_000_000 - days * 86_400_000,
    };
    Reviews {
        count: u32::try_from(all.len()).unwrap(),
        stars: all.iter().map(|(stars, _)| u32::from(*stars)).sum(),
        newest: (0..).zip(all).map(review).collect(),
    }
}

/// The section of a page that says what is said of its product.
fn reviews_section(html: &str) -> &str {
    html.split("<section class=\"section reviews\"").nth(1).unwrap().split("</section>").next().unwrap()
}

#[test]
fn a_product_says_what_is_said_of_it() {
    let page = Arc::new(PageContext { locale: Locale::Pt, ..(*page("/p/lantern", "")).clone() });
    let html = reviewed_page_of(page, None, said(&[(5, "Uno & dos.\n\nTres."), (4, "Bien")]));
    let section = reviews_section(&html);
    for part in [
        "<p class=\"rating\"><span class=\"stars\" aria-hidden=\"true\">★★★★★</span> 4,5 em 5 · 2 opiniões</p>",
        "aria-hidden=\"true\">★★★★☆</span><span class=\"visually-hidden\">4 em 5</span>",
        "<div lang=\"es\"><p>Uno &amp; dos.</p><p>Tres.</p></div>",
        "&lt;/title>&lt;/script>",
        "<time datetime=\"2026-12-17\">17 de dezembro de 2026</time>",
        "href=\"/pt/account/reviews/lantern\"",
    ] {
        assert!(section.contains(part), "{part}: {section}");
    }
    assert!(html.contains("<a href=\"#reviews\">"), "the top of the page leads there");
}

#[test]
fn a_product_of_which_nothing_is_said_asks_for_a_review() {
    let html = product_page(None);
    let section = reviews_section(&html);
    assert!(section.contains(Locale::En.reviews_none()) && section.contains(Locale::En.reviews_write()));
    assert!(!section.contains("<ul") && !html.contains("#reviews"));
}

/// What search engines read of the product of a page.
fn product_data(html: &str) -> serde_json::Value {
    let data = html.split("application/ld+json\">").nth(1).unwrap().split("</script>").next().unwrap();
    serde_json::from_str(data).unwrap()
}

#[test]
fn search_engines_read_the_mean_and_the_newest_reviews_if_there_are_any() {
    let reviews = said(&[(5, HOSTILE), (4, "b"), (4, "c"), (1, "d")]);
    let data = product_data(&reviewed_page_of(page("/p/lantern", ""), None, reviews));
    let rating = serde_json::json!({ "@type": "AggregateRating", "ratingValue": "3.5", "reviewCount": 4 });
    assert_eq!(data["aggregateRating"], rating);
    assert_eq!(data["review"].as_array().unwrap().len(), 3);
    assert_eq!(data["review"][0]["reviewBody"], HOSTILE);
    assert_eq!(data["review"][1]["reviewRating"]["ratingValue"], 4);
    assert_eq!(data["review"][1]["datePublished"], "2026-12-17");
    let nothing = product_data(&product_page(None));
    assert!(nothing.get("aggregateRating").is_none() && nothing.get("review").is_none());
}

#[test]
fn error_pages_say_where_to_go() {
    assert!(not_found(page("/zzz", "")).contains(Locale::En.error_404_title()));
    assert!(failure(page("/search", "q=a"), true).contains("href=\"/en/search?q=a\""));
    assert!(!failure(page("/search", "q=a"), false).contains(Locale::En.error_retry()));
}

#[test]
fn texts_of_a_product_say_their_language_where_it_is_another() {
    let html = |catalog: &str| {
        let catalog_language = Language::parse(catalog).unwrap();
        let page = PageContext { catalog_language, ..(*page("/p/lantern", "")).clone() };
        product_page_of(Arc::new(page), None)
    };
    let (own, other) = (html("en"), html("de"));
    for element in [
        "<h1 lang=\"de\">",
        "<div lang=\"de\" class=\"prose\">",
        "<a href=\"/en/p/lantern\" lang=\"de\">",
        "<th scope=\"row\" lang=\"de\">Verwendung</th><td lang=\"de\">Segeln</td>",
        "<th scope=\"row\" lang=\"de\">Länge</th><td>2.5</td>",
    ] {
        assert!(other.contains(element), "{element}: {other}");
    }
    assert!(own.contains("<h1>") && !own.contains("lang=\"de\""));
}

/// The rules that stand in a page.
fn rules(html: &str) -> serde_json::Value {
    let (_, rest) = html.split_once("<script type=\"speculationrules\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn a_page_says_what_to_bring_beforehand() {
    let key = |path: &str| PageKey::parse(path).unwrap();
    let ahead = Ahead { prerender: Some(key("/p/lantern")), prefetch: vec![key("/c/light"), key("")] };
    let page = PageContext { ahead, locale: Locale::Pt, ..(*page("/p/lamp", "")).clone() };
    let pointed_at = serde_json::json!({
        "where": { "href_matches": ["/pt/p/*", "/pt/c/*"] }, "eagerness": "moderate",
    });
    let expected = serde_json::json!({
        "prerender": [{ "urls": ["/pt/p/lantern"] }],
        "prefetch": [{ "urls": ["/pt/c/light", "/pt"] }, pointed_at],
    });
    assert_eq!(rules(&about(Arc::new(page.clone()))), expected);
    let nothing = PageContext { ahead: Ahead::default(), ..page };
    assert_eq!(rules(&about(Arc::new(nothing))), serde_json::json!({ "prefetch": [pointed_at] }));
}
