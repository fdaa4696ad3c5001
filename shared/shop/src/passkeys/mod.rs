//! Signing in with passkeys: adding one to an account, finding the account of one, and opening an account with one. For
//! the team's Studio and for shoppers' accounts, each with a store of its own.
//!
//! Each of them is a **ceremony** of two requests. The first makes a challenge and keeps it ([`Passkeys::expect`]);
//! the second takes it away ([`Passkeys::take`]), before anything else is looked at: so an answer counts once, in
//! whichever isolate, and a wrong one is not tried again.

mod ports;

pub use ports::{Account, Binding, Ceremony, Found, Passkey, Passkeys, Purpose, Removal, Remove};

use crate::{PortError, Random};
use orilla_orders::Text;
use orilla_passkeys::{
    Assertion, Attestation, Challenge, Fault, RelyingParty, TIMEOUT, User, UserHandle, creation_options,
    request_options,
};
use serde_json::Value;

/// The most characters of a passkey's name.
pub const NAME_LENGTH: usize = 60;
/// The most passkeys of an account.
pub const MOST: usize = 20;
/// How long a challenge lives, in milliseconds: a moment longer than the browser waits for its user.
pub const LIVES: i64 = TIMEOUT + 30_000;

/// Why a ceremony came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// Nobody waits for this answer: it came too late, a second time, or from elsewhere.
    #[error("nobody waits for this answer")]
    Expired,
    /// The answer is not to be believed.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The passkey is not known here, or not any more.
    #[error("a passkey that is not known")]
    Unknown,
    /// The passkey is known here already.
    #[error("a passkey that is known already")]
    Taken,
    /// The account has as many as it may.
    #[error("the account has {MOST} passkeys")]
    TooMany,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Begins to add a passkey to the account of this name, which is made if there is none: what the browser is to be
/// asked. `shown` is the name by which the device shows the account, where that is not its own. The answer must come from
/// where `bound_to` says.
///
/// # Errors
/// [`PasskeyError::TooMany`], [`PasskeyError::Port`].
pub async fn begin_adding(
    passkeys: &dyn Passkeys,
    party: &RelyingParty,
    name: &Text,
    shown: Option<&str>,
    bound_to: Binding,
    random: &dyn Random,
    now: i64,
) -> Result<Value, PasskeyError> {
    let handle = UserHandle::from_random(random.bytes()?);
    let account = passkeys.account(name, &handle, now).await?;
    let existing = passkeys.credentials(account.id).await?;
    if existing.len() >= MOST {
        return Err(PasskeyError::TooMany);
    }
    let challenge = expect(passkeys, Purpose::Add { account: account.id }, bound_to, random, now).await?;
    let user = User { handle: &account.handle, name: shown.unwrap_or(&account.name) };
    Ok(creation_options(party, &challenge, user, existing.iter()))
}

/// Adds the passkey that the browser has made, under a name, and says its number.
///
/// # Errors
/// [`PasskeyError`]; nothing is added then.
pub async fn finish_adding(
    passkeys: &dyn Passkeys,
    party: &RelyingParty,
    answer: &Attestation,
    name: &Text,
    bound_to: &Binding,
    now: i64,
) -> Result<i64, PasskeyError> {
    let ceremony = take(passkeys, &answer.challenge()?, bound_to, now).await?;
    let Purpose::Add { account } = ceremony.purpose else { return Err(PasskeyError::Expired) };
    let credential = answer.verify(party, &ceremony.challenge)?;
    passkeys.add(account, name, &credential, now).await?.ok_or(PasskeyError::Taken)
}

/// Begins to open an account: what the browser is to be asked. `shown` is the name by which the device shows it. The
/// answer must come from where `bound_to` says.
///
/// # Errors
/// [`PortError`].
pub async fn begin_opening(
    passkeys: &dyn Passkeys,
    party: &RelyingParty,
    shown: &str,
    bound_to: Binding,
    random: &dyn Random,
    now: i64,
) -> Result<Value, PortError> {
    let handle = UserHandle::from_random(random.bytes()?);
    let purpose = Purpose::Open { handle: handle.clone() };
    let challenge = expect(passkeys, purpose, bound_to, random, now).await?;
    Ok(creation_options(party, &challenge, User { handle: &handle, name: shown }, std::iter::empty()))
}

/// Opens an account with the passkey that the browser has made, and says which account, and the passkey's number. The
/// account's name is its handle: nobody is asked for one.
///
/// # Errors
/// [`PasskeyError`]; no account is opened then.
pub async fn finish_opening(
    passkeys: &dyn Passkeys,
    party: &RelyingParty,
    answer: &Attestation,
    name: &Text,
    bound_to: &Binding,
    now: i64,
) -> Result<(Account, i64), PasskeyError> {
    let ceremony = take(passkeys, &answer.challenge()?, bound_to, now).await?;
    let Purpose::Open { handle } = ceremony.purpose else { return Err(PasskeyError::Expired) };
    let credential = answer.verify(party, &ceremony.challenge)?;
    if passkeys.find(&credential.id).await?.is_some() {
        return Err(PasskeyError::Taken);
    }
    let unexpected = |_| PortError::Unexpected("a handle that is no name".to_owned());
    let account_name = Text::at_most(handle.as_str(), NAME_LENGTH).map_err(unexpected)?;
    let account = passkeys.account(&account_name, &handle, now).await?;
    let passkey = passkeys.add(account.id, name, &credential, now).await?.ok_or(PasskeyError::Taken)?;
    Ok((account, passkey))
}

/// Begins to sign in: what the browser is to be asked. The answer must come from where `bound_to` says.
///
/// # Errors
/// [`PortError`].
pub async fn begin_sign_in(
    passkeys: &dyn Passkeys,
    party: &RelyingParty,
    bound_to: Binding,
    random: &dyn Random,
    now: i64,
) -> Result<Value, PortError> {
    let challenge = expect(passkeys, Purpose::SignIn, bound_to, random, now).await?;
    Ok(request_options(party, &challenge))
}

/// Whose passkey it is that has signed, and which. Its use is noted.
///
/// # Errors
/// [`PasskeyError`]; nobody is signed in then.
pub async fn finish_sign_in(
    passkeys: &dyn Passkeys,
    party: &RelyingParty,
    answer: &Assertion,
    bound_to: &Binding,
    now: i64,
) -> Result<Found, PasskeyError> {
    let ceremony = take(passkeys, &answer.challenge()?, bound_to, now).await?;
    if ceremony.purpose != Purpose::SignIn {
        return Err(PasskeyError::Expired);
    }
    let found = passkeys.find(&answer.credential()?).await?.ok_or(PasskeyError::Unknown)?;
    let counter = answer.verify(party, &ceremony.challenge, &found.credential, &found.account.handle)?;
    // Where another use was noted since this one was read, its count may be the higher one.
    if !passkeys.used(found.id, counter, now).await? {
        return Err(Fault::Counter.into());
    }
    Ok(found)
}

async fn expect(
    passkeys: &dyn Passkeys,
    purpose: Purpose,
    bound_to: Binding,
    random: &dyn Random,
    now: i64,
) -> Result<Challenge, PortError> {
    let challenge = Challenge::from_random(random.bytes()?, random.bytes()?);
    let expires_at = now.saturating_add(LIVES);
    passkeys.expect(&Ceremony { challenge: challenge.clone(), purpose, bound_to, expires_at }, now).await?;
    Ok(challenge)
}

/// The ceremony of this challenge, which is over with that.
async fn take(
    passkeys: &dyn Passkeys,
    challenge: &str,
    bound_to: &Binding,
    now: i64,
) -> Result<Ceremony, PasskeyError> {
    let ceremony = passkeys.take(challenge).await?;
    let fits = |ceremony: &Ceremony| now < ceremony.expires_at && ceremony.bound_to == *bound_to;
    ceremony.filter(fits).ok_or(PasskeyError::Expired)
}
