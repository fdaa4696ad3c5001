//! What a browser is asked, as `PublicKeyCredential.parse…OptionsFromJSON` reads it.

use crate::{Challenge, CredentialId, RelyingParty, UserHandle};
use serde_json::{Value, json};

/// How long a browser waits for its user, in milliseconds: five minutes, as the standard recommends where a device must
/// know its user. The challenge must live as long.
pub const TIMEOUT: i64 = 5 * 60_000;

/// The algorithms that are asked for, the best first: Ed25519, ECDSA on P-256 with SHA-256, and RSA for old TPMs.
pub(crate) const ALGORITHMS: [i32; 3] = [-8, -7, -257];

/// The account that a passkey is for.
#[derive(Clone, Copy, Debug)]
pub struct User<'a> {
    /// What the device knows it by.
    pub handle: &'a UserHandle,
    /// What people know it by: a device shows it where one chooses.
    pub name: &'a str,
}

/// What `navigator.credentials.create` is asked. A device that holds one of `existing` makes no second one.
pub fn creation_options<'a>(
    party: &RelyingParty,
    challenge: &Challenge,
    user: User<'_>,
    existing: impl Iterator<Item = &'a CredentialId>,
) -> Value {
    let existing: Vec<_> = existing.map(|id| json!({"type": "public-key", "id": id.as_str()})).collect();
    let algorithms = ALGORITHMS.map(|alg| json!({"type": "public-key", "alg": alg}));
    json!({
        "rp": {"id": party.id(), "name": party.name()},
        "user": {"id": user.handle.as_str(), "name": user.name, "displayName": user.name},
        "challenge": challenge.as_str(),
        "pubKeyCredParams": algorithms,
        "timeout": TIMEOUT,
        "excludeCredentials": existing,
        "authenticatorSelection":
            {"residentKey": "required", "requireResidentKey": true, "userVerification": "required"},
        "attestation": "none",
    })
}

/// What `navigator.credentials.get` is asked: for any passkey of this site.
pub fn request_options(party: &RelyingParty, challenge: &Challenge) -> Value {
    json!({
        "rpId": party.id(),
        "challenge": challenge.as_str(),
        "timeout": TIMEOUT,
        "allowCredentials": [],
        "userVerification": "required",
    })
}
