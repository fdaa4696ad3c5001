//! From a page's report through the queue into the database, on workerd.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use orilla_integration::{Database, Shop, unique};
use serde_json::json;
use std::time::{Duration, Instant};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36";

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
fn wait(what: &str, done: impl Fn() -> bool) {
    #[expect(clippy::disallowed_methods, reason = "a test on this machine")]
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(180), "{what}");
        std::thread::sleep(Duration::from_millis(200));
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

#[test]
fn a_consumer_that_fails_in_the_middle_loses_no_event_and_counts_none_twice() {
    let (shop, database) = (Shop::default(), Database::default());
    let ana = Visitor::who_says(&shop, "all");
    // The transaction has written its events when this stops it.
    database.execute(
        "CREATE TRIGGER in_the_middle AFTER DELETE ON event_units BEGIN SELECT RAISE(ABORT, 'in the middle'); END;
         INSERT INTO event_units VALUES ('nothing', 'nobody')",
    );
    let ids: Vec<_> = (0..20).map(|_| names(5)).collect();
    for batch in &ids {
        assert_eq!(ana.report(&shop, BROWSER, batch), 204);
    }
    let all = ids.concat();
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(stored(&database, &all), 0, "nothing of a delivery that failed is kept");
    database.execute("DROP TRIGGER in_the_middle");
    wait("all arrive", || stored(&database, &all) == 100);
    assert_eq!(
        database.number("SELECT count(*) FROM event_units WHERE ?1 <> ''", "x"),
        0,
        "the work of the last delivery is done"
    );
}
