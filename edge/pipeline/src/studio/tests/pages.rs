//! Looking into the pages that an isolate keeps.

use super::signed_in;
use crate::testing::Shop;

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
