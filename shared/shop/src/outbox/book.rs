//! The copy of an account's addresses on a device. It stands among what waits: sealed, and forgotten, as that is.

use super::desk::{MOST_TRIES, too_many};
use super::{Outbox, Wish};
use crate::PortError;
use orilla_orders::{AddressBook, AddressChange, IdempotencyKey, Owner};
use serde::{Deserialize, Serialize};

/// Its id on the shelf; the keys of commands are other ones.
const ID: &str = "addresses";

/// The addresses of an account, as the shop tells them to a device of its person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnBook {
    /// Whose they are: they are nobody else's on this device.
    pub owner: Owner,
    /// The addresses.
    pub book: AddressBook,
}

/// What stands on the shelf.
#[derive(Serialize, Deserialize)]
struct Copy {
    copy: u32,
    #[serde(flatten)]
    own: OwnBook,
}

impl Outbox {
    /// Keeps what the shop has told of its person's addresses.
    ///
    /// # Errors
    /// The storage's.
    pub async fn keep_book(&self, own: &OwnBook) -> Result<(), PortError> {
        self.write_book(|_| Some(own.clone())).await
    }

    /// The addresses of this person, with what waits done to them; `None`: the device has not been told of them.
    ///
    /// # Errors
    /// The storage's.
    pub async fn book(&self, owner: Owner) -> Result<Option<AddressBook>, PortError> {
        let Some(Copy { own, .. }) = self.copy().await?.filter(|copy| copy.own.owner == owner) else {
            return Ok(None);
        };
        let mut book = own.book;
        for (key, change) in self.waiting_changes(owner).await? {
            book.change(&key, &change).ok();
        }
        Ok(Some(book))
    }

    /// The changes of this person that the shop has not answered, the first first, with their keys.
    ///
    /// # Errors
    /// The storage's.
    pub async fn waiting_changes(
        &self,
        owner: Owner,
    ) -> Result<Vec<(IdempotencyKey, AddressChange)>, PortError> {
        self.open_requests(owner, Wish::address).await
    }

    /// The shop has made a change: so does the copy.
    pub(super) async fn note_change(
        &self,
        owner: Owner,
        key: &str,
        change: &AddressChange,
    ) -> Result<(), PortError> {
        let Ok(key) = IdempotencyKey::parse(key) else { return Ok(()) };
        let make = |known: Option<OwnBook>| {
            let mut own = known.filter(|own| own.owner == owner)?;
            own.book.change(&key, change).ok();
            Some(own)
        };
        self.write_book(make).await
    }

    async fn copy(&self) -> Result<Option<Copy>, PortError> {
        let texts = self.shelf.all().await?;
        Ok(texts.iter().find_map(|text| serde_json::from_str(text).ok()))
    }

    async fn write_book(&self, make: impl Fn(Option<OwnBook>) -> Option<OwnBook>) -> Result<(), PortError> {
        for _ in 0..MOST_TRIES {
            let (over, known) = self.copy().await?.map_or((0, None), |copy| (copy.copy, Some(copy.own)));
            let Some(own) = make(known) else { return Ok(()) };
            let copy = Copy { copy: over.saturating_add(1), own };
            let text =
                serde_json::to_string(&copy).map_err(|error| PortError::Unexpected(error.to_string()))?;
            if self.shelf.write(ID, over, copy.copy, text).await? {
                return Ok(());
            }
        }
        Err(too_many())
    }
}
