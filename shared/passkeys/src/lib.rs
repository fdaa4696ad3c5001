//! Passkeys: signing in with a key that stays on one's device or in one's password manager (Web Authentication, level
//! 3, <https://www.w3.org/TR/webauthn-3/>). This is the relying party's part, without clock, dice or I/O: who calls
//! brings the challenge, keeps it until the answer comes, and takes it away with the first answer.
//!
//! What is asked for is always the same: a key that can be found without a name (discoverable), and a device that knows
//! its user (a finger, a face, a PIN). No attestation: which make a device is of does not matter here.
#![deny(missing_docs)]

mod bytes;
mod options;
mod party;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod verify;

pub use bytes::{Challenge, CredentialId, UserHandle};
pub use options::{TIMEOUT, User, creation_options, request_options};
pub use party::{NoParty, RelyingParty};
pub use verify::{Assertion, Attestation, Credential, Fault};
