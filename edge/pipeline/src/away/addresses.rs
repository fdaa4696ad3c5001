//! Addresses that are changed on a device, and brought to the edge.

use super::Device;
use super::orders::{Line, at_once, filled};
use crate::account::tests::with_account;
use crate::testing::{Client, Shop};
use orilla_shop::outbox::OwnBook;
use std::sync::atomic::Ordering;

const PAGE: &str = "/en/account/addresses";

fn told(browser: &Client<'_>) -> OwnBook {
    serde_json::from_slice(&browser.get(&format!("{PAGE}/book")).body).unwrap()
}

impl Device {
    pub(super) fn page(&self, cookies: &str, path: &str) -> String {
        let answer = self.send("GET", path, &[("cookie", cookies)], "");
        assert_eq!((answer.status, answer.header("cache-control")), (200, "private, no-store"), "{path}");
        answer.text()
    }

    /// Fills in what the page's form asks for, and sends it.
    fn add(&self, cookies: &str, name: &str) {
        let page = self.page(cookies, PAGE);
        let (_, form) = page.split_once("id=\"form\"").unwrap();
        let (_, key) = form.split_once("name=\"key\" value=\"").unwrap();
        let key = key.split('"').next().unwrap();
        let fields = [
            ("intent", "keep"),
            ("key", key),
            ("name", name),
            ("address1", "Calle del Faro 7"),
            ("city", "Cádiz"),
            ("postcode", "11001"),
            ("country", "ES"),
        ];
        let kept = self.form(PAGE, cookies, &fields);
        assert_eq!((kept.status, kept.header("location")), (303, "/en/account/addresses?done=kept"));
    }
}

#[test]
fn an_address_is_added_and_edited_on_the_device_and_is_one_when_the_network_is_back() {
    let shop = Shop::new();
    let (browser, _) = with_account(&shop);
    let (device, cookies) = (Device::of(&shop), browser.cookies());
    assert_eq!(device.send("GET", PAGE, &[("cookie", &cookies)], "").status, 503, "nothing was told yet");
    at_once(device.outbox.keep_book(&told(&browser))).unwrap();
    device.add(&cookies, "Ada");
    let page = device.page(&cookies, PAGE);
    assert!(
        page.contains("waiting on this device to be sent") && page.contains("Calle del Faro 7"),
        "{page}"
    );
    // The checkout is filled in with it there.
    let cart = format!("{cookies}; __Host-cart=1.{}x1", shop.variant_of("storm-lantern-no-4"));
    let checkout = device.page(&cart, "/en/checkout");
    assert!(checkout.contains("value=\"Calle del Faro 7\""), "{checkout}");
    let line = Line::of(&shop, cookies.clone());
    line.loses_answers.store(true, Ordering::Relaxed);
    assert_eq!(device.send_orders(&line).requests.len(), 1);
    assert_eq!(told(&browser).book.addresses().len(), 1);
    device.add(&cookies, "Bea");
    line.loses_answers.store(false, Ordering::Relaxed);
    let sent = device.send_orders(&line);
    assert_eq!((sent.requests.len(), sent.done.len()), (0, 2));
    assert_eq!(told(&browser).book.addresses().len(), 2);
    let page = device.page(&cookies, PAGE);
    assert!(page.contains("Bea") && !page.contains("waiting on this device"), "{page}");
    // Nobody else has them here.
    assert_eq!(device.get(PAGE).status, 503);
}

#[test]
fn what_was_changed_elsewhere_is_shown_with_what_was_typed() {
    let shop = Shop::new();
    let (browser, _) = with_account(&shop);
    let (device, cookies) = (Device::of(&shop), browser.cookies());
    at_once(device.outbox.keep_book(&told(&browser))).unwrap();
    device.add(&cookies, "Ada");
    let line = Line::of(&shop, cookies.clone());
    device.send_orders(&line);
    let kept = told(&browser).book.addresses()[0].clone();
    let edit = |name: &str, key: &str| {
        format!(
            "intent=keep&key={key}&id={}&version=1&name={name}&address1=Calle+2&city=Vigo&postcode=36201&country=ES",
            kept.id.as_str()
        )
    };
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", "https://shop.example"),
        ("cookie", cookies.as_str()),
    ];
    assert_eq!(device.send("POST", PAGE, &headers, &edit("Cai", "key-of-the-device")).status, 303);
    assert_eq!(browser.post_form(PAGE, &edit("Dora", "key-of-the-other")).status, 303);
    let sent = device.send_orders(&line);
    assert_eq!(sent.requests.into_values().collect::<Vec<_>>(), ["refused"]);
    assert_eq!(told(&browser).book.addresses()[0].to.name.as_str(), "Dora");
    let list = device.page(&cookies, "/en/orders/waiting");
    assert!(
        list.contains("changed elsewhere")
            && list.contains("value=\"Cai\"")
            && list.contains("data-waiting-strip"),
        "{list}"
    );
    let again = edit("Cai", "").replace("intent=keep", "intent=again");
    let form = browser.post_form(PAGE, &again).text();
    assert!(form.contains("value=\"Cai\"") && form.contains("name=\"version\" value=\"2\""), "{form}");
    let dropped = device.form("/en/orders/waiting/key-of-the-device", &cookies, &[("intent", "drop")]);
    assert_eq!((dropped.status, dropped.header("location")), (303, "/en/orders/waiting"));
    assert!(device.page(&cookies, "/en/orders/waiting").contains("No order waits here"));
}

#[test]
fn an_order_on_the_device_keeps_what_was_typed_if_that_is_wished() {
    let shop = Shop::new();
    let (browser, _) = with_account(&shop);
    let device = Device::of(&shop);
    at_once(device.outbox.keep_book(&told(&browser))).unwrap();
    let cookies = format!("{}; __Host-cart=1.{}x1", browser.cookies(), shop.variant_of("storm-lantern-no-4"));
    for keeps in ["", "1"] {
        let page = device.page(&cookies, "/en/checkout");
        let mut form = filled(&page);
        form.push(("keep".into(), keeps.into()));
        let fields: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let placed = device.form("/en/checkout?away=1", &cookies, &fields);
        assert_eq!(placed.status, 303, "{}", placed.text());
    }
    let sent = device.send_orders(&Line::of(&shop, browser.cookies()));
    assert_eq!((sent.states.len(), sent.done.len()), (2, 1));
    assert_eq!(told(&browser).book.addresses().len(), 1);
}
