//! Kept pages on the real runtime: two instances over one state, and many visitors at once.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::expect_used, clippy::panic)]

use orilla_integration::{Answer, Shop, product, unique};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What the shop promises.
const BOUND: Duration = Duration::from_secs(5);
/// The product that is edited.
const EDITED: &str = "storm-lantern-no-4";

/// Tests that publish, or watch what is kept, take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "a test on this machine")]
fn now() -> Instant {
    Instant::now()
}

/// Both instances, when they show all that was published.
fn settled() -> [Shop; 2] {
    let [one, two] = Shop::twins();
    one.publish();
    shows_what(&two, &one);
    [one, two]
}

/// Waits until an instance shows what the other does.
fn shows_what(waiting: &Shop, other: &Shop) {
    let publication = |shop: &Shop| shop.get("/health").expect(200).json()["publication"].as_u64();
    let until = now() + Duration::from_secs(60);
    while publication(waiting) < publication(other) {
        assert!(now() < until, "an instance does not follow");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn is_hit(answer: &Answer) -> bool {
    answer.header("cache-status").starts_with("Orilla; hit")
}

fn decode(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// Changes all prices of a product with the Studio's form, and publishes with its button. Answers when the publish had
/// returned.
fn reprice(shop: &Shop, handle: &str, price: &str) -> Instant {
    let (bearer, path) = (shop.bearer(), format!("/studio/products/{handle}"));
    let page =
        shop.get_with(&path, &[("authorization", &bearer), ("accept", "text/html")]).expect(200).text();
    let action = format!("action=\"{path}\"");
    let (_, editor) = page.split_once(&action).unwrap_or_else(|| panic!("{page}"));
    let editor = editor.split("</form>").next().unwrap();
    let mut fields: Vec<(String, String)> = Vec::new();
    for input in editor.split("<input ").skip(1) {
        let input = input.split('>').next().unwrap();
        let value = |name: &str| Some(decode(input.split(&format!("{name}=\"")).nth(1)?.split('"').next()?));
        let is_off = value("type").is_some_and(|kind| kind == "checkbox") && !input.contains("checked");
        if let Some(name) = value("name").filter(|_| !is_off) {
            // The row for one more variant has none.
            let before = value("value").unwrap_or_default();
            let is_price = name.ends_with(".price") && !before.is_empty();
            fields.push((name, if is_price { price.to_owned() } else { before }));
        }
    }
    for area in editor.split("<textarea ").skip(1) {
        let (head, text) = area.split_once('>').unwrap();
        let name = head.split("name=\"").nth(1).unwrap().split('"').next().unwrap();
        let text = decode(text.split("</textarea>").next().unwrap());
        fields.push((name.to_owned(), text.trim_start_matches('\n').to_owned()));
    }
    for select in editor.split("<select ").skip(1) {
        let select = select.split("</select>").next().unwrap();
        let name = select.split("name=\"").nth(1).unwrap().split('"').next().unwrap();
        let chosen = select.split("<option").find(|option| option.contains("selected"));
        let value = chosen.and_then(|option| option.split("value=\"").nth(1)?.split('"').next());
        fields.push((name.to_owned(), decode(value.unwrap_or_default())));
    }
    let changed = fields.iter().filter(|(name, _)| name.ends_with(".price")).count();
    assert!(changed > 0, "{editor}");
    let send = |path: &str, fields: &[(String, String)]| {
        let pairs: Vec<_> =
            fields.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect();
        let headers = [
            ("authorization", bearer.as_str()),
            ("accept", "text/html"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        shop.post(path, &headers, pairs.join("&").as_bytes())
    };
    let saved = send(&path, &fields).expect(303);
    assert!(saved.header("location").contains("done="), "{}", saved.header("location"));
    send("/studio/publish", &[("note".to_owned(), "a price".to_owned())]).expect(303);
    now()
}

/// As a form encodes it.
fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// Every page that the sitemaps name, and the lists that shoppers sort.
fn pages(shop: &Shop) -> Vec<String> {
    let mut all: BTreeSet<String> =
        ["/en/search?sort=price", "/es/search?page=2", "/pt/search?sort=price-desc", "/en/search?in_stock=1"]
            .map(str::to_owned)
            .into();
    let mut sitemaps = vec!["/sitemap.xml".to_owned()];
    while let Some(sitemap) = sitemaps.pop() {
        let text = shop.get(&sitemap).expect(200).text();
        for location in text.split("<loc>").skip(1).map(|rest| decode(rest.split("</loc>").next().unwrap())) {
            let path = location.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
            if path.contains("sitemap") {
                sitemaps.push(path);
            } else {
                all.insert(path);
            }
        }
        for link in text.split("hreflang=").skip(1).filter_map(|rest| rest.split("href=\"").nth(1)) {
            let location = decode(link.split('"').next().unwrap());
            all.insert(location.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default());
        }
    }
    // What is answered by another address is no page.
    all.into_iter().filter(|path| shop.get(path).status == 200).collect()
}

#[test]
fn another_instance_shows_a_publish_within_five_seconds_of_its_return() {
    let _turn = alone();
    let [one, two] = settled();
    let page = format!("/en/p/{EDITED}");
    for (turn, price) in ["111.11", "122.22"].into_iter().enumerate() {
        // Both have the page in memory.
        two.get(&page).expect(200);
        assert!(is_hit(&two.get(&page).expect(200)));
        let (editor, other) = if turn == 0 { (&one, &two) } else { (&two, &one) };
        let returned = reprice(editor, EDITED, price);
        // Whoever asks later than the bound sees it; nobody has to have asked before.
        std::thread::sleep((returned + BOUND).saturating_duration_since(now()));
        let shown = other.get(&page).expect(200);
        assert!(shown.text().contains(price), "{}", shown.header("cache-status"));
        assert!(editor.get(&page).expect(200).text().contains(price));
    }
}

#[test]
fn a_new_price_is_on_every_page_that_shows_it_and_no_other_page_is_rendered() {
    let _turn = alone();
    let [one, two] = settled();
    let pages = pages(&one);
    assert!(pages.len() > 400, "{}", pages.len());
    let before: BTreeMap<&str, String> =
        pages.iter().map(|page| (page.as_str(), one.get(page).expect(200).text())).collect();
    for page in &pages {
        let again = one.get(page).expect(200);
        assert!(is_hit(&again), "{page}: {}", again.header("cache-status"));
    }
    let returned = reprice(&one, EDITED, "133.33");
    std::thread::sleep((returned + BOUND).saturating_duration_since(now()));
    let shows = format!("/p/{EDITED}\"");
    let (mut showing, mut rendered) = (0, 0);
    for page in &pages {
        let after = one.get(page).expect(200);
        let text = after.text();
        let is_shown = text.contains(&shows) || page.ends_with(EDITED);
        if is_shown {
            showing += 1;
            let localised = text.contains("133.33") || text.contains("133,33");
            assert!(localised, "{page} shows the old price: {}", after.header("cache-status"));
        }
        if !is_hit(&after) {
            rendered += 1;
            assert!(
                text != before[page.as_str()],
                "{page} was rendered again: {}",
                after.header("cache-status")
            );
        }
        // What the neighbour shows is the same, whether it has rendered it or found it nearby.
        assert!(two.get(page).expect(200).text() == text, "{page}");
    }
    println!("{} pages, {showing} show the product, {rendered} were rendered again", pages.len());
    assert!(showing >= 6 && rendered >= showing && rendered < pages.len() / 4);
}

#[test]
fn an_instance_takes_pages_from_its_neighbour() {
    let _turn = alone();
    let [one, two] = settled();
    // Products that nobody has looked at yet, whatever ran before.
    let handles: Vec<_> = (0..20).map(|_| unique("near")).collect();
    one.put(&handles.iter().map(|handle| product(handle, 1000, 5)).collect::<Vec<_>>());
    shows_what(&two, &one);
    // It is stored after the answer, and the neighbour has to have learnt what such pages depend on: so it may need
    // more than one page until it takes one.
    let near = (1..).zip(&handles).find_map(|(attempt, handle)| {
        let page = format!("/es/p/{handle}");
        let rendered = one.get(&page).expect(200);
        std::thread::sleep(Duration::from_millis(100) * attempt);
        let near = two.get(&page).expect(200);
        (near.header("cache-status") == "Orilla; hit; detail=near").then_some((page, rendered, near))
    });
    let (page, rendered, near) = near.expect("one of twenty pages is taken from the neighbour");
    assert_eq!(near.text(), rendered.text());
    assert_eq!(two.get(&page).expect(200).header("cache-status"), "Orilla; hit");
}

#[test]
fn who_stands_in_front_compresses_and_a_page_stays_the_same() {
    let shop = Shop::default();
    let plain = shop.get_with("/en/about", &[("accept-encoding", "identity")]).expect(200);
    assert_eq!(plain.header("content-encoding"), "");
    for coding in ["gzip", "br"] {
        let packed = shop.get_with("/en/about", &[("accept-encoding", coding)]).expect(200);
        assert_eq!(packed.header("content-encoding"), coding);
        assert!(packed.body.len() * 2 < plain.body.len(), "{coding}: {}", packed.body.len());
        for name in ["etag", "cache-control", "content-type"] {
            assert_eq!(packed.header(name), plain.header(name), "{coding} {name}");
        }
        let known = [("accept-encoding", coding), ("if-none-match", packed.header("etag"))];
        assert!(shop.get_with("/en/about", &known).expect(304).body.is_empty());
    }
}

#[test]
fn one_page_has_one_spelling() {
    let _turn = alone();
    let [shop, _] = settled();
    let page = "/en/p/keepers-lantern";
    shop.get(page).expect(200);
    for (address, headers, expected) in [
        (page, &[][..], (200, "")),
        ("/en/p/keepers-lantern?utm_source=x&fbclid=1", &[], (200, "")),
        ("/en/p/keepers-lantern/", &[], (308, "/en/p/keepers-lantern")),
        ("/en/p/%6Beepers-lantern", &[], (308, "/en/p/keepers-lantern")),
        ("/en/p/keepers-lantern?variant=999999999", &[], (302, "/en/p/keepers-lantern")),
        (page, &[("ACCEPT-LANGUAGE", "pt"), ("Accept-Language", "es"), ("X-Whatever", "1")], (200, "")),
        ("/en/search?sort=price&utm_source=x", &[], (302, "/en/search?sort=price")),
        ("/en/search?page=1&sort=price", &[], (302, "/en/search?sort=price")),
    ] {
        let answer = shop.get_with(address, headers);
        assert_eq!((answer.status, answer.header("location")), expected, "{address}");
        if answer.status == 200 {
            assert!(is_hit(&answer), "{address}: {}", answer.header("cache-status"));
        }
    }
}
