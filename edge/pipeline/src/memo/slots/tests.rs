//! What belongs to one visitor, in pages that everybody shares.

use crate::testing::{Answer, Client, Shop};
use proptest::prelude::*;

const PRODUCT: &str = "/en/p/harbour-boots";
const OTHER: &str = "/en/p/butter-bell";
/// What stands in the strip and in the section, and nowhere else.
const STRIP: &str = "class=\"consent\"";
const RECENT: &str = "id=\"recent\"";

fn answers(visitor: &Client, answer: &str) -> Answer {
    visitor.post_form("/fn/consent", &format!("to=/en/about&answer={answer}"))
}

#[test]
fn who_has_not_answered_is_asked_and_programs_are_not() {
    let shop = Shop::new();
    let visitor = shop.shopper();
    for path in ["/en", "/es/about", PRODUCT, "/en/search?sort=price"] {
        let page = visitor.get(path);
        assert!(page.text().contains(STRIP), "{path}");
        assert!(page.text().contains(&format!("name=\"to\" value=\"{path}\"")), "{path}");
        assert_eq!(page.header("cache-control"), "private, no-cache", "it shows nothing of the visitor");
        assert!(!shop.anonymous().get(path).text().contains(STRIP), "{path}");
    }
    // The page about privacy asks by itself.
    let privacy = visitor.get("/en/privacy").text();
    assert!(privacy.contains("id=\"consent\"") && !privacy.contains(STRIP));
    // Nor is somebody asked who is about to pay.
    assert!(!visitor.get("/en/cart").text().contains(STRIP));
}

#[test]
fn an_answer_is_noted_and_leads_back() {
    let shop = Shop::new();
    let visitor = shop.shopper();
    let before = visitor.get("/en/about");
    let answered = answers(&visitor, "needed");
    assert_eq!((answered.status, answered.header("location")), (303, "/en/about"));
    assert_eq!(answered.header("cache-control"), "private, no-store");
    let after = visitor.send("GET", "/en/about", &[("if-none-match", before.header("etag"))], b"");
    assert_eq!(after.status, 200, "the page that the browser has still asks");
    assert!(!after.text().contains(STRIP));
    let form = visitor.get("/en/privacy");
    assert!(form.text().contains("only what is needed") && !form.text().contains(" checked"));
    assert_eq!(form.header("cache-control"), "private, no-store");
    // It can be changed.
    visitor.post_form("/fn/consent", "answer=chosen&personalisation=yes");
    assert_eq!(visitor.get("/en/privacy").text().matches(" checked").count(), 1);
    assert_eq!(visitor.post_form("/fn/consent", "to=//evil.example&answer=all").header("location"), "/en");
    assert_eq!(visitor.post_form("/fn/consent", "to=/en").status, 422);
    assert_eq!(visitor.get("/fn/consent").status, 405);
}

#[test]
fn what_was_looked_at_is_shown_with_consent_only() {
    let shop = Shop::new();
    let visitor = shop.shopper();
    let shows = |path: &str, title: &str| {
        let text = visitor.get(path).text();
        text.split_once(RECENT).is_some_and(|(_, section)| section.contains(title))
    };
    visitor.get(PRODUCT);
    answers(&visitor, "needed");
    visitor.get(PRODUCT);
    assert!(!shows("/en", "Harbour Boots"));
    visitor.post_form("/fn/consent", "answer=chosen&personalisation=yes");
    assert!(!shows("/en", "Harbour Boots"), "what was before is not known");
    let page = visitor.get(PRODUCT);
    assert_eq!(page.header("cache-control"), "private, no-store");
    assert!(page.header("set-cookie").starts_with("__Host-viewed=1."));
    assert!(shows("/en", "Harbour Boots"));
    assert!(!shows(PRODUCT, "Harbour Boots"), "not on its own page");
    assert!(shows(OTHER, "Harbour Boots"));
    // A page that nobody sees yet was not looked at.
    visitor.send("GET", "/en/p/rope-soap", &[("sec-purpose", "prefetch;prerender")], b"");
    assert!(!shows("/en", "rope-soap"));
    answers(&visitor, "needed");
    assert!(!shows("/en", "Harbour Boots"));
    visitor.post_form("/fn/consent", "answer=chosen&personalisation=yes");
    assert!(!shows("/en", "Harbour Boots"), "it was forgotten");
}

#[test]
fn a_note_that_names_nothing_shows_nothing() {
    let shop = Shop::new();
    for note in ["1.999999", "1.x", "1.1-2-3-4-5-6-7-8-9-10", "\"><script>"] {
        let cookie = format!("__Host-consent=1.11; __Host-viewed={note}");
        let page = shop.anonymous().send("GET", "/en", &[("cookie", &cookie)], b"");
        assert_eq!(page.status, 200, "{note}");
        assert!(!page.text().contains(RECENT) && !page.text().contains("<script>\""), "{note}");
    }
}

#[test]
fn a_page_says_what_it_depends_on() {
    let shop = Shop::new();
    for (cookie, kept_by) in [
        ("", "private, no-cache"),
        ("__Host-consent=1.00", "private, no-cache"),
        ("__Host-cart=1.12x2", "private, no-store"),
        ("__Host-consent=1.01; __Host-viewed=1.3", "private, no-store"),
        ("__Host-consent=1.10; __Host-viewed=1.3", "private, no-cache"),
    ] {
        let page = shop.anonymous().send("GET", "/en", &[("cookie", cookie)], b"");
        assert_eq!(page.header("cache-control"), kept_by, "{cookie}");
        assert_eq!(page.header("vary"), "cookie, user-agent");
        let head = shop.anonymous().send("HEAD", "/en", &[("cookie", cookie)], b"");
        assert_eq!((head.status, head.body.len()), (200, 0));
        for name in ["etag", "cache-control", "vary", "content-type"] {
            assert_eq!(head.header(name), page.header(name), "{name}");
        }
    }
}

/// Cookies of a visitor in some state.
fn state() -> impl Strategy<Value = String> {
    let cart =
        prop_oneof![Just(String::new()), (1..4_u32).prop_map(|pieces| format!("__Host-cart=1.1x{pieces}; "))];
    let consent = prop::sample::select(vec![
        "",
        "__Host-consent=1.00; ",
        "__Host-consent=1.01; ",
        "__Host-consent=1.11; ",
    ]);
    let viewed = prop::collection::vec(1..5_i64, 0..3).prop_map(|ids| {
        let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
        format!("__Host-viewed=1.{}", ids.join("-"))
    });
    (cart, consent, viewed).prop_map(|(cart, consent, viewed)| [&cart, consent, &viewed].concat())
}

thread_local! {
    /// Importing takes longer than a case: each gets an isolate of this one.
    static SHOP: Shop = Shop::new();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Two answers have one entity tag if they are the same, byte by byte, and only then.
    #[test]
    fn a_tag_is_of_every_byte(states in prop::collection::vec((state(), any::<bool>()), 2..6)) {
        let shop = SHOP.with(Shop::isolate);
        for path in ["/en", "/en/privacy"] {
            let answers: Vec<_> = states.iter().map(|(cookie, is_person)| {
                let agent = if *is_person { "Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0.0.0" } else { "Googlebot/2.1" };
                let headers = [("cookie", cookie.as_str()), ("user-agent", agent)];
                let answer = shop.anonymous().send("GET", path, &headers, b"");
                let known = [headers[0], headers[1], ("if-none-match", answer.header("etag"))];
                assert_eq!(shop.anonymous().send("GET", path, &known, b"").status, 304);
                answer
            }).collect();
            for (a, b) in answers.iter().zip(answers.iter().skip(1)) {
                prop_assert_eq!(a.header("etag") == b.header("etag"), a.body == b.body);
            }
        }
    }
}
