//! One cart on several browsers, over the real SQL.

use super::tests::{has_left, is_inside, leave, open, sign_in, with_account};
use crate::testing::{Answer, Client, Shop};
use orilla_passkeys::testing::Authenticator;
use orilla_shop::team::Lifetime;
use serde_json::{Value, json};

/// Ids of three variants of which there is plenty.
fn variants(shop: &Shop) -> [i64; 3] {
    let found = shop.query("SELECT json(id) AS doc FROM variants WHERE available >= 20 ORDER BY id LIMIT 3");
    [0, 1, 2].map(|at: usize| found[at].parse().unwrap())
}

fn cart(browser: &Client<'_>) -> String {
    browser.cookie("__Host-cart")
}

#[track_caller]
fn add(browser: &Client<'_>, variant: i64, pieces: u32) {
    let form = format!("locale=en&variant={variant}&quantity={pieces}");
    let added = browser.post_form("/fn/add_to_cart", &form);
    assert_eq!((added.status, added.header("location")), (303, "/en/cart?notice=added"));
}

/// What a page's script is told of the cart.
#[track_caller]
fn refresh(browser: &Client<'_>) -> Value {
    let answer = browser.post_form("/fn/cart", "locale=es");
    assert_eq!((answer.status, answer.header("cache-control")), (200, "private, no-store"));
    answer.json()
}

/// A second browser of the same person.
fn another<'a>(shop: &'a Shop, device: &mut Authenticator) -> Client<'a> {
    let browser = shop.shopper();
    assert_eq!(sign_in(&browser, device).status, 200);
    browser
}

/// A browser whose answers get lost: what it asks happens, and it learns nothing of it.
fn unheard(browser: &Client<'_>, shop: &Shop, act: impl FnOnce(&Client<'_>)) {
    act(&browser.at(shop));
}

#[test]
fn two_browsers_have_one_cart_and_lose_nothing() {
    let shop = Shop::new();
    let [a, b, c] = variants(&shop);
    let (phone, laptop, mut device) = (shop.shopper(), shop.shopper(), Authenticator::new(7));
    add(&phone, a, 2);
    open(&phone, &mut device);
    add(&laptop, b, 1);
    sign_in(&laptop, &mut device);
    assert_eq!(refresh(&phone)["pieces"], 2);
    assert_eq!(refresh(&laptop), json!({"pieces": 3, "label": "Cesta, 3 artículos", "ended": false}));
    assert_eq!(cart(&laptop), format!("1.{b}x1-{a}x2"), "what was here comes first");
    // Without a network the phone takes one out and puts another in, while the laptop adds to the same.
    phone.set_cookie("__Host-cart", &format!("1.{a}x1-{c}x1"));
    add(&laptop, a, 3);
    let page = phone.get("/en/cart");
    assert_eq!(page.header("cache-control"), "private, no-store");
    assert_eq!(cart(&phone), format!("1.{a}x4-{c}x1-{b}x1"));
    assert!(page.text().contains("aria-label=\"Cart, 6 items\""), "the page shows it at once");
    laptop.get("/en/cart");
    assert_eq!(cart(&laptop), format!("1.{b}x1-{a}x4-{c}x1"));
    // Both take the same piece out, one of them without a network: it is one piece.
    phone.set_cookie("__Host-cart", &format!("1.{a}x3-{c}x1-{b}x1"));
    laptop.post_form("/fn/set_quantity", &format!("locale=en&variant={a}&quantity=3"));
    refresh(&phone);
    assert_eq!(cart(&phone), format!("1.{a}x3-{c}x1-{b}x1"));
    // Who looks and learns nothing new has no cookie to keep, and nothing is written.
    let before = shop.rows_written();
    assert_eq!(phone.get("/en/cart").header("set-cookie"), "");
    assert_eq!(shop.rows_written(), before);
}

#[test]
fn what_is_in_the_cart_goes_to_the_account_once() {
    let shop = Shop::new();
    let [a, ..] = variants(&shop);
    let (browser, mut device) = (shop.shopper(), Authenticator::new(7));
    add(&browser, a, 2);
    // Whatever answer gets lost, the sign-in's or the first one's that merges: the same cart comes again.
    let lost = browser.at(&shop);
    open(&lost, &mut device);
    sign_in(&browser, &mut device);
    unheard(&browser, &shop, |lost| drop(refresh(lost)));
    unheard(&browser, &shop, |lost| drop(lost.get("/en/cart")));
    refresh(&browser);
    sign_in(&browser, &mut device);
    refresh(&browser);
    assert_eq!(cart(&browser), format!("1.{a}x2"));
    assert_eq!(refresh(&another(&shop, &mut device))["pieces"], 2);
}

#[test]
fn requests_at_once_all_count_and_the_same_one_counts_once() {
    let shop = Shop::new();
    let [a, b, c] = variants(&shop);
    let (browser, mut device) = with_account(&shop);
    refresh(&browser);
    // Two tabs: the answer to the first comes last.
    let first = browser.at(&shop);
    add(&first, a, 1);
    unheard(&browser, &shop, |second| add(second, b, 1));
    refresh(&first);
    assert_eq!(cart(&first), format!("1.{a}x1-{b}x1"));
    // The network took it, and the answer got lost: sent again, or done by the device, it is one piece.
    unheard(&first, &shop, |lost| add(lost, c, 1));
    unheard(&first, &shop, |lost| add(lost, c, 1));
    first.set_cookie("__Host-cart", &format!("1.{a}x1-{b}x1-{c}x1"));
    refresh(&first);
    assert_eq!(cart(&first), format!("1.{a}x1-{b}x1-{c}x1"));
    assert_eq!(refresh(&another(&shop, &mut device))["pieces"], 3);
}

#[test]
fn what_was_ordered_leaves_the_cart_of_all_browsers() {
    let shop = Shop::new();
    let [a, b, _] = variants(&shop);
    let (phone, mut device) = with_account(&shop);
    let laptop = another(&shop, &mut device);
    add(&phone, a, 2);
    refresh(&phone);
    add(&phone, a, 1);
    let form = laptop.get("/en/checkout").text();
    // Meanwhile the phone puts something in, more of the same too: it is no part of this order.
    add(&phone, b, 1);
    add(&phone, a, 1);
    let placed = order(&laptop, &form);
    assert_eq!(placed.status, 303, "{}", placed.text());
    assert_eq!(cart(&laptop), format!("1.{a}x1-{b}x1"));
    refresh(&phone);
    assert_eq!(cart(&phone), format!("1.{a}x1-{b}x1"));
}

#[test]
fn a_guest_who_orders_keeps_what_was_put_in_since() {
    let shop = Shop::new();
    let [a, b, _] = variants(&shop);
    let browser = shop.shopper();
    add(&browser, a, 1);
    let form = browser.get("/en/checkout").text();
    add(&browser, b, 1);
    assert_eq!(order(&browser, &form).status, 303);
    assert_eq!(cart(&browser), format!("1.{b}x1"));
}

#[test]
fn an_order_of_a_device_is_the_account_s_and_leaves_its_cart() {
    let shop = Shop::new();
    let [a, b, _] = variants(&shop);
    let (phone, mut device) = with_account(&shop);
    let laptop = another(&shop, &mut device);
    add(&phone, a, 2);
    add(&laptop, b, 1);
    // The phone was away: it has emptied its cart when it left the order, and sends both now.
    phone.set_cookie("__Host-cart", "1.");
    let lines = json!([{"variant": a, "quantity": 2}]);
    let quoted = phone.post_json("/api/v1/cart/quote", &json!({"lines": lines, "country": "ES"}));
    let order = json!({
        "lines": lines,
        "seen": quoted.json()["fingerprint"],
        "contact": {"email": "ada@example.org", "name": "Ada"},
        "address": {"address1": "Calle 1", "city": "Vigo", "postcode": "36201", "country": "ES"},
        "shipping": "standard",
        "payment": "bank_transfer",
    });
    let placed = phone.post_keyed("/api/v1/orders", "a-key-of-the-device-1", &order);
    assert_eq!(placed.status, 201, "{}", placed.text());
    refresh(&laptop);
    assert_eq!(cart(&laptop), format!("1.{b}x1"));
    assert!(laptop.get("/en/account").text().contains("Order 1001"));
}

#[test]
fn who_signs_out_leaves_no_cart_behind_and_takes_it_along() {
    let shop = Shop::new();
    let [a, b, _] = variants(&shop);
    let (browser, mut device) = with_account(&shop);
    let other = another(&shop, &mut device);
    add(&browser, a, 2);
    refresh(&other);
    // Put in without a network, and told nobody yet.
    browser.set_cookie("__Host-cart", &format!("1.{a}x2-{b}x1"));
    leave(&browser, "everywhere");
    assert_eq!((cart(&browser), browser.cookie("__Host-cart-copy")), (String::new(), String::new()));
    assert_eq!(refresh(&browser)["pieces"], 0);
    // The other one hears of it from the next page's script, and is wiped.
    assert_eq!(refresh(&other), json!({"pieces": 0, "label": "Cesta", "ended": true}));
    assert_eq!((cart(&other), other.cookie("__Host-account")), (String::new(), String::new()));
    sign_in(&browser, &mut device);
    refresh(&browser);
    assert_eq!(cart(&browser), format!("1.{a}x2-{b}x1"));
}

#[test]
fn a_session_that_is_over_by_age_leaves_a_guest_s_cart_which_is_not_doubled() {
    let shop = Shop::new();
    let [a, ..] = variants(&shop);
    let (browser, mut device) = with_account(&shop);
    add(&browser, a, 2);
    refresh(&browser);
    browser.set_cookie("__Host-account", "");
    assert_eq!(refresh(&browser), json!({"pieces": 2, "label": "Cesta, 2 artículos", "ended": false}));
    add(&browser, a, 1);
    sign_in(&browser, &mut device);
    refresh(&browser);
    assert_eq!(cart(&browser), format!("1.{a}x3"));
}

#[test]
fn a_store_that_is_away_takes_nothing_out_of_a_cart() {
    let shop = Shop::new();
    let [a, b, _] = variants(&shop);
    let (phone, mut device) = with_account(&shop);
    let laptop = another(&shop, &mut device);
    add(&phone, a, 1);
    refresh(&phone);
    phone.set_cookie("__Host-cart", &format!("1.{a}x1-{b}x2"));
    shop.break_database(true);
    assert_eq!(phone.get("/en/cart").status, 503);
    assert_eq!(phone.post_form("/fn/cart", "locale=en").status, 503);
    assert_eq!(cart(&phone), format!("1.{a}x1-{b}x2"));
    shop.break_database(false);
    refresh(&phone);
    refresh(&laptop);
    assert_eq!(refresh(&laptop)["pieces"], 3);
    assert!(is_inside(&phone));
}

#[test]
fn pages_that_all_share_ask_nothing_of_an_account() {
    let shop = Shop::new();
    let [a, ..] = variants(&shop);
    let guest = shop.shopper();
    guest.get("/en");
    let kept = shop.kept_pages();
    let (browser, _) = with_account(&shop);
    add(&browser, a, 2);
    shop.break_database(true);
    let page = browser.get("/en");
    assert_eq!(page.status, 200);
    assert!(page.text().contains("aria-label=\"Cart, 2 items\""));
    assert_eq!(shop.kept_pages(), kept);
}

/// Sends the checkout's form that a page shows, filled in.
fn order(browser: &Client<'_>, page: &str) -> Answer {
    let hidden = |name: &str| {
        let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let fields = format!(
        "intent=place&key={}&seen={}&cart={}&email=ada%40example.org&name=Ada&address1=Quay+1&city=Vigo&postcode=36201&country=ES&shipping=standard&payment=bank_transfer",
        hidden("key"),
        hidden("seen"),
        hidden("cart")
    );
    browser.post_form("/en/checkout", &fields)
}

#[test]
fn a_browser_that_has_lost_its_cart_takes_nothing_out_of_the_others() {
    let shop = Shop::new();
    let [a, b, _] = variants(&shop);
    let (browser, mut device) = with_account(&shop);
    let other = another(&shop, &mut device);
    add(&browser, a, 2);
    add(&other, b, 1);
    refresh(&browser);
    let both = cart(&browser);
    for lost in ["", "1.nonsense"] {
        browser.set_cookie("__Host-cart", lost);
        refresh(&browser);
        refresh(&other);
        assert_eq!((cart(&browser), cart(&other)), (both.clone(), both.clone()), "{lost:?}");
    }
    // One that says that it is empty was emptied.
    browser.set_cookie("__Host-cart", "1.");
    refresh(&browser);
    refresh(&other);
    assert_eq!(cart(&other), "");
}

#[test]
fn a_session_that_was_not_used_for_long_is_not_one_that_was_ended() {
    let shop = Shop::new();
    let [a, ..] = variants(&shop);
    let (browser, mut device) = with_account(&shop);
    add(&browser, a, 2);
    refresh(&browser);
    shop.wait(Lifetime::SHOPPERS.idle);
    // Whoever begins a session next has old ones forgotten.
    another(&shop, &mut device);
    assert_eq!(refresh(&browser)["ended"], false);
    assert_eq!(cart(&browser), format!("1.{a}x2"));
    // Its account's page says so, and wipes nothing.
    let door = browser.get("/en/account").text();
    assert!(door.contains("It has been a while") && !has_left(&browser), "{door}");
    assert_eq!(cart(&browser), format!("1.{a}x2"));
    sign_in(&browser, &mut device);
    assert_eq!(refresh(&browser)["pieces"], 2);
}

#[test]
fn the_next_person_on_a_browser_gets_nothing_of_the_one_before_and_takes_their_own_along() {
    let shop = Shop::new();
    let [a, b, c] = variants(&shop);
    let (browser, mut ada) = with_account(&shop);
    add(&browser, a, 2);
    refresh(&browser);
    // Without a network Ada puts one more in, and stays away until her session is over. No session's cookie is left.
    browser.set_cookie("__Host-cart", &format!("1.{a}x2-{b}x1"));
    shop.wait(Lifetime::SHOPPERS.idle);
    browser.set_cookie("__Host-account", "");
    assert_eq!(refresh(&browser)["pieces"], 3);
    // Bea comes, puts things in as a guest, one of them of the same kind, and opens an account.
    add(&browser, c, 4);
    add(&browser, a, 1);
    let mut bea = Authenticator::new(9);
    open(&browser, &mut bea);
    assert_eq!(cart(&browser), format!("1.{a}x1-{c}x4"));
    refresh(&browser);
    refresh(&browser);
    assert_eq!(cart(&browser), format!("1.{a}x1-{c}x4"));
    let other = another(&shop, &mut bea);
    refresh(&other);
    assert_eq!(refresh(&other)["pieces"], 5);
    // Nothing of Bea's has gone to Ada, and nothing that Ada's account knew is lost.
    let other = another(&shop, &mut ada);
    refresh(&other);
    assert_eq!(cart(&other), format!("1.{a}x2"));
    // The other way round, by a page this time: Bea's session is over, and Ada signs in.
    shop.wait(Lifetime::SHOPPERS.idle);
    browser.get("/en/account");
    sign_in(&browser, &mut ada);
    browser.get("/en/cart");
    assert_eq!(cart(&browser), format!("1.{a}x2"));
}

#[test]
fn an_answer_to_the_one_before_that_comes_late_is_not_the_next_one_s() {
    let shop = Shop::new();
    let [a, b, _] = variants(&shop);
    let (browser, _) = with_account(&shop);
    add(&browser, a, 2);
    refresh(&browser);
    let (late, copy) = (cart(&browser), browser.cookie("__Host-cart-copy"));
    leave(&browser, "here");
    open(&browser, &mut Authenticator::new(9));
    add(&browser, b, 1);
    refresh(&browser);
    for look in
        [|browser: &Client<'_>| drop(refresh(browser)), |browser: &Client<'_>| drop(browser.get("/en/cart"))]
    {
        browser.set_cookie("__Host-cart", &late);
        browser.set_cookie("__Host-cart-copy", &copy);
        look(&browser);
        assert_eq!(cart(&browser), "");
        refresh(&browser);
        assert_eq!(cart(&browser), format!("1.{b}x1"));
    }
}
