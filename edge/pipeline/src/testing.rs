//! A shop for tests: the whole pipeline over the real SQL, and one client for each role.

use crate::gateway::gate::{Gate, Settings};
use crate::gateway::route::route_of;
use crate::gateway::testing::{Collected, Limiting, Switched};
use crate::gateway::visitor::identity::VisitorKeys;
use crate::routes::publish::press;
use crate::{
    Config, Host, Isolate, Notices, Shoppers, Team, Writer, answer, answer_team, inspect, is_for_team,
};
use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use futures::executor::block_on;
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use orilla_money::Currency;
use orilla_orders::Text;
use orilla_push::{Request as PushRequest, Vapid};
use orilla_shop::checkout::{BankTransfer, OnDelivery};
use orilla_shop::events::EventQueue;
use orilla_shop::notices::{NoticeQueue, PushAnswer, PushService};
use orilla_shop::publish::{Publications, Segments, publish_attached};
use orilla_shop::team::rollouts::Alarm;
use orilla_shop::team::{KeptPages, PagesReport};
use orilla_shop::{Background, Clock, PageStore, Picture, Pictures, PortError, Random, Timer};
use orilla_snapshot::{Attachment, Manifest};
use orilla_store::testing::{Files, TestDatabase};
use orilla_store::{
    AccountStore, CatalogStore, Database, DbError, EventStore, ExperimentStore, FlagStore, NavigationStore,
    NoticeStore, OrderStore, PasskeyStore, RolloutsInSql, SessionStore, Statement,
};
use orilla_storefront::Assets;
use orilla_ui::Language;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// The team's token.
pub const TOKEN: &str = "a-token-for-tests-only";
/// A key by which programs read flags.
pub const CLIENT_KEY: &str = "a-client-key";
/// Signs visitors' ids.
pub const VISITOR_KEY: &str = "a key for tests only, 32 bytes or more";
/// What a shopper's browser calls itself.
pub const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36";
/// When a shop of the tests begins, in milliseconds since 1970.
pub const NOW: i64 = 1_760_000_000_000;
/// The demo catalogue, in Shopify's format.
const CATALOGUE: &[u8] = include_bytes!("../../../demo/catalogue.csv");

/// The demo's flags: three experiments.
const FLAGS: &[u8] = include_bytes!("../../../demo/flags.json");

/// A shop in memory.
pub struct Shop {
    host: Host,
    team: Team,
    database: Arc<Breakable>,
    background: Arc<Later>,
    clock: Arc<Hand>,
    files: Arc<Files>,
    limiter: Arc<Switched>,
    queue: Arc<Queue>,
    collected: Arc<Collected>,
    near: Arc<Near>,
    push: Arc<Push>,
}

/// A push service, and the queue before it.
#[derive(Default)]
pub struct Push {
    waiting: Mutex<Vec<String>>,
    sent: Mutex<Vec<PushRequest>>,
    /// What it says; 0: 201.
    status: AtomicI64,
}

#[async_trait]
impl NoticeQueue for Push {
    async fn put(&self, messages: &[String]) -> Result<(), PortError> {
        self.waiting.lock().unwrap().extend_from_slice(messages);
        Ok(())
    }
}

#[async_trait]
impl PushService for Push {
    async fn send(&self, request: &PushRequest) -> Result<PushAnswer, PortError> {
        self.sent.lock().unwrap().push(request.clone());
        let status = match self.status.load(Ordering::Relaxed) {
            0 => 201,
            status => u16::try_from(status).unwrap(),
        };
        Ok(PushAnswer { status, retry_after: (status == 429).then(|| "9".to_owned()) })
    }
}

/// A database that can be made to fail.
struct Breakable {
    database: TestDatabase,
    is_broken: AtomicBool,
}

#[async_trait]
impl Database for Breakable {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Vec<String>>, DbError> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(DbError::Unavailable("switched off for a test".into()));
        }
        self.database.batch(statements).await
    }
}

/// A clock that stands until a test moves it.
#[derive(Default)]
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> i64 {
        NOW + self.0.load(Ordering::Relaxed)
    }
}

/// 1, 2, 3, …
#[derive(Default)]
struct Counting(AtomicU64);

impl Random for Counting {
    fn bytes(&self) -> Result<[u8; 16], PortError> {
        Ok(u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1).to_be_bytes())
    }
}

/// Work that waits until the answer has left.
#[derive(Default)]
struct Later(Mutex<Vec<Pin<Box<dyn Future<Output = ()> + Send>>>>);

impl Background for Later {
    fn run(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.0.lock().unwrap().push(work);
    }
}

impl Later {
    fn finish(&self) {
        let waiting = std::mem::take(&mut *self.0.lock().unwrap());
        waiting.into_iter().for_each(block_on);
    }
}

/// A timer that rings at once: what waits has waited too long.
struct AtOnce;

impl Timer for AtOnce {
    fn sleep(&self, _: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::ready(()))
    }
}

/// Messages that wait to be delivered.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Vec<String>>,
    is_broken: AtomicBool,
}

/// What the isolates of a place share.
#[derive(Default)]
pub struct Near {
    entries: Mutex<BTreeMap<String, Vec<u8>>>,
    is_broken: AtomicBool,
}

#[async_trait]
impl EventQueue for Queue {
    async fn put(&self, message: &str) -> Result<(), PortError> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(PortError::Unavailable("switched off for a test".into()));
        }
        self.waiting.lock().unwrap().push(message.to_owned());
        Ok(())
    }
}

#[async_trait]
impl PageStore for Near {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, PortError> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(PortError::Unavailable("switched off for a test".into()));
        }
        Ok(self.entries.lock().unwrap().get(key).cloned())
    }

    async fn put(&self, key: &str, bytes: Vec<u8>, _: u32) -> Result<(), PortError> {
        self.entries.lock().unwrap().insert(key.to_owned(), bytes);
        Ok(())
    }
}

/// The team's module asks the shop's, beside it in one isolate.
struct Beside {
    isolate: Arc<Isolate>,
    clock: Arc<dyn Clock>,
}

impl KeptPages for Beside {
    fn inspect(&self, address: &str) -> Result<PagesReport, PortError> {
        Ok(inspect(&self.isolate, "test", address, self.clock.now()))
    }
}

/// Tests call the driver themselves.
struct NoAlarm;

#[async_trait]
impl Alarm for NoAlarm {
    async fn wake(&self, _: i64) -> Result<(), PortError> {
        Ok(())
    }
}

/// No picture can be reached.
struct NoPictures;

#[async_trait]
impl Pictures for NoPictures {
    async fn fetch(&self, _: &str, _: usize) -> Result<Picture, PortError> {
        Err(PortError::Unavailable("no network in tests".into()))
    }
}

impl Shop {
    /// A shop without products.
    pub fn empty() -> Self {
        let database =
            Arc::new(Breakable { database: TestDatabase::new(), is_broken: AtomicBool::new(false) });
        let catalog = Arc::new(CatalogStore::new(database.clone()));
        let (files, background) = (Arc::new(Files::default()), Arc::new(Later::default()));
        let clock = Arc::new(Hand::default());
        let transfer =
            BankTransfer::new(Text::parse("Orilla").unwrap(), "ES9121000418450200051332", None, 14);
        let near = Arc::<Near>::default();
        let (limiter, collected) = (Arc::new(Switched::default()), Arc::new(Collected::default()));
        let (queue, push) = (Arc::new(Queue::default()), Arc::new(Push::default()));
        let settings = Settings { visitor_keys: VisitorKeys::new(VISITOR_KEY, None), ..Settings::default() };
        let config = Config {
            shop_name: "Orilla".into(),
            currency: Currency::EUR,
            catalog_language: Language::default(),
            public_url: "https://shop.example".into(),
            studio_token: Some(TOKEN.into()),
            client_keys: vec![CLIENT_KEY.into()],
            payments: vec![Box::new(transfer.unwrap()), Box::new(OnDelivery { most: 100_000 })],
            build: "test".into(),
            on_devices: true,
            assets: Assets::default(),
            studio_assets: orilla_studio::Assets::default(),
        };
        let host = Host {
            config: Arc::new(config),
            search: catalog.clone(),
            segments: files.clone(),
            publications: files.clone(),
            navigations: Arc::new(NavigationStore::new(database.clone())),
            health: catalog.clone(),
            variants: Arc::new(OrderStore::new(database.clone())),
            clock: clock.clone(),
            random: Arc::new(Counting::default()),
            timer: Arc::new(AtOnce),
            tallies: Arc::new(RolloutsInSql::new(database.clone())),
            pictures: Arc::new(NoPictures),
            events: queue.clone(),
            near: near.clone(),
            background: background.clone(),
            isolate: Arc::new(Isolate::default()),
            away: None,
            gate: Gate {
                settings: Arc::new(settings),
                limiter: limiter.clone(),
                log: collected.clone(),
                traces: Some(collected.clone()),
            },
        };
        let team = Team {
            catalog: catalog.clone(),
            writer: Writer { catalog: catalog.clone(), written: catalog.clone() },
            sessions: Arc::new(SessionStore::new(database.clone())),
            placed: Arc::new(OrderStore::new(database.clone())),
            passkeys: Arc::new(PasskeyStore::new(database.clone())),
            shoppers: Shoppers {
                sessions: Arc::new(SessionStore::of_shoppers(database.clone())),
                passkeys: Arc::new(PasskeyStore::of_shoppers(database.clone())),
                accounts: Arc::new(AccountStore::new(database.clone())),
            },
            pages: Arc::new(Beside { isolate: host.isolate.clone(), clock: clock.clone() }),
            orders: Arc::new(OrderStore::new(database.clone())),
            products: catalog.clone(),
            categories: catalog.clone(),
            imports: catalog,
            flags: Arc::new(FlagStore::new(database.clone())),
            events: Arc::new(EventStore::new(database.clone())),
            navigations: Arc::new(NavigationStore::new(database.clone())),
            experiments: Arc::new(ExperimentStore::new(database.clone())),
            rollouts: Arc::new(RolloutsInSql::new(database.clone())),
            alarm: Arc::new(NoAlarm),
            notices: Notices {
                subscriptions: Arc::new(NoticeStore::new(database.clone())),
                queue: push.clone(),
                service: push.clone(),
                vapid: Vapid::parse(&"1".repeat(64)).ok().map(Arc::new),
                loopback: None,
            },
        };
        Shop { host, team, database, background, clock, files, limiter, queue, collected, near, push }
    }

    /// A shop with the demo catalogue.
    pub fn new() -> Self {
        let shop = Shop::empty();
        let report = shop.staff().send("POST", "/studio/api/import?format=shopify", &[], CATALOGUE);
        assert_eq!(report.status, 200, "{}", report.text());
        assert_eq!(report.json()["rejected_total"], 0, "{}", report.text());
        let flags: Value = serde_json::from_slice(FLAGS).unwrap();
        let request = serde_json::json!({ "version": 0, "document": flags, "reason": "demo" });
        let headers = [("content-type", "application/json"), ("idempotency-key", "demo-flags-request")];
        let saved = shop.staff().send("PUT", "/studio/api/flags", &headers, request.to_string().as_bytes());
        assert_eq!(saved.status, 200, "{}", saved.text());
        shop.publish();
        shop
    }

    /// Makes what was written what pages show.
    pub fn publish(&self) {
        let done = self.staff().post_json("/studio/api/publish", &serde_json::json!({}));
        assert_eq!(done.status, 200, "{}", done.text());
    }

    /// Makes a document of flags current, as it is: nobody checks it.
    pub fn publish_flags(&self, document: &str) {
        let press = press(&self.host, &self.team.writer);
        let done = publish_attached(press, Attachment::Flags, document.as_bytes(), self.clock.now(), "flags");
        block_on(done).unwrap();
        self.host.isolate.expire();
    }

    /// Lets the driver of rollouts and bandits come.
    pub fn drive(&self) {
        block_on(crate::drive(&self.host, &self.team)).unwrap();
        self.host.isolate.expire();
    }

    /// Lets the work after the answers be done.
    pub fn finish(&self) {
        self.background.finish();
    }

    /// The team's ports.
    pub fn team(&self) -> &Team {
        &self.team
    }

    /// Loses the file of the likely pages that are current.
    pub fn lose_likely_pages(&self) {
        let current = block_on(self.files.current()).unwrap().unwrap();
        let manifest = block_on(self.files.get(current.hash().unwrap())).unwrap().unwrap();
        self.files.lose(Manifest::decode(&manifest).unwrap().attachments.next.unwrap().hash);
    }

    /// The ports.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Lets the files of publications and their list fail from now on, or work again.
    pub fn break_files(&self, is_broken: bool) {
        self.files.break_all(is_broken);
    }

    /// Pages that the isolate keeps.
    pub fn kept_pages(&self) -> usize {
        self.host.isolate.pages.len()
    }

    /// Lets time pass.
    pub fn wait(&self, milliseconds: i64) {
        self.clock.0.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// Another isolate of this shop, in another place: the same stores, nothing in memory, no pages nearby.
    pub fn isolate(&self) -> Shop {
        self.isolate_with(Arc::default())
    }

    /// Another isolate in this place: the same stores and pages nearby, nothing in memory.
    pub fn neighbour(&self) -> Shop {
        self.isolate_with(self.near.clone())
    }

    /// Changes what is kept nearby, or its bytes.
    pub fn change_near(&self, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) {
        change(&mut self.near.entries.lock().unwrap());
    }

    /// Lets the pages nearby be out of reach from now on, or work again.
    pub fn break_near(&self, is_broken: bool) {
        self.near.is_broken.store(is_broken, Ordering::Relaxed);
    }

    fn isolate_with(&self, near: Arc<Near>) -> Shop {
        let host = Host { isolate: Arc::default(), near: near.clone(), ..self.host.clone() };
        let pages = Arc::new(Beside { isolate: host.isolate.clone(), clock: host.clock.clone() });
        Shop {
            host,
            team: Team { pages, ..self.team.clone() },
            database: self.database.clone(),
            background: self.background.clone(),
            clock: self.clock.clone(),
            files: self.files.clone(),
            limiter: self.limiter.clone(),
            queue: self.queue.clone(),
            collected: self.collected.clone(),
            near,
            push: self.push.clone(),
        }
    }

    /// Takes the team's token away, as an operator does when everybody has a passkey.
    pub fn forget_token(&mut self) {
        Arc::get_mut(&mut self.host.config).unwrap().studio_token = None;
    }

    /// Switches devices off, as an operator does for a build that went wrong there.
    pub fn withdraw_from_devices(&mut self) {
        Arc::get_mut(&mut self.host.config).unwrap().on_devices = false;
    }

    /// Lets the database fail from now on, or work again.
    pub fn break_database(&self, is_broken: bool) {
        self.database.is_broken.store(is_broken, Ordering::Relaxed);
    }

    /// Lets the queue fail from now on, or work again.
    pub fn break_queue(&self, is_broken: bool) {
        self.queue.is_broken.store(is_broken, Ordering::Relaxed);
    }

    /// What waits in the queue.
    pub fn queued(&self) -> Vec<String> {
        self.queue.waiting.lock().unwrap().clone()
    }

    /// Delivers what waits in the queue. `Err`: it waits on.
    pub fn deliver(&self) -> Result<(), PortError> {
        let waiting = self.queued();
        block_on(crate::record_events(&self.host, &self.team, &waiting))?;
        self.queue.waiting.lock().unwrap().drain(..waiting.len());
        Ok(())
    }

    /// Takes the key away by which push services know the shop.
    pub fn forget_vapid_key(&mut self) {
        self.team.notices.vapid = None;
    }

    /// Lets the push service say this from now on.
    pub fn push_service_says(&self, status: u16) {
        self.push.status.store(status.into(), Ordering::Relaxed);
    }

    /// Delivers what waits in the queue of notices for the first time; answers how long each has to wait, in seconds.
    pub fn deliver_notices(&self) -> Vec<u32> {
        let waiting: Vec<_> = self.push.waiting.lock().unwrap().drain(..).map(|text| (text, 1)).collect();
        block_on(crate::deliver_notices(&self.host, &self.team, &waiting))
    }

    /// What the push service got since this was last asked.
    pub fn pushed(&self) -> Vec<PushRequest> {
        std::mem::take(&mut *self.push.sent.lock().unwrap())
    }

    /// What a statement answers in its column `doc`.
    pub fn read(&self, sql: &str) -> Vec<Value> {
        let docs = block_on(self.database.database.batch(vec![Statement::new(sql)])).unwrap().remove(0);
        docs.iter().map(|doc| serde_json::from_str(doc).unwrap()).collect()
    }

    /// Lets the limiter refuse everybody from now on, or fail, or admit everybody again.
    pub fn limit(&self, answer: Limiting) {
        self.limiter.switch(answer);
    }

    /// The lines of the log since this was last asked.
    pub fn logged(&self) -> Vec<String> {
        std::mem::take(&mut *self.collected.lines.lock().unwrap()).into_iter().map(|(_, line)| line).collect()
    }

    /// The traces since this was last asked.
    pub fn traced(&self) -> Vec<String> {
        std::mem::take(&mut *self.collected.traces.lock().unwrap())
    }

    /// Runs SQL, to arrange what a test needs.
    pub fn execute(&self, sql: &str) {
        self.database.database.execute(sql);
    }

    /// The `doc` texts of what SQL reads.
    pub fn query(&self, sql: &str) -> Vec<String> {
        block_on(self.database.database.batch(vec![Statement::new(sql)])).unwrap().remove(0)
    }

    /// How many rows were ever written: unchanged if nothing was.
    pub fn rows_written(&self) -> String {
        self.query("SELECT json(total_changes()) AS doc").remove(0)
    }

    /// Someone without cookies.
    pub fn anonymous(&self) -> Client<'_> {
        Client { shop: self, role: Role::Anonymous }
    }

    /// Someone whose browser keeps cookies.
    pub fn shopper(&self) -> Client<'_> {
        Client { shop: self, role: Role::Shopper(RefCell::default()) }
    }

    /// Someone of the team.
    pub fn staff(&self) -> Client<'_> {
        Client { shop: self, role: Role::Staff }
    }

    /// The id and the price of a variant with at least `pieces` in stock.
    pub fn variant(&self, pieces: u32) -> i64 {
        let sql = "SELECT json(min(id)) AS doc FROM variants WHERE available >= ?1";
        let found = block_on(self.database.database.batch(vec![Statement::new(sql).bind(pieces)]));
        found.unwrap().remove(0).remove(0).parse().unwrap()
    }
}

impl Shop {
    /// A variant of a product.
    pub fn variant_of(&self, handle: &str) -> i64 {
        let sql = "SELECT json(min(v.id)) AS doc FROM variants v JOIN products p ON p.id = v.product_id WHERE p.handle = ?1";
        let found = block_on(self.database.database.batch(vec![Statement::new(sql).bind(handle)]));
        found.unwrap().remove(0).remove(0).parse().unwrap()
    }
}

enum Role {
    Anonymous,
    Shopper(RefCell<BTreeMap<String, String>>),
    Staff,
}

/// Sends requests in a role.
pub struct Client<'a> {
    shop: &'a Shop,
    role: Role,
}

impl Client<'_> {
    /// The same visitor at another isolate.
    pub fn at<'a>(&self, shop: &'a Shop) -> Client<'a> {
        let role = match &self.role {
            Role::Anonymous => Role::Anonymous,
            Role::Shopper(cookies) => Role::Shopper(cookies.clone()),
            Role::Staff => Role::Staff,
        };
        Client { shop, role }
    }

    /// The browser's cookies, as it sends them.
    pub fn cookies(&self) -> String {
        let Role::Shopper(cookies) = &self.role else { return String::new() };
        let pairs: Vec<_> = cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// The value of a cookie; empty without one.
    pub fn cookie(&self, name: &str) -> String {
        let Role::Shopper(cookies) = &self.role else { return String::new() };
        cookies.borrow().get(name).cloned().unwrap_or_default()
    }

    /// Changes a cookie, as a service worker does.
    pub fn set_cookie(&self, name: &str, value: &str) {
        if let Role::Shopper(cookies) = &self.role {
            cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    /// As a browser without scripts sends a form.
    pub fn post_form(&self, path: &str, form: &str) -> Answer {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "text/html")];
        self.send("POST", path, &headers, form.as_bytes())
    }

    /// Without an idempotency key.
    pub fn post_json(&self, path: &str, document: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], document.to_string().as_bytes())
    }

    /// What a ceremony of passkeys wants the device to be asked.
    #[track_caller]
    pub fn asked(&self, path: &str) -> Value {
        let asked = self.post_json(path, &serde_json::json!({}));
        assert_eq!(asked.status, 200, "{}", asked.text());
        assert_eq!(asked.header("cache-control"), "private, no-store");
        asked.json()
    }

    /// With an idempotency key.
    pub fn post_keyed(&self, path: &str, key: &str, document: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.send("POST", path, &headers, document.to_string().as_bytes())
    }

    /// Any request. A path that is no URI is the test's mistake.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("https://shop.example{path}"));
        for (name, value) in headers {
            request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        match &self.role {
            Role::Anonymous => {}
            Role::Shopper(cookies) => {
                let cookies: Vec<_> =
                    cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
                request = request.header(header::COOKIE, cookies.join("; "));
                // Browsers always say what they are and where a request comes from.
                for (name, value) in [("sec-fetch-site", "same-origin"), ("user-agent", BROWSER)] {
                    if !headers.iter().any(|(given, _)| *given == name) {
                        request = request.header(name, value);
                    }
                }
            }
            Role::Staff => request = request.header(header::AUTHORIZATION, format!("Bearer {TOKEN}")),
        }
        let request = request.body(Body::from(body.to_vec())).unwrap();
        let host = self.shop.host.clone();
        let cookies = request.headers().get(header::COOKIE).and_then(|cookies| cookies.to_str().ok());
        let response = if is_for_team(path, cookies.unwrap_or_default()) {
            block_on(answer_team(host, self.shop.team.clone(), request))
        } else {
            block_on(answer(host, request))
        };
        self.shop.background.finish();
        let (parts, body) = response.into_parts();
        let body = block_on(to_bytes(body, usize::MAX)).unwrap().to_vec();
        self.keep_cookies(&parts.headers);
        // What is answered has a row in the gateway's table: without one, the log would not know its name.
        let address = path.split('?').next().unwrap_or_default();
        let is_known = route_of(address).template != "other";
        assert!(is_known || !parts.status.is_success(), "{address} is missing in gateway::route");
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let Role::Shopper(cookies) = &self.role else { return };
        for cookie in headers.get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
    }
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The header's text; empty if it is missing.
    pub fn header(&self, name: &'static str) -> &str {
        self.headers.get(HeaderName::from_static(name)).map_or("", |value| value.to_str().unwrap())
    }

    /// The first field that a problem names, and its code.
    pub fn fault(&self) -> (String, String) {
        let problem = self.json();
        let text = |name: &str| problem["errors"][0][name].as_str().unwrap_or_default().to_owned();
        (text("field"), text("code"))
    }
}
