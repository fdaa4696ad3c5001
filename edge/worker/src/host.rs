//! The ports of one request, and what is configured.

use crate::background::AfterAnswer;
use crate::database::D1;
use crate::files::Files;
use crate::gate::gate;
use crate::glue;
use crate::mail::mailer;
use crate::near::DataCentre;
use crate::notices::{NoticesBinding, PushServices};
use crate::pictures::FetchedPictures;
use crate::queue::EventsBinding;
use crate::rollouts::Clockwork;
use orilla_money::Currency;
use orilla_orders::Text;
use orilla_pipeline::gateway::breaker::GuardedPictures;
use orilla_pipeline::{Config, Host, Isolate, Language, Notices, Shoppers, StudioAssets, Team, Writer};
use orilla_push::{Loopback, Vapid};
use orilla_shop::checkout::{BankTransfer, OnDelivery, Payment};
use orilla_shop::team::{KeptPages, PagesReport};
use orilla_shop::{Clock, PortError, Random, Timer};
use orilla_store::{
    AccountStore, AddressStore, CatalogStore, Database, EventStore, ExperimentStore, FlagStore,
    NavigationStore, NoticeStore, OrderStore, PasskeyStore, ReviewStore, RolloutsInSql, SessionStore,
};
use orilla_storefront::Assets;
use std::cell::OnceCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use worker::js_sys::{Date, Function, Reflect};
use worker::send::{SendFuture, SendWrapper};
use worker::wasm_bindgen::JsValue;

/// Days that a shopper has to transfer the money.
const DAYS_TO_PAY: u16 = 14;
/// The most that a courier collects, in minor units.
const MOST_ON_DELIVERY: i64 = 100_000;

thread_local! {
    /// Read once per isolate: texts, no JavaScript handles.
    static CONFIG: OnceCell<Arc<Config>> = const { OnceCell::new() };
    /// The snapshot and the pages that are kept: no JavaScript handles either.
    static ISOLATE: Arc<Isolate> = Arc::default();
    /// The key by which push services know this shop, and a push service on this machine. Of the second module alone.
    static PUSH: OnceCell<(Option<Arc<Vapid>>, Option<Loopback>)> = const { OnceCell::new() };
}

/// The ports of one request. `context` is the runtime's, which keeps a request's work alive.
pub fn host(env: JsValue, context: JsValue) -> Host {
    let gate = gate(&env);
    let config = CONFIG.with(|cell| cell.get_or_init(|| Arc::new(config(&env))).clone());
    let files = Arc::new(Files::new(env.clone()));
    let events = Arc::new(EventsBinding::new(env.clone()));
    let database: Arc<dyn Database> = Arc::new(D1::new(env));
    let catalog = Arc::new(CatalogStore::new(database.clone()));
    let navigations = Arc::new(NavigationStore::new(database.clone()));
    let variants = Arc::new(OrderStore::new(database.clone()));
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    Host {
        config,
        search: catalog.clone(),
        segments: files.clone(),
        publications: files,
        navigations,
        health: catalog,
        variants,
        clock: clock.clone(),
        random: random.clone(),
        timer: Arc::new(SystemTimer),
        tallies: Arc::new(RolloutsInSql::new(database)),
        pictures: Arc::new(GuardedPictures { pictures: Arc::new(FetchedPictures), clock, random }),
        events,
        near: Arc::new(DataCentre),
        background: Arc::new(AfterAnswer::new(context)),
        isolate: ISOLATE.with(Arc::clone),
        away: None,
        gate,
    }
}

/// What this module keeps of pages, as JSON: for the second module, which has a memory of its own. `name` is the isolate's.
pub fn inspect(name: &str, address: &str) -> String {
    let report = ISOLATE.with(|isolate| orilla_pipeline::inspect(isolate, name, address, SystemClock.now()));
    serde_json::to_string(&report).unwrap_or_default()
}

/// What a request of the second module may use beside [`host`]. `inspect` asks the shop's what [`inspect`] tells; what is
/// no request has nobody to ask.
pub fn team(env: JsValue, inspect: Option<Function>) -> Team {
    let database: Arc<dyn Database> = Arc::new(D1::new(env.clone()));
    let catalog = Arc::new(CatalogStore::new(database.clone()));
    Team {
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
            mailer: mailer(&env),
        },
        pages: Arc::new(Beside(inspect.map(SendWrapper::new))),
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
        notices: notices(&env, database),
        alarm: Arc::new(Clockwork::new(env)),
    }
}

fn notices(env: &JsValue, database: Arc<dyn Database>) -> Notices {
    let (vapid, loopback) = PUSH.with(|cell| cell.get_or_init(|| push(env)).clone());
    Notices {
        subscriptions: Arc::new(NoticeStore::new(database)),
        queue: Arc::new(NoticesBinding::new(env.clone())),
        service: Arc::new(PushServices),
        vapid,
        loopback,
    }
}

/// The operator's key; none, and a line in the log, if it is no key.
fn push(env: &JsValue) -> (Option<Arc<Vapid>>, Option<Loopback>) {
    let text = |name: &str| Reflect::get(env, &name.into()).ok().and_then(|value| value.as_string());
    let vapid = text("VAPID_KEY").filter(|key| !key.is_empty()).and_then(|key| {
        let vapid = Vapid::parse(&key).map_err(|error| worker::console_error!("VAPID_KEY: {error}"));
        vapid.ok().map(Arc::new)
    });
    (vapid, text("PUSH_LOOPBACK").and_then(|origin| Loopback::parse(&origin)))
}

/// The shop's module, beside this one in the isolate.
struct Beside(Option<SendWrapper<Function>>);

impl KeptPages for Beside {
    fn inspect(&self, address: &str) -> Result<PagesReport, PortError> {
        let inspect = self.0.as_ref().ok_or_else(|| PortError::Unavailable("no request".to_owned()))?;
        let report = inspect.call1(&JsValue::UNDEFINED, &address.into());
        let report = report.map_err(|error| PortError::Unavailable(glue::message(&error)))?;
        serde_json::from_str(&report.as_string().unwrap_or_default())
            .map_err(|error| PortError::Unexpected(format!("kept pages: {error}")))
    }
}

fn config(env: &JsValue) -> Config {
    let text = |name: &str| Reflect::get(env, &name.into()).ok().and_then(|value| value.as_string());
    // The operator's switch, for a build that went wrong on devices.
    let keep = option_env!("ORILLA_KEEP_JS").filter(|_| text("ON_DEVICES").as_deref() != Some("no"));
    Config {
        shop_name: text("SHOP_NAME").unwrap_or_else(|| "Orilla".to_owned()),
        currency: text("CURRENCY").and_then(|code| Currency::parse(&code).ok()).unwrap_or(Currency::EUR),
        catalog_language: catalog_language(&text),
        public_url: text("PUBLIC_URL").unwrap_or_default().trim_end_matches('/').to_owned(),
        studio_token: text("STUDIO_TOKEN").filter(|token| token.len() >= 16),
        client_keys: client_keys(&text("CLIENT_KEYS").unwrap_or_default()),
        payments: payments(&text),
        build: option_env!("ORILLA_BUILD").unwrap_or("unknown").to_owned(),
        on_devices: keep.is_some(),
        assets: Assets {
            style: option_env!("ORILLA_STYLE").unwrap_or_default(),
            loader: option_env!("ORILLA_LOADER_JS").unwrap_or_default(),
            client: option_env!("ORILLA_CLIENT_JS").unwrap_or_default(),
            beacon: option_env!("ORILLA_BEACON_JS").unwrap_or_default(),
            client_wasm: option_env!("ORILLA_CLIENT_WASM").unwrap_or_default(),
            keep: keep.unwrap_or_default(),
            account: option_env!("ORILLA_ACCOUNT_JS").unwrap_or_default(),
            notices: option_env!("ORILLA_NOTICES_JS").unwrap_or_default(),
            share: option_env!("ORILLA_SHARE_JS").unwrap_or_default(),
            // What can't be kept on devices is no app.
            install: keep.and(option_env!("ORILLA_INSTALL_JS")).unwrap_or_default(),
            awake: option_env!("ORILLA_AWAKE_JS").unwrap_or_default(),
        },
        studio_assets: StudioAssets {
            style: option_env!("ORILLA_STYLE").unwrap_or_default(),
            studio_style: option_env!("ORILLA_STUDIO_STYLE").unwrap_or_default(),
            script: option_env!("ORILLA_STUDIO_JS").unwrap_or_default(),
        },
    }
}

/// The language that the operator names; English, and a line in the log, if that is none.
fn catalog_language(text: &impl Fn(&str) -> Option<String>) -> Language {
    let named =
        text("CATALOG_LANG").filter(|language| !language.is_empty()).map(|name| Language::parse(&name));
    match named {
        Some(Ok(language)) => language,
        Some(Err(error)) => {
            worker::console_error!("CATALOG_LANG: {error}");
            Language::default()
        }
        None => Language::default(),
    }
}

/// The operator's keys: letters, digits, `-` and `_`, with commas between.
fn client_keys(text: &str) -> Vec<String> {
    let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
    let is_key = |key: &str| key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let (keys, others): (Vec<_>, Vec<_>) = keys.map(str::to_owned).partition(|key| is_key(key));
    if !others.is_empty() {
        worker::console_error!("CLIENT_KEYS: keys are letters, digits, - and _, with commas between");
    }
    keys
}

/// Payment on delivery always; bank transfer if the operator has named an account.
fn payments(text: &impl Fn(&str) -> Option<String>) -> Vec<Box<dyn Payment>> {
    let mut payments: Vec<Box<dyn Payment>> = Vec::new();
    let holder = text("BANK_HOLDER").and_then(|holder| Text::parse(&holder).ok());
    if let (Some(holder), Some(iban)) = (holder, text("BANK_IBAN").filter(|iban| !iban.is_empty())) {
        let bic = text("BANK_BIC").filter(|bic| !bic.is_empty());
        match BankTransfer::new(holder, &iban, bic.as_deref(), DAYS_TO_PAY) {
            Ok(transfer) => payments.push(Box::new(transfer)),
            Err(error) => worker::console_error!("BANK_IBAN or BANK_BIC: {error}"),
        }
    }
    payments.push(Box::new(OnDelivery { most: MOST_ON_DELIVERY }));
    payments
}

pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
    fn now(&self) -> i64 {
        Date::now() as i64
    }
}

struct SystemTimer;

impl Timer for SystemTimer {
    fn sleep(&self, milliseconds: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        // An async block keeps the JavaScript promise inside the future that is declared Send.
        Box::pin(SendFuture::new(async move { glue::sleep(milliseconds).await }))
    }
}

pub(crate) struct SystemRandom;

impl Random for SystemRandom {
    fn bytes(&self) -> Result<[u8; 16], PortError> {
        let mut bytes = [0; 16];
        getrandom_04::fill(&mut bytes).map_err(|error| PortError::Unavailable(error.to_string()))?;
        Ok(bytes)
    }
}
