//! Shoppers' accounts: what is kept for who has signed in, with a passkey ([`crate::passkeys`]) or by a link in a mail ([`send_link`]).
//! A guest needs none.
//!
//! The store knows an account by its name, which is the handle of its passkeys: the member of its sessions.

mod book;
mod brought;
mod cart;
mod link;
mod mail;
mod stitch;

pub use book::{StoredBook, change_addresses};
pub use brought::{Brought, Shown};
pub use cart::{SharedCart, leave_cart};
pub use link::{
    Addresses, COUNTED, Entry, LINK_LIVES, Link, LinkError, LinkHash, LinkKey, MOST_MAILS, NewLink,
    send_link, use_link,
};
pub use mail::{
    Mail, MailAddress, MailError, MailRequest, MailService, MailSettings, Mailer, NoAnswer, NoMail,
};
pub use stitch::{Identity, LIFE, stitch};

use crate::PortError;
use crate::checkout::ListedOrder;
use async_trait::async_trait;
use orilla_orders::CartLedger;
use serde::{Deserialize, Serialize};

/// The most orders of one page of a list.
pub const MOST_ORDERS: u32 = 50;
/// How often what somebody else has written meanwhile is changed anew.
const ATTEMPTS: usize = 5;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAccount {
    /// When it was opened, in milliseconds since 1970.
    pub created_at: i64,
    /// Who its browsers are counted as.
    pub identity: Option<Identity>,
    /// The e-mail address that opens it, beside its passkeys.
    pub address: Option<MailAddress>,
}

/// The cart of an account, and which version of it this is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCart {
    /// 0: there is none yet.
    pub version: i64,
    /// What it is made of.
    pub ledger: CartLedger,
}

/// The accounts of shoppers, each by its name.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// An account, if it is there.
    async fn account(&self, name: &str) -> Result<Option<StoredAccount>, PortError>;

    /// Writes who the browsers of an account are counted as, if it is as yet `before`; says whether it was.
    async fn keep_identity(
        &self,
        name: &str,
        before: Option<&Identity>,
        identity: &Identity,
    ) -> Result<bool, PortError>;

    /// An account's cart.
    async fn cart(&self, name: &str) -> Result<StoredCart, PortError>;

    /// Writes a cart that was made of the version in it; false, and nothing is written, if there is another one by now.
    async fn keep_cart(&self, name: &str, cart: &StoredCart) -> Result<bool, PortError>;

    /// An account's addresses.
    async fn address_book(&self, name: &str) -> Result<StoredBook, PortError>;

    /// Writes addresses that were made of the version in them; false, and nothing is written, if there is another one by now.
    async fn keep_address_book(&self, name: &str, book: &StoredBook) -> Result<bool, PortError>;

    /// Its orders, the newest first, at most [`MOST_ORDERS`].
    async fn orders(&self, name: &str) -> Result<Vec<ListedOrder>, PortError>;

    /// Forgets an account with its passkeys, its address and links to it, sessions, cart and the addresses that it keeps. Orders stay: the shop has to keep them, by their own
    /// links.
    async fn delete(&self, name: &str) -> Result<(), PortError>;
}

/// Who a browser is from now on that is signed in, and whose owner agreed to be counted; the account's visitor, and the
/// browser's own if the account has none yet.
///
/// # Errors
/// [`PortError`]; the browser stays who it was.
pub async fn stitch_browser(
    accounts: &dyn Accounts,
    name: &str,
    browser: Identity,
    today: i64,
) -> Result<Identity, PortError> {
    for _ in 0..ATTEMPTS {
        let Some(account) = accounts.account(name).await? else { return Ok(browser) };
        let before = account.identity;
        let identity = stitch(before.clone(), browser.clone(), today);
        if before.as_ref() == Some(&identity)
            || accounts.keep_identity(name, before.as_ref(), &identity).await?
        {
            return Ok(identity);
        }
    }
    Ok(browser)
}
