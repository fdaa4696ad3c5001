//! A visitor without a network: which variants they see.

use super::{Device, check_same};
use crate::testing::{Answer, BROWSER, Client, Shop};
use std::collections::BTreeSet;

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
