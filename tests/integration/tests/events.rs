//! From a page's report through the queue into the database, on workerd.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use orilla_integration::{Database, Power, Shop, unique};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36";

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// A visitor who has answered the question.
struct Visitor {
    cookies: String,
}

impl Visitor {
    fn who_says(shop: &Shop, answer: &str) -> Visitor {
        let form = format!("to=/en&answer={answer}");
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("user-agent", BROWSER),
        ];
        let answer = shop.post("/fn/consent", &headers, form.as_bytes()).expect(303);
        let cookies: Vec<_> = answer
            .all("set-cookie")
            .iter()
            .map(|cookie| cookie.split(';').next().unwrap().to_owned())
            .collect();
        Visitor { cookies: cookies.join("; ") }
    }

    /// Reports views of pages with these ids.
    fn report(&self, shop: &Shop, agent: &str, ids: &[String]) -> u16 {
        let event = |id: &String| json!({ "id": id, "type": "page_view", "page": "home", "at": 1_000 });
        let body = json!({ "sent": 2_000, "events": ids.iter().map(event).collect::<Vec<_>>() });
        let headers = [("cookie", &*self.cookies), ("user-agent", agent), ("sec-fetch-site", "same-origin")];
        shop.post("/e", &headers, body.to_string().as_bytes()).status
    }
}

fn names(count: usize) -> Vec<String> {
    let name = unique("event");
    (0..count).map(|i| format!("{name}-{i}")).collect()
}

/// How often each of the events is there, once the last is.
fn stored(database: &Database, ids: &[String]) -> i64 {
    database.number(
        "SELECT count(*) FROM events WHERE id IN (SELECT value FROM json_each(?1))",
        &serde_json::to_string(ids).unwrap(),
    )
}

#[track_caller]
fn wait(what: &str, mut done: impl FnMut() -> bool) {
    #[expect(clippy::disallowed_methods, reason = "a test on this machine")]
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(180), "{what}");
        std::thread::sleep(PAUSE);
    }
}

#[test]
fn an_event_that_comes_twice_is_there_once_and_what_nobody_agreed_to_is_not() {
    let (shop, database) = (Shop::default(), Database::default());
    let (ana, ben) = (Visitor::who_says(&shop, "all"), Visitor::who_says(&shop, "needed"));
    let (refused, crawled, own) = (names(3), names(3), names(3));
    assert_eq!(ben.report(&shop, BROWSER, &refused), 204);
    assert_eq!(ana.report(&shop, "Googlebot/2.1 (+http://www.google.com/bot.html)", &crawled), 204);
    for _ in 0..3 {
        assert_eq!(ana.report(&shop, BROWSER, &own), 204);
    }
    wait("the events arrive", || stored(&database, &own) == 3);
    // What was sent before it would have arrived before it.
    assert_eq!((stored(&database, &refused), stored(&database, &crawled)), (0, 0));
}

/// Deliveries go on when this is dropped: when a test has failed, too.
struct Stopped<'a>(&'a Database);

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        self.0.execute("DROP TRIGGER IF EXISTS in_the_middle");
    }
}

#[test]
fn a_consumer_that_fails_in_the_middle_loses_no_event_and_counts_none_twice() {
    let (shop, database) = (Shop::default(), Database::default());
    let ana = Visitor::who_says(&shop, "all");
    // The transaction has written its events when this stops it.
    database.execute(
        "CREATE TRIGGER in_the_middle AFTER DELETE ON event_units BEGIN SELECT RAISE(ABORT, 'in the middle'); END;
         INSERT INTO event_units VALUES ('nothing', 'nobody')",
    );
    let stopped = Stopped(&database);
    let ids: Vec<_> = (0..20).map(|_| names(5)).collect();
    for batch in &ids {
        assert_eq!(ana.report(&shop, BROWSER, batch), 204);
    }
    let all = ids.concat();
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(stored(&database, &all), 0, "nothing of a delivery that failed is kept");
    drop(stopped);
    wait("all arrive", || stored(&database, &all) == 100);
    assert_eq!(
        database.number("SELECT count(*) FROM event_units WHERE ?1 <> ''", "x"),
        0,
        "the work of the last delivery is done"
    );
}

/// What a page sends: that it shows a variation, and nine views. All of it is one message of the queue.
fn page_of(name: &str) -> String {
    let shown = json!({ "id": format!("{name}-exposure"), "type": "exposure", "at": 500, "experiment": "cards",
        "variation": "0" });
    let view = |i| json!({ "id": format!("{name}-{i}"), "type": "page_view", "page": "home", "at": 1_000 });
    let events: Vec<_> = std::iter::once(shown).chain((0..VIEWS).map(view)).collect();
    json!({ "sent": 2_000, "events": events }).to_string()
}

const VIEWS: i64 = 9;

/// Sends each page as its visitor's browser does; how many were accepted. Who has no answer has not.
fn send(shop: &Shop, pages: &[(&Visitor, String)]) -> usize {
    let accepted = pages.iter().filter(|(visitor, body)| {
        let headers =
            [("cookie", &*visitor.cookies), ("user-agent", BROWSER), ("sec-fetch-site", "same-origin")];
        shop.tries("/e", &headers, body.as_bytes()) == Some(204)
    });
    accepted.count()
}

/// The sums are those of the events that are there, and no work is half done.
#[track_caller]
fn is_whole(database: &Database) {
    let wrong = "SELECT
          abs((SELECT total(sum) FROM metric_rollups WHERE dimension = 'day' AND metric = ?1)
            - (SELECT count(*) FROM events o JOIN exposures x USING (visitor) WHERE o.at >= x.at))
          + abs((SELECT total(units) FROM unit_rollups WHERE dimension = 'device')
            - (SELECT count(*) FROM exposures))
          + (SELECT count(*) FROM event_units) + (SELECT count(*) FROM event_dead_letters)";
    let wrong = format!("SELECT cast(({wrong}) AS INTEGER)");
    assert_eq!(database.number(&wrong, "pages"), 0);
}

/// The consumer's process is killed, on workerd and on the database's real file.
///
/// What the queue does then is not put to the test here: miniflare's keeps its messages in workerd's memory (an array of
/// its `QueueBrokerObject`, and timers for what is to be delivered again), so they end with workerd, accepted or not.
/// Cloudflare's has stored a message before it accepts it, and delivers it until a consumer has acknowledged it. Its
/// part is played by the browsers: whatever was accepted is sent again under its ids, more than once and in another
/// order, until it is recorded.
#[test]
fn a_consumer_that_is_killed_leaves_nothing_half_done_and_what_comes_again_counts_once() {
    let power = Power::default();
    let shop = power.on();
    let database = || Database::of(&power.state);
    // The transaction has written events, exposures, values and a part of the counts, and goes no further.
    database().execute(
        r#"INSERT INTO experiments (key, version, started_at, document)
         VALUES ('cards', 1, 1, '{"design":{"variations":[{"key":"0"}]}}');
         INSERT INTO experiment_metrics (experiment, metric, is_share, event, window_from, window_until)
         VALUES ('cards', 'pages', 0, 'page_view', 0, 86400000);
         CREATE VIEW endless AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;
         CREATE TRIGGER in_the_middle AFTER INSERT ON unit_rollups BEGIN SELECT count(*) FROM endless; END"#,
    );
    let visitors: Vec<_> = (0..4).map(|_| Visitor::who_says(&shop, "all")).collect();
    let name = unique("page");
    let pages: Vec<_> = (0..24).map(|i| (&visitors[i % 4], page_of(&format!("{name}-{i}")))).collect();
    let accepted = std::thread::scope(|scope| {
        let browsers = scope.spawn(|| send(&shop, &pages));
        let mut writing = 0;
        wait("a delivery is under way", || {
            writing = if database().is_being_written() { writing + 1 } else { 0 };
            writing == 5
        });
        power.off();
        browsers.join().unwrap()
    });
    assert!(accepted > 0);
    let nothing = "SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM exposures)
        + (SELECT count(*) FROM unit_values) + (SELECT count(*) FROM event_units)
        + (SELECT count(*) FROM unit_rollups) + (SELECT count(*) FROM metric_rollups) WHERE ?1 <> ''";
    assert_eq!(database().number(nothing, "x"), 0, "nothing of a transaction that did not end is kept");
    database().execute("DROP TRIGGER in_the_middle; DROP VIEW endless");
    let recorded = || database().number("SELECT count(*) FROM events WHERE type = ?1", "page_view");
    // Now at any moment, while browsers send what they have, over and over.
    for some in pages.chunks(8) {
        let shop = power.on();
        let (before, is_off) = (recorded(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_off.load(Ordering::Relaxed) {
                    send(&shop, some);
                    std::thread::sleep(PAUSE);
                }
            });
            wait("something is recorded", || recorded() > before);
            power.off();
            is_off.store(true, Ordering::Relaxed);
        });
        is_whole(&database());
    }
    let shop = power.on();
    let (all, mut looks) = (VIEWS * 24, 0);
    let backwards: Vec<_> = pages.iter().rev().cloned().collect();
    wait("all is recorded", || {
        if looks % 50 == 0 {
            send(&shop, &backwards);
        }
        looks += 1;
        recorded() == all
    });
    send(&shop, &pages);
    // What was sent before it has arrived before it.
    let last = names(1);
    assert_eq!(visitors[0].report(&shop, BROWSER, &last), 204);
    wait("the last arrives", || stored(&database(), &last) == 1);
    is_whole(&database());
    assert_eq!(recorded(), all + 1);
    assert_eq!(database().number("SELECT count(*) FROM exposures WHERE experiment = ?1", "cards"), 4);
    assert_eq!(database().number("SELECT sum(units) FROM unit_rollups WHERE dimension = ?1", "day"), 4);
    power.off();
}
