//! Signing in by a link that is sent to an e-mail address: for who has no passkey, and no device that makes one.
//!
//! Whoever opens the link reads the mailbox: it opens the account of that address, or a new one. Nobody is told before
//! whether an address has an account: until then the account is not looked for, so there is nothing that could tell.
//!
//! A link that adds an address to an account signs nobody in: it takes whoever asked for it, signed in, to use it. Else who
//! has somebody else's address sent one would get them into an account that is not theirs.

use super::mail::{Mail, MailAddress, MailError, Mailer};
use crate::PortError;
use crate::team::SessionKey;
use async_trait::async_trait;
use orilla_passkeys::UserHandle;
use serde::{Deserialize, Serialize};

/// How long a link can be used, in milliseconds.
pub const LINK_LIVES: i64 = 20 * 60_000;
/// Over how long mails to an address are counted, in milliseconds.
pub const COUNTED: i64 = 60 * 60_000;
/// The most mails to an address in that time.
pub const MOST_MAILS: u32 = 3;

/// The secret of a link: 128 random bits in 32 hexadecimal digits. Only the mail has it.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkKey(SessionKey);

impl LinkKey {
    /// A key from 16 bytes of a cryptographic random source.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        LinkKey(SessionKey::from_random(bytes))
    }

    /// Reads a key; `None` if the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        SessionKey::parse(text).map(LinkKey)
    }

    /// The key as text, for the link.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What the store knows of it: SHA-256.
    pub fn hash(&self) -> LinkHash {
        LinkHash(self.0.hash().as_str().to_owned())
    }
}

/// The hash of a link's key, in 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkHash(String);

impl LinkHash {
    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A link that is about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLink {
    /// The hash of its key.
    pub hash: LinkHash,
    /// Where it is sent.
    pub address: MailAddress,
    /// The name of the account that the address is to be added to. `None`: it opens the account of the address.
    pub account: Option<String>,
    /// Now, in milliseconds since 1970.
    pub now: i64,
}

/// A link that can be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Where it was sent.
    pub address: MailAddress,
    /// The account that the address is to be added to. `None`: it opens the account of the address.
    pub account: Option<String>,
    /// The account that has the address.
    pub holder: Option<String>,
}

impl Link {
    /// The account that it leads to; `None`: to one that is not there yet.
    pub fn leads_to(&self) -> Option<&str> {
        self.account.as_deref().or(self.holder.as_deref())
    }
}

/// Where a link has led.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// To the account of this name, which was there.
    SignedIn(String),
    /// To this one, which was opened.
    Opened(String),
    /// To this one, which has the address from now on.
    Added(String),
    /// Nowhere: the address is another account's already.
    Taken,
    /// Nowhere: it was used, is too old, or never was.
    Over,
}

/// The addresses of accounts, and the links that were sent to them.
#[async_trait]
pub trait Addresses: Send + Sync {
    /// Writes a link, unless its address was sent [`MOST_MAILS`] within the last [`COUNTED`] milliseconds; says whether
    /// it was written.
    async fn offer(&self, link: &NewLink) -> Result<bool, PortError>;

    /// Forgets a link that was not sent: it does not count.
    async fn withdraw(&self, hash: &LinkHash) -> Result<(), PortError>;

    /// A link that can be used now. Nothing changes.
    async fn find(&self, hash: &LinkHash, now: i64) -> Result<Option<Link>, PortError>;

    /// Uses a link, if it can be used now, once in whichever isolate: the account that it is for gets the address; if it
    /// is for none and the address has none, one is opened with this handle, which is its name. Answers the link as it
    /// stands after that.
    async fn take(&self, hash: &LinkHash, handle: &UserHandle, now: i64) -> Result<Option<Link>, PortError>;

    /// Takes an account's address away, and ends the sessions that links began, but for the one with the number
    /// `session`; false, and nothing changes, if it has no passkey: there is no other way in.
    async fn remove(&self, account: &str, session: i64) -> Result<bool, PortError>;

    /// Forgets links that no longer count at `now`.
    async fn sweep(&self, now: i64) -> Result<(), PortError>;
}

/// Why a link was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The mail could not be sent.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Sends a link to an address, unless that had enough of them. `account` is the one that the address is to be added to, if
/// somebody is signed in. `words` says, with the link's key, subject and text. Whether there is an account of this address
/// makes no difference.
///
/// # Errors
/// [`LinkError`]; the link can't be used then, and does not count, unless its mail may have been sent.
pub async fn send_link(
    (addresses, mailer): (&dyn Addresses, &Mailer),
    address: MailAddress,
    account: Option<String>,
    words: impl FnOnce(&LinkKey) -> (String, String) + Send,
    random: [u8; 16],
    now: i64,
) -> Result<(), LinkError> {
    let key = LinkKey::from_random(random);
    let link = NewLink { hash: key.hash(), address, account, now };
    if !addresses.offer(&link).await? {
        return Ok(());
    }
    let (subject, text) = words(&key);
    let mail = Mail { to: &link.address, subject, text, key: format!("account-link/{}", link.hash.as_str()) };
    if let Err(error) = mailer.send(&mail).await {
        if !matches!(error, MailError::Unknown(_)) {
            addresses.withdraw(&link.hash).await?;
        }
        return Err(error.into());
    }
    Ok(())
}

/// Uses a link: says where it leads. `random` makes the handle of an account that it opens.
///
/// # Errors
/// [`PortError`]; the link can be used another time.
pub async fn use_link(
    addresses: &dyn Addresses,
    key: &LinkKey,
    random: [u8; 16],
    now: i64,
) -> Result<Entry, PortError> {
    let handle = UserHandle::from_random(random);
    let Some(link) = addresses.take(&key.hash(), &handle, now).await? else { return Ok(Entry::Over) };
    Ok(match (link.account, link.holder) {
        (None, Some(holder)) if holder == handle.as_str() => Entry::Opened(holder),
        (None, Some(holder)) => Entry::SignedIn(holder),
        (Some(account), Some(holder)) if account == holder => Entry::Added(account),
        (Some(_), Some(_)) => Entry::Taken,
        // Its account was deleted a moment ago.
        (_, None) => Entry::Over,
    })
}
