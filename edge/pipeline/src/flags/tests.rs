use super::*;
use crate::flags::qa::Forced;
use crate::testing::{Answer, Client, Shop};
use futures::executor::block_on;
use orilla_flags::Visitor;
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn a_file_that_is_not_the_one_or_no_json_is_an_error() {
    let read = |file: &[u8]| PublishedFlags::read(Attachment::Flags.seal(b"{}").reference, file);
    let other = Attachment::Flags.seal(b"[]").file;
    assert!(matches!(read(&other), Err(BadFlags::Format(FormatError::OtherSegment))));
    assert!(matches!(read(b""), Err(BadFlags::Format(FormatError::Truncated))));
    let text = Attachment::Flags.seal(b"{");
    let read = PublishedFlags::read(text.reference, &text.file);
    assert!(matches!(read, Err(BadFlags::NotJson(_))));
}

/// Whether the flag is on for anybody at this shop.
fn is_on(shop: &Shop, flag: &str) -> bool {
    let edition = block_on(shop.host().isolate.current(shop.host())).unwrap();
    edition.flags.flags.evaluate(flag, &Visitor::unknown(), 0).is_on()
}

#[test]
fn a_document_that_can_not_be_used_leaves_the_one_before() {
    let shop = Shop::new();
    assert!(!is_on(&shop, "a"));
    shop.publish_flags(r#"{"features": {"a": {"defaultValue": true}}}"#);
    assert!(is_on(&shop, "a"));
    shop.logged();
    shop.publish_flags(r#"{"features": "#);
    assert!(is_on(&shop, "a"));
    assert!(shop.logged().iter().any(|line| line.contains("published flags") && line.contains("EOF")));
    // What another release has let pass counts as far as it is sound.
    shop.publish_flags(r#"{"features": {"a": {"defaultValue": false}, "b": {"defaultValue": 1, "x": 2}}}"#);
    assert!(!is_on(&shop, "a") && is_on(&shop, "b"));
    assert!(shop.logged().iter().any(|line| line.contains("/features/b/x")));
}

#[test]
fn other_publications_share_the_compiled_flags() {
    let shop = Shop::new();
    let flags = || block_on(shop.host().isolate.current(shop.host())).unwrap().flags;
    let before = flags();
    shop.execute("UPDATE products SET title = 'Boots' WHERE handle = 'harbour-boots'");
    shop.publish();
    assert!(Arc::ptr_eq(&before, &flags()));
    assert_ne!(before.version(), 0);
}

const LIST: &str = "/en/c/wear/oilskins";
const PRODUCT: &str = "/en/p/harbour-boots";
/// What stands in a list whose layout is `rows`, and nowhere else.
const ROWS: &str = "class=\"grid rows\"";

/// Somebody with a browser who has agreed to be counted, or has not.
fn visitor(shop: &Shop, agrees: bool) -> Client<'_> {
    let visitor = shop.shopper();
    let answer = if agrees { "all" } else { "needed" };
    visitor.post_form("/fn/consent", &format!("to=/en&answer={answer}"));
    visitor
}

/// What a page says of the experiments that were met.
fn met(answer: &Answer) -> String {
    let text = answer.text();
    let element = text.split_once("<data id=\"exposures\" value=\"").map(|(_, rest)| rest.to_owned());
    element.and_then(|rest| Some(rest.split_once('"')?.0.to_owned())).unwrap_or_default()
}

fn state(answer: &Answer) -> String {
    answer.header("cache-status").split(';').nth(1).unwrap_or_default().trim().to_owned()
}

#[test]
fn people_who_agreed_get_a_variant_and_keep_it() {
    let shop = Shop::new();
    let mut seen = BTreeSet::new();
    for _ in 0..12 {
        let visitor = visitor(&shop, true);
        let page = visitor.get(LIST);
        let is_rows = page.text().contains(ROWS);
        let expected = if is_rows { "card-layout:rows" } else { "card-layout:grid" };
        assert_eq!(met(&page), expected, "exactly what the page asked for");
        assert_eq!(page.header("cache-control"), "private, no-store");
        // On any page, at any isolate, later: the same.
        shop.wait(86_400_000);
        let other = shop.isolate();
        assert_eq!(visitor.at(&other).get("/es/search").text().contains(ROWS), is_rows);
        // Agreeing again is the same person.
        visitor.post_form("/fn/consent", "to=/en&answer=chosen&statistics=yes");
        assert_eq!(visitor.get(LIST).text().contains(ROWS), is_rows);
        seen.insert(is_rows);
    }
    assert_eq!(seen.len(), 2, "both variants are shown");
}

#[test]
fn a_page_is_kept_once_for_each_value() {
    let shop = Shop::new();
    for _ in 0..12 {
        visitor(&shop, true).get(LIST);
    }
    assert_eq!(shop.kept_pages(), 2);
    // Whatever else changes in the document, pages with the same value stay.
    let mut document: Value = serde_json::from_str(include_str!("../../../../demo/flags.json")).unwrap();
    document["features"]["unrelated"] = json!({"defaultValue": 1});
    document["features"]["card-layout"]["rules"] = json!([{"force": "rows"}]);
    shop.publish_flags(&document.to_string());
    let page = visitor(&shop, false).get(LIST);
    assert!(page.text().contains(ROWS));
    assert_eq!((state(&page).as_str(), shop.kept_pages()), ("hit", 2));
}

#[test]
fn nobody_else_is_in_an_experiment() {
    let shop = Shop::new();
    let agreed = visitor(&shop, true);
    for _ in 0..8 {
        let declined = visitor(&shop, false);
        let page = declined.get(LIST);
        assert!(!page.text().contains(ROWS) && met(&page).is_empty());
        assert_eq!(page.header("cache-control"), "private, no-cache");
    }
    let cookies = agreed.cookies();
    for agent in ["Googlebot/2.1", ""] {
        let page = shop.anonymous().send("GET", LIST, &[("cookie", &cookies), ("user-agent", agent)], b"");
        assert!(!page.text().contains(ROWS) && met(&page).is_empty(), "{agent}");
    }
    // Personalisation is no consent to be counted.
    let personal = cookies.replace("consent=1.11", "consent=1.01");
    assert_ne!(cookies, personal);
    let browser = ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0.0.0");
    let page = shop.anonymous().send("GET", LIST, &[("cookie", &personal), browser], b"");
    assert!(!page.text().contains(ROWS) && met(&page).is_empty());
    // A page that is fetched before it is seen is the one that is shown then.
    let early = agreed.send("GET", LIST, &[("sec-purpose", "prefetch;prerender")], b"");
    assert_eq!(early.text(), agreed.get(LIST).text());
}

#[test]
fn targeting_needs_no_consent() {
    let shop = Shop::new();
    shop.publish_flags(
        r#"{"features": {"card-layout": {"defaultValue": "grid", "rules": [
            {"condition": {"country": "PT", "deviceType": "mobile", "locale": "en"}, "force": "rows"}
        ]}}}"#,
    );
    let rows = |country: &str, agent: &str| {
        let headers = [("x-orilla-country", country), ("user-agent", agent)];
        shop.anonymous().send("GET", LIST, &headers, b"").text().contains(ROWS)
    };
    let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile";
    assert!(rows("PT", phone));
    assert!(!rows("ES", phone));
    assert!(!rows("PT", "Mozilla/5.0 (X11; Linux x86_64)"));
}

#[test]
fn a_flag_that_makes_no_sense_gives_the_default() {
    let shop = Shop::new();
    for document in [
        r#"{"features": {}}"#,
        r#"{"features": {"card-layout": {"defaultValue": 7}, "delivery-promise": {"defaultValue": "yes"}}}"#,
        r#"{"features": {"card-layout": {"defaultValue": "sideways"}}}"#,
        r#"{"features": {"card-layout": {"rules": [{"force": "rows", "coverage": 1}]}}}"#,
        r#"{"features": {"card-layout": {"defaultValue": "rows", "rules": [{"parentConditions": [
            {"id": "card-layout", "condition": {"value": 1}}]}]}}}"#,
    ] {
        shop.publish_flags(document);
        let page = shop.anonymous().get(LIST);
        assert_eq!(page.status, 200, "{document}");
        assert!(!page.text().contains(ROWS), "{document}");
        assert_eq!(shop.anonymous().get(PRODUCT).status, 200, "{document}");
    }
}

#[test]
fn the_promise_stands_on_the_page_of_a_product() {
    let shop = Shop::new();
    let says = |path: &str| shop.anonymous().get(path).text().contains("at your door in 2 to 4 working days");
    assert!(!says(PRODUCT));
    shop.publish_flags(r#"{"features": {"delivery-promise": {"defaultValue": true}}}"#);
    assert!(says(PRODUCT));
    assert!(!says("/en/about"));
}

#[test]
fn a_checkout_in_two_steps_ends_in_an_order() {
    let shop = Shop::new();
    shop.publish_flags(r#"{"features": {"checkout-steps": {"defaultValue": "two"}}}"#);
    let shopper = shop.shopper();
    shopper.post_form("/fn/add_to_cart", &format!("locale=en&variant={}&quantity=1", shop.variant(2)));
    let first = shopper.get("/en/checkout").text();
    assert!(
        first.contains("Step 1 of 2")
            && first.contains("name=\"email\"")
            && !first.contains("value=\"place\"")
    );
    let hidden = |page: &str, name: &str| {
        let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    let form = |page: &str, fields: &str| {
        let kept: Vec<_> =
            ["key", "cart", "seen", "step"].map(|name| format!("{name}={}", hidden(page, name))).into();
        format!("{}&{fields}", kept.join("&"))
    };
    let who = "email=ada@example.org&name=Ada&address1=Calle+1&postcode=28001&city=Madrid&country=ES&shipping=standard&payment=on_delivery";
    let unnamed = who.replace("name=Ada", "name=");
    let wrong = shopper.post_form("/en/checkout", &form(&first, &format!("{unnamed}&intent=continue")));
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("Step 1 of 2"));
    let second = shopper.post_form("/en/checkout", &form(&first, &format!("{who}&intent=continue")));
    assert_eq!(second.status, 200);
    let second = second.text();
    assert!(
        second.contains("Step 2 of 2")
            && second.contains("28001 Madrid")
            && second.contains("value=\"place\"")
    );
    let back = shopper.post_form("/en/checkout", &form(&second, &format!("{who}&intent=back"))).text();
    assert!(back.contains("Step 1 of 2") && back.contains("value=\"ada@example.org\""));
    let placed = shopper.post_form("/en/checkout", &form(&second, &format!("{who}&intent=place")));
    assert_eq!(placed.status, 303, "{}", placed.text());
    assert!(placed.header("location").contains("/en/orders/"));
}

#[test]
fn a_link_forces_values_for_one_browser_until_it_ends() {
    let shop = Shop::new();
    let keys = shop.host().gate.settings.visitor_keys.clone().unwrap();
    let forced = Forced {
        until: shop.host().clock.now() + 3_600_000,
        values: vec![("card-layout".into(), json!("rows"))],
    };
    let token = forced.token(&keys).unwrap();
    let browser = visitor(&shop, true);
    let followed = browser.get(&format!("{LIST}?stock=1&orilla-qa={token}"));
    assert_eq!((followed.status, followed.header("location")), (303, format!("{LIST}?stock=1").as_str()));
    let page = browser.get(LIST);
    assert!(page.text().contains(ROWS) && page.text().contains("card-layout = \"rows\""));
    assert_eq!((met(&page).as_str(), page.header("cache-control")), ("", "private, no-store"), "not counted");
    assert!(!visitor(&shop, false).get(LIST).text().contains(ROWS), "for nobody else");
    let ended = browser.post_form("/fn/qa", &format!("to={LIST}"));
    assert_eq!((ended.status, ended.header("location")), (303, LIST));
    assert!(!met(&browser.get(LIST)).is_empty());
    // A link that somebody made up, or that has ended, leads to the page as it is.
    for token in ["x", "e30.x", token.get(..token.len() - 4).unwrap()] {
        let other = visitor(&shop, false);
        assert_eq!(other.get(&format!("{LIST}?orilla-qa={token}")).header("location"), LIST);
        assert!(!other.get(LIST).text().contains(ROWS));
    }
    let elsewhere = format!("https://shop.example//evil.example/?orilla-qa={token}").parse().unwrap();
    assert!(qa::follow(shop.host(), &http::Method::GET, &elsewhere).is_none(), "to no other host");
    shop.wait(3_600_001);
    let late = visitor(&shop, false);
    late.get(&format!("{LIST}?orilla-qa={token}"));
    assert!(!late.get(LIST).text().contains(ROWS));
}
