//! Orders in the Studio.

use super::{check_refused, hidden, signed_in};
use crate::testing::{Client, Shop};

/// Places an order for payment on delivery of one piece, as a shopper does.
pub(crate) fn place(shop: &Shop) {
    let variant = shop.variant(5);
    let shopper = shop.shopper();
    let address = "email=grace%40example.com&name=Grace+Hopper&address1=Calle+1&city=Vigo&postcode=36201&country=ES\
        &shipping=standard&payment=on_delivery";
    let form = shopper.post_form("/en/checkout", &format!("intent=update&cart=1.{variant}x1&{address}"));
    let (key, seen, cart) = (hidden(&form, "key"), hidden(&form, "seen"), hidden(&form, "cart"));
    let placed = shopper.post_form("/en/checkout", &format!("key={key}&seen={seen}&cart={cart}&{address}"));
    assert_eq!(placed.status, 303, "{}", placed.text());
}

/// Sends a command with the key of the page, and answers the page that it leads to.
#[track_caller]
fn command(staff: &Client<'_>, fields: &str) -> String {
    let key = hidden(&staff.get("/studio/orders/1001"), "key");
    let answer = staff.post_form("/studio/orders/1001", &format!("key={key}&{fields}"));
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/studio/orders/1001?done=1"),
        "{}",
        answer.text()
    );
    staff.get(answer.header("location")).text()
}

#[test]
fn an_order_is_found_packed_shipped_delivered_and_paid_back() {
    let shop = Shop::new();
    place(&shop);
    let staff = signed_in(&shop);
    for list in [
        "/studio",
        "/studio/orders",
        "/studio/orders?q=1001",
        "/studio/orders?q=GRACE%40",
        "/studio/orders?status=todo",
    ] {
        assert!(staff.get(list).text().contains("href=\"/studio/orders/1001\""), "{list}");
    }
    for list in ["/studio/orders?q=nobody", "/studio/orders?status=shipped", "/studio/orders?page=2"] {
        assert!(!staff.get(list).text().contains("href=\"/studio/orders/1001\""), "{list}");
    }
    let page = staff.get("/studio/orders/1001").text();
    for shown in
        ["Grace Hopper", "Calle 1", "36201 Vigo", "grace@example.com", "On delivery", "value=\"pack\""]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("value=\"ship\""));
    assert!(command(&staff, "command=pack").contains("The order is now: Packed."));
    let shipped = command(&staff, "command=ship&carrier=Correos&tracking=+");
    assert!(shipped.contains("Correos") && !shipped.contains("value=\"cancel\""), "{shipped}");
    command(&staff, "command=deliver");
    command(&staff, "command=pay");
    let total = "Still to give back, at most: ";
    assert!(staff.get("/studio/orders/1001").text().contains(total));
    assert!(command(&staff, "command=refund&amount=1,50").contains("€1.50"));
    assert!(!staff.get("/studio").text().contains("/studio/orders/1001"));
}

#[test]
fn a_form_sent_twice_has_the_effect_of_once() {
    let shop = Shop::new();
    place(&shop);
    let staff = signed_in(&shop);
    let key = hidden(&staff.get("/studio/orders/1001"), "key");
    for _ in 0..2 {
        let answer = staff.post_form("/studio/orders/1001", &format!("key={key}&command=pack"));
        assert_eq!(answer.status, 303);
    }
    check_refused(&shop, &staff, "/studio/orders/1001", &format!("key={key}&command=pay"), (409, ""));
    assert_eq!(staff.get("/studio/orders/1001").text().matches("<time").count(), 2);
}

#[test]
fn what_an_order_does_not_take_is_said_in_words() {
    let shop = Shop::new();
    place(&shop);
    let staff = signed_in(&shop);
    let (path, key) = ("/studio/orders/1001", "key=0123456789abcdef");
    let check = |form: &str, expected| check_refused(&shop, &staff, path, &format!("{key}&{form}"), expected);
    check("command=ship&carrier=Correos", (409, ""));
    check("command=deliver", (409, ""));
    check("command=refund&amount=1", (409, ""));
    check("command=cancel&restock=yes", (422, "reason"));
    check("command=cancel&reason=late", (422, "restock"));
    check("command=cancel&reason=late&restock=maybe", (422, "restock"));
    check("command=withdraw&reason=x", (422, ""));
    check("command=", (422, ""));
    check_refused(&shop, &staff, path, "key=short&command=pack", (422, ""));
    let refused = staff.post_form(path, &format!("{key}&command=deliver"));
    assert!(refused.text().contains("This order has not left the shop: ship it first."));
    command(&staff, "command=pay");
    check("command=refund&amount=lots", (422, "amount"));
    check("command=refund&amount=1.234", (422, "amount"));
    check("command=refund&amount=99999999999999999999", (422, "amount"));
    check("command=refund&amount=-1", (422, "amount"));
    check("command=refund&amount=100000", (422, "amount"));
    command(&staff, "command=pack");
    check("command=ship&carrier=", (422, "carrier"));
    check("command=ship&carrier=%0A", (422, "carrier"));
    check(&format!("command=ship&carrier=a&tracking={}", "x".repeat(201)), (422, "tracking"));
    // What was typed is still there.
    let again = staff.post_form(path, &format!("{key}&command=cancel&reason=too+%3Cb%3Elate"));
    assert!(again.text().contains("value=\"too &lt;b"), "{}", again.text());
}

#[test]
fn a_cancelled_order_gives_its_pieces_back_if_they_can_be_sold() {
    for (restock, given) in [("yes", 1), ("no", 0)] {
        let shop = Shop::new();
        place(&shop);
        let staff = signed_in(&shop);
        shop.execute("CREATE TABLE seen AS SELECT sum(available) AS n FROM variants");
        assert!(
            command(&staff, &format!("command=cancel&reason=late&restock={restock}"))
                .contains("Reason: late")
        );
        shop.execute(&format!(
            "CREATE TABLE probe (n INTEGER CHECK (n = {given})); INSERT INTO probe
             SELECT (SELECT sum(available) FROM variants) - n FROM seen"
        ));
    }
}
