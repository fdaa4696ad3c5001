//! What a host brings: the ports, and what an operator configures.

use crate::gateway::gate::Gate;
use crate::gateway::log::Level;
use crate::gateway::watch::Instruments;
use crate::isolate::Isolate;
use orilla_money::Currency;
use orilla_push::{Loopback, Vapid};
use orilla_shop::accounts::{Accounts, Addresses, Mailer};
use orilla_shop::catalog::{Catalog, CatalogWriter, Search};
use orilla_shop::checkout::{Orders, Payment, Variants};
use orilla_shop::events::{EventQueue, UntoldOrders};
use orilla_shop::navigation::{NavigationBook, Navigations};
use orilla_shop::notices::{NoticeQueue, PushService, Subscriptions};
use orilla_shop::passkeys::Passkeys;
use orilla_shop::publish::{Publications, Segments, Written};
use orilla_shop::reviews::Reviews;
use orilla_shop::rollouts::Tallies;
use orilla_shop::team::flags::FlagDesk;
use orilla_shop::team::rollouts::{Alarm, RolloutStore};
use orilla_shop::team::{
    CategoryDesk, EventLog, ExperimentDesk, ImportDesk, KeptPages, OrderDesk, ProductDesk, Sessions,
};
use orilla_shop::{Background, Clock, Health, PageStore, Pictures, Random, Timer};
use orilla_storefront::Assets;
use orilla_ui::Language;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// What an operator configures. Read once per isolate.
pub struct Config {
    /// The shop's name.
    pub shop_name: String,
    /// The currency in which the shop sells.
    pub currency: Currency,
    /// The language of the catalogue's texts.
    pub catalog_language: Language,
    /// Where the shop is on the web, without a trailing slash: `https://shop.example`. Empty: as the request says.
    pub public_url: String,
    /// The bearer token of the team. `None`: not configured, and nobody gets in.
    pub studio_token: Option<String>,
    /// The keys by which programs may read flags. They stand in apps and pages, and are no secrets.
    pub client_keys: Vec<String>,
    /// The ways to pay.
    pub payments: Vec<Box<dyn Payment>>,
    /// The build: a hash of what was built, shown by `/health`.
    pub build: String,
    /// Whether shoppers may keep the shop on their devices. If not, devices that have it forget it.
    pub on_devices: bool,
    /// The hashed names of the static files.
    pub assets: Assets,
    /// Those of the Studio.
    pub studio_assets: orilla_studio::Assets,
}

impl Config {
    /// Names all that pages show beside the catalogue: the build, and what the operator has set. What is kept of pages
    /// outside of an isolate's memory is kept under this name. (Which files there are, the build says, and `on_devices`.)
    pub(crate) fn pages_version(&self) -> String {
        let on_devices = if self.on_devices { "yes" } else { "no" };
        let set = [&*self.shop_name, self.currency.code(), self.catalog_language.tag(), on_devices];
        // Each hash is the seed of the next, so that no value can run into its neighbour.
        let hash = set.into_iter().fold(0, |seed, value| xxh3_64_with_seed(value.as_bytes(), seed));
        format!("{}\n{hash:016x}", self.build)
    }
}

/// What a page says of itself where the shop is out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Away {
    /// When what it shows was last known to be current, in milliseconds since 1970.
    pub since: i64,
    /// How far the clocks on the shopper's wall are ahead of UTC, in minutes.
    pub ahead: i32,
}

/// The ports for one request. Cheap to clone.
#[derive(Clone)]
pub struct Host {
    /// What is configured.
    pub config: Arc<Config>,
    /// Full-text search.
    pub search: Arc<dyn Search>,
    /// The files of published snapshots.
    pub segments: Arc<dyn Segments>,
    /// Which snapshot is current.
    pub publications: Arc<dyn Publications>,
    /// Where counted steps from page to page go.
    pub navigations: Arc<dyn Navigations>,
    /// What can be bought.
    pub variants: Arc<dyn Variants>,
    /// Whether the database answers.
    pub health: Arc<dyn Health>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Waiting.
    pub timer: Arc<dyn Timer>,
    /// What is seen of the people of rollouts.
    pub tallies: Arc<dyn Tallies>,
    /// Pictures of other hosts.
    pub pictures: Arc<dyn Pictures>,
    /// Where events wait to be counted.
    pub events: Arc<dyn EventQueue>,
    /// Pages that the isolates of a place share.
    pub near: Arc<dyn PageStore>,
    /// Work after the answer.
    pub background: Arc<dyn Background>,
    /// What the isolate keeps from one request to the next.
    pub isolate: Arc<Isolate>,
    /// Set where the shop itself is out of reach: on a shopper's device.
    pub away: Option<Away>,
    /// The gateway's own ports.
    pub gate: Gate,
}

impl Host {
    /// What a request is watched with.
    pub(crate) fn instruments(&self) -> Instruments {
        Instruments {
            gate: self.gate.clone(),
            clock: self.clock.clone(),
            random: self.random.clone(),
            background: self.background.clone(),
        }
    }

    /// Something went wrong that no answer tells: a line of the log.
    pub(crate) fn complain(&self, message: &str) {
        let line = serde_json::json!({ "level": "error", "message": message });
        self.gate.log.line(Level::Error, &line.to_string());
    }
}

/// The catalogue's write side, for the team's requests.
#[derive(Clone)]
pub struct Writer {
    /// Imports and exports.
    pub catalog: Arc<dyn CatalogWriter>,
    /// What a publish reads.
    pub written: Arc<dyn Written>,
}

/// What shoppers' accounts are kept in. Cheap to clone.
#[derive(Clone)]
pub struct Shoppers {
    /// Who is signed in.
    pub sessions: Arc<dyn Sessions>,
    /// How they may sign in.
    pub passkeys: Arc<dyn Passkeys>,
    /// What is theirs.
    pub accounts: Arc<dyn Accounts>,
    /// What they say of products.
    pub reviews: Arc<dyn Reviews>,
    /// Their e-mail addresses, and the links that were sent there.
    pub addresses: Arc<dyn Addresses>,
    /// Sends mails. `None`: not configured, and no links are sent.
    pub mailer: Option<Arc<Mailer>>,
}

/// What is needed to tell shoppers, by Web Push, what becomes of their orders. Cheap to clone.
#[derive(Clone)]
pub struct Notices {
    /// Who wants to know.
    pub subscriptions: Arc<dyn Subscriptions>,
    /// What waits to be told.
    pub queue: Arc<dyn NoticeQueue>,
    /// The push services.
    pub service: Arc<dyn PushService>,
    /// The shop's key. `None`: not configured, and nobody is told.
    pub vapid: Option<Arc<Vapid>>,
    /// A push service on this machine, in development.
    pub loopback: Option<Loopback>,
}

/// The ports that only requests of the team, of programs and of checkouts need. Cheap to clone.
#[derive(Clone)]
pub struct Team {
    /// The catalogue as the team wrote it.
    pub catalog: Arc<dyn Catalog>,
    /// The catalogue's write side.
    pub writer: Writer,
    /// Who is signed in.
    pub sessions: Arc<dyn Sessions>,
    /// How they may sign in.
    pub passkeys: Arc<dyn Passkeys>,
    /// The accounts of shoppers.
    pub shoppers: Shoppers,
    /// What the shop's module keeps in memory.
    pub pages: Arc<dyn KeptPages>,
    /// What shoppers place, and what is done with it.
    pub placed: Arc<dyn Orders>,
    /// Placed orders that are to be counted.
    pub untold: Arc<dyn UntoldOrders>,
    /// Orders as the team looks for them.
    pub orders: Arc<dyn OrderDesk>,
    /// Products.
    pub products: Arc<dyn ProductDesk>,
    /// Feature flags.
    pub flags: Arc<dyn FlagDesk>,
    /// Categories.
    pub categories: Arc<dyn CategoryDesk>,
    /// Events and what is counted of them.
    pub events: Arc<dyn EventLog>,
    /// Steps from page to page.
    pub navigations: Arc<dyn NavigationBook>,
    /// Experiments and metrics.
    pub experiments: Arc<dyn ExperimentDesk>,
    /// Imports.
    pub imports: Arc<dyn ImportDesk>,
    /// Rollouts.
    pub rollouts: Arc<dyn RolloutStore>,
    /// What calls the driver of rollouts.
    pub alarm: Arc<dyn Alarm>,
    /// Telling shoppers what becomes of their orders.
    pub notices: Notices,
}
