//! A bandit on workerd: the cron trigger gives it new shares, and visitors get them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use orilla_integration::{Database, Shop, unique};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const DAY: i64 = 86_400_000;

/// Tries until it has worked: others save flags at the same time, and isolates look for publications now and then.
#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    #[expect(clippy::disallowed_methods, reason = "a test on this machine")]
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(90), "{what}: not in time");
        std::thread::sleep(Duration::from_millis(300));
    }
}

fn flags(shop: &Shop) -> Value {
    shop.get_with("/studio/api/flags", &[("authorization", &shop.bearer())]).expect(200).json()
}

/// Adds a flag with an experiment of its name, and publishes it.
fn add_flag(shop: &Shop, flag: &str) {
    until("the flag is saved", || {
        let mut current = flags(shop);
        let rule = json!({ "id": "r", "key": flag, "variations": ["a", "b"], "weights": [0.5, 0.5] });
        current["document"]["features"][flag] = json!({ "defaultValue": "a", "rules": [rule] });
        let body = json!({ "version": current["version"], "document": current["document"], "publish": true });
        let (bearer, key) = (shop.bearer(), unique("flags"));
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        shop.put_with("/studio/api/flags", &headers, body.to_string().as_bytes()).status == 200
    });
}

fn weights(shop: &Shop, flag: &str) -> Value {
    flags(shop)["document"]["features"][flag]["rules"][0]["weights"].clone()
}

#[test]
fn the_cron_trigger_gives_a_bandit_new_shares_once() {
    let (shop, database) = (Shop::default(), Database::default());
    let flag = unique("bandit");
    add_flag(&shop, &flag);
    let page = format!("/studio/experiments/{flag}");
    let bearer = shop.bearer();
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let form = "version=0&intent=save&name=B&hypothesis=B+is+better&audience=&primary=conversion&baseline=5&deviation=\
                &effect=20&traffic=1000&bandit=on&burn_in=1&every=1&least=10";
    shop.post(&page, &headers, form.as_bytes()).expect(303);
    shop.post(&page, &headers, b"version=1&intent=start").expect(303);
    // It began two days ago, and this is what came since.
    database.execute(&format!(
        "UPDATE experiments SET started_at = started_at - {ago}, document = json_set(document, '$.started_at',
           (document ->> '$.started_at') - {ago}) WHERE key = '{flag}';
         INSERT INTO unit_rollups SELECT '{flag}', 'day', date('now', '-1 day'), value ->> 0, 2000
           FROM json_each('[[\"0\"], [\"1\"]]');
         INSERT INTO metric_rollups SELECT '{flag}', 'day', date('now', '-1 day'), value ->> 0, 'conversion', value ->> 1,
           value ->> 1, 0, 0, 0, 0, 0, 0, 0 FROM json_each('[[\"0\", 100], [\"1\", 300]]')",
        ago = 2 * DAY
    ));
    assert_eq!(weights(&shop, &flag), json!([0.5, 0.5]));
    until("the shares follow", || {
        shop.get("/cdn-cgi/handler/scheduled");
        weights(&shop, &flag) == json!([0.1, 0.9])
    });
    for _ in 0..3 {
        shop.get("/cdn-cgi/handler/scheduled");
    }
    let updates = "SELECT count(*) FROM experiments, json_each(document, '$.log') e
        WHERE experiments.key = ?1 AND e.value ->> 'type' = 'reweighed'";
    assert_eq!(database.number(updates, &flag), 1);
    let language = [("authorization", bearer.as_str()), ("accept-language", "en")];
    let text = shop.get_with(&page, &language).expect(200).text();
    assert!(
        text.contains("Shares follow how likely each variation is the best: a 10\u{a0}%, b 90\u{a0}%"),
        "{text}"
    );
}
