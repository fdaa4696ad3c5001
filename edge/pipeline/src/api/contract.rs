//! The OpenAPI document is true: it names every operation of the router and no other, and what the API answers, to
//! good and bad requests, is what the document says.

use super::operations;
use crate::testing::{Answer, CLIENT_KEY, Client, Shop};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A path of the document with its variable part filled in.
fn example(path: &str) -> String {
    path.replace("{handle}", "storm-lantern-no-4")
        .replace("{token}", &"a".repeat(26))
        .replace("{number}", "9")
        .replace("{version}", "9")
        .replace("{client_key}", CLIENT_KEY)
}

/// Where the document is: served as it is, at `/api/v1/openapi.json`.
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../public/api/v1/openapi.json");

fn document() -> Value {
    serde_json::from_slice(&std::fs::read(DOCUMENT).unwrap()).unwrap()
}

/// Method and path of every operation of the document.
fn documented(document: &Value) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, methods): (&String, &Value)| -> Vec<(String, String)> {
        methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())).collect()
    };
    paths.iter().flat_map(methods).collect()
}

/// Writes an object with a line for each entry, and so on for `depth` levels: a change of one path or schema is a
/// change of its line.
fn written(value: &Value, depth: usize) -> String {
    match value {
        Value::Object(entries) if depth > 0 => {
            let line =
                |(name, value): (&String, &Value)| format!("{}:{}", json!(name), written(value, depth - 1));
            format!("{{\n{}\n}}", entries.iter().map(line).collect::<Vec<_>>().join(",\n"))
        }
        other => other.to_string(),
    }
}

#[test]
fn the_document_is_that_of_the_code() {
    let expected = written(&super::document::document(&operations()), 3);
    if std::env::var_os("ORILLA_WRITE_OPENAPI").is_some() {
        std::fs::write(DOCUMENT, &expected).unwrap();
    }
    let found = std::fs::read_to_string(DOCUMENT).unwrap();
    assert!(
        found == expected,
        "write it anew: ORILLA_WRITE_OPENAPI=1 cargo test -p orilla-pipeline the_document_is"
    );
}

#[test]
fn the_document_and_the_router_name_the_same_operations() {
    let shop = Shop::empty();
    let documented = documented(&document());
    let routed: BTreeSet<_> =
        operations().iter().map(|o| (o.method.to_string(), o.path.to_owned())).collect();
    assert_eq!(documented, routed);
    for (_, path) in &documented {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = shop.anonymous().send(method, &example(path), &[], b"");
            let is_documented = documented.contains(&(method.to_owned(), path.clone()));
            assert_eq!(answer.status != 405, is_documented, "{method} {path}: {}", answer.status);
            if answer.status == 405 {
                let allowed: BTreeSet<_> =
                    answer.header("allow").split(',').filter(|m| *m != "HEAD").collect();
                let expected =
                    documented.iter().filter(|(_, p)| p == path).map(|(method, _)| method.as_str());
                assert_eq!(allowed, expected.collect(), "Allow of {path}");
            }
            let is_no_address = answer.status == 404 && answer.text().contains("no such address");
            assert!(!is_no_address, "{method} {path} is not routed");
        }
    }
}

#[test]
fn what_is_written_of_an_operation_is_complete() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = BTreeSet::new();
    for (method, path) in documented(&document) {
        let operation = &document["paths"][&path][method.to_lowercase()];
        assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{operation}");
        let parameters = operation["parameters"].as_array().unwrap();
        let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path").count();
        assert_eq!(in_path, path.matches('{').count(), "{path}");
        assert_eq!(operation["security"].is_array(), path.starts_with("/studio/"), "{path}");
        for parameter in parameters {
            assert!(!parameter["schema"].to_string().contains("null"), "{path}: {parameter}");
        }
    }
}

/// Forbids properties that the document does not name, so that an answer can't say more than the document does.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.values_mut().for_each(close);
            if object.contains_key("properties") {
                object.insert("unevaluatedProperties".into(), false.into());
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(close),
        _ => {}
    }
}

/// Whether a value is as the schema says; the reason why not.
fn validate(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let mut schema = json!({ "allOf": [schema], "components": document["components"] });
    close(&mut schema);
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path)).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
}

/// Checks an answer of an operation against the document.
#[track_caller]
fn check(document: &Value, operation: &str, answer: &Answer, status: u16) {
    let (method, path) = operation.split_once(' ').unwrap();
    let responses = &document["paths"][path][method.to_lowercase()]["responses"];
    assert_eq!(answer.status, status, "{operation}: {}", answer.text());
    let response = &responses[status.to_string()];
    assert!(response.is_object(), "{operation} does not document {status}: {}", answer.text());
    let media_type = answer.header("content-type");
    let content = &response["content"][media_type];
    assert!(content.is_object(), "{operation} {status} does not document {media_type}");
    if content["schema"].is_object() {
        let valid = validate(document, &content["schema"], &answer.json());
        assert_eq!(valid, Ok(()), "{operation} {status}: {}", answer.text());
    }
}

/// A request of an operation, and the status that it is answered with.
type Row<'a> = (&'a str, String, &'a str, u16);

#[track_caller]
fn check_all(document: &Value, client: &Client<'_>, rows: &[Row<'_>]) {
    for (index, (operation, path, body, status)) in rows.iter().enumerate() {
        let key = format!("contract-{index:04}");
        let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
        let method = operation.split_once(' ').unwrap().0;
        check(document, operation, &client.send(method, path, &headers, body.as_bytes()), *status);
    }
}

#[test]
fn shop_answers_are_as_documented() {
    let shop = Shop::new();
    let document = document();
    let variant = shop.variant(3);
    let quote = json!({ "lines": [{ "variant": variant, "quantity": 99 }, { "variant": 999_999, "quantity": 1 }], "country": "ES" });
    let to = |path: &str| format!("/api/v1{path}");
    check_all(
        &document,
        &shop.anonymous(),
        &[
            ("GET /api/v1/products", to("/products?limit=100"), "", 200),
            ("GET /api/v1/products", to("/products?limit=0"), "", 422),
            ("GET /api/v1/products/{handle}", to("/products/storm-lantern-no-4"), "", 200),
            ("GET /api/v1/products/{handle}", to("/products/nothing"), "", 404),
            ("GET /api/v1/products/{handle}", to("/products/%ff"), "", 400),
            ("GET /api/v1/categories", to("/categories"), "", 200),
            ("GET /api/v1/search", to("/search?q=lantern&stock=1"), "", 200),
            ("GET /api/v1/search", to("/search?q=zzzzzz"), "", 200),
            ("GET /api/v1/search", to("/search?sort=none"), "", 422),
            ("GET /api/v1/features/{client_key}", to("/features/a-client-key"), "", 200),
            ("GET /api/v1/features/{client_key}", to("/features/another-key"), "", 404),
            ("GET /api/v1/suggest", to("/suggest?q=lan"), "", 200),
            ("GET /api/v1/suggest", to("/suggest"), "", 422),
            ("POST /api/v1/cart/quote", to("/cart/quote"), &quote.to_string(), 200),
            ("POST /api/v1/cart/quote", to("/cart/quote"), "{\"lines\":[]}", 200),
            ("POST /api/v1/cart/quote", to("/cart/quote"), "{", 400),
            ("POST /api/v1/cart/quote", to("/cart/quote"), "{}", 422),
            ("POST /api/v1/cart/quote", to("/cart/quote"), &" ".repeat(70_000), 413),
        ],
    );
    let plain = shop.anonymous().send("POST", "/api/v1/cart/quote", &[("content-type", "text/plain")], b"{}");
    check(&document, "POST /api/v1/cart/quote", &plain, 415);
    let foreign = [("content-type", "application/json"), ("sec-fetch-site", "cross-site")];
    check(
        &document,
        "POST /api/v1/cart/quote",
        &shop.anonymous().send("POST", "/api/v1/cart/quote", &foreign, b"{}"),
        403,
    );
    for product in shop.anonymous().get("/api/v1/products?limit=100").json()["products"].as_array().unwrap() {
        let path = format!("/api/v1/products/{}", product["handle"].as_str().unwrap());
        check(&document, "GET /api/v1/products/{handle}", &shop.anonymous().get(&path), 200);
    }
}

#[test]
fn order_answers_are_as_documented() {
    let shop = Shop::new();
    let document = document();
    let lines = json!([{ "variant": shop.variant(2), "quantity": 1 }]);
    let quote =
        shop.anonymous().post_json("/api/v1/cart/quote", &json!({ "lines": lines, "country": "ES" })).json();
    let order = |payment: &str, seen: &Value| {
        json!({
            "lines": lines,
            "contact": { "email": "ana@example.org", "name": "Ana", "phone": "+34 600 000 000" },
            "address": { "address1": "Calle Mayor 1", "city": "Cádiz", "postcode": "11001", "country": "ES" },
            "shipping": "standard", "payment": payment, "seen": seen,
        })
    };
    let place = |payment: &str, key: &str| {
        let answer =
            shop.anonymous().post_keyed("/api/v1/orders", key, &order(payment, &quote["fingerprint"]));
        check(&document, "POST /api/v1/orders", &answer, 201);
        answer.json()["token"].as_str().unwrap().to_owned()
    };
    let (transfer, delivery) = (place("bank_transfer", "key-00000001"), place("on_delivery", "key-00000002"));
    let nobody = "a".repeat(26);
    let taken = shop.anonymous().send("DELETE", "/api/v1/orders", &[("idempotency-key", &nobody)], b"");
    check(&document, "DELETE /api/v1/orders", &taken, 200);
    let (one, cancel) = ("GET /api/v1/orders/{token}", "POST /api/v1/orders/{token}/cancel");
    let command = "POST /studio/api/orders/{token}/commands";
    let at = |token: &str| format!("/api/v1/orders/{token}");
    let to = |token: &str| format!("/studio/api/orders/{token}/commands");
    let unseen = order("on_delivery", &"0".repeat(32).into()).to_string();
    check_all(
        &document,
        &shop.staff(),
        &[
            ("POST /api/v1/orders", "/api/v1/orders".into(), &unseen, 409),
            ("POST /api/v1/orders", "/api/v1/orders".into(), "{}", 422),
            ("DELETE /api/v1/orders", "/api/v1/orders".into(), "", 422),
            (one, at(&transfer), "", 200),
            (one, at(&nobody), "", 404),
            (cancel, at(&delivery) + "/cancel", "", 200),
            (cancel, at(&delivery) + "/cancel", "", 409),
            (cancel, at(&nobody) + "/cancel", "", 404),
            (one, at(&delivery), "", 200),
            (command, to(&transfer), "{\"type\":\"pack\"}", 409),
            (command, to(&transfer), "{\"type\":\"pay\"}", 200),
            (command, to(&transfer), "{\"type\":\"ship\"}", 422),
            (command, to(&transfer), "{\"type\":\"pack\"}", 200),
            (command, to(&transfer), "{\"type\":\"ship\",\"carrier\":\"Correos\"}", 200),
            (command, to(&nobody), "{\"type\":\"pay\"}", 404),
            (one, at(&transfer), "", 200),
            ("GET /studio/api/orders", "/studio/api/orders".into(), "", 200),
            ("GET /studio/api/orders", "/studio/api/orders?limit=x".into(), "", 422),
            ("GET /studio/api/export", "/studio/api/export".into(), "", 200),
            ("GET /studio/api/export", "/studio/api/export?after=NO".into(), "", 422),
            ("POST /studio/api/import", "/studio/api/import?format=ndjson".into(), "{\"x\":1}", 200),
            ("POST /studio/api/import", "/studio/api/import?format=pdf".into(), "", 422),
            ("POST /studio/api/import", "/studio/api/import?format=icecat&dry_run=1".into(), "nonsense", 200),
        ],
    );
    check(&document, command, &shop.anonymous().post_json(&to(&transfer), &json!({ "type": "pay" })), 401);
    check(&document, cancel, &shop.anonymous().post_form(&(at(&transfer) + "/cancel"), ""), 400);
    shop.break_database(true);
    let broken = shop.anonymous().get(&at(&transfer));
    let schema = &document["paths"]["/api/v1/orders/{token}"]["get"]["responses"]["5XX"]["content"]["application/problem+json"]
        ["schema"];
    assert_eq!((broken.status, validate(&document, schema, &broken.json())), (503, Ok(())));
}
