//! What the host does for every request: health, headers, static files, limits.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use orilla_integration::Shop;

#[test]
fn health_tells_version_build_and_database() {
    let shop = Shop::default();
    let answer = shop.get("/health").expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let health = answer.json();
    assert_eq!((&health["status"], &health["database"]), (&"ok".into(), &"reachable".into()));
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    assert!(
        health["build"].as_str().is_some_and(|build| build.len() >= 16 && build != "unknown"),
        "{health}"
    );
}

#[test]
fn every_answer_carries_the_security_headers() {
    let shop = Shop::default();
    for path in
        ["/en", "/en/nothing", "/health", "/api/v1/products", "/api/v1/nothing", "/robots.txt", "/", "/img/0"]
    {
        let answer = shop.get(path);
        assert!(answer.header("content-security-policy").contains("default-src 'none'; "), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!answer.header("referrer-policy").is_empty(), "{path}");
        assert_eq!(answer.header("server"), "", "{path}");
    }
}

#[test]
fn static_files_are_immutable_and_compressed() {
    let shop = Shop::default();
    let page = shop.get("/en").text();
    let named = |before: &str| page.split(before).nth(1).unwrap().split('"').next().unwrap().to_owned();
    for path in [named("rel=\"stylesheet\" href=\""), named("type=\"module\" src=\""), named("data-wasm=\"")]
    {
        let answer = shop.get_with(&path, &[("accept-encoding", "br")]).expect(200);
        assert_eq!(answer.header("content-encoding"), "br", "{path}");
        assert!(answer.header("cache-control").contains("immutable"), "{path}");
    }
    assert_eq!(shop.get("/pkg/style-0000000000000000.css").status, 404);
}

#[test]
fn what_is_one_shoppers_is_kept_by_nobody() {
    let shop = Shop::default();
    for path in ["/en/cart", "/en/checkout", "/en/orders/zhnad7ytxwcj4h4tkhygkpwave"] {
        assert_eq!(shop.get(path).header("cache-control"), "private, no-store", "{path}");
    }
    let answer = shop.get_with("/en", &[("cookie", "__Host-cart=1.1x2")]);
    assert_eq!(answer.header("cache-control"), "private, no-store");
}

#[test]
fn a_form_of_another_site_is_refused() {
    let shop = Shop::default();
    let body = b"locale=en&variant=1&quantity=1";
    for headers in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        shop.post("/fn/add_to_cart", &[headers, ("content-type", "application/x-www-form-urlencoded")], body)
            .expect(403);
    }
}

#[test]
fn too_much_is_refused_without_being_read() {
    let shop = Shop::default();
    let large = vec![b'a'; 100 * 1024];
    for path in ["/en/checkout", "/fn/add_to_cart"] {
        let answer = shop.post(path, &[("content-type", "application/x-www-form-urlencoded")], &large);
        assert_eq!(answer.status, 413, "{path}");
    }
    // Whatever somebody claims to be: more is read where the team sends more, and nowhere else. (Not much more is sent here: who
    // sends while the answer is there already may find the connection closed.)
    let claims = [("authorization", "Bearer nobody"), ("content-type", "application/x-www-form-urlencoded")];
    let larger = vec![b'a'; 300 * 1024];
    for path in ["/en/checkout", "/api/v1/orders", "/fn/consent"] {
        assert_eq!(shop.post(path, &claims, &larger).status, 413, "{path}");
    }
    assert_eq!(shop.post("/studio/api/import?format=ndjson", &claims, &larger).status, 401);
}

#[test]
fn wrong_methods_and_addresses_are_named_as_such() {
    let shop = Shop::default();
    assert_eq!(shop.post("/en/search", &[], b"").status, 405);
    assert_eq!(shop.post("/en/nothing/at/all", &[], b"").status, 404);
    assert_eq!(shop.get("/en/../../etc/passwd").status, 404);
    assert_eq!(shop.get("/%00").status, 404);
    let problem = shop.get("/api/v1/nothing").expect(404);
    assert_eq!(problem.header("content-type"), "application/problem+json");
}

#[test]
fn the_staffs_endpoints_ask_for_the_token() {
    let shop = Shop::default();
    let wrong = format!("{}x", shop.bearer());
    for token in ["", "Bearer", "Bearer ", "Bearer wrong", &wrong, &shop.token] {
        let answer = shop.get_with("/studio/api/export", &[("authorization", token)]);
        assert_eq!(answer.status, 401, "{token}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{token}");
        shop.post("/studio/api/import?format=ndjson", &[("authorization", token)], b"{}").expect(401);
    }
    assert_eq!(shop.get_with("/studio/api/export", &[("authorization", &shop.bearer())]).status, 200);
}

#[test]
fn the_team_sees_the_counters() {
    let shop = Shop::default();
    shop.get("/metrics").expect(401);
    let bearer = shop.bearer();
    let text = shop.get_with("/metrics", &[("authorization", &bearer)]).expect(200).text();
    assert!(text.contains("orilla_requests_total{route=\"page\",status=\"2xx\"} "), "{text}");
    assert!(text.contains("orilla_circuit_breaker{remote=\"database\",state=\"closed\"} 1\n"), "{text}");
}
