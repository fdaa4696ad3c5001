//! Reviews of who has an account, over the real SQL.

use super::tests::{leave, open, receive, with_account};
use crate::testing::{Answer, Client, Shop};
use orilla_catalog::Handle;
use orilla_orders::{Language, Owner, ReviewChange, ReviewForm};
use orilla_passkeys::testing::Authenticator;
use orilla_shop::outbox::{ANOTHER, OwnBook, Request, Wish};
use serde_json::json;

const LIST: &str = "/en/account/reviews";
const PAGE: &str = "/en/account/reviews/storm-lantern-no-4";
const CHANGE: &str = "/en/account/review-change";

fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let value = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    value.and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

/// A shopper who has received the lantern.
fn with_lantern(shop: &Shop) -> Client<'_> {
    let (browser, _) = with_account(shop);
    receive(shop, &browser, "storm-lantern-no-4");
    browser
}

/// Sends a page's form with these fields.
fn send(browser: &Client<'_>, page: &str, fields: &str) -> Answer {
    let form: String =
        ["key", "version", "language"].map(|name| format!("{name}={}&", hidden(page, name))).concat();
    browser.post_form(PAGE, &format!("{form}{fields}"))
}

/// Says something from the page as it is now.
fn say(browser: &Client<'_>, stars: u8, text: &str) -> Answer {
    let page = browser.get(PAGE).text();
    send(browser, &page, &format!("intent=keep&stars={stars}&author=Ada&text={text}"))
}

fn stored(shop: &Shop) -> Vec<String> {
    shop.query("SELECT json_array(version, state, stars, author, text, language) AS doc FROM reviews")
}

fn owner(browser: &Client<'_>) -> Owner {
    let book = browser.get("/en/account/addresses/book");
    serde_json::from_slice::<OwnBook>(&book.body).unwrap().owner
}

fn change(version: u32, text: &str) -> ReviewChange {
    let form = ReviewForm { stars: "4".into(), author: "Ada".into(), text: text.into() };
    let review = form.check(&Language::parse("en").unwrap()).ok();
    ReviewChange { product: Handle::parse("storm-lantern-no-4").unwrap(), version, made_of: None, review }
}

fn ask(browser: &Client<'_>, key: &str, owner: Owner, change: ReviewChange) -> Answer {
    browser.post_keyed(CHANGE, key, &json!(Request { owner, wish: Wish::Review(change) }))
}

#[test]
fn a_review_is_written_and_edited_and_waits_each_time() {
    let shop = Shop::new();
    let browser = with_lantern(&shop);
    let list = browser.get(LIST);
    assert_eq!((list.status, list.header("cache-control")), (200, "private, no-store"));
    let list = list.text();
    assert!(list.contains("Write a review: Storm Lantern No. 4") && list.contains(PAGE), "{list}");
    assert!(browser.get("/en/account").text().contains(LIST));
    let kept = say(&browser, 4, "It+burns.%0D%0A%0D%0AFor+years.");
    assert_eq!((kept.status, kept.header("location")), (303, "/en/account/reviews?done=kept"));
    let list = browser.get(kept.header("location")).text();
    assert!(list.contains("Thank you.") && list.contains("4 out of 5"), "{list}");
    assert_eq!(stored(&shop), ["[1,\"waiting\",4,\"Ada\",\"It burns.\\n\\nFor years.\",\"en\"]"]);
    let page = browser.get(PAGE).text();
    assert!(page.contains("Waits until the team has read it") && page.contains("It burns.\n\nFor years."));
    shop.execute("UPDATE reviews SET state = 'shown'");
    assert!(browser.get(PAGE).text().contains("Shown on the product’s page"));
    // On the Spanish page it is still in English.
    let page = browser.get("/es/account/reviews/storm-lantern-no-4").text();
    send(&browser, &page, "intent=keep&stars=5&author=Ada&text=Better");
    assert_eq!(stored(&shop), ["[2,\"waiting\",5,\"Ada\",\"Better\",\"en\"]"]);
}

#[test]
fn faults_stand_at_their_fields_and_nothing_typed_is_lost() {
    let shop = Shop::new();
    let browser = with_lantern(&shop);
    let page = browser.get(PAGE).text();
    for (fields, expected) in [
        ("", &["href=\"#stars\"", "href=\"#text\"", "href=\"#author\""][..]),
        ("stars=9&text=Fine&author=Ada", &["Please choose one of the options", "Fine", "value=\"Ada\""]),
        (
            &format!("stars=2&text={}&author={}", "a".repeat(2_001), "b".repeat(61)),
            &["2000 characters or fewer", "60 characters or fewer", "value=\"2\" checked"],
        ),
    ] {
        let answer = send(&browser, &page, &format!("intent=keep&{fields}"));
        assert_eq!(answer.status, 422, "{fields}");
        let text = answer.text();
        for part in expected {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    // A form that was not made here gets a key.
    let foreign = browser.post_form(PAGE, "intent=keep&stars=4&text=Fine&author=Ada");
    assert!(foreign.status == 422 && foreign.text().contains("value=\"Ada\""), "{}", foreign.text());
    assert_eq!(stored(&shop).len(), 0);
}

#[test]
fn nothing_is_written_over_what_nobody_here_has_seen() {
    let shop = Shop::new();
    let browser = with_lantern(&shop);
    let before = browser.get(PAGE).text();
    say(&browser, 4, "Fine");
    let late = send(&browser, &before, "intent=keep&stars=1&author=Ada&text=Awful");
    assert_eq!(late.status, 409, "{}", late.text());
    let page = late.text();
    assert!(page.contains("changed elsewhere") && page.contains("Awful"), "{page}");
    assert!(page.contains("It says now:") && page.contains(">Fine</blockquote>"), "{page}");
    assert_eq!(stored(&shop), ["[1,\"waiting\",4,\"Ada\",\"Fine\",\"en\"]"]);
    assert_eq!(send(&browser, &page, "intent=keep&stars=1&author=Ada&text=Awful").status, 303);
    assert_eq!(stored(&shop), ["[2,\"waiting\",1,\"Ada\",\"Awful\",\"en\"]"]);
}

#[test]
fn a_removal_is_taken_back_once() {
    let shop = Shop::new();
    let browser = with_lantern(&shop);
    say(&browser, 4, "%3Cb%3EFine%3C%2Fb%3E");
    let page = browser.get(PAGE).text();
    let removed = send(&browser, &page, "intent=remove");
    assert_eq!(removed.status, 200, "{}", removed.text());
    assert_eq!(stored(&shop), ["[2,\"removed\",null,null,null,null]"]);
    let text = removed.text();
    assert!(text.contains("The review is removed.") && !text.contains("<b>Fine"), "{text}");
    let undo = format!(
        "intent=keep&key={}&version={}&stars=4&author=Ada&text=%3Cb%3EFine%3C%2Fb%3E&language=en",
        hidden(&text, "key"),
        hidden(&text, "version"),
    );
    assert!(hidden(&text, "key").ends_with("-undo"), "{text}");
    for _ in 0..2 {
        assert_eq!(browser.post_form(PAGE, &undo).status, 303);
    }
    assert_eq!(stored(&shop), ["[3,\"waiting\",4,\"Ada\",\"<b>Fine</b>\",\"en\"]"]);
}

#[test]
fn who_has_not_received_it_is_told_so_and_nobody_is_led_to_the_account() {
    let shop = Shop::new();
    let (browser, _) = with_account(&shop);
    assert!(browser.get(LIST).text().contains("There is nothing to review yet."));
    let page = browser.get(PAGE);
    assert_eq!(page.status, 200);
    let page = page.text();
    assert!(
        page.contains("reviewed by who has received it")
            && page.contains("href=\"/en/p/storm-lantern-no-4\"")
            && !page.contains("<textarea"),
        "{page}"
    );
    let form = "intent=keep&key=key-of-a-form&version=0&stars=4&author=Ada&text=Fine";
    let refused = browser.post_form(PAGE, form);
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("reviewed by who has received it") && refused.text().contains("Fine"));
    for path in ["/en/account/reviews/nothing", "/en/account/reviews/%FF", "/en/account/reviews/A"] {
        assert_eq!(browser.get(path).status, 404, "{path}");
    }
    for nobody in [shop.shopper(), shop.anonymous()] {
        assert_eq!(nobody.get(LIST).header("location"), "/en/account");
        for answer in [nobody.get(PAGE), nobody.post_form(PAGE, form)] {
            assert_eq!(answer.header("location"), "/en/account?review=storm-lantern-no-4");
        }
    }
    assert_eq!(stored(&shop).len(), 0);
}

#[test]
fn whoever_signs_in_to_write_a_review_is_led_back_to_it() {
    let shop = Shop::new();
    let (_, mut device) = with_account(&shop);
    let browser = shop.shopper();
    let door = browser.get(browser.get(PAGE).header("location")).text();
    let finish = "/en/account/sign-in/finish?review=storm-lantern-no-4";
    assert!(door.contains(&format!("data-finish=\"{finish}\"")), "{door}");
    for (finish, next) in [
        (finish, PAGE),
        ("/en/account/sign-in/finish?review=%E7%81%AF", "/en/account/reviews/%E7%81%AF"),
        ("/en/account/sign-in/finish?review=%2F%2Fevil.example", "/en/account?done=in"),
    ] {
        let signed = device.get(&browser.asked("/en/account/sign-in/begin"));
        let answer = browser.post_json(finish, &json!({ "credential": signed }));
        assert_eq!((answer.status, answer.json()["next"].as_str()), (200, Some(next)));
    }
}

#[test]
fn what_a_device_was_asked_is_done_once_and_for_its_owner_alone() {
    let shop = Shop::new();
    let browser = with_lantern(&shop);
    let owner = owner(&browser);
    for _ in 0..2 {
        let answer = ask(&browser, "key-of-a-device", owner, change(0, "Fine"));
        assert_eq!((answer.status, answer.json()["done"].as_bool()), (200, Some(true)));
    }
    assert_eq!(stored(&shop), ["[1,\"waiting\",4,\"Ada\",\"Fine\",\"en\"]"]);
    let changed = ask(&browser, "key-of-another", owner, change(0, "Mine"));
    assert_eq!((changed.status, changed.json()["code"].as_str()), (409, Some("review_changed")));
    let bea = shop.shopper();
    open(&bea, &mut Authenticator::new(9));
    let foreign = ask(&bea, "key-of-a-foreigner", owner, change(0, "Fine"));
    assert_eq!((foreign.status, foreign.json()["code"].as_str()), (403, Some(ANOTHER)));
    let own = Owner::of("somebody");
    assert_eq!(ask(&bea, "key-of-nobody-known", own, change(0, "Fine")).status, 403);
    let address = json!({ "owner": owner, "wish": { "address": { "do": "remove", "id": "key-of-an-address", "version": 1 } } });
    assert_eq!(browser.post_keyed(CHANGE, "key-of-an-address", &address).status, 404);
    leave(&browser, "here");
    assert_eq!(ask(&browser, "key-of-nobody", owner, change(1, "Fine")).status, 401);
    assert_eq!(stored(&shop).len(), 1);
}
