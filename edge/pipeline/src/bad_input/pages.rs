//! What pages, forms and the addresses that islands ask answer to wrong input.

use super::{FORM, HTML};
use crate::testing::{Answer, Shop};
use serde_json::{Value, json};

#[test]
fn the_dearest_cart_has_a_price() {
    let shop = Shop::new();
    let variant = |id: usize| json!({ "options": [format!("{id}")], "price": { "minor": 1_000_000_000_000_i64, "currency": "EUR" }, "available": 99 });
    let mut product = json!({
        "handle": "a-very-dear-one", "title": "Dear", "description": "", "status": "active", "options": ["Size"],
        "variants": (0..50).map(variant).collect::<Vec<_>>(),
    });
    let import = |product: &Value| {
        let line = format!("{product}\n");
        shop.staff().send("POST", "/studio/api/import?format=ndjson", &[], line.as_bytes()).json()
    };
    assert_eq!(import(&product)["added"], 1, "{}", import(&product));
    product["handle"] = "too-dear".into();
    product["variants"][7]["price"]["minor"] = 1_000_000_000_001_i64.into();
    assert_eq!(import(&product)["rejected_total"], 1);
    shop.publish();
    let dear = shop.anonymous().get("/api/v1/products/a-very-dear-one").json();
    let line = |variant: &Value| format!("{}x99", variant["id"]);
    let cart: Vec<_> = dear["variants"].as_array().unwrap().iter().map(line).collect();
    let cookie = format!("__Host-cart=1.{}", cart.join("-"));
    for path in ["/en/cart", "/en/checkout"] {
        let answer = shop.anonymous().send("GET", path, &[("cookie", &cookie)], b"");
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text().contains("49,500,000,000,000.00"), "{path}");
    }
}

#[test]
fn another_spelling_of_an_address_leads_to_the_one() {
    let shop = Shop::new();
    for (path, expected) in
        [("/en/%73earch?q=%6C", "/en/search?q=%6C"), ("/en/p/storm%2Dlantern", "/en/p/storm-lantern")]
    {
        let answer = shop.anonymous().get(path);
        assert_eq!((answer.status, answer.header("location")), (308, expected), "{path}");
    }
}

/// What the pages answer to forms and links that are wrong.
#[test]
fn pages_answer_with_pages() {
    let shop = Shop::new();
    let shopper = shop.shopper();
    let (written, token) = (shop.rows_written(), "a".repeat(26));
    let check = |answer: Answer, status: u16| {
        assert_eq!(answer.status, status, "{:.300}", answer.text());
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    };
    for path in [
        "/en/p/nothing",
        "/en/p/%00",
        "/en/p/%FF",
        "/en/c/light/%C3",
        "/en/orders/%FF",
        "/img/%FF",
        "/art/%FF.svg",
        "/%FF",
        "/en/c/nothing",
        "/english",
        "/xx/search",
        "/xx/cart",
        "/en/nothing",
        "/fr",
    ] {
        check(shopper.get(path), 404);
    }
    check(shopper.get(&format!("/en/orders/{token}")), 404);
    check(shopper.get("/en/orders/1001"), 404);
    check(shopper.post_form(&format!("/en/orders/{token}/cancel"), "key=12345678"), 404);
    check(shopper.post_form(&format!("/en/orders/{token}/cancel"), ""), 404);
    check(shopper.post_form("/en/orders/%FF/cancel", ""), 404);
    check(shopper.post_form("/en/checkout", ""), 422);
    check(shopper.post_form("/en/checkout", "email=a%00&country=%ff"), 422);
    let filled =
        "email=a@b.co&name=A&address1=B&city=C&postcode=1&country=ES&shipping=standard&payment=on_delivery";
    check(shopper.post_form("/en/checkout", filled), 409);
    check(shopper.post_form("/en/checkout", &format!("{filled}&key=short&seen=x")), 409);
    assert_eq!(shopper.post_form("/en/checkout", &"a=b&".repeat(20_000)).status, 413);
    for path in [
        "/img/0",
        "/img/-1",
        "/img/99999999999999999999",
        "/img/9223372036854775807",
        "/img/x",
        "/art/x",
        "/art/.svg",
    ] {
        assert_eq!(shopper.get(path).status, 404, "{path}");
    }
    assert_eq!(shop.rows_written(), written);
}

#[test]
fn server_functions_tell_the_sender_from_the_store() {
    let shop = Shop::new();
    let good = format!("locale=en&variant={}&quantity=1", shop.variant(1));
    let send = |path: &str, headers: &[(&str, &str)], body: &str| {
        shop.anonymous().send("POST", path, headers, body.as_bytes())
    };
    for body in
        ["", "variant=1", "locale=en&variant=x&quantity=1", "locale=en&variant=1&quantity=-1", "\u{0}", "{}"]
    {
        let answer = send("/fn/add_to_cart", &[FORM], body);
        assert_eq!((answer.status, answer.header("set-cookie")), (422, ""), "{body}: {}", answer.text());
        let form = send("/fn/add_to_cart", &[FORM, HTML], body);
        assert_eq!((form.status, form.header("location")), (303, "/en/cart?notice=failed"), "{body}");
    }
    assert_eq!(send("/fn/nothing", &[FORM], &good).status, 404);
    assert_eq!(shop.anonymous().get("/fn/suggest").status, 422);
    let added = send("/fn/add_to_cart", &[FORM], &good);
    assert_eq!((added.status, added.header("set-cookie").is_empty()), (200, false), "{}", added.text());
    shop.break_database(true);
    for headers in [&[FORM][..], &[FORM, HTML]] {
        let broken = send("/fn/add_to_cart", headers, &good);
        assert_eq!((broken.status, broken.header("set-cookie")), (503, ""), "{}", broken.text());
        assert!(!broken.text().contains("switched off"));
    }
    assert_eq!(shop.anonymous().get("/fn/suggest?locale=en&q=a").status, 503);
}
