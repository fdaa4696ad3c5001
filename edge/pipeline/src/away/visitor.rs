//! A visitor without a network: which variants they see, what they agree to, and what is told of them.

use super::orders::Line;
use super::{Device, check_same};
use crate::testing::{Answer, BROWSER, Client, NOW, Shop};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

const LIST: &str = "/en/c/wear/oilskins";
const PRODUCT: &str = "/en/p/harbour-boots";

/// Somebody with a browser who has answered the question of consent.
fn visitor<'a>(shop: &'a Shop, answer: &str) -> Client<'a> {
    let visitor = shop.shopper();
    visitor.post_form("/fn/consent", &format!("to=/en&answer={answer}"));
    visitor
}

impl Device {
    /// A page for a browser with these cookies.
    fn shows(&self, path: &str, cookies: &str) -> Answer {
        self.send("GET", path, &[("cookie", cookies)], "")
    }
}

/// What a page says of the experiments that were met.
fn met(page: &Answer) -> String {
    let text = page.text();
    let value = text.split_once("<data id=\"exposures\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    value.map(|(value, _)| value.to_owned()).unwrap_or_default()
}

#[test]
fn a_visitor_sees_their_own_variants_without_a_network_too() {
    let shop = Shop::new();
    let device = Device::of(&shop);
    let mut seen = BTreeSet::new();
    for _ in 0..12 {
        let visitor = visitor(&shop, "all");
        for path in [LIST, PRODUCT, "/en/search"] {
            let (ours, edges) = (device.shows(path, &visitor.cookies()), visitor.get(path));
            check_same(&ours, &edges, path);
            assert!(!met(&ours).is_empty(), "{path}");
            seen.insert(met(&ours));
        }
        let cart = format!("__Host-cart=1.{}x1; {}", shop.variant(2), visitor.cookies());
        let headers = [("cookie", cart.as_str()), ("user-agent", BROWSER)];
        let checkout = shop.anonymous().send("GET", "/en/checkout", &headers, b"");
        let ours = device.shows("/en/checkout", &cart);
        assert_eq!(met(&ours), met(&checkout));
        assert_eq!(ours.text().contains("Step 1 of 2"), checkout.text().contains("Step 1 of 2"));
        seen.insert(met(&ours));
    }
    assert_eq!(seen.len(), 6, "all variations of three experiments: {seen:?}");
}

#[test]
fn who_has_not_agreed_to_be_counted_is_in_no_experiment_without_a_network_either() {
    let shop = Shop::new();
    let device = Device::of(&shop);
    let agreed = visitor(&shop, "all").cookies();
    let cookies = [
        String::new(),
        visitor(&shop, "needed").cookies(),
        // Personalisation is no consent to be counted, and an id is none to anything.
        agreed.replace("__Host-consent=1.11", "__Host-consent=1.01"),
        agreed.replace("__Host-consent=1.11", "__Host-consent=1.00"),
        // Consent without an id.
        "__Host-consent=1.11".to_owned(),
        "__Host-consent=1.11; __Host-visitor=1.somebody.20370.me".to_owned(),
    ];
    for cookies in cookies {
        assert_eq!(met(&device.shows(LIST, &cookies)), "", "{cookies}");
    }
}

#[test]
fn flags_that_ask_where_and_on_what_it_is_are_answered_on_the_device() {
    let shop = Shop::new();
    shop.publish_flags(
        r#"{"features": {"card-layout": {"defaultValue": "grid", "rules": [
            {"condition": {"country": "PT", "deviceType": "mobile"}, "force": "rows"}
        ]}}}"#,
    );
    let device = Device::of(&shop);
    for (country, mobile, expected) in [("PT", "?1", true), ("ES", "?1", false), ("PT", "?0", false)] {
        let headers = [("x-orilla-country", country), ("sec-ch-ua-mobile", mobile)];
        let page = device.send("GET", LIST, &headers, "").text();
        assert_eq!(page.contains("class=\"grid rows\""), expected, "{country} {mobile}");
    }
}

#[test]
fn forced_values_stay_without_a_network_and_only_the_shop_takes_a_link() {
    let shop = Shop::new();
    let device = Device::of(&shop);
    let keys = shop.host().gate.settings.visitor_keys.clone().unwrap();
    let values = vec![("card-layout".into(), serde_json::json!("rows"))];
    let until = shop.host().clock.now() + 3_600_000;
    let token = crate::flags::qa::Forced { until, values }.token(&keys).unwrap();
    let cookies = format!("{}; __Host-qa={token}", visitor(&shop, "all").cookies());
    let page = device.shows(LIST, &cookies);
    assert!(page.text().contains("class=\"grid rows\"") && page.text().contains("card-layout = \"rows\""));
    assert_eq!(met(&page), "", "who has values forced is not counted");
    let followed = device.get(&format!("{LIST}?orilla-qa={token}"));
    assert_eq!((followed.header("location"), followed.header("set-cookie")), (LIST, ""));
}

/// The cookies that an answer sets or ends, as pairs.
fn set(answer: &Answer) -> Vec<String> {
    let cookies = answer.headers.get_all("set-cookie").iter();
    cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned()).collect()
}

#[test]
fn consent_is_given_and_taken_back_without_a_network() {
    let shop = Shop::new();
    let device = Device::of(&shop);
    let given = device.form("/fn/consent", "", &[("answer", "all"), ("to", "/es/privacy#consent")]);
    assert_eq!((given.status, given.header("location")), (303, "/es/privacy#consent"));
    assert_eq!(given.header("cache-control"), "private, no-store");
    // The shop alone can make an id.
    assert_eq!(set(&given), ["__Host-consent=1.11"]);
    let page = device.shows("/en/privacy", "__Host-consent=1.11").text();
    assert!(page.contains("You agreed to both.") && !page.contains("class=\"consent\""), "{page}");
    assert!(device.shows("/en", "").text().contains("class=\"consent\""), "who has not answered is asked");
    let taken_back =
        device.form("/fn/consent", "__Host-consent=1.11", &[("answer", "needed"), ("to", "/en")]);
    assert_eq!(set(&taken_back), ["__Host-consent=1.00", "__Host-visitor=", "__Host-viewed="]);
    assert_eq!(device.form("/fn/consent", "", &[("to", "/en")]).status, 422);
    let forged = [("origin", "https://evil.example"), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(device.send("POST", "/fn/consent", &forged, "answer=all").status, 403);
}

#[test]
fn who_agreed_without_a_network_gets_an_id_when_there_is_one_and_agrees_to_nothing_by_that() {
    let shop = Shop::new();
    let ask = |cookies: &str| {
        let headers = [("cookie", cookies), ("user-agent", BROWSER), ("sec-fetch-site", "same-origin")];
        set(&shop.anonymous().send("POST", "/fn/consent", &headers, b"answer=given"))
    };
    let [id] = ask("__Host-consent=1.11").try_into().unwrap();
    assert!(id.starts_with("__Host-visitor=1."), "{id}");
    // Asked once more, it is the same visitor.
    assert_eq!(ask(&format!("__Host-consent=1.11; {id}")), [id]);
    let [id, viewed] = ask("__Host-consent=1.10").try_into().unwrap();
    assert!(id.starts_with("__Host-visitor=1.") && viewed == "__Host-viewed=", "{id} {viewed}");
    for cookies in ["__Host-consent=1.00", "", "__Host-consent=yes"] {
        assert_eq!(ask(cookies), ["__Host-visitor=", "__Host-viewed="], "{cookies}");
    }
}

#[test]
fn what_was_looked_at_is_shown_without_a_network_too() {
    let shop = Shop::new();
    let device = Device::of(&shop);
    let agreed = "__Host-consent=1.01";
    let page = device.shows(PRODUCT, agreed);
    let [viewed] = set(&page).try_into().unwrap();
    assert!(viewed.starts_with("__Host-viewed=1.") && !page.header("set-cookie").contains("HttpOnly"));
    assert!(device.shows("/en", &format!("{agreed}; {viewed}")).text().contains("You looked at these"));
}

/// What a page sends.
fn seen(ids: &[&str], at: i64) -> String {
    let event = |id: &&str| json!({ "id": format!("event-of-{id}"), "type": "page_view", "page": "product", "at": at });
    json!({ "sent": at, "events": ids.iter().map(event).collect::<Vec<_>>() }).to_string()
}

impl Device {
    fn told(&self, cookies: &str, body: &str) -> u16 {
        let headers = [("origin", "https://shop.example"), ("cookie", cookies)];
        self.send("POST", "/e", &headers, body).status
    }
}

/// The events that the shop has, and when they were.
fn recorded(shop: &Shop) -> Vec<Value> {
    shop.deliver().unwrap();
    shop.read("SELECT json_array(id, at) AS doc FROM events ORDER BY id")
}

#[test]
fn what_is_seen_without_a_network_is_told_once_when_there_is_one_and_was_then() {
    let shop = Shop::new();
    let device = Device::of(&shop);
    let cookies = visitor(&shop, "all").cookies();
    let line = Line::of(&shop, cookies.clone());
    line.is_cut.store(true, Ordering::Relaxed);
    assert_eq!(device.told(&cookies, &seen(&["a"], NOW - 5_000)), 204);
    device.send_orders(&line);
    assert!(shop.queued().is_empty());
    shop.wait(3_600_000);
    assert_eq!(device.told(&cookies, &seen(&["b", "c"], NOW + 3_600_000)), 204);
    // The network is back. The first answer gets lost; which the device can't know.
    line.is_cut.store(false, Ordering::Relaxed);
    line.loses_answers.store(true, Ordering::Relaxed);
    device.send_orders(&line);
    line.loses_answers.store(false, Ordering::Relaxed);
    shop.wait(60_000);
    assert_eq!(device.send_orders(&line), orilla_shop::outbox::Sent::default(), "nothing waits any more");
    let times =
        [("event-of-a", NOW - 5_000), ("event-of-b", NOW + 3_600_000), ("event-of-c", NOW + 3_600_000)];
    assert_eq!(recorded(&shop), times.map(|(id, at)| json!([id, at])));
    assert_eq!(shop.read("SELECT json(count(*)) AS doc FROM event_dead_letters"), [0]);
    device.send_orders(&line);
    assert_eq!(recorded(&shop).len(), 3);
}

#[test]
fn what_is_told_of_nobody_is_not_kept_and_of_who_takes_consent_back_goes() {
    let shop = Shop::new();
    let device = Device::of(&shop);
    let agreed = visitor(&shop, "all").cookies();
    // Whether something is told if the browser has the first cookies again.
    let waits = || {
        device.send_orders(&Line::of(&shop, agreed.clone()));
        !recorded(&shop).is_empty()
    };
    for cookies in
        ["", "__Host-consent=1.11", "__Host-consent=1.00", &agreed.replace("consent=1.11", "consent=1.01")]
    {
        assert_eq!(device.told(cookies, &seen(&["a"], NOW)), 204, "{cookies}");
        assert!(!waits(), "{cookies}");
    }
    for body in ["", "no batch", "{}", "{\"events\": []}", &seen(&["x"; 51], NOW)] {
        assert_eq!(device.told(&agreed, body), 204, "{body}");
        assert!(!waits(), "{body}");
    }
    // Taken back; agreed to again, as somebody else; and signed out, which is somebody else, too.
    for cookies in
        [agreed.replace("consent=1.11", "consent=1.00"), String::new(), visitor(&shop, "all").cookies()]
    {
        assert_eq!(device.told(&agreed, &seen(&["a"], NOW)), 204);
        let line = Line::of(&shop, cookies.clone());
        line.is_cut.store(true, Ordering::Relaxed);
        device.send_orders(&line);
        assert!(!waits(), "{cookies}");
    }
    assert_eq!(device.told(&agreed, &seen(&["a"], NOW)), 204);
    assert!(waits(), "of who agreed and stays the same it is told");
}
