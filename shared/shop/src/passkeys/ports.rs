//! What passkeys need of a store.

use crate::PortError;
use crate::team::SessionKey;
use async_trait::async_trait;
use orilla_orders::Text;
use orilla_passkeys::{Challenge, Credential, CredentialId, UserHandle};
use serde::{Deserialize, Serialize};

/// Who has passkeys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub id: i64,
    /// What devices know it by.
    pub handle: UserHandle,
    /// What people know it by.
    pub name: String,
}

/// A passkey, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// Its number.
    pub id: i64,
    /// The name of the account.
    pub owner: String,
    /// The name that its owner gave it.
    pub name: String,
    /// Whether its owner's devices share it.
    pub synced: bool,
    /// When it was added, in milliseconds since 1970.
    pub created_at: i64,
    /// When somebody last signed in with it.
    pub last_used_at: Option<i64>,
}

/// A passkey with all that is needed to believe its signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its number.
    pub id: i64,
    /// The name that its owner gave it.
    pub name: String,
    /// Whose it is.
    pub account: Account,
    /// Its key.
    pub credential: Credential,
}

/// From where the answer to a challenge must come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding(String);

impl Binding {
    /// From a session of the team.
    pub fn session(id: i64) -> Self {
        Binding(format!("session {id}"))
    }

    /// From a session of a shopper, whose number may be that of one of the team's.
    pub fn shopper(id: i64) -> Self {
        Binding(format!("shopper {id}"))
    }

    /// From the browser that has this key in a cookie. The store knows its hash only.
    pub fn browser(key: &SessionKey) -> Self {
        Binding(format!("browser {}", key.hash().as_str()))
    }

    /// The binding as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a ceremony is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Purpose {
    /// Adding a passkey to an account.
    Add {
        /// The account's number.
        account: i64,
    },
    /// Signing in.
    SignIn,
    /// Opening an account, which is made with its first passkey.
    Open {
        /// What devices will know it by.
        handle: UserHandle,
    },
}

/// A challenge whose answer is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ceremony {
    /// The challenge.
    pub challenge: Challenge,
    /// What for.
    pub purpose: Purpose,
    /// From where the answer must come.
    pub bound_to: Binding,
    /// When it is too late, in milliseconds since 1970.
    pub expires_at: i64,
}

/// A wish to remove a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remove<'a> {
    /// The passkey's number.
    pub passkey: i64,
    /// The name of the account that it must belong to. `None`: any.
    pub of: Option<&'a str>,
    /// The name of the account whose owner must keep a passkey, for there is no other way to sign in. `None`: there is.
    pub keep_one_of: Option<&'a str>,
    /// Whether an account that has an e-mail address may go without passkeys: a link is sent there.
    pub or_address: bool,
    /// The session that stays, though the passkey may have begun it: that of who removes.
    pub session: Option<i64>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is not there any more, and neither are the sessions that it began.
    Done,
    /// It is still there: who removes it would have none left.
    Last,
}

/// The passkeys of some accounts, and the challenges that are open.
#[async_trait]
pub trait Passkeys: Send + Sync {
    /// The account of this name. It is made, with this handle, if there is none.
    async fn account(&self, name: &Text, handle: &UserHandle, now: i64) -> Result<Account, PortError>;

    /// The names that devices gave the passkeys of an account.
    async fn credentials(&self, account: i64) -> Result<Vec<CredentialId>, PortError>;

    /// Keeps a challenge, and forgets those for which it was too late before `now`.
    async fn expect(&self, ceremony: &Ceremony, now: i64) -> Result<(), PortError>;

    /// Takes a challenge away. Only one of all who try gets it.
    async fn take(&self, challenge: &str) -> Result<Option<Ceremony>, PortError>;

    /// Adds a passkey to an account and says its number; `None` if its credential is there already, whosever it is.
    async fn add(
        &self,
        account: i64,
        name: &Text,
        credential: &Credential,
        now: i64,
    ) -> Result<Option<i64>, PortError>;

    /// The passkey with this credential.
    async fn find(&self, credential: &CredentialId) -> Result<Option<Found>, PortError>;

    /// Notes that a passkey was used now, and its count. False, and nothing is noted, unless the count is above the one
    /// before, or both are 0: devices that do not count.
    async fn used(&self, passkey: i64, counter: u32, now: i64) -> Result<bool, PortError>;

    /// All passkeys, or those of one account, by their owners and then by age.
    async fn list(&self, of: Option<&str>) -> Result<Vec<Passkey>, PortError>;

    /// Removes a passkey and the sessions that it began. One that is not there any more is no error.
    async fn remove(&self, wish: Remove<'_>) -> Result<Removal, PortError>;
}
