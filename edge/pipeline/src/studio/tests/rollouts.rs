//! Rollouts in the Studio.

use super::{check_refused, hidden, signed_in};
use crate::testing::{Client, Shop};
use serde_json::json;

const PAGE: &str = "/studio/rollouts";

/// A shop with a flag whose rule nobody gets yet.
fn with_flag() -> Shop {
    let shop = Shop::new();
    let rules = json!([{"id": "go", "force": "new", "coverage": 0, "hashVersion": 2}]);
    let document = json!({"features": {"new-cart": {"defaultValue": "old", "rules": rules}}});
    let request = json!({"version": 1, "document": document, "reason": "test", "publish": true});
    let headers = [("content-type", "application/json"), ("idempotency-key", "flags-of-the-test")];
    let saved = shop.staff().send("PUT", "/studio/api/flags", &headers, request.to_string().as_bytes());
    assert_eq!(saved.status, 200, "{}", saved.text());
    shop
}

fn form(key: &str, steps: &str) -> String {
    format!(
        "key={key}&place=new-cart%2Fgo&steps={steps}&lasts=10&unit=second&least=1&errors=10&latency=&conversion=&quiet=60"
    )
}

/// Starts a rollout; answers its address.
fn begun(staff: &Client<'_>) -> String {
    let key = hidden(&staff.get(PAGE), "key");
    let answer = staff.post_form(PAGE, &form(&key, "10+50+100"));
    assert_eq!(answer.status, 303, "{}", answer.text());
    let place = answer.header("location").to_owned();
    // The same form again.
    assert_eq!(staff.post_form(PAGE, &form(&key, "10+50+100")).header("location"), place);
    place.split('?').next().unwrap().to_owned()
}

#[test]
fn a_rollout_is_started_shown_and_taken_in_hand() {
    let shop = with_flag();
    let staff = signed_in(&shop);
    assert!(staff.get(PAGE).text().contains("There was no rollout yet."));
    let page = begun(&staff);
    assert_eq!(page, format!("{PAGE}/1"));
    let text = staff.get(&format!("{page}?done=started")).text();
    assert!(
        text.contains("The rollout has begun.") && text.contains("Started by Ada with 10\u{a0}%"),
        "{text}"
    );
    assert!(staff.get(PAGE).text().contains("href=\"/studio/rollouts/1\""));
    let coverage = || {
        shop.staff().get("/studio/api/flags").json()["document"]["features"]["new-cart"]["rules"][0].clone()
    };
    assert_eq!(coverage()["coverage"], 0.1);
    assert_eq!(staff.post_form(&page, "step=0&command=pause").status, 303);
    assert!(staff.get(&page).text().contains("Ada paused it."));
    assert_eq!(staff.post_form(&page, "step=0&command=resume").status, 303);
    assert_eq!(staff.post_form(&page, "step=0&command=advance").status, 303);
    assert_eq!(coverage()["coverage"], 0.5);
    // The page of the step before.
    assert_eq!(staff.post_form(&page, "step=0&command=advance").status, 409);
    assert_eq!(staff.post_form(&page, "step=1&command=abort").status, 303);
    assert_eq!(coverage()["coverage"], 0.0);
    let text = staff.get(&page).text();
    assert!(text.contains("Ada ended it.") && !text.contains("value=\"abort\""), "{text}");
    // The history of the flags says it, too.
    let history = shop.staff().get("/studio/api/flags/versions").text();
    assert!(
        history.contains("rollout 1, step 2: 50 %") && history.contains("rollout 1 is aborted"),
        "{history}"
    );
}

#[test]
fn time_and_people_lead_to_the_next_step() {
    let shop = with_flag();
    let staff = signed_in(&shop);
    let page = begun(&staff);
    shop.execute(
        "INSERT INTO rollout_counts SELECT 1, 1000, value, 100, 0, 0, 100, 100, 0, 0, 0, 1760000005000
        FROM json_each('[0]') UNION ALL SELECT 1, 1000, 1, 11, 0, 0, 11, 11, 0, 0, 0, 1760000005000",
    );
    shop.drive();
    assert!(staff.get(&page).text().contains("The next step is due in 10 seconds"));
    shop.wait(10_000);
    shop.drive();
    let text = staff.get(&page).text();
    assert!(text.contains("enough people were seen: on to 50\u{a0}%"), "{text}");
    assert!(text.contains("class=\"interval\"><svg"), "{text}");
}

#[test]
fn what_can_not_be_read_is_refused() {
    let shop = with_flag();
    let staff = signed_in(&shop);
    let key = hidden(&staff.get(PAGE), "key");
    let refused = |change: (&str, &str), field: &str| {
        let form = form(&key, "10+50+100").replace(change.0, change.1);
        check_refused(&shop, &staff, PAGE, &form, (422, field));
    };
    refused(("10+50+100", "50+10"), "steps");
    refused(("lasts=10", "lasts=x"), "lasts");
    refused(("least=1", "least=-1"), "least");
    refused(("errors=10", "errors=1000"), "errors");
    refused(("quiet=60", "quiet="), "quiet");
    refused(("new-cart%2Fgo", "new-cart%2Fgone"), "place");
    refused(("new-cart%2Fgo", ""), "place");
    check_refused(&shop, &staff, PAGE, &form("", "10+100"), (422, ""));
    let page = begun(&staff);
    for body in ["", "command=advance", "command=explode&step=0", "command=advance&step=x"] {
        check_refused(&shop, &staff, &page, body, (422, ""));
    }
    // A second driver of the same rule.
    let key = hidden(&staff.get(PAGE), "key");
    assert_eq!(staff.post_form(PAGE, &form(&key, "10+100")).status, 409);
    for nothing in ["0", "99", "x", "9007199254740993"] {
        assert_eq!(staff.get(&format!("{PAGE}/{nothing}")).status, 404, "{nothing}");
        assert_eq!(staff.post_form(&format!("{PAGE}/{nothing}"), "command=pause").status, 404, "{nothing}");
    }
    assert_eq!(shop.anonymous().post_form(PAGE, &form(&key, "10+100")).status, 401);
    assert_eq!(shop.anonymous().get(PAGE).status, 303);
}
