//! Who gets in, and how it ends.

use super::{check_refused, hidden, signed_in};
use crate::testing::{Shop, TOKEN};

/// A page that everybody of the team can open.
const PAGES: [&str; 11] = [
    "/studio",
    "/studio/orders",
    "/studio/orders?status=todo&q=%C3%A9&page=7",
    "/studio/products",
    "/studio/products?stock=out",
    "/studio/products/storm-lantern-no-4",
    "/studio/publish",
    "/studio/sessions",
    "/studio/passkeys",
    "/studio/pages",
    "/studio/pages?url=/en/c/light",
];

/// Where forms are sent.
const FORMS: [&str; 10] = [
    "/studio/publish",
    "/studio/publish/back",
    "/studio/sign-out",
    "/studio/sessions",
    "/studio/passkeys",
    "/studio/passkeys/begin",
    "/studio/passkeys/finish",
    "/studio/orders/1001",
    "/studio/products/storm-lantern-no-4",
    "/studio/products/storm-lantern-no-4/stock",
];

#[test]
fn pages_are_open_to_the_team_alone() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    for page in PAGES {
        let sent = shop.anonymous().get(page);
        assert_eq!((sent.status, sent.body.len()), (303, 0), "{page}");
        let next = form_urlencoded::byte_serialize(page.as_bytes()).collect::<String>();
        assert_eq!(sent.header("location"), format!("/studio/sign-in?next={next}"));
        for client in [&staff, &shop.staff()] {
            let shown = client.get(page);
            assert_eq!(shown.status, 200, "{page}: {}", shown.text());
            assert_eq!(shown.header("cache-control"), "private, no-store");
            assert!(shown.header("content-security-policy").contains("default-src 'none'"));
        }
    }
    for form in FORMS {
        let before = shop.rows_written();
        assert_eq!(shop.anonymous().post_form(form, "key=0123456789&command=pay&session=1").status, 401);
        assert_eq!(shop.rows_written(), before, "{form}");
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    for page in [
        "/studio/zzz",
        "/studiox",
        "/studio/orders/1",
        "/studio/orders/x",
        "/studio/products/zzz",
        "/studio/products/%FF",
        "/studio/orders/9223372036854775807",
    ] {
        assert_eq!(staff.get(page).status, 404, "{page}");
    }
    assert_eq!(staff.post_form("/studio/orders/7", "command=pay").status, 404);
    assert_eq!(shop.staff().get("/studio/api/zzz").header("content-type"), "application/problem+json");
}

#[test]
fn signing_in_leads_to_the_page_that_was_asked_for() {
    let shop = Shop::new();
    let browser = shop.shopper();
    let sent = browser.get("/studio/orders?status=paid");
    let form = browser.get(sent.header("location"));
    let next = hidden(&form, "next");
    assert_eq!(next, "/studio/orders?status=paid");
    let next = form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>();
    let answer = browser.post_form("/studio/sign-in", &format!("name=+Ada++L&token={TOKEN}&next={next}"));
    assert_eq!((answer.status, answer.header("location")), (303, "/studio/orders?status=paid"));
    let cookie = answer.header("set-cookie");
    for part in
        ["__Host-studio=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Max-Age=604800"]
    {
        assert!(cookie.contains(part), "{cookie}");
    }
    let page = browser.get("/studio");
    assert!(page.text().contains("<span>Ada L</span>"), "{}", page.text());
    for elsewhere in ["https://evil.example/", "//evil.example", "/en"] {
        let answer =
            browser.post_form("/studio/sign-in", &format!("name=Ada&token={TOKEN}&next={elsewhere}"));
        assert_eq!(answer.header("location"), "/studio", "{elsewhere}");
    }
}

#[test]
fn a_sign_in_that_is_wrong_says_where_and_writes_nothing() {
    let shop = Shop::new();
    let (browser, path) = (shop.shopper(), "/studio/sign-in");
    check_refused(&shop, &browser, path, "", (401, "token"));
    check_refused(&shop, &browser, path, "name=Ada&token=wrong", (401, "token"));
    check_refused(&shop, &browser, path, "name=Ada&token=%FF%FE", (401, "token"));
    check_refused(&shop, &browser, path, &format!("token={TOKEN}"), (422, "name"));
    check_refused(&shop, &browser, path, &format!("name=%00&token={TOKEN}"), (422, "name"));
    let long = "a".repeat(61);
    check_refused(&shop, &browser, path, &format!("name={long}&token={TOKEN}"), (422, "name"));
    // The token is never shown again.
    let answer = browser.post_form(path, &format!("name=&token={TOKEN}"));
    assert!(!answer.text().contains(TOKEN));
    assert_eq!(answer.header("set-cookie"), "");
}

#[test]
fn a_session_ends_when_its_member_or_another_ends_it() {
    let shop = Shop::new();
    let (one, two) = (signed_in(&shop), signed_in(&shop));
    let page = one.get("/studio/sessions");
    assert_eq!(page.text().matches("name=\"session\"").count(), 2);
    let ended = one.post_form("/studio/sessions", "session=2");
    assert_eq!(ended.status, 200);
    assert_eq!((one.get("/studio").status, two.get("/studio").status), (200, 303));
    for id in ["", "x", "-1", "9223372036854775807"] {
        check_refused(&shop, &one, "/studio/sessions", &format!("session={id}"), (422, ""));
    }
    let out = one.post_form("/studio/sign-out", "");
    assert_eq!((out.status, out.header("location")), (303, "/studio/sign-in"));
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(one.get("/studio").status, 303);
}

#[test]
fn a_session_ends_with_time() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    shop.execute("UPDATE studio_sessions SET last_used_at = last_used_at - 86400000");
    assert_eq!(staff.get("/studio").status, 303);
}

#[test]
fn a_form_of_another_site_is_refused() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    for form in FORMS.into_iter().chain(["/studio/sign-in"]) {
        let before = shop.rows_written();
        let body = format!("name=Ada&token={TOKEN}&session=1");
        assert_eq!(staff.send("POST", form, &headers, body.as_bytes()).status, 403, "{form}");
        assert_eq!(shop.rows_written(), before, "{form}");
    }
}

#[test]
fn a_database_that_is_away_is_no_500() {
    let shop = Shop::new();
    let staff = signed_in(&shop);
    shop.break_database(true);
    for page in PAGES {
        assert_eq!(staff.get(page).status, 503, "{page}");
    }
    let answer = staff.post_form("/studio/sign-in", &format!("name=Ada&token={TOKEN}"));
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
}

#[test]
fn texts_are_in_the_browser_s_language() {
    let shop = Shop::new();
    let page = shop.anonymous().send("GET", "/studio/sign-in", &[("accept-language", "pt")], b"");
    assert!(page.text().contains("<html lang=\"pt\">") && page.text().contains("Entrar no Studio"));
}
