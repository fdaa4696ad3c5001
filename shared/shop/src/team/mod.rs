//! What the shop's team does in the Studio: sign in, work on orders and products.

pub mod bandits;
mod categories;
mod events;
pub mod experiments;
pub mod flags;
mod form;
mod imports;
mod orders;
mod pages;
mod products;
pub mod rollouts;
mod session;

pub use categories::{
    By, Category, CategoryChange, CategoryDesk, CategoryEntry, CategoryMove, CategoryOutcome, CategoryTree,
    MoveFault, MovedCategory,
};
pub use events::{Arrived, DeadLetter, EventLog, RecordError, Refused, RefusedFor, record_delivery};
pub use experiments::{ExperimentDesk, InFlags, StoredMetric, Usual, UsualMetric, in_flags, ship};
pub use form::{
    AttributeForm, Ground, ImageForm, Made, ProductFault, ProductFaultKind, ProductForm, VariantForm, amount,
};
pub use imports::{ImportDesk, ImportJob, ImportState, RejectedRow};
pub use orders::{OrderDesk, OrderFilter, OrderPage, OrderQuery, Standing, Takings};
pub use pages::{Freshness, KeptPage, KeptPages, KeptRead, NearPage, Nearby, PagesReport, RecentPage};
pub use products::{
    AdjustOutcome, AdjustStock, Before, CreateOutcome, CreateProduct, FieldChange, HistoryEntry,
    ListedProduct, ProductChange, ProductDesk, ProductPage, ProductQuery, SaveOutcome, SaveProduct,
    StockFilter, StoredProduct, differences,
};
pub use session::{
    Begun, Lifetime, MEMBER_LENGTH, NewSession, Session, SessionHash, SessionKey, SessionState, Sessions,
    SignedBy, session_state, sign_in, who,
};

/// Lines of a page of the Studio's lists.
pub const PAGE: u32 = 50;

/// The last page of a list of so many lines: at least 1.
pub fn last_page(total: u32) -> u32 {
    total.div_ceil(PAGE).max(1)
}

/// What stands in a search field, as far as it is looked at: tidied and at most 200 characters.
fn searched(text: &str) -> String {
    let tidy = text.split_whitespace().collect::<Vec<_>>().join(" ");
    tidy.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// The number of a page, from 1. What is none is the first.
fn page_number(text: &str) -> u32 {
    text.parse().unwrap_or(1).clamp(1, 1_000_000)
}
