//! The addresses of who asks, wherever they are kept: in the account, and, where the shop is out of reach, in the copy on
//! the device, with what waits there done to them. (Their reviews are in [`super::own_reviews`].)

use super::cart::shown;
use super::shopper::signed_in;
use crate::Team;
use crate::visit::Visit;
use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::request::Parts;
use orilla_orders::{AddressBook, AddressChange, AddressRefusal, IdempotencyKey, Owner};
use orilla_shop::PortError;
use orilla_shop::accounts::change_addresses;
use orilla_shop::outbox::{Outbox, Request, Wish};
use std::convert::Infallible;

/// What a request brings along that something may be kept in.
pub struct Places {
    headers: HeaderMap,
    team: Option<Team>,
    outbox: Option<Outbox>,
}

impl<S: Sync> FromRequestParts<S> for Places {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let (team, outbox) = (parts.extensions.get().cloned(), parts.extensions.get().cloned());
        Ok(Places { headers: parts.headers.clone(), team, outbox })
    }
}

/// Who has this device, as far as it knows.
pub fn owner_of(headers: &HeaderMap) -> Option<Owner> {
    shown(headers).held.map(|held| held.owner)
}

/// Whose addresses and reviews, and where.
pub enum Keeper {
    /// The account of this name.
    Account(Box<Team>, String),
    /// A device.
    Device(Outbox, Owner),
}

impl Keeper {
    /// With the addresses. `None`: nobody is signed in, or the device has not been told of their addresses.
    ///
    /// # Errors
    /// [`PortError`] of the store.
    pub async fn of(visit: &Visit, places: Places) -> Result<Option<(Keeper, AddressBook)>, PortError> {
        match Keeper::whose(visit, places).await? {
            Some(keeper) => keeper.with_book().await,
            None => Ok(None),
        }
    }

    /// `None`: nobody is signed in, or nobody is known to the device.
    ///
    /// # Errors
    /// [`PortError`] of the store.
    pub async fn whose(visit: &Visit, places: Places) -> Result<Option<Keeper>, PortError> {
        Ok(match places {
            Places { headers, outbox: Some(outbox), .. } => {
                owner_of(&headers).map(|owner| Keeper::Device(outbox, owner))
            }
            Places { headers, team: Some(team), .. } => {
                let session = signed_in(visit, &team, &headers).await?;
                session.map(|session| Keeper::Account(Box::new(team), session.member))
            }
            _ => None,
        })
    }

    /// With the addresses. `None`: the device has not been told of them.
    ///
    /// # Errors
    /// [`PortError`] of the store.
    pub async fn with_book(self) -> Result<Option<(Keeper, AddressBook)>, PortError> {
        let book = self.book().await?;
        Ok(book.map(|book| (self, book)))
    }

    /// The addresses.
    ///
    /// # Errors
    /// [`PortError`] of the store.
    pub async fn book(&self) -> Result<Option<AddressBook>, PortError> {
        match self {
            Keeper::Account(team, name) => Ok(Some(team.shoppers.accounts.address_book(name).await?.book)),
            Keeper::Device(outbox, owner) => outbox.book(*owner).await,
        }
    }

    /// Makes a change, or leaves it on the device.
    ///
    /// # Errors
    /// [`PortError`] of the store: nothing is changed.
    pub async fn change(
        &self,
        key: &IdempotencyKey,
        change: AddressChange,
    ) -> Result<Result<(), AddressRefusal>, PortError> {
        match self {
            Keeper::Account(team, name) => {
                change_addresses(&*team.shoppers.accounts, name, key, &change).await
            }
            Keeper::Device(outbox, owner) => {
                let mut book = outbox.book(*owner).await?.unwrap_or_default();
                if let Err(refusal) = book.change(key, &change) {
                    return Ok(Err(refusal));
                }
                let request = Request { owner: *owner, wish: Wish::Address(change) };
                // A network that lost the answer may have taken the form there.
                outbox.ask(key, request, true).await.map(Ok)
            }
        }
    }

    /// The keys of the changes that wait on the device.
    ///
    /// # Errors
    /// [`PortError`] of the storage.
    pub async fn waiting(&self) -> Result<Vec<String>, PortError> {
        match self {
            Keeper::Account(..) => Ok(Vec::new()),
            Keeper::Device(outbox, owner) => {
                let changes = outbox.waiting_changes(*owner).await?;
                Ok(changes.into_iter().map(|(key, _)| key.into()).collect())
            }
        }
    }
}
