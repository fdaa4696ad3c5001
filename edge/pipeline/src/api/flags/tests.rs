use crate::testing::{Answer, Client, Shop};
use serde_json::{Value, json};

fn flag(default: &str) -> Value {
    json!({"features": {"a": {"defaultValue": default, "rules": [{"id": "go", "force": "new", "coverage": 0.01}]}}})
}

#[track_caller]
fn put(staff: &Client<'_>, key: &str, request: &Value, status: u16) -> Answer {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    let answer = staff.send("PUT", "/studio/api/flags", &headers, request.to_string().as_bytes());
    assert_eq!(answer.status, status, "{}", answer.text());
    answer
}

#[test]
fn flags_are_read_changed_and_published() {
    let shop = Shop::empty();
    let staff = shop.staff();
    let empty = staff.get("/studio/api/flags").json();
    assert_eq!((empty["version"].as_u64(), &empty["document"]), (Some(0), &json!({"features": {}})));
    let saved =
        put(&staff, "request-1", &json!({"version": 0, "document": flag("old"), "reason": "first"}), 200);
    assert_eq!(saved.json(), json!({"version": 1}));
    let read = staff.get("/studio/api/flags");
    assert_eq!(read.header("cache-control"), "private, no-store");
    let read = read.json();
    assert_eq!((&read["document"], &read["is_published"]), (&flag("old"), &json!(false)));
    assert_eq!((&read["member"], &read["reason"]), (&json!("API"), &json!("first")));
    let done = staff.post_json("/studio/api/flags/publish", &json!({}));
    assert_eq!(done.json(), json!({"version": 1, "publication": 1}));
    assert_eq!(staff.get("/studio/api/flags").json()["is_published"], true);
    // In one request, and again without a second effect.
    for _ in 0..2 {
        let request = json!({"version": 1, "document": flag("new"), "publish": true});
        assert_eq!(put(&staff, "request-2", &request, 200).json(), json!({"version": 2, "publication": 2}));
    }
    let history = staff.get("/studio/api/flags/versions?limit=1").json();
    assert_eq!((&history["versions"][0]["version"], &history["next_before"]), (&json!(2), &json!(2)));
    let change = json!([{"flag": "a", "type": "field", "field": "defaultValue", "before": "\"old\"", "after": "\"new\""}]);
    assert_eq!(history["versions"][0]["changes"], change);
    assert_eq!(staff.get("/studio/api/flags/versions/1").json()["document"], flag("old"));
    assert_eq!(staff.get("/studio/api/flags/versions/9").status, 404);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let shop = Shop::empty();
    let staff = shop.staff();
    let mut document = flag("old");
    document["features"]["a"]["rules"][0]["coverage"] = json!("half");
    let refused = put(&staff, "request-1", &json!({"version": 0, "document": document}), 422);
    assert_eq!(refused.fault(), ("document/features/a/rules/0/coverage".into(), "invalid".into()));
    put(&staff, "request-2", &json!({"version": 0, "document": flag("mine")}), 200);
    let stale = put(&staff, "request-3", &json!({"version": 0, "document": flag("yours")}), 409);
    assert_eq!(stale.json()["code"], "stale");
    let reused = put(&staff, "request-2", &json!({"version": 1, "document": flag("other")}), 422);
    assert_eq!(reused.fault().1, "key_reused");
    let large = json!({"version": 1, "document": {"features": {"a": {"defaultValue": "x".repeat(150_000)}}}});
    assert_eq!(put(&staff, "request-4", &large, 422).fault().0, "document");
    let larger =
        json!({"version": 1, "document": {"features": {"a": {"defaultValue": "x".repeat(500_000)}}}});
    put(&staff, "request-5", &larger, 413);
    assert_eq!(shop.anonymous().get("/studio/api/flags").status, 401);
}

#[test]
fn a_growthbook_payload_comes_in_and_goes_out() {
    let shop = Shop::empty();
    let staff = shop.staff();
    let own = json!({
        "features": {"a": {"defaultValue": 1}},
        "layers": {"l": {"allocations": {"b": [[0, 1]]}}},
    });
    put(&staff, "request-1", &json!({"version": 0, "document": own}), 200);
    let payload = json!({"status": 200, "dateUpdated": "2026-11-27T00:00:00Z", "features": {"b": {"defaultValue": false,
        "rules": [{"variations": [false, true], "weights": [0.5, 0.5], "hashVersion": 2, "meta": [{"key": "0"}, {"key": "1"}]}]}}});
    let import = |key: &str, request: &Value| staff.post_keyed("/studio/api/flags/import", key, request);
    let done = import("request-2", &json!({"version": 1, "payload": payload}));
    assert_eq!(done.json(), json!({"version": 2}), "{}", done.text());
    let document = &staff.get("/studio/api/flags").json()["document"];
    assert_eq!((&document["features"], &document["layers"]), (&payload["features"], &own["layers"]));
    assert_eq!(staff.get("/studio/api/flags/export").json()["features"], payload["features"]);
}

#[test]
fn an_encrypted_growthbook_payload_comes_in_with_its_key_alone() {
    // GrowthBook's own (its SDKs' cases, "decrypt"): AES-128-CBC, the key in base64.
    const ENCRYPTED: &str =
        "m5ylFM6ndyOJA2OPadubkw==.Uu7ViqgKEt/dWvCyhI46q088PkAEJbnXKf3KPZjf9IEQQ+A8fojNoxw4wIbPX3aj";
    const KEY: &str = "Zvwv/+uhpFDznZ6SX28Yjg==";
    let shop = Shop::empty();
    let staff = shop.staff();
    let send = |name: &str, text: &str, key: Option<&str>| {
        let mut request =
            json!({"version": 0, "payload": {"encryptedFeatures": text, "status": 200}, "publish": true});
        if let Some(key) = key {
            request["decryption_key"] = json!(key);
        }
        staff.post_keyed("/studio/api/flags/import", name, &request)
    };
    #[track_caller]
    fn check(answer: &Answer, code: &str, says: &str) {
        let text = answer.text();
        assert_eq!((answer.status, answer.fault()), (422, ("decryption_key".into(), code.into())), "{text}");
        assert!(text.contains(says) && !text.contains(KEY), "{text}");
    }
    check(&send("request-1", ENCRYPTED, None), "missing", "give its decryption key");
    // Of another payload, no base64, too short, empty.
    for (at, key) in ["Zvwv/+uhpFDznZ6SX39Yjg==", "no key", "Zvwv", ""].into_iter().enumerate() {
        check(
            &send(&format!("wrong-key-{at}"), ENCRYPTED, Some(key)),
            "wrong_key",
            "is the key the right one?",
        );
    }
    // Cut on its way: with the right key it is as unreadable.
    let cut: String = ENCRYPTED.chars().take(80).collect();
    check(&send("request-2", &cut, Some(KEY)), "wrong_key", "is the key the right one?");
    assert_eq!(staff.get("/studio/api/flags").json()["version"], 0, "a refusal leaves nothing");
    let done = send("request-3", ENCRYPTED, Some(KEY));
    assert_eq!(done.json(), json!({"version": 1, "publication": 1}), "{}", done.text());
    let stored = staff.get("/studio/api/flags").json();
    let feature = &stored["document"]["features"]["feature"];
    assert_eq!(feature["defaultValue"], true, "{stored}");
    assert!(!stored.to_string().contains("encrypted"), "it is kept as it reads: {stored}");
    assert_eq!(stored["is_published"], true);
}
