//! The reviews of who asks, wherever they are: in the account, and, where the shop is out of reach, as far as they wait on the
//! device.

use super::Keeper;
use crate::visit::Visit;
use orilla_catalog::Handle;
use orilla_orders::{IdempotencyKey, ReviewChange, ReviewRefusal};
use orilla_shop::PortError;
use orilla_shop::reviews::{OwnReview, ReviewState};

impl Keeper {
    /// What they have to do with the review of a product; `None`: there is no such product. A device knows what waits there:
    /// whether the product has come, and what was said before, the shop alone does.
    ///
    /// # Errors
    /// [`PortError`] of the store.
    pub async fn own_review(&self, visit: &Visit, product: &Handle) -> Result<Option<OwnReview>, PortError> {
        match self {
            Keeper::Account(team, name) => team.shoppers.reviews.own(name, product).await,
            Keeper::Device(outbox, owner) => {
                let Some(title) = visit.current.title(product)? else { return Ok(None) };
                let mut waiting = outbox.waiting_reviews(*owner).await?.into_iter();
                let last = waiting.rfind(|(_, change)| change.product == *product);
                Ok(Some(left(product.clone(), title, last)))
            }
        }
    }

    /// Those of the products that have come; of a device, those that wait there.
    ///
    /// # Errors
    /// [`PortError`] of the store.
    pub async fn own_reviews(&self, visit: &Visit) -> Result<Vec<OwnReview>, PortError> {
        match self {
            Keeper::Account(team, name) => team.shoppers.reviews.received(name).await,
            Keeper::Device(outbox, owner) => {
                let mut all: Vec<OwnReview> = Vec::new();
                // Of each product the last one counts, which is the first from behind.
                for (key, change) in outbox.waiting_reviews(*owner).await?.into_iter().rev() {
                    let handle = change.product.clone();
                    if all.iter().all(|own| own.handle != handle) {
                        let title = visit.current.title(&handle).ok().flatten();
                        let title = title.unwrap_or_else(|| handle.to_string());
                        all.push(left(handle, title, Some((key, change))));
                    }
                }
                Ok(all)
            }
        }
    }

    /// Makes a change, or leaves it on the device.
    ///
    /// # Errors
    /// [`PortError`] of the store: nothing is changed.
    pub async fn review(
        &self,
        visit: &Visit,
        key: &IdempotencyKey,
        change: ReviewChange,
    ) -> Result<Result<(), ReviewRefusal>, PortError> {
        match self {
            Keeper::Account(team, name) => {
                team.shoppers.reviews.change(name, key, &change, visit.host.clock.now()).await
            }
            Keeper::Device(outbox, owner) => outbox.review(key, *owner, change).await,
        }
    }

    /// The keys of the changes of reviews that wait on the device.
    ///
    /// # Errors
    /// [`PortError`] of the storage.
    pub async fn waiting_reviews(&self) -> Result<Vec<String>, PortError> {
        match self {
            Keeper::Account(..) => Ok(Vec::new()),
            Keeper::Device(outbox, owner) => {
                let changes = outbox.waiting_reviews(*owner).await?;
                Ok(changes.into_iter().map(|(key, _)| key.into()).collect())
            }
        }
    }
}

/// A review as it is once what waits is made.
fn left(handle: Handle, title: String, last: Option<(IdempotencyKey, ReviewChange)>) -> OwnReview {
    let (made_of, last) = last.unzip();
    let state = |change: &ReviewChange| match change.review {
        Some(_) => ReviewState::Waiting,
        None => ReviewState::Removed,
    };
    OwnReview {
        handle,
        title,
        is_received: true,
        version: last.as_ref().map_or(0, ReviewChange::next_version),
        made_of,
        state: last.as_ref().map(state),
        review: last.and_then(|change| change.review),
    }
}
