//! The addresses that an account keeps.

use super::{ATTEMPTS, Accounts};
use crate::PortError;
use orilla_orders::{AddressBook, AddressChange, AddressRefusal, IdempotencyKey};
use serde::{Deserialize, Serialize};

/// The addresses of an account, and which version of them this is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredBook {
    /// 0: there are none yet.
    pub version: i64,
    /// The addresses.
    pub book: AddressBook,
}

/// Changes the addresses of an account, once for each key; or says why not.
///
/// # Errors
/// [`PortError`]: nothing is written.
pub async fn change_addresses(
    accounts: &dyn Accounts,
    name: &str,
    key: &IdempotencyKey,
    change: &AddressChange,
) -> Result<Result<(), AddressRefusal>, PortError> {
    for _ in 0..ATTEMPTS {
        let mut stored = accounts.address_book(name).await?;
        let before = stored.book.clone();
        let came = stored.book.change(key, change);
        if stored.book == before || accounts.keep_address_book(name, &stored).await? {
            return Ok(came);
        }
    }
    Err(PortError::Unavailable("an account's addresses change all the time".to_owned()))
}
