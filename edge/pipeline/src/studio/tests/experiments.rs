//! An experiment from the flags to its decision, as the team meets it.

use super::{check_refused, hidden, signed_in};
use crate::gateway::visitor::identity::{Identified, VisitorKeys};
use crate::testing::{Client, NOW, Shop, VISITOR_KEY};
use orilla_shop::{PortError, Random};
use serde_json::{Value, json};

pub(super) const PAGE: &str = "/studio/experiments/cards";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36";

/// A shop whose flags have an experiment.
pub(super) fn shop() -> Shop {
    let shop = Shop::new();
    let flags = json!({ "features": { "card-layout": { "defaultValue": "plain", "rules": [
        { "id": "r1", "key": "cards", "variations": ["plain", "large"], "hashAttribute": "id",
          "meta": [{ "key": "0", "name": "As it is" }, { "key": "1", "name": "Large <pictures>" }] },
    ] } } });
    shop.execute(&format!(
        "INSERT INTO flag_versions (version, document, at, member, reason, changes, key)
         SELECT max(version) + 1, '{flags}', {NOW}, 'Ada', 'cards', '[]', 'cards-version' FROM flag_versions"
    ));
    shop.publish_flags(&flags.to_string());
    shop
}

pub(super) fn form(version: &str, more: &str) -> String {
    format!(
        "version={version}&name=Cards&hypothesis=Large+pictures+sell+more.&audience=&primary=conversion\
         &secondary.revenue=on&guardrails.checkout=on&baseline=5&deviation=&effect=20&traffic=1000{more}"
    )
}

/// A design that is saved, with these fields besides.
fn form_of(more: &[(&str, &str)]) -> String {
    let more: String = more.iter().map(|(name, value)| format!("&{name}={value}")).collect();
    form("0", &format!("{more}&intent=save"))
}

#[track_caller]
pub(super) fn act(staff: &Client<'_>, form: &str, expected: &str) {
    let answer = staff.post_form(PAGE, form);
    let place = format!("{PAGE}?done={expected}");
    assert_eq!((answer.status, answer.header("location")), (303, &*place), "{}", answer.text());
}

struct Dice(u8);

impl Random for Dice {
    fn bytes(&self) -> Result<[u8; 16], PortError> {
        Ok([self.0; 16])
    }
}

/// A visitor's browser tells what it saw.
fn sees(shop: &Shop, number: u8, variation: &str) {
    let exposure = json!({ "id": format!("exposure-{number}"), "type": "exposure", "at": 1, "experiment": "cards",
        "variation": variation });
    let begun = json!({ "id": format!("checkout-{number}"), "type": "checkout_begun", "at": 1 });
    tells(shop, number, &json!({ "sent": 1, "events": [exposure, begun] }).to_string());
}

/// The browser of a visitor who agreed to be counted sends this.
fn tells(shop: &Shop, number: u8, body: &str) {
    let keys = VisitorKeys::new(VISITOR_KEY, None).unwrap();
    let cookie = Identified::new(&Dice(number), NOW).unwrap().cookie(&keys);
    let cookie = format!("__Host-consent=1.10; {}", cookie.to_str().unwrap().split(';').next().unwrap());
    let headers = [("cookie", cookie.as_str()), ("user-agent", BROWSER), ("sec-fetch-site", "same-origin")];
    assert_eq!(shop.anonymous().send("POST", "/e", &headers, body.as_bytes()).status, 204);
}

pub(super) fn current_flags(shop: &Shop) -> Value {
    shop.read("SELECT json(document) AS doc FROM flag_versions ORDER BY version DESC LIMIT 1").remove(0)
}

#[test]
fn an_experiment_goes_from_the_flags_to_everybody() {
    let shop = shop();
    let staff = signed_in(&shop);
    assert!(staff.get("/studio/experiments").text().contains("href=\"/studio/experiments/cards\""));
    let page = staff.get(PAGE);
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(hidden(&page, "version"), "0");
    // How long it takes is told without saving anything.
    let before = shop.rows_written();
    let told = staff.post_form(PAGE, &form("0", "&intent=calculate"));
    assert!(told.text().contains("Days, looked at any time"), "{}", told.text());
    assert_eq!(shop.rows_written(), before);
    act(&staff, &form("0", "&intent=save"), "save");
    sees(&shop, 1, "1");
    shop.deliver().unwrap();
    act(&staff, "version=1&intent=start", "start");
    // The flag splits people since it was saved, and what they have done since is nothing that they did before.
    assert_eq!(shop.read("SELECT json_quote(split_since) AS doc FROM experiments"), [json!(NOW)]);
    let started = staff.get(PAGE).text();
    assert!(started.contains("There are too few visitors for any number yet."), "{started}");
    shop.wait(1_000);
    for number in 2..12 {
        sees(&shop, number, if number % 2 == 0 { "0" } else { "1" });
    }
    shop.deliver().unwrap();
    let page = staff.get(PAGE).text();
    // Five each, and not the one who came before the start.
    assert!(page.contains("As it is 5 : Large &lt;pictures&gt; 5"), "{page}");
    assert!(page.contains("<svg") || page.contains("too few visitors"), "{page}");
    act(&staff, "version=2&intent=stop", "stop");
    act(&staff, "version=3&intent=decide&variation=1&note=more+orders", "decide");
    let flags = current_flags(&shop);
    assert_eq!(flags["features"]["card-layout"]["defaultValue"], "large");
    assert_eq!(flags["features"]["card-layout"]["rules"][0]["enabled"], false);
    let page = staff.get(&format!("{PAGE}?done=decide")).text();
    assert!(page.contains("Decided for “Large &lt;pictures&gt;”: more orders"), "{page}");
    assert!(staff.get("/studio/experiments").text().contains("Decided"));
}

#[test]
fn whoever_is_in_a_running_experiment_stays_where_they_are() {
    let shop = shop();
    let staff = signed_in(&shop);
    act(&staff, &form("0", "&intent=save"), "save");
    let save = |weights: Value, enabled: bool, key: &str| {
        let mut document = current_flags(&shop);
        document["features"]["card-layout"]["rules"][0]["weights"] = weights;
        document["features"]["card-layout"]["rules"][0]["enabled"] = json!(enabled);
        let version = shop.read("SELECT json(max(version)) AS doc FROM flag_versions").remove(0);
        let request = json!({ "version": version, "document": document, "reason": "" });
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        shop.staff().send("PUT", "/studio/api/flags", &headers, request.to_string().as_bytes())
    };
    // Nobody is split by what is saved and not published: the experiment would expect what is not so.
    assert_eq!(save(json!([0.2, 0.8]), true, "weights-before-start").status, 200);
    check_refused(&shop, &staff, PAGE, "version=1&intent=start", (409, ""));
    shop.publish_flags(&current_flags(&shop).to_string());
    act(&staff, "version=1&intent=start", "start");
    let refused = save(json!([0.5, 0.5]), true, "weights-while-running");
    assert_eq!(refused.status, 422, "{}", refused.text());
    let place = "document/features/card-layout/rules/0/weights";
    assert_eq!(refused.json()["errors"][0]["field"], place, "{}", refused.text());
    // To switch it off is always possible, and once it has stopped everything is.
    assert_eq!(save(json!([0.2, 0.8]), false, "switched-off-while-running").status, 200);
    assert_eq!(save(json!([0.5, 0.5]), true, "weights-in-disguise").status, 422);
    // Nor by way of a document without the rule, which visitors never saw.
    let (with, version) =
        (current_flags(&shop), || shop.read("SELECT json(max(version)) AS doc FROM flag_versions").remove(0));
    let put = |document: &Value, key: &str| {
        let request = json!({ "version": version(), "document": document, "reason": "" });
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        shop.staff().send("PUT", "/studio/api/flags", &headers, request.to_string().as_bytes()).status
    };
    assert_eq!(put(&json!({ "features": {} }), "without-the-rule"), 200);
    let mut other = with.clone();
    other["features"]["card-layout"]["rules"][0]["seed"] = json!("another");
    assert_eq!((put(&other, "with-another-seed"), put(&with, "with-the-same-again")), (422, 200));
    act(&staff, "version=2&intent=stop", "stop");
    assert_eq!(save(json!([0.5, 0.5]), true, "weights-after-stop").status, 200);
}

#[test]
fn what_is_wrong_with_a_design_is_said_at_its_field() {
    let shop = shop();
    let staff = signed_in(&shop);
    let with = |from: &str, to: &str| form("0", "&intent=save").replace(from, to);
    check_refused(&shop, &staff, PAGE, &with("effect=20", "effect=0"), (422, "effect"));
    check_refused(&shop, &staff, PAGE, &with("primary=conversion", "primary=gone"), (422, "primary"));
    check_refused(
        &shop,
        &staff,
        PAGE,
        &with("secondary.revenue", "secondary.conversion"),
        (422, "secondary"),
    );
    check_refused(&shop, &staff, PAGE, &with("name=Cards", "name="), (422, "name"));
    check_refused(&shop, &staff, PAGE, &with("version=0", "version=x"), (422, ""));
    check_refused(&shop, &staff, PAGE, &with("version=0", "version=7"), (409, ""));
    check_refused(&shop, &staff, PAGE, &with("intent=save", "intent=burn"), (422, ""));
    check_refused(&shop, &staff, PAGE, "version=0&intent=stop", (409, ""));
    assert_eq!(staff.get("/studio/experiments/nothing").status, 404);
    assert_eq!(staff.post_form("/studio/experiments/nothing", "version=0&intent=stop").status, 404);
    act(&staff, &form("0", "&intent=save"), "save");
    check_refused(&shop, &staff, PAGE, "version=1&intent=decide&variation=0&note=x", (409, ""));
    act(&staff, "version=1&intent=start", "start");
    check_refused(&shop, &staff, PAGE, &form("2", "&intent=save"), (409, ""));
    act(&staff, "version=2&intent=stop", "stop");
    check_refused(&shop, &staff, PAGE, "version=3&intent=decide&variation=0&note=", (422, "note"));
    check_refused(&shop, &staff, PAGE, "version=3&intent=decide&variation=2&note=x", (409, ""));
}

#[test]
fn metrics_are_listed_edited_and_added() {
    let shop = Shop::empty();
    let staff = signed_in(&shop);
    let list = staff.get("/studio/metrics").text();
    assert!(list.contains("Visitors who order") && list.contains("/studio/metrics/new"), "{list}");
    let form =
        "key=searches&name=Searches&description=&kind=count&event=search&from_days=0&days=7&cap=20&goal=less";
    let done = staff.post_form("/studio/metrics/new", &format!("version=0&{form}"));
    assert_eq!((done.status, done.header("location")), (303, "/studio/metrics?done=save"), "{}", done.text());
    check_refused(&shop, &staff, "/studio/metrics/new", &format!("version=0&{form}"), (409, "key"));
    check_refused(
        &shop,
        &staff,
        "/studio/metrics/new",
        &format!("version=0&{}", form.replace("searches", "new")),
        (422, "key"),
    );
    let edit = "/studio/metrics/searches";
    check_refused(
        &shop,
        &staff,
        edit,
        &format!("version=1&{}", form.replace("days=7", "days=90")),
        (422, "days"),
    );
    assert_eq!(staff.post_form(edit, &format!("version=1&{}", form.replace("less", "more"))).status, 303);
    check_refused(&shop, &staff, edit, &format!("version=1&{form}"), (409, ""));
    assert_eq!(hidden(&staff.get(edit), "version"), "2");
    assert_eq!(staff.get("/studio/metrics/nothing").status, 404);
}

#[test]
fn a_percentile_and_who_counts_are_typed_checked_and_shown() {
    let shop = shop();
    let staff = signed_in(&shop);
    let new = "/studio/metrics/new";
    let form = |percentile: &str, activation: &str| {
        format!(
            "version=0&key=p90&name=Large+spenders&description=&kind=revenue_quantile&event=order_placed&from_days=0\
             &days=14&cap=&goal=more&percentile={percentile}&activation={activation}"
        )
    };
    for percentile in ["", "0", "100", "half"] {
        check_refused(&shop, &staff, new, &form(percentile, ""), (422, "percentile"));
    }
    check_refused(&shop, &staff, new, &form("90", "exposure"), (422, "activation"));
    assert_eq!(staff.post_form(new, &form("90", "checkout_begun")).status, 303);
    let list = staff.get("/studio/metrics").text();
    let shown = "order placed: percentile 90 of the sum of its amounts; counts after: checkout begun";
    assert!(list.contains(shown), "{list}");
    let page = staff.get("/studio/metrics/p90").text();
    assert!(page.contains("value=\"checkout_begun\" selected"), "{page}");
    // In an experiment: whoever comes to the checkout counts, the others do not.
    let design = form_of(&[("secondary.p90", "on")]);
    act(&staff, &design, "save");
    act(&staff, "version=1&intent=start", "start");
    shop.wait(1_000);
    for number in 2..12 {
        sees(&shop, number, if number % 2 == 0 { "0" } else { "1" });
    }
    let exposure =
        json!({ "id": "exposure-20", "type": "exposure", "at": 1, "experiment": "cards", "variation": "1" });
    tells(&shop, 20, &json!({ "sent": 1, "events": [exposure] }).to_string());
    shop.deliver().unwrap();
    let page = staff.get(PAGE).text();
    assert!(page.contains("As it is 5 : Large &lt;pictures&gt; 6"), "{page}");
    let counted = page.split("did this: checkout begun").nth(1).unwrap();
    assert!(counted.contains("As it is 5 : Large &lt;pictures&gt; 5 (p = 1)"), "{counted}");
    assert!(page.contains("Of 100 visitors who spend something, 90 spend less than this."), "{page}");
}

#[test]
fn what_is_no_event_is_shown_with_the_reason_and_how_often() {
    let shop = Shop::empty();
    let staff = signed_in(&shop);
    let shown = |path: &str| staff.get(path).text();
    assert!(shown("/studio/metrics").contains("<a href=\"/studio/events\">Refused events: 0</a>"));
    assert!(shown("/studio/events").contains("Nothing was refused"));
    let wrong = json!({ "sent": 1, "events": [
        { "id": "event-001", "type": "page_view", "page": "<moon>", "at": 1 },
        { "id": "event-002", "type": "page_view", "at": 1 },
        { "id": "event-003", "type": "checkout_begun", "at": 1 },
    ] });
    tells(&shop, 1, &wrong.to_string());
    tells(&shop, 2, "{");
    shop.deliver().unwrap();
    let page = shown("/studio/events");
    for text in [
        "the field page is missing",
        "the field page must be",
        "&quot;page&quot;:&quot;&lt;moon&gt;&quot;",
        "?code=not_json",
    ] {
        let text = text.replace("&quot;", "\"");
        assert!(page.replace("&quot;", "\"").contains(&text), "{text}: {page}");
    }
    let missing = shown("/studio/events?code=missing_field");
    assert!(missing.contains("aria-current=\"true\"") && !missing.contains("&lt;moon&gt;"), "{missing}");
    assert!(shown("/studio/metrics").contains("Refused events: 3"));
    assert!(!shown("/studio/events").contains("event-003"));
    assert_eq!(shop.anonymous().get("/studio/events").status, 303);
}
