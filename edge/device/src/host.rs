//! The ports of one request, and what the shop said of itself when it was last in reach.

use crate::glue;
use crate::home::Browser;
use crate::unused::{Console, OutOfReach, Unlimited};
use async_trait::async_trait;
use orilla_pipeline::gateway::gate::{Gate, Settings};
use orilla_pipeline::gateway::log::LogWhat;
use orilla_pipeline::gateway::visitor::identity::VisitorKeys;
use orilla_pipeline::{Away, Config, Host, Isolate, Language, StudioAssets};
use orilla_shop::checkout::Payment;
use orilla_shop::events::{EventQueue, Message, Origin};
use orilla_shop::offline::{AtHome, Home, Kept, NOTE, PayLater};
use orilla_shop::{Background, Clock, PortError, Random, Timer};
use orilla_storefront::Assets;
use send_wrapper::SendWrapper;
use serde::Deserialize;
use std::cell::{OnceCell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// The build, as the service worker's script says it.
#[derive(Deserialize)]
struct Build {
    build: String,
    assets: Names,
}

/// The hashed names of the static files.
#[derive(Deserialize)]
struct Names {
    style: String,
    loader: String,
    client: String,
    client_wasm: String,
    beacon: String,
    keep: String,
    share: String,
}

/// What this build's pages load.
#[derive(Clone)]
struct Built {
    build: String,
    assets: Assets,
}

thread_local! {
    static BUILT: OnceCell<Built> = const { OnceCell::new() };
    /// The snapshot and the pages that are kept in memory.
    static ISOLATE: Arc<Isolate> = Arc::default();
    /// Searches and carts, from what is here.
    static AT_HOME: Arc<AtHome> = Arc::new(AtHome::new(
        Arc::new(Browser),
        Arc::new(|| ISOLATE.with(|isolate| isolate.shown())),
        glue::fold,
    ));
    /// What the shop said, and what is configured by that.
    static CONFIG: RefCell<Option<(Kept, Arc<Config>)>> = const { RefCell::new(None) };
}

/// Reads which build this is.
pub fn start(build: &str) -> Result<(), String> {
    let Build { build, assets } = serde_json::from_str(build).map_err(|error| error.to_string())?;
    // Once in the life of a module.
    let kept = |name: String| -> &'static str { name.leak() };
    let assets = Assets {
        style: kept(assets.style),
        loader: kept(assets.loader),
        client: kept(assets.client),
        client_wasm: kept(assets.client_wasm),
        beacon: kept(assets.beacon),
        keep: kept(assets.keep),
        // An account needs the network.
        account: "",
        // Orders have their pages at the edge alone.
        notices: "",
        awake: "",
        share: kept(assets.share),
        // Whoever asks whether it may be installed asks the network.
        install: "",
    };
    BUILT.with(|cell| drop(cell.set(Built { build, assets })));
    Ok(())
}

/// The ports of one request, and the country in which the visitor was last; `None` if nothing of the shop is on this
/// device.
pub async fn host() -> Result<Option<(Host, Option<String>)>, PortError> {
    let Some(kept) = Browser.note(NOTE).await?.and_then(|text| Kept::read(&text)) else { return Ok(None) };
    let away = Away { since: kept.checked_at, ahead: ahead() };
    let country = kept.announced.country.clone();
    let Some(config) = config(kept) else { return Ok(None) };
    let (at_home, nothing) = (AT_HOME.with(Arc::clone), Arc::new(OutOfReach));
    let settings = Settings {
        visitor_keys: Some(VisitorKeys::of_own_device()),
        log: LogWhat::Troubles,
        build: config.build.clone(),
        ..Settings::default()
    };
    let host = Host {
        config,
        search: at_home.clone(),
        variants: at_home,
        segments: Arc::new(Browser),
        publications: Arc::new(Browser),
        health: nothing.clone(),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        timer: Arc::new(SystemTimer),
        tallies: nothing.clone(),
        navigations: nothing.clone(),
        pictures: nothing.clone(),
        events: Arc::new(Later),
        near: nothing,
        background: Arc::new(Beside),
        isolate: ISOLATE.with(Arc::clone),
        away: Some(away),
        gate: Gate {
            settings: Arc::new(settings),
            limiter: Arc::new(Unlimited),
            log: Arc::new(Console),
            traces: None,
        },
    };
    Ok(Some((host, country)))
}

/// What is configured, made anew when the shop has said something else.
fn config(kept: Kept) -> Option<Arc<Config>> {
    let built = BUILT.with(|cell| cell.get().cloned())?;
    CONFIG.with_borrow_mut(|known| match known {
        Some((before, config)) if before.announced.shop == kept.announced.shop => Some(config.clone()),
        _ => {
            let shop = kept.announced.shop.clone();
            let config = Arc::new(Config {
                shop_name: shop.name,
                currency: shop.currency,
                catalog_language: Language::parse(&shop.catalog_language).unwrap_or_default(),
                public_url: shop.public_url,
                studio_token: None,
                client_keys: Vec::new(),
                payments: shop
                    .payments
                    .into_iter()
                    .map(|way| Box::new(PayLater(way)) as Box<dyn Payment>)
                    .collect(),
                build: built.build,
                on_devices: true,
                assets: built.assets,
                studio_assets: StudioAssets::default(),
            });
            *known = Some((kept, config.clone()));
            Some(config)
        }
    })
}

/// How far the clocks on the wall are ahead of UTC, in minutes.
#[expect(clippy::cast_possible_truncation, reason = "less than a day")]
fn ahead() -> i32 {
    -js_sys::Date::new_0().get_timezone_offset() as i32
}

pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit")]
    fn now(&self) -> i64 {
        js_sys::Date::now() as i64
    }
}

struct SystemTimer;

impl Timer for SystemTimer {
    fn sleep(&self, milliseconds: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(SendWrapper::new(glue::sleep(milliseconds)))
    }
}

pub struct SystemRandom;

impl Random for SystemRandom {
    fn bytes(&self) -> Result<[u8; 16], PortError> {
        let mut bytes = [0; 16];
        getrandom_04::fill(&mut bytes).map_err(|error| PortError::Unavailable(error.to_string()))?;
        Ok(bytes)
    }
}

/// What pages tell waits with the orders. (Only the shop itself says more than pages do.)
struct Later;

#[async_trait]
impl EventQueue for Later {
    async fn put(&self, message: &Message) -> Result<(), PortError> {
        let Origin::Page(body) = &message.origin else { return Ok(()) };
        crate::outbox().tell_later(&message.sender.visitor, body).await
    }
}

/// The browser keeps a service worker for a while after its last answer: what is lost is done anew.
struct Beside;

impl Background for Beside {
    fn run(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        spawn_local(work);
    }
}
