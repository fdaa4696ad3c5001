//! Two levels: what the isolates of one place share, and that nobody can tell by the page.

use super::{LIST, PRODUCT, SHOP, check, edit, reprice, state};
use crate::Config;
use crate::testing::{Answer, Client, Shop};
use orilla_money::Currency;
use orilla_ui::Language;
use proptest::prelude::*;

const NEAR: &str = "Orilla; hit; detail=near";

fn said(answer: &Answer) -> (&str, &str) {
    (answer.header("cache-status"), answer.header("server-timing"))
}

#[test]
fn a_page_is_rendered_once_for_all_isolates_of_a_place() {
    let shop = Shop::new();
    let variant = format!("{PRODUCT}?variant={}", shop.variant_of("harbour-boots"));
    for path in ["/en", "/es", LIST, PRODUCT, "/en/about", "/en/search?sort=price", &variant] {
        let rendered = check(&shop.anonymous(), path, "fwd=uri-miss");
        let neighbour = shop.neighbour();
        let near = neighbour.anonymous().get(path);
        assert_eq!(said(&near).0, NEAR, "{path}");
        assert!(said(&near).1.contains("near;desc=hit;dur="), "{}", said(&near).1);
        assert_eq!(near.text(), rendered, "{path}");
        assert_eq!(said(&neighbour.anonymous().get(path)), ("Orilla; hit", "memo;desc=hit"));
        // What is another's cart is in no page that is shared.
        let cart = [("cookie", "__Host-cart=1.1x7")];
        assert!(shop.neighbour().anonymous().send("GET", path, &cart, b"").text().contains(">7<"));
        assert_eq!(shop.neighbour().anonymous().get(path).text(), rendered);
        assert_eq!(state(&shop.isolate().anonymous().get(path)), "fwd=uri-miss", "elsewhere nobody has it");
    }
}

#[test]
fn what_the_operator_changes_is_on_every_page() {
    let shop = Shop::new();
    let before = check(&shop.anonymous(), PRODUCT, "fwd=uri-miss");
    assert!(!before.contains("Lighthouse"));
    let renamed = shop.neighbour_with(|config| config.shop_name = "Lighthouse".to_owned());
    assert!(check(&renamed.anonymous(), PRODUCT, "fwd=uri-miss").contains("Lighthouse"));
    let changes: [fn(&mut Config); 3] = [
        |config| config.currency = Currency::USD,
        |config| config.catalog_language = Language::parse("es").unwrap(),
        |config| config.on_devices = false,
    ];
    for change in changes {
        check(&shop.neighbour_with(change).anonymous(), PRODUCT, "fwd=uri-miss");
        assert_eq!(said(&shop.neighbour_with(change).anonymous().get(PRODUCT)).0, NEAR);
    }
    assert_eq!(shop.neighbour_with(|_| ()).anonymous().get(PRODUCT).text(), before);
    assert_eq!(said(&shop.neighbour_with(|_| ()).anonymous().get(PRODUCT)).0, NEAR);
}

#[test]
fn a_price_of_then_is_served_by_no_level() {
    let shop = Shop::new();
    check(&shop.anonymous(), PRODUCT, "fwd=uri-miss");
    reprice(&shop, 12_345);
    let answer = shop.neighbour().anonymous().get(PRODUCT);
    assert_eq!(said(&answer).0, "Orilla; fwd=uri-miss; stored");
    assert!(said(&answer).1.starts_with("memo;desc=miss, near;desc=outdated;dur="), "{}", said(&answer).1);
    assert!(answer.text().contains("123.45"));
    assert_eq!(said(&shop.neighbour().anonymous().get(PRODUCT)).0, NEAR);
}

#[test]
fn a_text_of_then_is_served_once_more_and_refreshed() {
    let shop = Shop::new();
    check(&shop.anonymous(), PRODUCT, "fwd=uri-miss");
    edit(&shop, "UPDATE products SET description = '<p>Waxed anew.</p>' WHERE handle = 'harbour-boots'");
    let neighbour = shop.neighbour();
    let stale = neighbour.anonymous().get(PRODUCT);
    assert_eq!(said(&stale).0, "Orilla; hit; ttl=-1; detail=refreshing/page-text");
    assert!(said(&stale).1.contains("near;desc=hit"));
    assert!(check(&neighbour.anonymous(), PRODUCT, "hit").contains("Waxed anew."));
    assert!(shop.neighbour().anonymous().get(PRODUCT).text().contains("Waxed anew."));
}

#[test]
fn what_is_damaged_or_out_of_reach_is_rendered() {
    let shop = Shop::new();
    let page = check(&shop.anonymous(), PRODUCT, "fwd=uri-miss");
    let rendered = |reason: &str| {
        let answer = shop.neighbour().anonymous().get(PRODUCT);
        assert_eq!((state(&answer), answer.text()), ("fwd=uri-miss", page.clone()), "{reason}");
        assert!(said(&answer).1.contains(&format!("near;desc={reason}")), "{}", said(&answer).1);
    };
    shop.break_near(true);
    rendered("away");
    shop.break_near(false);
    shop.change_near(|entries| entries.values_mut().for_each(|entry| entry.truncate(entry.len() / 2)));
    // Without a plan another key is asked for: the plan of nothing.
    rendered("absent");
    rendered_is_repaired(&shop);
    shop.change_near(|entries| {
        for entry in entries.values_mut().filter(|entry| entry.len() > 1_000) {
            entry[500] ^= 1;
        }
    });
    rendered("foreign");
    rendered_is_repaired(&shop);
    shop.change_near(std::collections::BTreeMap::clear);
    rendered("absent");
}

#[track_caller]
fn rendered_is_repaired(shop: &Shop) {
    assert_eq!(said(&shop.neighbour().anonymous().get(PRODUCT)).0, NEAR);
}

#[test]
fn hostile_variety_does_not_grow_what_is_kept_nearby() {
    let shop = Shop::new();
    let visitor = shop.anonymous();
    check(&visitor, PRODUCT, "fwd=uri-miss");
    check(&visitor, "/en/search", "fwd=uri-miss");
    check(&visitor, "/en/about", "fwd=uri-miss");
    let mut kept = 0;
    shop.change_near(|entries| kept = entries.len());
    for n in 0..50 {
        assert_eq!(visitor.get(&format!("{PRODUCT}?variant={}", 1_000_000 + n)).status, 302);
        visitor.get(&format!("{PRODUCT}?variant={n}x&utm_source={n}"));
        visitor.get(&format!("/en/about?x={n}"));
        assert_eq!(visitor.get(&format!("/en/p/nothing-{n}")).status, 404);
        assert_eq!(visitor.get(&format!("/en/c/nothing-{n}")).status, 404);
        assert_eq!(visitor.get(&format!("/en/search?price={n}..")).status, 200);
        assert_eq!(visitor.get(&format!("/en/search?q=boots{n}")).status, 200);
        visitor.get(&format!("/en/search?brand=nobody{n}"));
    }
    let mut now = 0;
    shop.change_near(|entries| now = entries.len());
    assert_eq!(now, kept);
}

/// What a step of the play does to the shop.
#[derive(Clone, Copy, Debug)]
enum Edit {
    Price(u32),
    Stock(u32),
    Title(u8),
    Text(u8),
    Withdraw,
    Return,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Edit {
        product: usize,
        edit: Edit,
    },
    /// Somebody puts something into the cart, or answers the question.
    Act {
        who: usize,
        act: u8,
    },
    Look {
        who: usize,
        page: usize,
        isolate: usize,
    },
}

const PRODUCTS: [&str; 3] = ["harbour-boots", "butter-bell", "storm-lantern-no-4"];
const PAGES: [&str; 8] = [
    "/en",
    "/pt",
    LIST,
    PRODUCT,
    "/en/p/storm-lantern-no-4",
    "/es/p/butter-bell",
    "/en/search?sort=price",
    "/en/privacy",
];

fn step() -> impl Strategy<Value = Step> {
    let edit = prop_oneof![
        3 => (100..90_000_u32).prop_map(Edit::Price),
        3 => prop::sample::select(vec![0, 2, 39, 40]).prop_map(Edit::Stock),
        1 => any::<u8>().prop_map(Edit::Title),
        1 => any::<u8>().prop_map(Edit::Text),
        1 => Just(Edit::Withdraw),
        2 => Just(Edit::Return),
    ];
    prop_oneof![
        1 => (0..PRODUCTS.len(), edit).prop_map(|(product, edit)| Step::Edit { product, edit }),
        1 => (0..3_usize, 0..5_u8).prop_map(|(who, act)| Step::Act { who, act }),
        4 => (0..3_usize, 0..PAGES.len(), 0..2_usize).prop_map(|(who, page, isolate)| Step::Look { who, page, isolate }),
    ]
}

fn apply(shop: &Shop, handle: &str, edit: Edit) {
    let of = format!("product_id = (SELECT id FROM products WHERE handle = '{handle}')");
    let variants = |set: &str| shop.execute(&format!("UPDATE variants SET {set} WHERE {of}"));
    let cards = |set: &str| shop.execute(&format!("UPDATE cards SET {set} WHERE {of}"));
    let product = |set: &str| {
        shop.execute(&format!("UPDATE products SET {set}, version = version + 1 WHERE handle = '{handle}'"));
    };
    match edit {
        Edit::Price(minor) => {
            variants(&format!("price_minor = {minor}"));
            cards(&format!("price_min = {minor}, price_max = {minor}"));
        }
        Edit::Stock(count) => {
            variants(&format!("available = {count}"));
            cards(&format!("available = {count}"));
        }
        Edit::Title(n) => product(&format!("title = 'Title {n}'")),
        Edit::Text(n) => product(&format!("description = '<p>Text {n}</p>'")),
        Edit::Withdraw => product("status = 'draft'"),
        Edit::Return => product("status = 'active'"),
    }
    product("title = title");
    shop.publish();
    // Every isolate has learnt of it.
    shop.wait(5_000);
}

/// What the visitor is shown in the end: a text may be late by one answer.
fn shown(visitor: &Client<'_>, page: &str) -> (u16, String) {
    let answer = visitor.get(page);
    let is_stale = answer.header("cache-status").contains("ttl=-1");
    let answer = if is_stale { visitor.get(page) } else { answer };
    assert!(!answer.header("cache-status").contains("ttl=-1"), "it was refreshed");
    (answer.status, answer.text())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whoever asks whichever isolate for whatever page, amid whatever edits: the answer is what a shop that has kept
    /// nothing gives them, from memory and from nearby.
    #[test]
    fn both_levels_give_what_a_fresh_render_gives(steps in prop::collection::vec(step(), 1..30)) {
        let base = SHOP.with(Shop::isolate);
        let isolates = [base.neighbour(), base.neighbour()];
        let visitors: Vec<_> = (0..3).map(|_| base.shopper()).collect();
        let variant = base.variant(20);
        for step in steps {
            match step {
                Step::Edit { product, edit } => apply(&base, PRODUCTS[product], edit),
                Step::Act { who, act: 0 } => {
                    let form = format!("locale=en&variant={variant}&quantity={}", who + 1);
                    visitors[who].post_form("/fn/add_to_cart", &form);
                }
                Step::Act { who, act } => {
                    let answer = ["all", "needed", "chosen&statistics=yes", "chosen&personalisation=yes"];
                    visitors[who].post_form("/fn/consent", &format!("answer={}", answer[usize::from(act - 1)]));
                }
                Step::Look { who, page, isolate } => {
                    let page = PAGES[page];
                    // The same cookies for both: a look at a product is noted in them.
                    let elsewhere = base.isolate();
                    let fresh = visitors[who].at(&elsewhere);
                    let kept = visitors[who].at(&isolates[isolate]);
                    prop_assert_eq!(shown(&kept, page), shown(&fresh, page), "{}", page);
                    visitors[who].get(page);
                }
            }
        }
        // Whoever works on with this shop finds what it was.
        for handle in PRODUCTS {
            apply(&base, handle, Edit::Return);
            apply(&base, handle, Edit::Stock(40));
        }
    }
}
