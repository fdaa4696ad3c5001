//! What somebody asks of the shop, beside an order, while it is out of reach: one plain request to an address of the
//! shop's own, which does once what a key asks for.
//!
//! To add a kind: a variant of [`Wish`], its path, what it is about, and a handler that reads a [`Request`] and answers
//! 2xx with JSON when it is done, 401 to nobody, [`ANOTHER`] to somebody else, and a problem of the API if it never will.

use super::desk::{MOST_TRIES, too_many};
use super::{Command, Outbox, Waiting};
use crate::PortError;
use orilla_orders::{AddressChange, IdempotencyKey, Owner, ReviewChange};
use orilla_outbox::State;
use serde::{Deserialize, Serialize};

/// The code of a request that somebody else has left on a browser: it is not made, and forgotten there.
pub const ANOTHER: &str = "another_account";

/// What is asked, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Whose it is. The shop does nothing of it for anybody else who has signed in meanwhile.
    pub owner: Owner,
    /// What.
    pub wish: Wish,
}

/// The kinds of requests. Written down on devices, and read there by later builds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Another address in the account, or no longer that one.
    Address(AddressChange),
    /// What is said of a product, or nothing any more.
    Review(ReviewChange),
}

impl Wish {
    /// What is to be done to the addresses of the account, if it is about them.
    pub fn address(&self) -> Option<&AddressChange> {
        match self {
            Wish::Address(change) => Some(change),
            Wish::Review(_) => None,
        }
    }

    /// What is to be said of a product, if it is about that.
    pub fn review(&self) -> Option<&ReviewChange> {
        match self {
            Wish::Review(change) => Some(change),
            Wish::Address(_) => None,
        }
    }

    /// The address that takes it, by `POST`.
    pub fn path(&self) -> &'static str {
        match self {
            Wish::Address(_) => "/en/account/addresses/change",
            Wish::Review(_) => "/en/account/review-change",
        }
    }

    /// What it is about: of those about one thing, each waits for the one before.
    fn about(&self) -> String {
        match self {
            Wish::Address(_) => "addresses".to_owned(),
            Wish::Review(change) => format!("review {}", change.product),
        }
    }
}

impl Request {
    /// What is sent.
    pub(super) fn body(&self) -> Result<String, PortError> {
        serde_json::to_string(self).map_err(|error| PortError::Unexpected(error.to_string()))
    }
}

impl Command {
    /// The request, if it is one.
    pub fn request(&self) -> Option<&Request> {
        match self {
            Command::Request(request) => Some(request),
            Command::Order(_) | Command::Report(_) => None,
        }
    }
}

/// The request that waits, or that the shop has refused. What is done is gone.
pub(super) fn request_of(waiting: &Waiting) -> Option<&Request> {
    waiting.body().and_then(Command::request)
}

/// Whether the shop has refused it.
pub(super) fn is_refused(waiting: &Waiting) -> bool {
    matches!(waiting.state(), State::Refused { .. })
}

impl Outbox {
    /// Leaves a request, once for each key: it is written down when this ends. `unsure`: it may have been sent to the shop
    /// before.
    ///
    /// # Errors
    /// The storage's: it is not left.
    pub async fn ask(&self, key: &IdempotencyKey, request: Request, unsure: bool) -> Result<(), PortError> {
        let about = request.wish.about();
        self.leave_command(key, about, Command::Request(Box::new(request)), unsure).await
    }

    /// The requests of this person, the first first: those that wait, and those that the shop has refused.
    ///
    /// # Errors
    /// The storage's.
    pub async fn requests(&self, owner: Owner) -> Result<Vec<Waiting>, PortError> {
        let mut all = self.everything().await?;
        all.retain(|waiting| request_of(waiting).is_some_and(|request| request.owner == owner));
        Ok(all)
    }

    /// What this person has asked for of one kind and the shop has not answered, the first first, with their keys.
    ///
    /// # Errors
    /// The storage's.
    pub(super) async fn open_requests<T: Clone>(
        &self,
        owner: Owner,
        of_kind: impl Fn(&Wish) -> Option<&T>,
    ) -> Result<Vec<(IdempotencyKey, T)>, PortError> {
        let mut open = self.requests(owner).await?;
        open.retain(|waiting| !is_refused(waiting));
        let asked = |waiting: &Waiting| {
            let key = IdempotencyKey::parse(waiting.id()).ok()?;
            Some((key, of_kind(&request_of(waiting)?.wish)?.clone()))
        };
        Ok(open.iter().filter_map(asked).collect())
    }

    /// Its person takes a request back: what was asked, if nobody has it, or the shop has refused it. One of which nobody
    /// knows whether it arrived goes its way.
    ///
    /// # Errors
    /// The storage's.
    pub async fn take_request_back(&self, key: &str, owner: Owner) -> Result<Option<Request>, PortError> {
        for _ in 0..MOST_TRIES {
            let all = self.requests(owner).await?;
            let Some(waiting) = all.into_iter().find(|waiting| waiting.id() == key) else { return Ok(None) };
            // The shop remembers what it has refused of addresses under a key; a late copy of a review finds the version that
            // it was made of, or comes to nothing.
            let is_theirs = !waiting.is_sent() || is_refused(&waiting);
            if !is_theirs {
                return Ok(None);
            }
            if self.shelf.remove(key, waiting.version()).await? {
                return Ok(request_of(&waiting).cloned());
            }
        }
        Err(too_many())
    }
}
