//! Pictures: of the shop, and of the hosts that the catalogue names.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use orilla_integration::{Answer, Shop, product, unique};
use serde_json::json;
use std::io::ErrorKind;
use std::net::TcpListener;

/// The shop's answer for a product's picture at `url`.
fn picture_at(shop: &Shop, url: &str) -> Answer {
    let handle = unique("picture");
    let mut draft = product(&handle, 100, 1);
    draft["images"] = json!([{ "url": url }]);
    shop.put(&[draft]);
    let page = shop.get(&format!("/en/p/{handle}")).expect(200).text();
    let path = page.split("src=\"/img/").nth(1).unwrap().split('"').next().unwrap();
    shop.get(&format!("/img/{path}"))
}

/// The drawn picture in place of the other.
#[track_caller]
fn check_drawn(shop: &Shop, answer: &Answer) {
    assert_eq!(answer.status, 302);
    let drawn = shop.get(answer.header("location")).expect(200);
    assert_eq!(drawn.header("content-type"), "image/svg+xml");
    assert!(drawn.text().starts_with("<svg"));
    assert!(drawn.header("content-security-policy").starts_with("default-src 'none'"));
}

#[test]
fn a_host_that_does_not_answer_is_replaced_by_a_drawing() {
    let shop = Shop::default();
    // A name that is never registered (RFC 2606), with a last label that the shop would ask.
    let answer = picture_at(&shop, "https://pictures.example.com/storm.jpg");
    check_drawn(&shop, &answer);
    assert_eq!(answer.header("cache-control"), "public, max-age=600", "the host may be back soon");
}

#[test]
fn the_shops_own_network_is_never_asked() {
    let shop = Shop::default();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let hosts =
        ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "localtest.me", "router.lan"];
    for host in hosts {
        let answer = picture_at(&shop, &format!("http://{host}:{port}/private.png"));
        check_drawn(&shop, &answer);
    }
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "somebody called");
}

#[test]
fn the_request_names_no_host() {
    let shop = Shop::default();
    for path in [
        "/img/0",
        "/img/999999999",
        "/img/-1",
        "/img/x",
        "/img/https:%2F%2Fexample.com%2Fa.png",
        "/img/1?url=http://example.com",
    ] {
        let mut answer = shop.get(path);
        if answer.status == 308 {
            // To the usual spelling of the same address.
            assert!(answer.header("location").starts_with("/img/"), "{path}");
            answer = shop.get(answer.header("location"));
        }
        let status = answer.status;
        assert!(status == 404 || (path.starts_with("/img/1?") && status != 200), "{path}: {status}");
    }
}

#[test]
fn drawings_are_made_of_their_names_alone() {
    let shop = Shop::default();
    let page = shop.get("/en").expect(200).text();
    let path = page.split("src=\"/art/").nth(1).unwrap().split('"').next().unwrap();
    let drawn = shop.get(&format!("/art/{path}")).expect(200);
    assert_eq!(drawn.header("cache-control"), "public, max-age=31536000, immutable");
    for name in
        ["x", "lantern-zz.svg", "lantern-3f2a91c4-%3Cscript%3E.svg", "..%2F..%2Fetc", "unknown-3f2a91c4.svg"]
    {
        assert_eq!(shop.get(&format!("/art/{name}")).status, 404, "{name}");
    }
}
