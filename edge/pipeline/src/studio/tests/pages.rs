//! Looking into the pages that an isolate keeps.

use super::signed_in;
use crate::testing::{Client, Shop};

const LIST: &str = "/en/c/light";

#[test]
fn a_kept_page_tells_what_it_was_made_from_and_how_it_helped() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let empty = staff.get("/studio/pages").text();
    assert!(empty.contains("It keeps no page yet"), "{empty}");
    for _ in 0..3 {
        assert_eq!(shop.anonymous().get(LIST).status, 200);
    }
    assert_eq!(shop.anonymous().get("/en/c/light?sort=price").status, 200);
    shop.wait(61_000);
    let page = staff.get("/studio/pages?url=https%3A%2F%2Fshop.example%2Fen%2Fc%2Flight%3Fpage%3D9").text();
    for text in [
        "<dt>Served</dt><dd>2</dd>",
        "<dt>Kept for</dt><dd>61 s</dd>",
        "<dt>origin</dt><dd>https://shop.example</dd>",
        "href=\"/en/c/light?sort=price\"",
        "The list ",
        "Isolate test, which shows publication 1.",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert_eq!(page.matches("<article").count(), 2);
    assert!(!page.contains(">outdated<"), "{page}");
}

#[test]
fn what_was_published_since_is_said_to_be_different() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    shop.anonymous().get("/en/p/storm-lantern-no-4");
    shop.execute(
        "UPDATE variants SET price_minor = price_minor - 1; UPDATE products SET version = version + 1",
    );
    shop.publish();
    shop.wait(10_000);
    // Another page lets the isolate learn of it.
    shop.anonymous().get("/en/about");
    let page = staff.get("/studio/pages?url=/en/p/storm-lantern-no-4").text();
    assert!(page.contains(">outdated<") && page.contains("Prices and stock of product"), "{page}");
    assert!(page.contains("<dd>0</dd>"), "looking is no use: {page}");
}

#[test]
fn an_address_of_which_nothing_is_kept_says_so() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    for url in ["/en/c/light", "/zzz", "%3Cscript%3E", "%FF", "https://evil.example/en"] {
        let page = staff.get(&format!("/studio/pages?url={url}"));
        assert_eq!(page.status, 200);
        assert!(page.text().contains("This isolate keeps no page of this address"), "{}", page.text());
        assert!(!page.text().contains("<script>"));
    }
    assert_eq!(staff.get(&format!("/studio/pages?url=/{}", "a".repeat(2_000))).status, 422);
    // Another isolate keeps pages of its own.
    shop.anonymous().get("/en/c/light");
    let elsewhere = shop.isolate();
    let page = staff.at(&elsewhere).get("/studio/pages?url=/en/c/light");
    assert!(page.text().contains("This isolate keeps no page of this address"));
}

/// What stands in the part of the page about the data centre.
fn nearby(staff: &Client, url: &str) -> String {
    let page = staff.get(&format!("/studio/pages?url={url}")).text();
    let (_, near) = page.split_once("<h2 id=\"near\">").expect("the part about the data centre");
    near.split_once("</section>").unwrap().0.to_owned()
}

#[track_caller]
fn check_nearby(staff: &Client, url: &str, expected: &str) {
    let near = nearby(staff, url);
    assert!(near.contains(expected), "{url}: {near}");
}

/// The key that it says.
fn key(near: &str) -> &str {
    near.split_once("<code>").unwrap().1.split_once("</code>").unwrap().0
}

#[test]
fn what_the_data_centre_has_is_told_wherever_it_was_made() {
    let shop = Shop::new();
    let variant = format!("/en/p/harbour-boots?variant={}", shop.variant_of("harbour-boots"));
    // Nothing is in the memory of this isolate.
    let elsewhere = shop.neighbour();
    let staff = signed_in(&elsewhere);
    for path in ["/en", "/es", LIST, "/pt/search?sort=price", "/en/p/harbour-boots", &variant, "/en/privacy"]
    {
        check_nearby(&staff, path, "It has no page under this key");
        assert_eq!(shop.anonymous().get(path).status, 200);
        let near = nearby(&staff, path);
        for text in
            ["Nothing that it was made from is different", "<dt>origin</dt><dd>https://shop.example</dd>"]
        {
            assert!(near.contains(text), "{path}, {text}: {near}");
        }
        shop.change_near(|entries| assert!(entries.contains_key(key(&near)), "{near}"));
    }
    assert_eq!(elsewhere.kept_pages(), 0, "looking brings nothing into memory");
    assert!(nearby(&staff, LIST).contains("<dt>flag card-layout</dt>"));
}

#[test]
fn what_the_data_centre_has_may_be_outdated_damaged_or_out_of_reach() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    for never in ["/", "/en/cart", "/en/search?q=boots", "/en/c/light?price=1..2", "/zzz", "%FF"] {
        check_nearby(&staff, never, "It is never asked for this address");
    }
    const PRODUCT: &str = "/en/p/harbour-boots";
    shop.anonymous().get(PRODUCT);
    shop.execute("UPDATE products SET description = '<p>Waxed anew.</p>', version = version + 1 WHERE handle = 'harbour-boots'");
    shop.publish();
    shop.wait(10_000);
    check_nearby(&staff, PRODUCT, ">a moment old<");
    shop.execute(
        "UPDATE variants SET price_minor = price_minor - 1; UPDATE products SET version = version + 1",
    );
    shop.publish();
    shop.wait(10_000);
    check_nearby(&staff, PRODUCT, ">outdated<");
    let near = nearby(&staff, PRODUCT);
    shop.change_near(|entries| entries.get_mut(key(&near)).unwrap().truncate(9));
    check_nearby(&staff, PRODUCT, "is damaged or something else");
    shop.break_near(true);
    check_nearby(&staff, PRODUCT, "did not answer");
    shop.break_near(false);
    shop.anonymous().get(PRODUCT);
    check_nearby(&staff, PRODUCT, "Nothing that it was made from is different");
    // An isolate that can't read what is published can't tell.
    let blind = shop.neighbour();
    let staff = staff.at(&blind);
    shop.break_files(true);
    check_nearby(&staff, PRODUCT, "did not answer");
}

#[test]
fn what_the_data_centre_has_is_that_of_the_one_who_looks() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let document =
        |value: &str| format!(r#"{{"features": {{"card-layout": {{"defaultValue": "{value}"}}}}}}"#);
    shop.publish_flags(&document("grid"));
    shop.anonymous().get(LIST);
    let grid = nearby(&staff, LIST);
    assert!(grid.contains("<dd>\"grid\"</dd>") && grid.contains(">fresh<"), "{grid}");
    shop.publish_flags(&document("list"));
    let list = nearby(&staff, LIST);
    assert!(list.contains("<dd>\"list\"</dd>") && list.contains("It has no page under this key"), "{list}");
    assert_ne!(key(&grid), key(&list));
}
