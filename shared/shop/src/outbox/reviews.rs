//! Reviews that wait on a device. Of each product there is one, so each change is made of what the one before it leaves: it
//! names the version that there will be then, and that one's key, since another change may leave the same number.

use super::request::request_of;
use super::{Outbox, Request, Waiting, Wish};
use crate::PortError;
use orilla_orders::{IdempotencyKey, Owner, ReviewChange, ReviewRefusal};
use orilla_outbox::Reply;

impl Outbox {
    /// The changes of this person's reviews that the shop has not answered, the first first, with their keys.
    ///
    /// # Errors
    /// The storage's.
    pub async fn waiting_reviews(
        &self,
        owner: Owner,
    ) -> Result<Vec<(IdempotencyKey, ReviewChange)>, PortError> {
        self.open_requests(owner, Wish::review).await
    }

    /// Leaves a change of a review, once for each key. One that waits is not written over by who has not seen it; what the
    /// shop has nobody here knows.
    ///
    /// # Errors
    /// The storage's: it is not left.
    pub async fn review(
        &self,
        key: &IdempotencyKey,
        owner: Owner,
        change: ReviewChange,
    ) -> Result<Result<(), ReviewRefusal>, PortError> {
        let waiting = self.waiting_reviews(owner).await?;
        if let Some((_, known)) = waiting.iter().find(|(known, _)| known == key) {
            return Ok(if *known == change { Ok(()) } else { Err(ReviewRefusal::Changed) });
        }
        let last = waiting.iter().rfind(|(_, known)| known.product == change.product);
        let is_made_of = |(key, last): &(IdempotencyKey, ReviewChange)| {
            change.version == last.next_version() && change.made_of.as_ref() == Some(key)
        };
        if last.is_some_and(|last| !is_made_of(last)) {
            return Ok(Err(ReviewRefusal::Changed));
        }
        let request = Request { owner, wish: Wish::Review(change) };
        // A network that lost the answer may have taken the form there.
        self.ask(key, request, true).await.map(Ok)
    }

    /// The shop has refused a change of a review, for this reason. What was left behind it was made of it, and comes to
    /// nothing as well. The last one is what its writer wants to be said, and
    /// stays with the reason. False: there is none behind it.
    pub(super) async fn refuse_later_review(
        &self,
        refused: &Waiting,
        reason: &str,
    ) -> Result<bool, PortError> {
        let is_review =
            |waiting: &Waiting| request_of(waiting).is_some_and(|request| request.wish.review().is_some());
        if !is_review(refused) {
            return Ok(false);
        }
        let mut later = self.everything().await?;
        later.retain(|waiting| {
            is_review(waiting)
                && waiting.is_open()
                && waiting.aggregate() == refused.aggregate()
                && waiting.place() > refused.place()
        });
        let Some(last) = later.pop() else { return Ok(false) };
        let now = self.clock.now();
        let refuse = |waiting: &mut Waiting| {
            waiting.begin()?;
            waiting.settle(Reply::Refused(reason.to_owned()), now, 0)
        };
        // If the device stops behind this, the first is sent again, and refused again.
        self.change(last.id(), refuse).await?;
        for waiting in later {
            self.shelf.remove(waiting.id(), waiting.version()).await?;
        }
        Ok(true)
    }
}
