use crate::gateway::testing::Limiting;
use crate::testing::{Answer, CLIENT_KEY, Shop};
use serde_json::{Value, json};

const FLAGS: &str = r#"{"features": {
    "list": {"defaultValue": [1], "rules": []},
    "offer": {"defaultValue": "none", "rules": [
        {"id": "spain", "condition": {"country": "ES"}, "force": "siesta"},
        {"id": "test", "key": "offer-test", "variations": ["a", "b"], "hashVersion": 2, "meta": [{"key": "A"}, {"key": "B"}]}
    ]},
    "rolled": {"defaultValue": false, "rules": [{"force": true, "coverage": 1, "hashAttribute": "company"}]},
    "off": {"defaultValue": 1, "enabled": false},
    "nothing": {}
}}"#;

fn shop() -> Shop {
    let shop = Shop::empty();
    shop.publish_flags(FLAGS);
    shop
}

fn ask(shop: &Shop, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let bearer = format!("Bearer {CLIENT_KEY}");
    let mut all = vec![("content-type", "application/json"), ("authorization", bearer.as_str())];
    all.extend(headers);
    shop.anonymous().send("POST", &format!("/ofrep/v1/evaluate/flags{path}"), &all, body.as_bytes())
}

#[track_caller]
fn check(shop: &Shop, key: &str, context: &Value, status: u16, expected: &Value) {
    let answer = ask(shop, &format!("/{key}"), &[], &json!({ "context": context }).to_string());
    assert_eq!((answer.status, &answer.json()), (status, expected));
    assert_eq!(answer.header("cache-control"), "private, no-store");
}

#[test]
fn apps_of_any_origin_may_ask() {
    let shop = shop();
    let origin = [("origin", "https://app.example"), ("sec-fetch-site", "cross-site")];
    let asked =
        [("access-control-request-method", "POST"), ("access-control-request-headers", "authorization")];
    for path in ["", "/offer"] {
        let headers = [origin, asked].concat();
        let address = format!("/ofrep/v1/evaluate/flags{path}");
        let preflight = shop.anonymous().send("OPTIONS", &address, &headers, b"");
        assert_eq!((preflight.status, preflight.header("access-control-allow-methods")), (204, "POST"));
        let allowed = preflight.header("access-control-allow-headers");
        assert!(["authorization", "content-type", "if-none-match"].iter().all(|name| allowed.contains(name)));
        // What is refused can be read, too.
        for (body, status) in [(r#"{"context": {"targetingKey": "ada"}}"#, 200), ("{", 400)] {
            let answer = ask(&shop, path, &origin, body);
            assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, "*"));
            assert!(answer.header("access-control-expose-headers").contains("etag"));
        }
    }
    let nobody = shop.anonymous().send("POST", "/ofrep/v1/evaluate/flags", &origin, b"{}");
    assert_eq!((nobody.status, nobody.header("access-control-allow-origin")), (401, "*"));
}

#[test]
fn apps_of_any_origin_read_refusals_that_no_handler_makes() {
    let shop = shop();
    shop.limit(Limiting::Refuses);
    let app = [("origin", "https://app.example"), ("cf-connecting-ip", "192.0.2.1")];
    let features = format!("/api/v1/features/{CLIENT_KEY}");
    for (method, path) in
        [("POST", "/ofrep/v1/evaluate/flags"), ("POST", "/ofrep/v1/evaluate/flags/offer"), ("GET", &features)]
    {
        let answer = shop.anonymous().send(method, path, &app, b"{}");
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (429, "*"), "{path}");
        assert!(answer.header("access-control-expose-headers").contains("retry-after"), "{path}");
    }
    // Nothing else is read by other origins.
    let other = shop.anonymous().send("GET", "/api/v1/products", &app, b"");
    assert_eq!((other.status, other.header("access-control-allow-origin")), (429, ""));
}

#[test]
fn a_flag_is_evaluated_for_a_context() {
    let shop = shop();
    let ada = json!({"targetingKey": "ada"});
    check(
        &shop,
        "offer",
        &json!({"targetingKey": "ada", "country": "ES"}),
        200,
        &json!({
            "key": "offer", "value": "siesta", "reason": "TARGETING_MATCH",
            "metadata": {"source": "force", "ruleId": "spain"},
        }),
    );
    let split = ask(&shop, "/offer", &[], r#"{"context": {"targetingKey": "ada"}}"#).json();
    let variant = split["variant"].as_str().unwrap();
    assert_eq!(
        (&split["reason"], split["value"].as_str().unwrap().to_uppercase().as_str()),
        (&json!("SPLIT"), variant)
    );
    assert_eq!(split["metadata"]["experiment"], "offer-test");
    check(
        &shop,
        "off",
        &ada,
        200,
        &json!({
            "key": "off", "value": 1, "reason": "DISABLED", "metadata": {"source": "disabled"},
        }),
    );
    // Without a value of its own, the caller's default counts.
    check(
        &shop,
        "nothing",
        &ada,
        200,
        &json!({
            "key": "nothing", "reason": "STATIC", "metadata": {"source": "defaultValue"},
        }),
    );
    check(
        &shop,
        "rolled",
        &ada,
        400,
        &json!({
            "key": "rolled", "errorCode": "TARGETING_KEY_MISSING",
            "errorDetails": "The context has no \"company\", from which this flag makes its buckets.",
        }),
    );
    check(
        &shop,
        "other",
        &ada,
        404,
        &json!({
            "key": "other", "errorCode": "FLAG_NOT_FOUND", "errorDetails": "There is no flag \"other\".",
        }),
    );
}

#[test]
fn what_is_no_context_is_refused() {
    let shop = shop();
    let code = |body: &str| {
        let (one, all) = (ask(&shop, "/list", &[], body), ask(&shop, "", &[], body));
        assert_eq!((one.status, all.status), (400, 400), "{body}");
        assert_eq!(one.json()["key"], "list");
        assert_eq!(one.json()["errorCode"], all.json()["errorCode"]);
        one.json()["errorCode"].as_str().unwrap().to_owned()
    };
    assert_eq!(code("{"), "PARSE_ERROR");
    for body in [
        "{}",
        "[]",
        r#"{"context": []}"#,
        r#"{"context": {}}"#,
        r#"{"context": {"targetingKey": ""}}"#,
        r#"{"context": {"targetingKey": 7}}"#,
    ] {
        assert_eq!(code(body), "INVALID_CONTEXT", "{body}");
    }
    let many: serde_json::Map<String, Value> = (0..101)
        .map(|n| (format!("a{n}"), json!(n)))
        .chain([("targetingKey".to_owned(), json!("ada"))])
        .collect();
    assert_eq!(code(&json!({ "context": many }).to_string()), "INVALID_CONTEXT");
    let long = json!({"context": {"targetingKey": "ada", "x": "y".repeat(20_000)}});
    assert_eq!(ask(&shop, "", &[], &long.to_string()).status, 413);
    let body = br#"{"context": {"targetingKey": "ada"}}"#;
    for key in ["", "Bearer x", "a-client-key"] {
        let answer =
            shop.anonymous().send("POST", "/ofrep/v1/evaluate/flags", &[("authorization", key)], body);
        assert_eq!((answer.status, answer.json()["code"].as_str()), (401, Some("unauthorized")));
    }
    let answer =
        shop.anonymous().send("POST", "/ofrep/v1/evaluate/flags", &[("x-api-key", CLIENT_KEY)], body);
    assert_eq!(answer.status, 200);
    assert_eq!(shop.anonymous().get("/ofrep/v1/evaluate/flags").status, 405);
}

#[test]
fn all_flags_come_at_once_with_a_tag() {
    let shop = shop();
    let body = r#"{"context": {"targetingKey": "ada"}}"#;
    let answer = ask(&shop, "", &[], body);
    let flags = answer.json()["flags"].clone();
    let keys: Vec<_> =
        flags.as_array().unwrap().iter().map(|flag| flag["key"].as_str().unwrap().to_owned()).collect();
    assert_eq!(keys, ["list", "nothing", "off", "offer", "rolled"]);
    assert_eq!((&flags[0]["value"], &flags[4]["errorCode"]), (&json!([1]), &json!("TARGETING_KEY_MISSING")));
    let tag = answer.header("etag").to_owned();
    let again = ask(&shop, "", &[("if-none-match", &tag)], body);
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, tag.as_str()));
    assert_eq!(ask(&shop, "", &[("if-none-match", tag.trim_matches('"'))], body).status, 304);
    assert_eq!(ask(&shop, "", &[("if-none-match", "\"x\"")], body).status, 200);
    let other = r#"{"context": {"targetingKey": "ada", "country": "ES"}}"#;
    assert_eq!(ask(&shop, "", &[("if-none-match", &tag)], other).status, 200);
    shop.publish_flags(r#"{"features": {"list": {"defaultValue": [2]}}}"#);
    assert_eq!(ask(&shop, "", &[("if-none-match", &tag)], body).status, 200);
}

#[test]
fn growthbook_reads_the_published_flags() {
    let shop = shop();
    let path = format!("/api/v1/features/{CLIENT_KEY}");
    let answer = shop.anonymous().get(&path);
    let document: Value = serde_json::from_str(FLAGS).unwrap();
    let payload = answer.json();
    assert_eq!((answer.status, &payload["status"]), (200, &json!(200)));
    assert_eq!(payload["features"]["offer"], document["features"]["offer"]);
    assert!(payload["features"]["off"].get("enabled").is_none(), "what a stock SDK does not know");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("cache-control"), "public, max-age=5, stale-while-revalidate=60");
    // The address that is built into the SDK.
    assert_eq!(shop.anonymous().get(&format!("/api/features/{CLIENT_KEY}")).text(), answer.text());
    let tag = answer.header("etag").to_owned();
    let again = shop.anonymous().send("GET", &path, &[("if-none-match", &tag)], b"");
    assert_eq!((again.status, again.body.len()), (304, 0));
    shop.publish_flags(r#"{"features": {}}"#);
    let changed = shop.anonymous().send("GET", &path, &[("if-none-match", &tag)], b"");
    assert_eq!((changed.status, &changed.json()["features"]), (200, &json!({})));
    assert_eq!(shop.anonymous().get("/api/v1/features/other").status, 404);
}
