//! Flags in the Studio, as forms without scripts.

use crate::testing::{Answer, Client, Shop};
use serde_json::Value;

const FLAG: &str = "/studio/flags/flag/card-layout";

/// Sends a form of a page, with the version and the key that the page has.
#[track_caller]
fn send(staff: &Client<'_>, page: &str, to: &str, fields: &str) -> Answer {
    let text = staff.get(page).text();
    let hidden = |name: &str| {
        let (_, rest) = text.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    staff.post_form(to, &format!("version={}&key={}&{fields}", hidden("version"), hidden("key")))
}

fn saved(staff: &Client<'_>) -> Value {
    staff.get("/studio/api/flags").json()
}

#[test]
fn the_list_says_what_each_flag_does() {
    let shop = Shop::new();
    let staff = shop.staff();
    let page = staff.get("/studio/flags").text();
    for said in [
        "card-layout",
        "experiment card-layout: grid 50 %, rows 50 %",
        "Else: &quot;grid&quot;",
        "Version 1 is what pages show.",
    ] {
        assert!(page.contains(said) || page.contains(&said.replace("&quot;", "\"")), "{said}");
    }
    assert_eq!(shop.anonymous().get("/studio/flags").status, 303);
}

#[test]
fn a_flag_is_made_changed_published_and_taken_back() {
    let shop = Shop::new();
    let staff = shop.staff();
    let made = send(&staff, "/studio/flags", "/studio/flags", "flag=free+gift&kind=boolean");
    assert_eq!((made.status, made.header("location")), (303, "/studio/flags/flag/free%20gift?done=saved"));
    let page = "/studio/flags/flag/free%20gift";
    assert_eq!(send(&staff, page, page, "intent=add-rollout").status, 303);
    let rule = "intent=rule&rule=0&on=yes&value=true&condition=%7B%22country%22%3A%22ES%22%7D&percent=12%2C5&start=&end=2027-01-01T00:00&id=gift&reason=x";
    let done = send(&staff, page, page, rule);
    assert_eq!(done.status, 303, "{}", done.text());
    let flag = saved(&staff)["document"]["features"]["free gift"].clone();
    assert_eq!(
        flag["rules"],
        serde_json::json!([{"id": "gift", "force": true, "coverage": 0.125, "condition": {"country": "ES"},
            "schedule": {"end": "2027-01-01T00:00:00Z"}}])
    );
    assert!(staff.get("/studio/flags").text().contains("is saved, and not published yet"));
    assert_eq!(staff.post_form("/studio/flags/publish", "").status, 303);
    assert!(staff.get(page).text().contains("is what pages show"));
    // Back to the demo's, as a new version.
    let history = staff.get("/studio/flags/history").text();
    assert!(history.contains("rule rule-1 added") && history.contains("free gift: added"));
    let back = send(&staff, "/studio/flags/history", "/studio/flags/revert", "to=1");
    assert_eq!(back.status, 303, "{}", back.text());
    assert!(saved(&staff)["document"]["features"].get("free gift").is_none());
}

#[test]
fn what_is_wrong_is_shown_at_its_field_and_nothing_is_lost() {
    let shop = Shop::new();
    let staff = shop.staff();
    let fields = "intent=rule&rule=0&on=yes&condition=nonsense&percent=&start=&end=&id=card-layout-test\
        &variations[0].key=grid&variations[0].value=grid&variations[0].weight=60\
        &variations[1].key=rows&variations[1].value=rows&variations[1].weight=50";
    let refused = send(&staff, FLAG, FLAG, fields);
    assert_eq!(refused.status, 422);
    let text = refused.text();
    for said in ["Write a JSON object", "The shares must make 100", "value=\"60\"", "value=\"nonsense\""] {
        assert!(text.contains(said), "{said}");
    }
    assert_eq!(saved(&staff)["version"], 1);
    // Who saw an earlier version is told.
    let page = staff.get(FLAG).text();
    assert!(page.contains("name=\"version\" value=\"1\""));
    send(&staff, FLAG, FLAG, "intent=settings&default=rows&description=&enabled=yes");
    let stale =
        staff.post_form(FLAG, "version=1&key=another-request&intent=settings&default=grid&enabled=yes");
    assert_eq!(stale.status, 409);
    assert!(stale.text().contains("Somebody else has saved"));
    // A document that can't be used is refused with the place.
    let bad = send(
        &staff,
        "/studio/flags/document",
        "/studio/flags/document",
        "document=%7B%22features%22%3A%7B%22a%22%3A%7B%22rules%22%3A7%7D%7D%7D",
    );
    assert_eq!(bad.status, 422);
    assert!(bad.text().contains("/features/a/rules"));
}

#[test]
fn the_page_says_what_a_visitor_would_get_and_why() {
    let shop = Shop::new();
    let staff = shop.staff();
    let ask = |query: &str| {
        let text = staff.get(&format!("{FLAG}?{query}")).text();
        text.split_once("id=\"answer\"").unwrap().1.split_once("</dl>").unwrap().0.to_owned()
    };
    assert!(ask("").contains("DEFAULT"));
    let answer = ask("id=v-81&country=es");
    assert!(answer.contains("SPLIT") && answer.contains("card-layout-test"), "{answer}");
    assert_eq!(staff.get("/studio/flags/flag/nothing").status, 404);
}

#[test]
fn a_link_of_the_studio_works() {
    let shop = Shop::new();
    let staff = shop.staff();
    let page = send(&staff, FLAG, FLAG, "intent=link&forced=rows").text();
    let (_, rest) = page.split_once("https://shop.example/en?orilla-qa=").unwrap();
    let token = rest.split_once('"').unwrap().0;
    let browser = shop.shopper();
    assert_eq!(browser.get(&format!("/en?orilla-qa={token}")).status, 303);
    assert!(browser.get("/en/search").text().contains("class=\"grid rows\""));
}
