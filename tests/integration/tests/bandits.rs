//! A bandit on workerd: the cron trigger gives it new shares, and visitors get them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use orilla_integration::{Database, Shop, product, unique};
use serde_json::{Value, json};
use std::collections::BTreeMap;
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

const PHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1";
const DESKTOP: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36";
/// The demo's experiment on the page of a product.
const EXPERIMENT: &str = "delivery-promise";

/// Somebody who has agreed to be counted, and looks at a product.
struct Visitor {
    agent: &'static str,
    cookies: String,
    /// The variation that the page shows.
    shown: String,
}

impl Visitor {
    fn who_looks_at(shop: &Shop, product: &str, agent: &'static str) -> Visitor {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("user-agent", agent)];
        let agreed = shop.post("/fn/consent", &headers, b"to=/en&answer=all").expect(303);
        let mut visitor = Visitor { agent, cookies: agreed.cookies().join("; "), shown: String::new() };
        visitor.shown = visitor.look(shop, product);
        visitor
    }

    /// The variation of the product's page, as its words have it and as it says for the count.
    fn look(&self, shop: &Shop, product: &str) -> String {
        let headers = [("cookie", self.cookies.as_str()), ("user-agent", self.agent)];
        let page = shop.get_with(&format!("/en/p/{product}"), &headers).expect(200).text();
        let shown = if page.contains("at your door in") { "promise" } else { "usual" };
        assert!(page.contains(&format!("{EXPERIMENT}:{shown}")), "{page}");
        shown.to_owned()
    }

    /// Reports what they saw, and that they put it into the cart, if they did: as the page's script does.
    fn report(&self, shop: &Shop, buys: bool) {
        let id = unique("event");
        let mut events =
            vec![json!({ "id": format!("{id}-e"), "type": "exposure", "at": 2_000, "experiment": EXPERIMENT,
            "variation": self.shown })];
        if buys {
            events.push(json!({ "id": format!("{id}-a"), "type": "add_to_cart", "at": 2_000 }));
        }
        let body = json!({ "sent": 2_000, "events": events }).to_string();
        let headers = [
            ("cookie", self.cookies.as_str()),
            ("user-agent", self.agent),
            ("sec-fetch-site", "same-origin"),
        ];
        shop.post("/e", &headers, body.as_bytes()).expect(204);
    }
}

/// The whole way: people come with two kinds of devices and like different things, the cron trigger learns it from what
/// their browsers report, and from then on each kind mostly gets what it likes.
#[test]
fn a_bandit_by_device_learns_from_events_and_gives_each_device_its_own_shares() {
    let (shop, database) = (Shop::default(), Database::default());
    let handle = unique("promised");
    shop.put(&[product(&handle, 1999, 50)]);
    let page = format!("/studio/experiments/{EXPERIMENT}");
    let bearer = shop.bearer();
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let form = "version=0&intent=save&name=P&hypothesis=P+sells&audience=&primary=add-to-cart&baseline=5&deviation=\
                &effect=20&traffic=1000&bandit=on&burn_in=1&every=1&least=5&by_device=on";
    for form in [form.as_bytes(), b"version=1&intent=start".as_slice()] {
        // The other test writes to the same file behind the back of the shop, which may find it locked.
        until("the experiment is designed and started", || {
            let answer = shop.post(&page, &headers, form);
            assert!(matches!(answer.status, 303 | 503), "{}", answer.text());
            answer.status == 303
        });
    }

    // Phones like the usual words, desktops the promise. Chance decides who gets what: they come until all was seen.
    let likes = |agent: &str| if agent == PHONE { "usual" } else { "promise" };
    let mut came: BTreeMap<(&str, String), i64> = BTreeMap::new();
    while came.len() < 4 || came.values().any(|people| *people < 2) {
        assert!(came.values().sum::<i64>() < 80, "{came:?}");
        for agent in [PHONE, DESKTOP] {
            let visitor = Visitor::who_looks_at(&shop, &handle, agent);
            assert_eq!(visitor.look(&shop, &handle), visitor.shown, "the same again");
            visitor.report(&shop, visitor.shown == likes(agent));
            *came.entry((agent, visitor.shown)).or_default() += 1;
        }
    }
    let counted = |agent: &str, shown: &str| {
        let device = if agent == PHONE { "phone" } else { "desktop" };
        let sql = format!(
            "SELECT coalesce(sum(u.units * 1000 + coalesce(m.sum, 0)), 0) FROM unit_rollups u LEFT JOIN metric_rollups m
               ON m.metric = 'add-to-cart' AND (m.experiment, m.dimension, m.segment, m.variation)
                 = (u.experiment, u.dimension, u.segment, u.variation)
             WHERE u.experiment = ?1 AND u.dimension = 'day_device' AND u.segment LIKE '% {device}'
               AND u.variation = '{shown}'"
        );
        database.number(&format!("SELECT cast(({sql}) AS INTEGER)"), EXPERIMENT)
    };
    until("the events are counted, by device", || {
        came.iter().all(|((agent, shown), people)| {
            counted(agent, shown) == people * 1000 + if shown == likes(agent) { *people } else { 0 }
        })
    });

    // As if all of that had been yesterday, and of thousands: as many got the one as the other, where so far chance decided;
    // of those who liked it, a fifth did something.
    database.execute(&format!(
        "UPDATE experiments SET started_at = started_at - {ago}, document = json_set(document, '$.started_at',
           (document ->> '$.started_at') - {ago}) WHERE key = '{EXPERIMENT}';
         UPDATE unit_rollups SET units = iif(dimension = 'day', 6000, 3000),
           segment = replace(segment, substr(segment, 1, 10), date(substr(segment, 1, 10), '-1 day'))
           WHERE experiment = '{EXPERIMENT}' AND dimension LIKE 'day%';
         UPDATE metric_rollups SET sum = 600, squares = 600,
           segment = replace(segment, substr(segment, 1, 10), date(substr(segment, 1, 10), '-1 day'))
           WHERE experiment = '{EXPERIMENT}' AND dimension LIKE 'day%'",
        ago = 2 * DAY
    ));
    let own = || {
        let document = flags(&shop)["document"].clone();
        let contexts =
            document["contextualBandits"][EXPERIMENT]["contexts"].as_array().cloned().unwrap_or_default();
        let weight = |device: &str| {
            let found = contexts.iter().find(|one| one["condition"]["deviceType"] == device);
            found.map(|found| found["weights"][1].clone())
        };
        (weight("mobile"), weight("desktop"))
    };
    until("the shares follow, by device", || {
        shop.get("/cdn-cgi/handler/scheduled");
        own() == (Some(json!(0.05)), Some(json!(0.95)))
    });

    // Whoever comes from now on mostly gets what people with such a device like: 24 of each, of whom one or two do not.
    let promised = |agent| {
        let visitors = (0..24).map(|_| Visitor::who_looks_at(&shop, &handle, agent));
        visitors.filter(|visitor| visitor.shown == "promise").count()
    };
    until("this instance has the new shares", || promised(DESKTOP) > 16);
    let phones = promised(PHONE);
    assert!(phones < 8, "{phones} of 24");

    let language = [("authorization", bearer.as_str()), ("accept-language", "en")];
    let text = shop.get_with(&page, &language).expect(200).text();
    let table = text.split_once("Shares now</caption>").unwrap().1.split_once("</table>").unwrap().0;
    let row = |device: &str, usual: &str, promise: &str| {
        let cell = |name: &str, share: &str| {
            format!("<td data-label=\"{name}\" class=\"number\">{share}\u{a0}%</td>")
        };
        let cells = cell("Usual words", usual) + &cell("Days and free delivery", promise);
        format!("<tr><th scope=\"row\">{device}</th>{cells}")
    };
    assert!(
        table.contains(&row("Phone", "95", "5")) && table.contains(&row("Computer", "5", "95")),
        "{table}"
    );
    assert!(!text.contains("Do not trust"), "{text}");
}
