//! The addresses that a shopper keeps, and what may be done to them: on the shop's side and, without a network, on the
//! shopper's device alike.

use crate::{Address, Fingerprint, IdempotencyKey, Phone, Text};
use serde::{Deserialize, Serialize};

/// The most addresses of one shopper.
pub const MOST_ADDRESSES: usize = 10;
/// The most keys that are remembered: of a change that comes again after so many others, nobody knows that it was made.
const MOST_KEYS: usize = 50;

/// Who receives a parcel, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Recipient {
    /// Who.
    pub name: Text,
    /// For the courier's questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// Where.
    pub address: Address,
}

/// One of the addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAddress {
    /// The key of the change that added it: a device names it so before the shop has it.
    pub id: IdempotencyKey,
    /// Grows with each edit: who changes it says which version they saw.
    pub version: u32,
    /// What it says.
    pub to: Recipient,
}

/// What is to be done to the addresses. Written down on devices, and read there by later builds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum AddressChange {
    /// Keep this one, too. One that is there already stays one.
    Add {
        /// What it says.
        to: Recipient,
        /// Whether it is the default from now on.
        is_default: bool,
    },
    /// Make this of it.
    Edit {
        /// Which.
        id: IdempotencyKey,
        /// As it was seen.
        version: u32,
        /// What it says from now on.
        to: Recipient,
        /// Whether it is the default from now on.
        is_default: bool,
    },
    /// Keep it no longer.
    Remove {
        /// Which.
        id: IdempotencyKey,
        /// As it was seen.
        version: u32,
    },
}

/// Why a change is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AddressRefusal {
    /// There are as many as there can be.
    #[error("{MOST_ADDRESSES} addresses are kept, and no more: remove one first")]
    Full,
    /// It was removed, by somebody who saw another version or before that.
    #[error("this address was removed meanwhile: add it again if it is wanted")]
    Gone,
    /// It says something else by now.
    #[error("this address was changed meanwhile: look at it, and change it again")]
    Changed,
    /// Something else was asked for under this key.
    #[error("this key belongs to another request: send a new one")]
    KeyReused,
}

impl AddressRefusal {
    /// A stable name.
    pub fn code(self) -> &'static str {
        match self {
            AddressRefusal::Full => "addresses_full",
            AddressRefusal::Gone => "address_gone",
            AddressRefusal::Changed => "address_changed",
            AddressRefusal::KeyReused => "key_reused",
        }
    }
}

impl AddressChange {
    /// What it writes down; nothing if it removes.
    pub fn written(&self) -> Option<&Recipient> {
        match self {
            AddressChange::Add { to, .. } | AddressChange::Edit { to, .. } => Some(to),
            AddressChange::Remove { .. } => None,
        }
    }

    fn fingerprint(&self) -> Fingerprint {
        // The types of a change are texts, numbers and flags: JSON has all of them.
        Fingerprint::of(&serde_json::to_string(self).unwrap_or_default())
    }
}

/// The addresses of a shopper, and which changes have been made to them: each has the effect of once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddressBook {
    addresses: Vec<KeptAddress>,
    preferred: Option<IdempotencyKey>,
    done: Vec<Done>,
}

/// A change, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Done {
    key: IdempotencyKey,
    asked: Fingerprint,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<AddressRefusal>,
}

impl AddressBook {
    /// The addresses, in the order in which they were added.
    pub fn addresses(&self) -> &[KeptAddress] {
        &self.addresses
    }

    /// The one with this id.
    pub fn get(&self, id: &str) -> Option<&KeptAddress> {
        self.addresses.iter().find(|kept| kept.id.as_str() == id)
    }

    /// The one that a checkout is filled in with: the one that was chosen for that, else the first.
    pub fn preferred(&self) -> Option<&KeptAddress> {
        let chosen = self.preferred.as_ref().and_then(|id| self.get(id.as_str()));
        chosen.or_else(|| self.addresses.first())
    }

    /// Makes a change, once for each key.
    ///
    /// # Errors
    /// Why it is not made, now and ever after under this key.
    pub fn change(&mut self, key: &IdempotencyKey, change: &AddressChange) -> Result<(), AddressRefusal> {
        let asked = change.fingerprint();
        if let Some(done) = self.done.iter().find(|done| done.key == *key) {
            let refused = if done.asked == asked { done.refused } else { Some(AddressRefusal::KeyReused) };
            return refused.map_or(Ok(()), Err);
        }
        let came = self.make(key, change);
        self.done.push(Done { key: key.clone(), asked, refused: came.err() });
        let too_many = self.done.len().saturating_sub(MOST_KEYS);
        self.done.drain(..too_many);
        came
    }

    fn make(&mut self, key: &IdempotencyKey, change: &AddressChange) -> Result<(), AddressRefusal> {
        let (id, is_default) = match change {
            AddressChange::Add { to, is_default } => (self.add(key, to)?, *is_default),
            AddressChange::Edit { id, version, to, is_default } => {
                self.edit(id, *version, to)?;
                (id.clone(), *is_default)
            }
            AddressChange::Remove { id, version } => {
                // What somebody else has removed is removed.
                if self.get(id.as_str()).is_some_and(|kept| kept.version != *version) {
                    return Err(AddressRefusal::Changed);
                }
                self.addresses.retain(|kept| kept.id != *id);
                return Ok(());
            }
        };
        if is_default {
            self.preferred = Some(id);
        }
        Ok(())
    }

    fn add(&mut self, key: &IdempotencyKey, to: &Recipient) -> Result<IdempotencyKey, AddressRefusal> {
        if let Some(known) = self.addresses.iter().find(|kept| kept.to == *to) {
            return Ok(known.id.clone());
        }
        if self.addresses.len() >= MOST_ADDRESSES {
            return Err(AddressRefusal::Full);
        }
        self.addresses.push(KeptAddress { id: key.clone(), version: 1, to: to.clone() });
        Ok(key.clone())
    }

    fn edit(&mut self, id: &IdempotencyKey, version: u32, to: &Recipient) -> Result<(), AddressRefusal> {
        let kept = self.addresses.iter_mut().find(|kept| kept.id == *id).ok_or(AddressRefusal::Gone)?;
        if kept.to == *to {
            return Ok(());
        }
        if kept.version != version {
            return Err(AddressRefusal::Changed);
        }
        kept.version = kept.version.saturating_add(1);
        kept.to = to.clone();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
