//! Addresses that an account keeps, over the real SQL, and on a device.

use super::tests::{leave, open, with_account};
use crate::testing::{Answer, Client, Shop};
use orilla_orders::{AddressChange, CheckoutForm, Owner, Recipient};
use orilla_passkeys::testing::Authenticator;
use orilla_shop::outbox::{ANOTHER, OwnBook, Request, Wish};
use serde_json::json;

const PAGE: &str = "/en/account/addresses";
const CHANGE: &str = "/en/account/addresses/change";
const CADIZ: &str = "name=Ada&address1=Calle+del+Faro+7&city=C%C3%A1diz&postcode=11001&country=ES";

fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let value = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    value.and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

/// Sends the form of the page, with a key of its own.
fn add(browser: &Client<'_>, fields: &str) -> Answer {
    let page = browser.get(PAGE).text();
    let key = page.split("id=\"form\"").nth(1).map(|form| hidden(form, "key").to_owned()).unwrap();
    browser.post_form(PAGE, &format!("intent=keep&key={key}&{fields}"))
}

fn book(browser: &Client<'_>) -> OwnBook {
    let answer = browser.get(&format!("{PAGE}/book"));
    assert_eq!((answer.status, answer.header("cache-control")), (200, "private, no-store"));
    serde_json::from_slice(&answer.body).unwrap()
}

fn recipient(name: &str) -> Recipient {
    let form = CheckoutForm {
        name: name.into(),
        address1: "Rua do Cais 3".into(),
        city: "Porto".into(),
        postcode: "4000-001".into(),
        country: "PT".into(),
        ..CheckoutForm::default()
    };
    form.check_recipient().unwrap()
}

fn ask(browser: &Client<'_>, key: &str, owner: Owner, change: AddressChange) -> Answer {
    let request = Request { owner, wish: Wish::Address(change) };
    browser.post_keyed(CHANGE, key, &json!(request))
}

#[test]
fn an_address_is_kept_edited_and_removed_and_the_removal_is_taken_back() {
    let shop = Shop::new();
    let (browser, _) = with_account(&shop);
    assert!(browser.get(PAGE).text().contains("No address is kept yet."));
    let bad = add(&browser, "name=Ada&country=ES");
    assert_eq!(bad.status, 422);
    assert!(
        bad.text().contains("value=\"Ada\"") && bad.text().contains("href=\"#address1\""),
        "{}",
        bad.text()
    );
    let added = add(&browser, CADIZ);
    assert_eq!((added.status, added.header("location")), (303, "/en/account/addresses?done=kept"));
    let page = browser.get(PAGE);
    assert_eq!(page.header("cache-control"), "private, no-store");
    let page = page.text();
    assert!(page.contains("Calle del Faro 7, 11001, Cádiz, Spain"), "{page}");
    let (id, version) = (hidden(&page, "id"), hidden(&page, "version"));
    let form = browser.get(&format!("{PAGE}?edit={id}")).text();
    assert!(form.contains("Edit the address") && form.contains("value=\"11001\""), "{form}");
    let edit =
        format!("intent=keep&key=key-of-the-edit&id={id}&version={version}&{CADIZ}&phone=%2B34600000000");
    assert_eq!(browser.post_form(PAGE, &edit).status, 303);
    // Somebody who saw it before does not write over that, and loses nothing.
    let late = format!("intent=keep&key=key-of-the-late&id={id}&version={version}&{CADIZ}&address2=Bajo");
    let late = browser.post_form(PAGE, &late);
    assert_eq!(late.status, 409);
    let text = late.text();
    assert!(text.contains("changed elsewhere") && text.contains("value=\"Bajo\""), "{text}");
    assert_eq!(book(&browser).book.addresses()[0].to.address.address2, None);
    let remove = format!("intent=remove&key=key-of-removal&id={id}&version=2");
    let removed = browser.post_form(PAGE, &remove);
    assert_eq!(removed.status, 200);
    assert!(book(&browser).book.addresses().is_empty());
    let text = removed.text();
    let undo = format!(
        "intent=keep&key={}&default={}&{CADIZ}&phone=%2B34600000000",
        hidden(&text, "key"),
        hidden(&text, "default"),
    );
    assert!(hidden(&text, "key").ends_with("-undo"), "{text}");
    for _ in 0..2 {
        assert_eq!(browser.post_form(PAGE, &undo).status, 303);
    }
    assert_eq!(book(&browser).book.addresses().len(), 1);
}

#[test]
fn nobody_else_sees_an_address_and_it_goes_with_the_account() {
    let shop = Shop::new();
    let (browser, _) = with_account(&shop);
    add(&browser, CADIZ);
    for nobody in [shop.shopper(), shop.anonymous()] {
        assert_eq!(nobody.get(PAGE).header("location"), "/en/account");
        assert_eq!(nobody.get(&format!("{PAGE}/book")).status, 401);
    }
    let bea = shop.shopper();
    open(&bea, &mut Authenticator::new(9));
    assert!(book(&bea).book.addresses().is_empty());
    assert!(!bea.get(PAGE).text().contains("del Faro"));
    assert_eq!(browser.post_form("/en/account/delete", "").status, 303);
    assert_eq!(shop.query("SELECT json_object('book', book) AS doc FROM account_addresses").len(), 0);
}

#[test]
fn what_a_device_was_asked_is_done_once_and_for_its_owner_alone() {
    let shop = Shop::new();
    let (browser, _) = with_account(&shop);
    let owner = book(&browser).owner;
    let change = || AddressChange::Add { to: recipient("Ada"), is_default: true };
    for _ in 0..2 {
        let answer = ask(&browser, "key-of-a-device", owner, change());
        assert_eq!((answer.status, answer.json()["done"].as_bool()), (200, Some(true)));
    }
    assert_eq!(book(&browser).book.addresses().len(), 1);
    let other = AddressChange::Add { to: recipient("Bea"), is_default: false };
    assert_eq!(ask(&browser, "key-of-a-device", owner, other).json()["code"], "key_reused");
    let bea = shop.shopper();
    open(&bea, &mut Authenticator::new(9));
    let foreign = ask(&bea, "key-of-another", owner, change());
    assert_eq!((foreign.status, foreign.json()["code"].as_str()), (403, Some(ANOTHER)));
    assert!(book(&bea).book.addresses().is_empty());
    leave(&browser, "here");
    assert_eq!(ask(&browser, "key-of-nobody", owner, change()).status, 401);
}

#[test]
fn a_checkout_is_filled_in_with_the_default_and_keeps_what_was_typed() {
    let shop = Shop::new();
    let (browser, _) = with_account(&shop);
    let fill = |browser: &Client<'_>| {
        browser.post_form("/fn/add_to_cart", &format!("variant={}&quantity=1&locale=en", shop.variant(5)));
        browser.get("/en/checkout").text()
    };
    let page = fill(&browser);
    assert!(page.contains("name=\"keep\"") && !page.contains("name=\"to\""), "{page}");
    let order = |page: &str, rest: &str| {
        let form = ["key", "seen", "cart"].map(|name| format!("{name}={}&", hidden(page, name))).concat();
        browser.post_form(
            "/en/checkout",
            &format!("{form}email=ada%40example.org&{CADIZ}&shipping=standard&payment=on_delivery&{rest}"),
        )
    };
    for _ in 0..2 {
        assert_eq!(order(&page, "intent=place&keep=1").status, 303);
    }
    assert_eq!(book(&browser).book.addresses().len(), 1);
    ask(
        &browser,
        "key-of-a-device",
        book(&browser).owner,
        AddressChange::Add { to: recipient("Bea"), is_default: false },
    );
    let page = fill(&browser);
    assert!(page.contains("value=\"Calle del Faro 7\"") && page.contains("Rua do Cais 3"), "{page}");
    let used = order(&page, "intent=use&to=key-of-a-device").text();
    assert!(used.contains("value=\"Rua do Cais 3\"") && used.contains("ada@example.org"), "{used}");
    // Without that wish nothing is kept.
    assert_eq!(order(&page, "intent=place&address2=Bajo").status, 303);
    assert_eq!(book(&browser).book.addresses().len(), 2);
    let guest = shop.shopper();
    let page = fill(&guest);
    assert!(
        !page.contains("name=\"keep\"") && !page.contains("name=\"to\"") && !page.contains("del Faro"),
        "{page}"
    );
}
