//! The one cart of an account, and the browsers that have a copy of it.

use super::{ATTEMPTS, Accounts, StoredCart};
use crate::PortError;
use orilla_orders::{Cart, CartLedger, Held, Synced};

/// A browser's cart and its account's, while a request works with both: what it is shown is read, and what comes of it is
/// written once.
pub struct SharedCart<'a> {
    accounts: &'a dyn Accounts,
    account: String,
    held: Held,
    own: Cart,
    now: i64,
    stored: StoredCart,
    merged: Cart,
}

impl<'a> SharedCart<'a> {
    /// The account's cart, with what a browser shows merged into it. Nothing is written yet. A browser that shows none has
    /// lost it, or was told of none: either way nothing was taken out. `now` is milliseconds since 1970.
    ///
    /// # Errors
    /// [`PortError`]; the browser keeps what it has then, and nothing is lost.
    pub async fn open(
        accounts: &'a dyn Accounts,
        account: &str,
        held: Held,
        own: Option<&Cart>,
        now: i64,
    ) -> Result<Self, PortError> {
        let stored = accounts.cart(account).await?;
        let own = &shown(&stored, held, own);
        let merged = stored.ledger.clone().sync(held, own, now).cart;
        Ok(SharedCart { accounts, account: account.to_owned(), held, own: own.clone(), now, stored, merged })
    }

    /// What both come to.
    pub fn cart(&self) -> &Cart {
        &self.merged
    }

    /// Writes what they come to, and what the request has made of that: what the browser is to keep.
    ///
    /// # Errors
    /// [`PortError`]: nothing is written.
    pub async fn keep(self, changed: Option<&Cart>) -> Result<Synced, PortError> {
        let (held, own, now) = (self.held, &self.own, self.now);
        let changed = changed.filter(|changed| **changed != self.merged);
        write(self.accounts, &self.account, self.stored, |ledger| match changed {
            Some(to) => ledger.change(held, own, &self.merged, to, now),
            None => ledger.sync(held, own, now),
        })
        .await
    }
}

/// A browser signs out: what was done to its cart is the account's, and its copy is forgotten.
///
/// # Errors
/// [`PortError`]: nothing is written.
pub async fn leave_cart(
    accounts: &dyn Accounts,
    account: &str,
    held: Held,
    own: Option<&Cart>,
    now: i64,
) -> Result<(), PortError> {
    let stored = accounts.cart(account).await?;
    let own = &shown(&stored, held, own);
    write(accounts, account, stored, |ledger| {
        ledger.sync(held, own, now);
        ledger.forget(held.browser);
    })
    .await
}

/// The cart that a browser shows; of one without any, what its copy showed when it was told of it.
fn shown(stored: &StoredCart, held: Held, own: Option<&Cart>) -> Cart {
    own.or_else(|| stored.ledger.shown(held)).cloned().unwrap_or_default()
}

/// Writes what `change` makes of a cart; of the newest one, if somebody else has written meanwhile.
async fn write<T>(
    accounts: &dyn Accounts,
    account: &str,
    mut stored: StoredCart,
    change: impl Fn(&mut CartLedger) -> T,
) -> Result<T, PortError> {
    for _ in 0..ATTEMPTS {
        let before = stored.ledger.clone();
        let done = change(&mut stored.ledger);
        if stored.ledger == before || accounts.keep_cart(account, &stored).await? {
            return Ok(done);
        }
        stored = accounts.cart(account).await?;
    }
    Err(PortError::Unavailable("an account's cart changes all the time".to_owned()))
}
