//! The pipeline on a shopper's device, beside the one at the edge that it was brought home from.

mod addresses;
mod orders;
mod reviews;
mod visitor;

use crate::gateway::gate::{Gate, Settings};
use crate::gateway::visitor::identity::VisitorKeys;
use crate::testing::{Answer, BROWSER, NOW, Shop};
use crate::{Away, Host, Isolate, answer_away};
use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use futures::executor::block_on;
use http::Request;
use orilla_catalog::VariantId;
use orilla_shop::PortError;
use orilla_shop::catalog::{Search, Words};
use orilla_shop::checkout::Variants;
use orilla_shop::events::{self, EventQueue, Message};
use orilla_shop::offline::{Announced, AtHome, Home, HomeError, Kept, NOTE, Origin, Refreshed, refresh};
use orilla_shop::outbox::Outbox;
use orilla_shop::publish::{Publication, Publications, Segments};
use orilla_snapshot::Hash;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// A device's storage.
#[derive(Default)]
struct Storage {
    files: Mutex<BTreeMap<Hash, Vec<u8>>>,
    notes: Mutex<BTreeMap<String, String>>,
}

#[async_trait]
impl Home for Storage {
    async fn files(&self) -> Result<Vec<Hash>, PortError> {
        Ok(self.files.lock().unwrap().keys().copied().collect())
    }
    async fn file(&self, hash: Hash) -> Result<Option<Vec<u8>>, PortError> {
        Ok(self.files.lock().unwrap().get(&hash).cloned())
    }
    async fn keep(&self, hash: Hash, file: Vec<u8>) -> Result<(), HomeError> {
        self.files.lock().unwrap().insert(hash, file);
        Ok(())
    }
    async fn forget(&self, hash: Hash) -> Result<(), PortError> {
        self.files.lock().unwrap().remove(&hash);
        Ok(())
    }
    async fn note(&self, name: &str) -> Result<Option<String>, PortError> {
        Ok(self.notes.lock().unwrap().get(name).cloned())
    }
    async fn write(&self, name: &str, text: String) -> Result<(), HomeError> {
        self.notes.lock().unwrap().insert(name.to_owned(), text);
        Ok(())
    }
}

#[async_trait]
impl Segments for Storage {
    async fn get(&self, hash: Hash) -> Result<Option<Vec<u8>>, PortError> {
        self.file(hash).await
    }
    async fn put(&self, _: Vec<(Hash, Vec<u8>)>) -> Result<(), PortError> {
        Err(PortError::Unexpected("a device publishes nothing".into()))
    }
}

#[async_trait]
impl Publications for Storage {
    async fn current(&self) -> Result<Option<Publication>, PortError> {
        let kept = self.note(NOTE).await?.and_then(|text| Kept::read(&text));
        Ok(kept.and_then(|kept| kept.announced.publication))
    }
    async fn history(&self, _: u32) -> Result<Vec<Publication>, PortError> {
        Ok(Vec::new())
    }
    async fn numbered(&self, _: u64) -> Result<Option<Publication>, PortError> {
        Ok(None)
    }
    async fn append(&self, _: &Publication) -> Result<bool, PortError> {
        Ok(false)
    }
}

/// The edge, over HTTP.
struct Network<'a>(&'a Shop);

#[async_trait]
impl Origin for Network<'_> {
    async fn announced(&self) -> Result<Announced, PortError> {
        serde_json::from_slice(&self.0.anonymous().get("/device/current").body)
            .map_err(|error| PortError::Unexpected(error.to_string()))
    }
    async fn file(&self, hash: Hash) -> Result<Vec<u8>, PortError> {
        let answer = self.0.anonymous().get(&format!("/device/file/{hash}"));
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        Ok(answer.body)
    }
}

/// Marks on letters do not tell words apart, as a browser's own tables have it.
fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'à' | 'ã' | 'â' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'õ' | 'ô' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    };
    text.to_lowercase().chars().map(plain).collect()
}

/// Brings home what is published. The network runs its own requests to their ends, and so within none.
fn bring_home(storage: &Storage, shop: &Shop) -> Result<Refreshed, HomeError> {
    let network = Network(shop);
    let mut refreshing = pin!(refresh(storage, &network, NOW));
    match refreshing.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(refreshed) => refreshed,
        Poll::Pending => panic!("nothing has to be waited for"),
    }
}

/// What pages tell waits with the orders.
struct Later(Outbox);

#[async_trait]
impl EventQueue for Later {
    async fn put(&self, message: &Message) -> Result<(), PortError> {
        let events::Origin::Page(body) = &message.origin else { return Ok(()) };
        self.0.tell_later(&message.sender.visitor, body).await
    }
}

struct Device {
    host: Host,
    search: Arc<AtHome>,
    outbox: Outbox,
}

impl Device {
    /// A device that has just brought the shop home.
    fn of(shop: &Shop) -> Self {
        let storage = Arc::new(Storage::default());
        assert_eq!(bring_home(&storage, shop), Ok(Refreshed::New));
        let isolate = Arc::<Isolate>::default();
        let shown = isolate.clone();
        let at_home = Arc::new(AtHome::new(storage.clone(), Arc::new(move || shown.shown()), fold));
        let outbox =
            Outbox::new(Arc::new(orilla_shop::outbox::testing::Memory::default()), shop.host().clock.clone());
        let host = Host {
            events: Arc::new(Later(outbox.clone())),
            search: at_home.clone(),
            variants: at_home.clone(),
            segments: storage.clone(),
            publications: storage,
            near: Arc::new(crate::testing::Near::default()),
            isolate,
            away: Some(Away { since: NOW, ahead: 90 }),
            gate: Gate {
                settings: Arc::new(Settings {
                    visitor_keys: Some(VisitorKeys::of_own_device()),
                    ..Settings::default()
                }),
                ..shop.host().gate.clone()
            },
            ..shop.host().clone()
        };
        Device { host, search: at_home, outbox }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("https://shop.example{path}"));
        request = request.header("user-agent", BROWSER);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let (parts, body) =
            block_on(answer_away(self.host.clone(), self.outbox.clone(), request)).into_parts();
        let body = block_on(to_bytes(body, usize::MAX)).unwrap().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }
}

#[track_caller]
fn check_same(ours: &Answer, edges: &Answer, what: &str) {
    let (ours, edges) = (without_strip(&ours.text()), edges.text());
    let at = ours.bytes().zip(edges.bytes()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.get(at.saturating_sub(60)..(at + 60).min(text.len())).map(str::to_owned);
    assert_eq!(around(&ours), around(&edges), "{what}");
    assert_eq!(ours, edges, "{what}");
}

/// A page without the strip that only the device's has.
fn without_strip(page: &str) -> String {
    let Some((before, rest)) = page.split_once("<aside aria-label=\"You are offline.\" class=\"away\"")
    else {
        return page.to_owned();
    };
    format!("{before}{}", rest.split_once("</aside>").unwrap().1)
}

#[test]
fn a_page_on_the_device_is_the_page_of_the_edge_and_says_from_when_it_is() {
    let shop = Shop::new();
    let device = Device::of(&shop);
    shop.break_database(true);
    let category = shop.anonymous().get("/en/c/light");
    assert_eq!(category.status, 200);
    let browser = [("user-agent", BROWSER)];
    for path in
        ["/en", "/en/c/wear/oilskins", "/en/p/storm-lantern-no-4", "/en/about", "/en/privacy", "/en/search"]
    {
        let (ours, edges) = (device.get(path), shop.anonymous().send("GET", path, &browser, b""));
        assert_eq!((ours.status, edges.status), (200, 200), "{path}");
        assert!(ours.text().contains("class=\"away\""), "{path}");
        assert!(!edges.text().contains("away\""), "{path}");
        check_same(&ours, &edges, path);
        // The second time from memory, and as honest.
        assert_eq!(device.get(path).text(), ours.text(), "{path}");
    }
    let strip = device.get("/en").text();
    assert!(
        strip.contains("<time datetime=\"2025-10-09T08:53:20Z\">9 October 2025, 10:23</time>"),
        "{strip}"
    );
    assert_eq!(device.get("/en/p/nothing").status, 404);
    assert_eq!(device.get("/").header("location"), "/en");
}

#[test]
fn a_search_on_the_device_finds_what_the_database_finds_in_the_same_order() {
    let shop = Shop::new();
    let device = Device::of(&shop);
    assert_eq!(device.get("/en").status, 200);
    for text in [
        "lantern",
        "lant",
        "storm lantern",
        "soap",
        "wool so",
        "brass",
        "faro",
        "LÁMPARA",
        "red kettle",
        "the sea",
        "a",
        "no-4",
        "kites for children",
        "lantern soap",
        "xyzzy",
        "\"storm\" OR",
        "0",
    ] {
        for words in [Words::All, Words::Any] {
            let sorted = |search: &dyn Search| {
                let mut found = block_on(search.matches(text, words)).unwrap();
                found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
                found
            };
            let (ours, edges) = (sorted(&*device.search), sorted(&*shop.host().search));
            let ids = |found: &[(orilla_catalog::ProductId, f64)]| {
                found.iter().map(|(id, _)| id.0).collect::<Vec<_>>()
            };
            assert_eq!(ids(&ours), ids(&edges), "{text} {words:?}");
            let apart = ours.iter().zip(&edges).map(|(a, b)| (a.1 - b.1).abs()).fold(0.0, f64::max);
            assert!(apart < 1e-9, "{text} {words:?}: {apart}");
        }
        let suggested = block_on(device.search.suggest(text, 8)).unwrap();
        assert_eq!(suggested, block_on(shop.host().search.suggest(text, 8)).unwrap(), "{text}");
        let path =
            format!("/en/search?q={}", text.replace(' ', "+").replace('"', "%22").replace('Á', "%C3%81"));
        let (ours, edges) =
            (device.get(&path), shop.anonymous().send("GET", &path, &[("user-agent", BROWSER)], b""));
        assert_eq!(ours.status, edges.status, "{path}");
        check_same(&ours, &edges, &path);
    }
}

#[test]
fn a_cart_is_filled_on_the_device_as_at_the_edge() {
    let shop = Shop::new();
    let device = Device::of(&shop);
    let variant = shop.variant_of("storm-lantern-no-4");
    shop.break_database(true);
    let form = format!("locale=en&variant={variant}&quantity=2");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
        ("origin", "https://shop.example"),
    ];
    let added = device.send("POST", "/fn/add_to_cart", &headers, &form);
    assert_eq!((added.status, added.header("location")), (303, "/en/cart?notice=added"), "{}", added.text());
    let cookie = added.header("set-cookie").to_owned();
    assert!(
        cookie.starts_with(&format!("__Host-cart=1.{variant}x2;")) && !cookie.contains("HttpOnly"),
        "{cookie}"
    );
    let cart = device.send("GET", "/en/cart", &[("cookie", cookie.split(';').next().unwrap())], "");
    assert_eq!(cart.status, 200);
    shop.break_database(false);
    let headers = [("cookie", cookie.split(';').next().unwrap()), ("user-agent", BROWSER)];
    let edges = shop.anonymous().send("GET", "/en/cart", &headers, b"");
    check_same(&cart, &edges, "cart");
    let forged = [("origin", "https://evil.example"), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(device.send("POST", "/fn/add_to_cart", &forged, &form).status, 403);
}

#[test]
fn a_device_knows_the_same_variants() {
    let shop = Shop::new();
    let device = Device::of(&shop);
    assert_eq!(device.get("/en").status, 200);
    let ids: Vec<VariantId> = (1..60).map(VariantId).collect();
    for some in ids.chunks(20) {
        let sorted = |variants: &dyn Variants| {
            let mut found = block_on(variants.variants(some)).unwrap();
            found.sort_by_key(|variant| variant.id);
            found
        };
        let (ours, edges) = (sorted(&*device.search), sorted(&*shop.host().variants));
        assert_eq!(ours, edges);
    }
}

#[test]
fn what_only_the_shop_can_do_says_so_and_leaves_the_cart() {
    let shop = Shop::new();
    let device = Device::of(&shop);
    let headers = [("origin", "https://shop.example"), ("cookie", "__Host-cart=1.1x1")];
    for (method, path) in [("GET", "/es/orders/aaaaaaaaaaaaaaaaaaaaaaaaaa"), ("GET", "/en/account")] {
        let answer = device.send(method, path, &headers, "");
        assert_eq!(answer.status, 503, "{method} {path}");
        assert_eq!(answer.header("cache-control"), "private, no-store");
        assert_eq!(answer.header("set-cookie"), "");
        let says = ["This needs a network", "Para esto hace falta conexión"];
        assert!(says.iter().any(|text| answer.text().contains(text)), "{}", answer.text());
    }
    assert_eq!(device.get("/en/nothing").status, 404);
}

#[test]
fn a_new_version_is_shown_once_it_is_home() {
    let shop = Shop::new();
    let device = Device::of(&shop);
    let before = device.get("/en/p/storm-lantern-no-4").text();
    shop.execute("UPDATE products SET title = 'Gale Lantern', version = version + 1 WHERE handle = 'storm-lantern-no-4'");
    shop.publish();
    assert_eq!(device.get("/en/p/storm-lantern-no-4").text(), before);
}

#[test]
fn the_edge_gives_public_files_and_nothing_else() {
    let shop = Shop::new();
    let current = shop.anonymous().get("/device/current");
    assert_eq!((current.status, current.header("cache-control")), (200, "private, no-store"));
    let text = current.text();
    assert!(!text.contains("country"), "{text}");
    let abroad = [("x-orilla-country", "PT"), ("user-agent", BROWSER)];
    assert_eq!(shop.anonymous().send("GET", "/device/current", &abroad, b"").json()["country"], "PT");
    assert!(!text.contains(crate::testing::TOKEN) && !text.contains("ES91"), "{text}");
    assert!(text.contains("\"payments\":[\"bank_transfer\",\"on_delivery\"]"), "{text}");
    for path in ["/device/file/x", &format!("/device/file/{}", "0".repeat(64))] {
        assert_eq!(shop.anonymous().get(path).status, 404, "{path}");
    }
}

#[test]
fn the_operator_withdraws_the_shop_from_devices() {
    let mut shop = Shop::new();
    let script = shop.anonymous().get("/sw.js");
    assert_eq!(script.text(), "importScripts(\"/pkg/device-test.js\");\n");
    assert_eq!(
        (script.header("content-type"), script.header("cache-control")),
        ("text/javascript; charset=utf-8", "no-cache")
    );
    shop.withdraw_from_devices();
    let script = shop.anonymous().get("/sw.js");
    assert!(script.text().contains("registration.unregister()"), "{}", script.text());
    // What waits is sent by the build that is served.
    assert!(script.text().ends_with("\nsendBy(\"/pkg/device-test.js\");\n"), "{}", script.text());
    assert_eq!(script.header("cache-control"), "no-cache");
    assert_eq!(bring_home(&Storage::default(), &shop), Ok(Refreshed::Withdrawn));
}

#[test]
fn the_app_speaks_the_language_of_its_page() {
    let shop = Shop::new();
    for (locale, cart) in [("en", "Cart"), ("es", "Cesta"), ("pt", "Carrinho")] {
        let page = shop.anonymous().get(&format!("/{locale}"));
        assert!(page.text().contains(&format!("<link rel=\"manifest\" href=\"/{locale}/app.webmanifest\"")));
        let manifest = shop.anonymous().get(&format!("/{locale}/app.webmanifest"));
        assert_eq!(manifest.header("content-type"), "application/manifest+json");
        let manifest = manifest.json();
        assert_eq!((&manifest["lang"], &manifest["id"]), (&locale.into(), &"/".into()));
        assert_eq!(manifest["start_url"], format!("/{locale}"));
        assert_eq!(manifest["shortcuts"][1]["name"], cart);
        let purposes = manifest["icons"].as_array().unwrap();
        assert!(purposes.iter().any(|icon| icon["purpose"] == "maskable"), "{manifest}");
        let start = shop.anonymous().get(manifest["start_url"].as_str().unwrap());
        assert_eq!(start.status, 200);
    }
}
