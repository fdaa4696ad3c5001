//! The shop's ports over SQL. Every statement is here; the host brings a [`Database`]: D1 at the edge, SQLite in
//! this crate's tests, which therefore run the real SQL natively.

mod accounts;
mod addresses;
mod catalog;
mod db;
mod error;
mod events;
mod experiments;
mod flags;
mod navigation;
mod notices;
mod orders;
mod passkeys;
mod reviews;
mod rollouts;
mod sessions;
mod tables;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use accounts::AccountStore;
pub use addresses::AddressStore;
pub use catalog::CatalogStore;
pub use db::{Database, DbError, Param, Statement};
pub use events::EventStore;
pub use experiments::ExperimentStore;
pub use flags::FlagStore;
pub use navigation::NavigationStore;
pub use notices::NoticeStore;
pub use orders::OrderStore;
pub use passkeys::PasskeyStore;
pub use reviews::ReviewStore;
pub use rollouts::RolloutsInSql;
pub use sessions::SessionStore;
