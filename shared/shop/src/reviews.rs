//! What shoppers say of products: written by who has received them, shown when the team has read it, and part of the
//! product's page from the next publication on.

use crate::PortError;
use async_trait::async_trait;
use orilla_catalog::Handle;
use orilla_orders::{IdempotencyKey, Review, ReviewChange, ReviewRefusal};
use serde::{Deserialize, Serialize};

/// The most reviews of one page of a list.
pub const REVIEWS: u32 = 25;
/// The most products of one account's list.
pub const RECEIVED: u32 = 200;

/// Whether others see a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewState {
    /// Nobody of the team has read it.
    Waiting,
    /// They do, from the next publication on.
    Shown,
    /// The team does not show it.
    Hidden,
    /// Its writer has taken it back.
    Removed,
}

impl ReviewState {
    /// Those that the team reads, as its lists show them.
    pub const READ: [ReviewState; 3] = [ReviewState::Waiting, ReviewState::Shown, ReviewState::Hidden];

    /// Its name in the store and in addresses.
    pub fn name(self) -> &'static str {
        match self {
            ReviewState::Waiting => "waiting",
            ReviewState::Shown => "shown",
            ReviewState::Hidden => "hidden",
            ReviewState::Removed => "removed",
        }
    }

    /// One that the team reads, by its name.
    pub fn parse(name: &str) -> Option<Self> {
        ReviewState::READ.into_iter().find(|state| state.name() == name)
    }
}

/// What an account has to do with the review of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnReview {
    /// The product.
    pub handle: Handle,
    /// What it is called.
    pub title: String,
    /// Whether one of its orders has brought it.
    pub is_received: bool,
    /// The version of the review; 0: there never was one.
    pub version: u32,
    /// The key of the change that leaves this version, while that waits on a device.
    #[serde(default)]
    pub made_of: Option<IdempotencyKey>,
    /// Whether others see it; `None`: there never was one.
    pub state: Option<ReviewState>,
    /// What it says; `None`: nothing.
    pub review: Option<Review>,
}

/// A review as the team reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedReview {
    /// Its number.
    pub id: i64,
    /// The product.
    pub handle: Handle,
    /// What it is called.
    pub title: String,
    /// What the writer's last change made of it.
    pub version: u32,
    /// Whether others see it.
    pub state: ReviewState,
    /// What it says.
    pub review: Review,
    /// When it was written, in milliseconds since 1970.
    pub at: i64,
}

/// A page of a list of reviews.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewPage {
    /// How many there are in all.
    pub total: u32,
    /// Those of this page: of those that wait the oldest first, of others the newest.
    pub reviews: Vec<ListedReview>,
}

/// How many of these reviews are in a state.
pub fn count_in(counts: &[(ReviewState, u32)], state: ReviewState) -> u32 {
    counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, count)| *count)
}

/// The last page of a list of so many reviews: at least 1.
pub fn last_page(total: u32) -> u32 {
    total.div_ceil(REVIEWS).max(1)
}

/// The reviews of the shop.
#[async_trait]
pub trait Reviews: Send + Sync {
    /// What this account has to do with a product; `None`: there is no such product.
    async fn own(&self, account: &str, product: &Handle) -> Result<Option<OwnReview>, PortError>;

    /// The products that the account's orders have brought, the latest first, and behind them what it has reviewed beside
    /// those; at most [`RECEIVED`].
    async fn received(&self, account: &str) -> Result<Vec<OwnReview>, PortError>;

    /// Changes a review over the version that its writer saw, once for each key: the same key again changes nothing. What
    /// was written waits to be read, whatever stood there.
    async fn change(
        &self,
        account: &str,
        key: &IdempotencyKey,
        change: &ReviewChange,
        now: i64,
    ) -> Result<Result<(), ReviewRefusal>, PortError>;

    /// A page of the reviews in this state, from 1 on.
    async fn list(&self, state: ReviewState, page: u32) -> Result<ReviewPage, PortError>;

    /// How many there are in each state that the team reads.
    async fn counts(&self) -> Result<Vec<(ReviewState, u32)>, PortError>;

    /// Shows a review, or hides it, if it still is of this version; says whether it was.
    async fn decide(&self, id: i64, version: u32, state: ReviewState) -> Result<bool, PortError>;
}
