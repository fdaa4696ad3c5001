//! A shop for tests: the whole pipeline over the real SQL, and one client for each role.

mod client;
mod ports;

pub use client::{Answer, Client};
pub use ports::{Near, Posted};

use crate::gateway::gate::{Gate, Settings};
use crate::gateway::testing::{Collected, Limiting, Switched};
use crate::gateway::visitor::identity::VisitorKeys;
use crate::routes::publish::press;
use crate::{Config, Host, Isolate, Notices, Shoppers, Team, Writer};
use client::Role;
use futures::executor::block_on;
use orilla_money::Currency;
use orilla_orders::Text;
use orilla_push::{Request as PushRequest, Vapid};
use orilla_shop::accounts::{MailSettings, Mailer};
use orilla_shop::checkout::{BankTransfer, OnDelivery};
use orilla_shop::publish::{Attaching, Publications, Segments};
use orilla_shop::{Clock, PortError};
use orilla_snapshot::{Attachment, Manifest};
use orilla_store::testing::{Files, TestDatabase};
use orilla_store::{
    AccountStore, AddressStore, CatalogStore, Database, EventStore, ExperimentStore, FlagStore,
    NavigationStore, NoticeStore, OrderStore, PasskeyStore, ReviewStore, RolloutsInSql, SessionStore,
    Statement,
};
use orilla_storefront::Assets;
use orilla_ui::Language;
use ports::{AtOnce, Beside, Breakable, Counting, Hand, Later, NoAlarm, NoPictures, PostOffice, Push, Queue};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The team's token.
pub const TOKEN: &str = "a-token-for-tests-only";
/// A key by which programs read flags.
pub const CLIENT_KEY: &str = "a-client-key";
/// The provider of e-mail, and its key.
pub const MAIL_URL: &str = "https://mail.example/emails";
pub const MAIL_KEY: &str = "a-key-of-the-provider";
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

/// What the operator of a shop of the tests has configured.
fn config() -> Config {
    let transfer = BankTransfer::new(Text::parse("Orilla").unwrap(), "ES9121000418450200051332", None, 14);
    Config {
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
    }
}

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
    post: Arc<PostOffice>,
}

impl Shop {
    /// A shop without products.
    pub fn empty() -> Self {
        let database = Arc::new(Breakable {
            database: TestDatabase::new(),
            is_broken: AtomicBool::new(false),
            loses_answers: AtomicBool::new(false),
        });
        let catalog = Arc::new(CatalogStore::new(database.clone()));
        let (files, background) = (Arc::new(Files::default()), Arc::new(Later::default()));
        let clock = Arc::new(Hand::default());
        let near = Arc::<Near>::default();
        let (limiter, collected) = (Arc::new(Switched::default()), Arc::new(Collected::default()));
        let (queue, push) = (Arc::new(Queue::default()), Arc::new(Push::default()));
        let post = Arc::<PostOffice>::default();
        let settings = Settings { visitor_keys: VisitorKeys::new(VISITOR_KEY, None), ..Settings::default() };
        let host = Host {
            config: Arc::new(config()),
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
                reviews: Arc::new(ReviewStore::new(database.clone())),
                addresses: Arc::new(AddressStore::new(database.clone())),
                mailer: MailSettings::parse(MAIL_URL, "Orilla <hello@shop.example>", MAIL_KEY)
                    .ok()
                    .map(|settings| Arc::new(Mailer::new(settings, post.clone()))),
            },
            pages: Arc::new(Beside { isolate: host.isolate.clone(), clock: clock.clone() }),
            untold: Arc::new(OrderStore::new(database.clone())),
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
        Shop { host, team, database, background, clock, files, limiter, queue, collected, near, push, post }
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
        let place = block_on(Attaching::begin(press, Attachment::Flags)).unwrap();
        block_on(place.publish(document.as_bytes(), self.clock.now(), "flags")).unwrap();
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

    /// Another isolate in this place, after the operator has configured something else.
    pub fn neighbour_with(&self, change: impl FnOnce(&mut Config)) -> Shop {
        let (mut shop, mut config) = (self.neighbour(), config());
        change(&mut config);
        shop.host.config = Arc::new(config);
        shop
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
            post: self.post.clone(),
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

    /// Lets the answers of the database get lost from now on, after it has done what it was told, or arrive again.
    pub fn lose_answers(&self, is_losing: bool) {
        self.database.loses_answers.store(is_losing, Ordering::Relaxed);
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

    /// Takes the provider of e-mail away.
    pub fn forget_mailer(&mut self) {
        self.team.shoppers.mailer = None;
    }

    /// Gives it back.
    pub fn restore_mailer(&mut self, mailer: Option<Arc<Mailer>>) {
        self.team.shoppers.mailer = mailer;
    }

    /// Where the shop is on the web, as the operator says; empty: not at all.
    pub fn stand_at(&mut self, public_url: &str) {
        Arc::get_mut(&mut self.host.config).unwrap().public_url = public_url.into();
    }

    /// Lets the provider of e-mail answer this from now on; `None`: nothing, until it is too late.
    pub fn post_office_says(&self, status: Option<u16>) {
        *self.post.says.lock().unwrap() = status.ok_or(());
    }

    /// What the provider of e-mail was asked since this was last asked.
    pub fn posted(&self) -> Vec<Posted> {
        std::mem::take(&mut *self.post.asked.lock().unwrap())
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

    /// A variant of a product.
    pub fn variant_of(&self, handle: &str) -> i64 {
        let sql = "SELECT json(min(v.id)) AS doc FROM variants v JOIN products p ON p.id = v.product_id WHERE p.handle = ?1";
        let found = block_on(self.database.database.batch(vec![Statement::new(sql).bind(handle)]));
        found.unwrap().remove(0).remove(0).parse().unwrap()
    }
}
