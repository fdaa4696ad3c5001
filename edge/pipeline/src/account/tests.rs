//! Accounts as shoppers meet them, over the real SQL, with a device in software.

use crate::gateway::testing::headers;
use crate::gateway::visitor::identity::{Identified, VisitorKeys};
use crate::testing::{Answer, Client, Shop, VISITOR_KEY};
use orilla_passkeys::testing::Authenticator;
use orilla_shop::passkeys::LIVES;
use orilla_shop::team::Lifetime;
use serde_json::json;

/// Opens an account with this device.
pub(super) fn open(browser: &Client<'_>, device: &mut Authenticator) -> Answer {
    let made = device.create(&browser.asked("/en/account/open/begin"));
    browser.post_json("/en/account/open/finish", &json!({"credential": made}))
}

/// Signs in with this device.
pub(super) fn sign_in(browser: &Client<'_>, device: &mut Authenticator) -> Answer {
    let signed = device.get(&browser.asked("/en/account/sign-in/begin"));
    browser.post_json("/en/account/sign-in/finish", &json!({"credential": signed}))
}

/// A browser with an account, and the device that opens it.
pub(crate) fn with_account(shop: &Shop) -> (Client<'_>, Authenticator) {
    let (browser, mut device) = (shop.shopper(), Authenticator::new(7));
    let answer = open(&browser, &mut device);
    assert_eq!((answer.status, &answer.json()["next"]), (200, &json!("/en/account?done=opened")));
    (browser, device)
}

#[track_caller]
pub(super) fn is_inside(browser: &Client<'_>) -> bool {
    let page = browser.get("/en/account");
    assert_eq!((page.status, page.header("cache-control")), (200, "private, no-store"));
    page.text().contains("action=\"/en/account/sign-out\"")
}

/// Orders something, and answers the order's address.
#[track_caller]
fn order(shop: &Shop, browser: &Client<'_>) -> String {
    order_of(browser, shop.variant(5))
}

/// Orders a piece of a variant from the checkout's page, and answers the order's address.
#[track_caller]
fn order_of(browser: &Client<'_>, variant: i64) -> String {
    browser.post_form("/fn/add_to_cart", &format!("variant={variant}&quantity=1&locale=en"));
    let page = browser.get("/en/checkout").text();
    let hidden = |name: &str| {
        let value = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
        value.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    };
    let form = format!(
        "intent=place&key={}&seen={}&cart={}&email=ada%40example.org&name=Ada&address1=Calle+1&city=Vigo&postcode=36201&country=ES&shipping=standard&payment=on_delivery",
        hidden("key"),
        hidden("seen"),
        hidden("cart"),
    );
    let placed = browser.post_form("/en/checkout", &form);
    assert_eq!(placed.status, 303, "{}", placed.text());
    placed.header("location").trim_end_matches("?placed=1").to_owned()
}

/// Orders a product, and has it shipped.
#[track_caller]
pub(crate) fn receive(shop: &Shop, browser: &Client<'_>, product: &str) {
    let order = order_of(browser, shop.variant_of(product));
    let token = order.rsplit('/').next().unwrap();
    for command in [json!({ "type": "pack" }), json!({ "type": "ship", "carrier": "Correos" })] {
        let key = format!("{}-{token}", command["type"].as_str().unwrap());
        let path = format!("/studio/api/orders/{token}/commands");
        let done = shop.staff().post_keyed(&path, &key, &command);
        assert_eq!(done.status, 200, "{}", done.text());
    }
}

/// As whom the browser is counted.
fn counted_as(shop: &Shop, browser: &Client<'_>) -> Option<String> {
    let keys = VisitorKeys::new(VISITOR_KEY, None).unwrap();
    let sent = headers(&[("cookie", &browser.cookies())]);
    Identified::of(&sent, &keys, shop.host().clock.now()).map(|known| known.id.text())
}

fn agree(browser: &Client<'_>) {
    assert_eq!(browser.post_form("/fn/consent", "answer=all&to=/en").status, 303);
}

pub(super) fn leave(browser: &Client<'_>, place: &str) -> Answer {
    let answer = browser.post_form("/en/account/sign-out", &format!("where={place}"));
    assert_eq!(answer.status, 303);
    answer
}

/// Whether the service worker of a browser is to forget who was there.
pub(super) fn has_left(browser: &Client<'_>) -> bool {
    browser.cookies().contains("__Host-left=1")
}

#[test]
fn nobody_has_left_because_an_address_says_so() {
    let shop = Shop::new();
    let guest = shop.shopper();
    for notice in ["out", "everywhere", "deleted", "ended"] {
        assert_eq!(guest.get(&format!("/en/account?done={notice}")).status, 200, "{notice}");
    }
    assert!(!has_left(&guest));
    let (browser, _) = with_account(&shop);
    assert!(!has_left(&browser));
    assert_eq!(browser.post_form("/en/account/delete", "").status, 303);
    assert!(has_left(&browser));
}

#[test]
fn an_account_is_opened_left_and_opened_again_on_another_browser() {
    let shop = Shop::new();
    let (browser, mut device) = with_account(&shop);
    assert!(browser.get("/en/account?done=opened").text().contains("Your account is open"));
    assert!(is_inside(&browser));
    assert_eq!(leave(&browser, "here").header("location"), "/en/account?done=out");
    let left = browser.get("/en/account?done=out").text();
    assert!(left.contains("You are signed out.") && has_left(&browser), "{left}");
    assert!(!is_inside(&browser));
    let other = shop.shopper();
    let answer = sign_in(&other, &mut device);
    assert_eq!((answer.status, &answer.json()["next"]), (200, &json!("/en/account?done=in")));
    assert!(is_inside(&other) && !is_inside(&browser));
}

#[test]
fn what_is_ordered_while_signed_in_stands_in_the_account() {
    let shop = Shop::new();
    let (browser, mut device) = with_account(&shop);
    assert!(browser.get("/en/account").text().contains("No orders yet."));
    let own = order(&shop, &browser);
    let guest = shop.shopper();
    let foreign = order(&shop, &guest);
    let other = shop.shopper();
    sign_in(&other, &mut device);
    let page = other.get("/en/account").text();
    assert!(page.contains(&own) && page.contains("Order 1001"), "{page}");
    assert!(!page.contains(&foreign), "a guest's order is nobody's");
    // Another account has none of them.
    let bea = shop.shopper();
    assert_eq!(open(&bea, &mut Authenticator::new(9)).status, 200);
    assert!(bea.get("/en/account").text().contains("No orders yet."));
}

#[test]
fn whoever_signs_in_is_one_visitor_on_all_browsers_that_agreed() {
    let shop = Shop::new();
    let phone = shop.shopper();
    agree(&phone);
    let visitor = counted_as(&shop, &phone).unwrap();
    let mut device = Authenticator::new(7);
    open(&phone, &mut device);
    assert_eq!(counted_as(&shop, &phone), Some(visitor.clone()));
    // A browser that was somebody else, and one that agrees when it is signed in already.
    let (laptop, tablet) = (shop.shopper(), shop.shopper());
    agree(&laptop);
    assert_ne!(counted_as(&shop, &laptop), Some(visitor.clone()));
    sign_in(&laptop, &mut device);
    sign_in(&tablet, &mut device);
    assert_eq!(counted_as(&shop, &laptop), Some(visitor.clone()));
    assert_eq!(counted_as(&shop, &tablet), None, "nobody is known who has not agreed");
    agree(&tablet);
    assert_eq!(counted_as(&shop, &tablet), Some(visitor.clone()));
    // Who signs out leaves no id behind; who did not agree has none.
    leave(&laptop, "here");
    let fresh = counted_as(&shop, &laptop);
    assert!(fresh.is_some() && fresh != Some(visitor.clone()));
    sign_in(&laptop, &mut device);
    assert_eq!(counted_as(&shop, &laptop), Some(visitor));
}

#[test]
fn the_first_browser_that_agreed_says_who_the_account_is() {
    let shop = Shop::new();
    let (silent, mut device) = with_account(&shop);
    assert_eq!(counted_as(&shop, &silent), None);
    let laptop = shop.shopper();
    agree(&laptop);
    let visitor = counted_as(&shop, &laptop);
    sign_in(&laptop, &mut device);
    agree(&silent);
    assert_eq!(counted_as(&shop, &silent), visitor);
}

#[test]
fn the_next_person_on_a_browser_is_somebody_else_and_sees_nothing_of_the_one_before() {
    let shop = Shop::new();
    let (browser, mut ada) = with_account(&shop);
    agree(&browser);
    let visitor = counted_as(&shop, &browser);
    browser.get("/en/p/storm-lantern-no-4");
    assert!(browser.cookie("__Host-viewed").starts_with("1."), "{}", browser.cookies());
    // Ada stays away until her session is over, and comes again: nothing is lost, and she is who she was.
    shop.wait(Lifetime::SHOPPERS.idle);
    browser.get("/en/account");
    assert!(!sign_in(&browser, &mut ada).header("clear-site-data").contains("storage"));
    assert_eq!(counted_as(&shop, &browser), visitor);
    assert!(browser.cookie("__Host-viewed").starts_with("1."));
    // So does Bea, the next time.
    shop.wait(Lifetime::SHOPPERS.idle);
    browser.get("/en/account");
    let mut bea = Authenticator::new(9);
    assert!(open(&browser, &mut bea).header("clear-site-data").contains("storage"));
    assert_eq!(browser.cookie("__Host-viewed"), "");
    let next = counted_as(&shop, &browser);
    assert!(next.is_some() && next != visitor);
    // And each is the same on another browser.
    for (mut device, who) in [(ada, visitor), (bea, next)] {
        let other = shop.shopper();
        agree(&other);
        sign_in(&other, &mut device);
        assert_eq!(counted_as(&shop, &other), who);
    }
}

#[test]
fn signing_out_leaves_nothing_personal() {
    let shop = Shop::new();
    let (browser, mut device) = with_account(&shop);
    agree(&browser);
    browser.get("/en/p/storm-lantern");
    browser.post_form("/fn/add_to_cart", &format!("variant={}&quantity=1&locale=en", shop.variant(5)));
    let other = shop.shopper();
    sign_in(&other, &mut device);
    leave(&browser, "everywhere");
    for name in ["__Host-account=", "__Host-cart=", "__Host-viewed="] {
        let cookies = browser.cookies();
        let value = cookies.split("; ").find_map(|pair| pair.strip_prefix(name));
        assert_eq!(value.unwrap_or_default(), "", "{cookies}");
    }
    // The other browser learns of it when it comes the next time, and is told; what is personal goes there, too.
    other.post_form("/fn/add_to_cart", &format!("variant={}&quantity=1&locale=en", shop.variant(5)));
    let page = other.get("/en/account");
    assert!(page.text().contains("You are not signed in any more.") && has_left(&other));
    assert!(!other.cookies().contains("__Host-cart=1."), "{}", other.cookies());
    assert!(!other.get("/en/account").text().contains("You are not signed in any more."));
}

#[test]
fn a_passkey_is_added_and_removed_but_not_the_last_one() {
    let shop = Shop::new();
    let (browser, _) = with_account(&shop);
    assert_eq!(browser.post_form("/en/account/passkeys", "passkey=1").status, 409);
    let mut second = Authenticator::new(8);
    let made = second.create(&browser.asked("/en/account/passkeys/begin"));
    let nameless = json!({"name": " ", "credential": made});
    assert_eq!(browser.post_json("/en/account/passkeys/finish", &nameless).status, 422);
    let named = json!({"name": "Blue phone", "credential": made});
    let added = browser.post_json("/en/account/passkeys/finish", &named);
    assert_eq!(added.json()["next"], "/en/account?done=added", "{}", added.text());
    let other = shop.shopper();
    assert_eq!(sign_in(&other, &mut second).status, 200);
    assert!(other.get("/en/account").text().contains("Blue phone"));
    // Nobody else's passkey can be removed, whatever the form says.
    let bea = shop.shopper();
    open(&bea, &mut Authenticator::new(9));
    bea.post_form("/en/account/passkeys", "passkey=2");
    assert!(is_inside(&other));
    let removed = browser.post_form("/en/account/passkeys", "passkey=2");
    assert!(removed.status == 200 && !removed.text().contains("Blue phone"), "{}", removed.text());
    assert!(!is_inside(&other), "the session that it began has ended");
    assert_eq!(sign_in(&shop.shopper(), &mut second).status, 401);
    for id in ["", "x", "-1"] {
        assert_eq!(browser.post_form("/en/account/passkeys", &format!("passkey={id}")).status, 422);
    }
}

#[test]
fn a_deleted_account_is_gone_and_its_orders_keep_their_links() {
    let shop = Shop::new();
    let (browser, mut device) = with_account(&shop);
    let link = order(&shop, &browser);
    let deleted = browser.post_form("/en/account/delete", "");
    assert_eq!((deleted.status, deleted.header("location")), (303, "/en/account?done=deleted"));
    assert!(!is_inside(&browser));
    assert_eq!(sign_in(&shop.shopper(), &mut device).json()["code"], "passkey_unknown");
    assert_eq!(browser.get(&link).status, 200);
    let left = "SELECT json((SELECT count(*) FROM accounts) + (SELECT count(*) FROM account_orders)
        + (SELECT count(*) FROM account_passkeys) + (SELECT count(*) FROM account_sessions)) AS doc";
    assert_eq!(shop.query(left), ["0"]);
}

#[test]
fn the_studio_and_the_shop_open_nothing_of_each_other() {
    let shop = Shop::new();
    let (browser, mut device) = with_account(&shop);
    assert_eq!(browser.get("/studio").status, 303);
    let signed = device.get(&browser.asked("/studio/sign-in/begin"));
    let answer = browser.post_json("/studio/sign-in/finish", &json!({"credential": signed}));
    assert_eq!((answer.status, &answer.json()["code"]), (401, &json!("passkey_unknown")));
    // The session of a member has the same number as the shopper's: its challenge is no challenge of the account.
    let member = shop.shopper();
    member.post_form("/studio/sign-in", &format!("name=Ada&token={}", crate::testing::TOKEN));
    let made = Authenticator::new(8).create(&member.asked("/studio/passkeys/begin"));
    let document = json!({"name": "Key", "credential": made});
    let answer = browser.post_json("/en/account/passkeys/finish", &document);
    assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("passkey_expired")));
}

#[test]
fn an_answer_counts_once_where_it_was_asked_for_and_in_time() {
    let shop = Shop::new();
    let (browser, mut device) = with_account(&shop);
    let other = shop.shopper();
    let document = json!({"credential": device.get(&other.asked("/en/account/sign-in/begin"))});
    let check = |client: &Client<'_>, status| {
        assert_eq!(client.post_json("/en/account/sign-in/finish", &document).status, status);
    };
    check(&browser, 409);
    let document = json!({"credential": device.get(&other.asked("/en/account/sign-in/begin"))});
    let check = |client: &Client<'_>, status| {
        assert_eq!(client.post_json("/en/account/sign-in/finish", &document).status, status);
    };
    check(&other, 200);
    check(&other, 409);
    let late = json!({"credential": device.get(&other.asked("/en/account/sign-in/begin"))});
    shop.wait(LIVES);
    assert_eq!(other.post_json("/en/account/sign-in/finish", &late).status, 409);
    // What was asked to open an account opens one, and is no answer for anything else.
    let made = Authenticator::new(8).create(&browser.asked("/en/account/open/begin"));
    let document = json!({"name": "Key", "credential": made});
    assert_eq!(browser.post_json("/en/account/passkeys/finish", &document).status, 409);
}

#[test]
fn a_passkey_opens_one_account() {
    let shop = Shop::new();
    let (_, mut device) = with_account(&shop);
    let answer = open(&shop.shopper(), &mut device);
    assert_eq!((answer.status, &answer.json()["code"]), (409, &json!("passkey_taken")));
    assert_eq!(shop.query("SELECT json(count(*)) AS doc FROM accounts"), ["1"]);
}

#[test]
fn a_session_lasts_weeks_unused_and_half_a_year_at_most() {
    let shop = Shop::new();
    let (browser, mut device) = with_account(&shop);
    let Lifetime { lasts, idle, .. } = Lifetime::SHOPPERS;
    for _ in 0..lasts / (idle - 1) {
        shop.wait(idle - 1);
        assert!(is_inside(&browser));
    }
    shop.wait(idle - 1);
    assert!(!is_inside(&browser));
    sign_in(&browser, &mut device);
    shop.wait(idle);
    assert!(!is_inside(&browser));
}

#[test]
fn a_stranger_changes_nothing() {
    let shop = Shop::new();
    let stranger = shop.shopper();
    let before = shop.query("SELECT json(count(*)) AS doc FROM accounts");
    for path in ["/en/account/passkeys", "/en/account/delete"] {
        assert_eq!(stranger.post_form(path, "passkey=1").status, 401, "{path}");
    }
    assert_eq!(stranger.post_json("/en/account/passkeys/begin", &json!({})).json()["code"], "signed_out");
    assert_eq!(shop.query("SELECT json(count(*)) AS doc FROM accounts"), before);
    let forged = [("sec-fetch-site", "cross-site"), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(stranger.send("POST", "/en/account/sign-out", &forged, b"").status, 403);
}

#[test]
fn a_database_that_is_away_signs_nobody_out() {
    let shop = Shop::new();
    let (browser, _) = with_account(&shop);
    shop.break_database(true);
    assert_eq!(browser.get("/en/account").status, 503);
    assert_eq!(leave_status(&browser), 503);
    shop.break_database(false);
    assert!(is_inside(&browser));
}

fn leave_status(browser: &Client<'_>) -> u16 {
    browser.post_form("/en/account/sign-out", "where=here").status
}

#[test]
fn the_page_speaks_the_shopper_s_language_and_guests_need_no_script() {
    let shop = Shop::new();
    for (locale, guest) in [
        ("en", "You can order without an account"),
        ("es", "Siempre puedes comprar sin cuenta"),
        ("pt", "Pode sempre comprar sem conta"),
    ] {
        let page = shop.shopper().get(&format!("/{locale}/account")).text();
        assert!(page.contains(guest) && page.contains("<noscript>"), "{page}");
        assert!(
            shop.shopper().get(&format!("/{locale}")).text().contains(&format!("href=\"/{locale}/account\""))
        );
    }
}
