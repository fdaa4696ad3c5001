//! The shop under test, as each of its users reaches it over HTTP.
//!
//! Where it is, and the staff's token, come in the environment: `ORILLA_URL`, `ORILLA_STUDIO_TOKEN`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code"
)]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The largest answer that is read, in bytes.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// One client of the shop.
pub struct Shop {
    /// Where the shop is: `http://localhost:8787`.
    pub url: String,
    /// The staff's token.
    pub token: String,
    agent: ureq::Agent,
}

/// An answer, read to its end.
pub struct Answer {
    /// The status.
    pub status: u16,
    headers: ureq::http::HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// All headers of this name.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    /// All headers of this name, as they stand.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap())
    }

    /// All headers as text, a line each.
    pub fn all_headers(&self) -> String {
        self.headers.iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap())).collect()
    }

    /// The cookies that it sets, each as `name=value`.
    pub fn cookies(&self) -> Vec<String> {
        let all = self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
        all.map(|cookie| cookie.split(';').next().unwrap().to_owned()).collect()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The same answer, if it has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }
}

impl Default for Shop {
    fn default() -> Self {
        let variable = |name: &str| {
            std::env::var(name)
                .unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test --only worker`"))
        };
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(120)));
        Shop {
            url: variable("ORILLA_URL"),
            token: variable("ORILLA_STUDIO_TOKEN"),
            agent: config.build().into(),
        }
    }
}

impl Shop {
    /// Two instances over one state, with the demo catalogue, to which tests of other files may have added.
    pub fn twins() -> [Shop; 2] {
        let urls = std::env::var("ORILLA_TWINS").expect("run `cargo xtask test --only worker`");
        let (one, two) = urls.split_once(' ').expect("two addresses");
        [one, two].map(Shop::behind)
    }

    /// The shop at this address, as a client with connections of its own.
    pub fn behind(url: &str) -> Shop {
        Shop { url: url.to_owned(), ..Shop::default() }
    }

    /// Sends a GET.
    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    /// Sends a GET with these headers.
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.get(self.at(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.call())
    }

    /// Sends a POST with these headers.
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = self.agent.post(self.at(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body))
    }

    /// Sends a POST as somebody whose connection may break at any moment: the status, if there was an answer.
    pub fn tries(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<u16> {
        let mut request = self.agent.post(self.at(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send(body).ok().map(|answer| answer.status().as_u16())
    }

    /// Sends a PUT with these headers.
    pub fn put_with(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = self.agent.put(self.at(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body))
    }

    /// Sends JSON under an idempotency key.
    pub fn post_json(&self, path: &str, key: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.post(path, &headers, body.to_string().as_bytes())
    }

    /// Imports a file as the staff does.
    pub fn import(&self, format: &str, body: &str) -> Value {
        let path = format!("/studio/api/import?format={format}&source=test");
        self.post(&path, &[("authorization", &self.bearer())], body.as_bytes()).expect(200).json()
    }

    /// Imports products of the shop's own format, none of which is rejected.
    #[track_caller]
    pub fn put(&self, products: &[Value]) {
        let lines: Vec<_> = products.iter().map(Value::to_string).collect();
        let report = self.import("ndjson", &lines.join("\n"));
        assert_eq!(report["rejected_total"], 0, "{report}");
        self.publish();
    }

    /// Makes what was imported, and what orders have left of it, what pages and the API show. Answers how long the shop
    /// took to show it after the publish had answered.
    #[track_caller]
    pub fn publish(&self) -> Duration {
        let bearer = self.bearer();
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        // Tests publish at the same time; one of them is overtaken, and tries again.
        let publish = || self.post("/studio/api/publish", &headers, b"{}");
        let done = std::iter::repeat_with(publish).take(100).find(|answer| answer.status != 409).unwrap();
        let number = done.expect(200).json()["number"].as_u64().unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test on this machine")]
        let start = Instant::now();
        while self.get("/health").expect(200).json()["publication"].as_u64() < Some(number) {
            assert!(start.elapsed() < Duration::from_secs(30), "publication {number} is not shown");
            std::thread::sleep(Duration::from_millis(50));
        }
        start.elapsed()
    }

    /// The whole catalogue as NDJSON, page by page.
    pub fn export(&self) -> String {
        let (mut all, mut after) = (String::new(), String::new());
        loop {
            let path = format!("/studio/api/export?after={after}");
            let page = self.get_with(&path, &[("authorization", &self.bearer())]).expect(200).text();
            let Some(last) = page.lines().rfind(|line| !line.is_empty()) else { return all };
            let last: Value = serde_json::from_str(last).unwrap();
            after = last["handle"].as_str().unwrap().to_owned();
            all.push_str(&page);
        }
    }

    /// A product of the API, as it is now.
    #[track_caller]
    pub fn product(&self, handle: &str) -> Value {
        self.publish();
        self.get(&format!("/api/v1/products/{handle}")).expect(200).json()
    }

    /// `Authorization` of the staff.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn at(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) }
    }
}

/// A shop of its own that can be ended in the middle of whatever it does (SIGKILL), and started again with what it has
/// stored.
pub struct Power {
    switch: String,
    /// The folder of its state.
    pub state: PathBuf,
}

impl Default for Power {
    fn default() -> Self {
        let variable = |name: &str| std::env::var(name).expect("run `cargo xtask test --only worker`");
        Power { switch: variable("ORILLA_POWER"), state: variable("ORILLA_POWER_STATE").into() }
    }
}

impl Power {
    /// Starts it, if it is off. Answers when it answers.
    pub fn on(&self) -> Shop {
        let url = self.say("on");
        assert!(url.starts_with("http"), "{url}");
        Shop::behind(&url)
    }

    /// Ends it. Answers when nothing of it is left.
    pub fn off(&self) {
        assert_eq!(self.say("off"), "off");
    }

    fn say(&self, word: &str) -> String {
        let mut stream = TcpStream::connect(&self.switch).unwrap();
        writeln!(stream, "{word}").unwrap();
        let mut said = String::new();
        BufReader::new(stream).read_line(&mut said).unwrap();
        said.trim().to_owned()
    }
}

/// The file of the shop's database, behind the back of the runtime: to look what is in it, and to make it fail.
pub struct Database(rusqlite::Connection);

impl Default for Database {
    fn default() -> Self {
        let state = std::env::var("ORILLA_STATE").expect("ORILLA_STATE names the folder of the shop's state");
        Database::of(Path::new(&state))
    }
}

impl Database {
    /// That of the shop whose state is in this folder.
    pub fn of(state: &Path) -> Self {
        let folder = state.join("v3/d1/miniflare-D1DatabaseObject");
        let files = std::fs::read_dir(&folder).expect("the shop has a database").flatten().map(|f| f.path());
        let databases = files.filter(|file| file.extension().is_some_and(|extension| extension == "sqlite"));
        let opened = databases.filter_map(|file| rusqlite::Connection::open(file).ok());
        let is_shops = |database: &rusqlite::Connection| database.prepare("SELECT 1 FROM products").is_ok();
        let connection = opened.into_iter().find(is_shops).expect("one is the shop's");
        connection.busy_timeout(Duration::from_secs(30)).unwrap();
        Database(connection)
    }

    /// Runs statements.
    #[track_caller]
    pub fn execute(&self, sql: &str) {
        self.0.execute_batch(sql).unwrap();
    }

    /// The one number that a statement with one parameter answers.
    #[track_caller]
    pub fn number(&self, sql: &str, parameter: &str) -> i64 {
        self.0.query_row(sql, [parameter], |row| row.get(0)).unwrap()
    }

    /// Whether somebody else is writing at this moment.
    pub fn is_being_written(&self) -> bool {
        self.0.busy_timeout(Duration::ZERO).unwrap();
        let begun = self.0.execute_batch("BEGIN IMMEDIATE; ROLLBACK");
        self.0.busy_timeout(Duration::from_secs(30)).unwrap();
        begun.is_err()
    }
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut answer = answer.expect("the shop answers");
    let body = answer.body_mut().with_config().limit(MOST_BYTES).read_to_vec().expect("the answer ends");
    Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), body }
}

/// A name that no other test of this or an earlier run has.
pub fn unique(name: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    #[expect(clippy::disallowed_methods, reason = "a test on this machine")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    format!("{name}-{:x}-{}", now.as_micros(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A product with one variant that costs `price` cents, of which there are `available` pieces.
pub fn product(handle: &str, price: i64, available: u32) -> Value {
    let variant = json!({
        "sku": handle,
        "price": { "minor": price, "currency": "EUR" },
        "available": available,
    });
    json!({ "handle": handle, "title": format!("Test {handle}"), "status": "active", "variants": [variant] })
}
