//! Reviews that are written on a device, and brought to the edge.

use super::Device;
use super::orders::{Line, at_once};
use crate::account::tests::{receive, with_account};
use crate::testing::{Answer, Client, Shop};
use orilla_orders::IdempotencyKey;
use std::sync::atomic::Ordering;

const LIST: &str = "/en/account/reviews";
const PAGE: &str = "/en/account/reviews/storm-lantern-no-4";
const WAITING: &str = "/en/orders/waiting";

/// The form that a page shows, filled in with something that is said.
fn filled(page: &str, stars: &str, text: &str) -> Vec<(&'static str, String)> {
    let hidden = |name: &str| {
        let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
        Some(rest.split('"').next()?.to_owned())
    };
    let seen = ["key", "version", "made_of", "language"];
    let mut fields: Vec<_> = seen.into_iter().filter_map(|name| Some((name, hidden(name)?))).collect();
    let intent = if text.is_empty() { "remove" } else { "keep" };
    fields.extend(
        [("intent", intent), ("stars", stars), ("author", "Ada"), ("text", text)]
            .map(|(name, value)| (name, value.to_owned())),
    );
    fields
}

impl Device {
    /// Sends the form that the page shows, with something said.
    fn say(&self, cookies: &str, stars: &str, text: &str) -> Answer {
        let page = self.send("GET", PAGE, &[("cookie", cookies)], "").text();
        self.say_by(cookies, &filled(&page, stars, text))
    }

    fn say_by(&self, cookies: &str, form: &[(&str, String)]) -> Answer {
        let fields: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.form(PAGE, cookies, &fields)
    }
}

fn stored(shop: &Shop) -> Vec<String> {
    shop.query("SELECT json_array(version, state, stars, text) AS doc FROM reviews")
}

/// A shopper who has received the lantern.
fn with_lantern(shop: &Shop) -> Client<'_> {
    let (browser, _) = with_account(shop);
    receive(shop, &browser, "storm-lantern-no-4");
    browser
}

#[test]
fn a_review_is_written_and_edited_on_the_device_and_is_one_when_the_network_is_back() {
    let shop = Shop::new();
    let browser = with_lantern(&shop);
    let (device, cookies) = (Device::of(&shop), browser.cookies());
    assert!(device.page(&cookies, LIST).contains("No review waits on this device."));
    let page = device.page(&cookies, PAGE);
    assert!(page.contains("Storm Lantern No. 4") && page.contains("does not know"), "{page}");
    let left = device.say(&cookies, "4", "It burns.");
    assert_eq!((left.status, left.header("location")), (303, "/en/account/reviews?done=kept"));
    let list = device.page(&cookies, "/en/account/reviews?done=kept");
    assert!(
        list.contains("waiting on this device to be sent")
            && list.contains("4 out of 5")
            && list.contains("data-requests")
            && !list.contains("Thank you."),
        "{list}"
    );
    let line = Line::of(&shop, cookies.clone());
    line.loses_answers.store(true, Ordering::Relaxed);
    assert_eq!(device.send_orders(&line).requests.len(), 1);
    assert_eq!(stored(&shop), ["[1,\"waiting\",4,\"It burns.\"]"]);
    // Nobody here knows that: it is edited as what waits, and removed, and written once more.
    let page = device.page(&cookies, PAGE);
    assert!(page.contains("It burns.") && page.contains("waiting on this device to be sent"), "{page}");
    assert_eq!(device.say(&cookies, "5", "It burns on.").status, 303);
    let removed = device.say(&cookies, "5", "");
    assert_eq!(removed.status, 200);
    assert!(removed.text().contains("-undo\""), "{}", removed.text());
    assert_eq!(device.say(&cookies, "3", "It has burnt.").status, 303);
    line.loses_answers.store(false, Ordering::Relaxed);
    let sent = device.send_orders(&line);
    assert_eq!((sent.requests.len(), sent.done.len()), (0, 4));
    assert_eq!(stored(&shop), ["[4,\"waiting\",3,\"It has burnt.\"]"]);
    // Who is not known here sees none.
    assert_eq!((device.get(LIST).status, device.get(PAGE).status), (503, 503));
    assert_eq!(device.send("GET", "/en/account/reviews/nothing", &[("cookie", &cookies)], "").status, 404);
}

#[test]
fn a_form_that_is_old_is_refused_on_the_device_and_one_that_comes_twice_is_one() {
    let shop = Shop::new();
    let browser = with_lantern(&shop);
    let (device, cookies) = (Device::of(&shop), browser.cookies());
    let form = |key: &str, text: &str| {
        let fields = [
            ("intent", "keep"),
            ("key", key),
            ("version", "0"),
            ("stars", "4"),
            ("author", "Ada"),
            ("text", text),
        ];
        device.form(PAGE, &cookies, &fields)
    };
    for _ in 0..2 {
        assert_eq!(form("key-of-a-tab", "Fine").status, 303);
    }
    let other = form("key-of-another-tab", "Awful");
    assert_eq!(other.status, 409);
    let page = other.text();
    assert!(page.contains("Awful") && page.contains(">Fine</blockquote>"), "{page}");
    assert!(page.contains("name=\"version\" value=\"1\""), "{page}");
    let faulty = [("intent", "keep"), ("key", "key-of-a-form"), ("version", "1"), ("text", "Fine")];
    let faulty = device.form(PAGE, &cookies, &faulty);
    assert!(faulty.status == 422 && faulty.text().contains("href=\"#stars\""), "{}", faulty.text());
    assert_eq!(device.send_orders(&Line::of(&shop, cookies.clone())).done, ["key-of-a-tab"]);
    assert_eq!(stored(&shop), ["[1,\"waiting\",4,\"Fine\"]"]);
}

#[test]
fn what_the_shop_has_is_not_written_over_unseen_and_comes_back_with_what_was_written_last() {
    let shop = Shop::new();
    let browser = with_lantern(&shop);
    let (device, cookies) = (Device::of(&shop), browser.cookies());
    let at_home = "intent=keep&key=key-of-the-other&version=0&stars=5&author=Ada&text=At+home";
    assert_eq!(browser.post_form(PAGE, at_home).status, 303);
    // The device does not know of it: its second change would meet the very version that the shop has.
    device.say(&cookies, "1", "On a plane");
    device.say(&cookies, "2", "On a plane, later");
    let line = Line::of(&shop, cookies.clone());
    let sent = device.send_orders(&line);
    assert_eq!(sent.requests.into_values().collect::<Vec<_>>(), ["refused"]);
    assert_eq!(stored(&shop), ["[1,\"waiting\",5,\"At home\"]"]);
    let list = device.page(&cookies, WAITING);
    assert!(
        list.contains("Your review: Storm Lantern No. 4")
            && list.contains("changed elsewhere")
            && list.contains("value=\"On a plane, later\"")
            && !list.contains("value=\"On a plane\"")
            && list.contains("data-waiting-strip"),
        "{list}"
    );
    let again = "intent=again&language=en&stars=2&author=Ada&text=On+a+plane%2C+later";
    let form = browser.post_form(PAGE, again).text();
    assert!(form.contains("On a plane, later") && form.contains("name=\"version\" value=\"1\""), "{form}");
    assert!(form.contains(">At home</blockquote>"), "{form}");
    let refused = at_once(device.outbox.requests(crate::account::owner_of(&headers(&cookies)).unwrap()));
    let key = IdempotencyKey::parse(refused.unwrap()[0].id()).unwrap();
    let dropped = device.form(&format!("{WAITING}/{}", key.as_str()), &cookies, &[("intent", "drop")]);
    assert_eq!((dropped.status, dropped.header("location")), (303, WAITING));
    assert!(device.page(&cookies, WAITING).contains("No order waits here"));
}

#[test]
fn a_form_that_was_made_of_what_is_refused_writes_over_nothing() {
    let shop = Shop::new();
    let browser = with_lantern(&shop);
    let (device, cookies) = (Device::of(&shop), browser.cookies());
    let at_home = "intent=keep&key=key-of-the-other&version=0&stars=5&author=Ada&text=At+home";
    assert_eq!(browser.post_form(PAGE, at_home).status, 303);
    device.say(&cookies, "1", "On a plane");
    // It is open when the network comes back: what it was made of leaves the version that the shop has by chance.
    let page = device.send("GET", PAGE, &[("cookie", &cookies)], "").text();
    let form = filled(&page, "2", "On a plane, later");
    assert!(form.contains(&("version", "1".to_owned())), "{form:?}");
    let line = Line::of(&shop, cookies.clone());
    assert_eq!(device.send_orders(&line).requests.into_values().collect::<Vec<_>>(), ["refused"]);
    let sent = serde_urlencoded::to_string(&form).unwrap();
    let answer = browser.post_form(PAGE, &sent);
    assert!(answer.status == 409 && answer.text().contains(">At home</blockquote>"), "{}", answer.text());
    assert_eq!(device.say_by(&cookies, &form).status, 303);
    let states: Vec<_> = device.send_orders(&line).requests.into_values().collect();
    assert_eq!(states, ["refused", "refused"]);
    assert_eq!(stored(&shop), ["[1,\"waiting\",5,\"At home\"]"]);
}

fn headers(cookies: &str) -> http::HeaderMap {
    http::HeaderMap::from_iter([(http::header::COOKIE, cookies.parse().unwrap())])
}
