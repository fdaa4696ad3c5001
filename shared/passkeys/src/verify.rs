//! What a browser answers, and whether it may be believed.

use crate::options::ALGORITHMS;
use crate::{Challenge, CredentialId, RelyingParty, UserHandle};
use passki::{
    AuthenticationCredential, AuthenticationState, ClientData, Passki, PasskiError, RegistrationCredential,
    RegistrationState, StoredPasskey,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A passkey as it is kept: what is needed to know its signature again. None of it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The name that the device gave it.
    pub id: CredentialId,
    /// The public key (COSE, RFC 9052, in base64url).
    pub public_key: String,
    /// The algorithm, as COSE numbers it.
    pub algorithm: i32,
    /// How often the device says that it was used; 0 forever if it does not count.
    pub counter: u32,
    /// Whether the device shares it with others of its owner.
    pub synced: bool,
}

/// Why an answer is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It can't be read. Holds what is wrong with it.
    #[error("not readable: {0}")]
    Malformed(String),
    /// It answers another challenge, or another question.
    #[error("an answer to another question")]
    Challenge,
    /// It was given to a page of another site, or one that stood within another.
    #[error("given to another site")]
    Origin,
    /// The key belongs to another site.
    #[error("a key of another site")]
    Party,
    /// The device did not make sure of its user.
    #[error("the device did not verify its user")]
    Unverified,
    /// The device counts backwards: another one has a copy of its key.
    #[error("the device's counter went back")]
    Counter,
    /// The key belongs to another account than the device says.
    #[error("a key of another account")]
    OtherUser,
    /// The signature is not of this key.
    #[error("the signature is wrong")]
    Signature,
    /// An algorithm that was not asked for.
    #[error("algorithm {0} was not asked for")]
    Algorithm(i32),
}

impl From<PasskiError> for Fault {
    fn from(error: PasskiError) -> Self {
        match error {
            PasskiError::ChallengeMismatch | PasskiError::ClientDataTypeMismatch { .. } => Fault::Challenge,
            PasskiError::OriginMismatch { .. }
            | PasskiError::CrossOriginNotAllowed
            | PasskiError::TopOriginMismatch { .. } => Fault::Origin,
            PasskiError::RpIdHashMismatch => Fault::Party,
            PasskiError::UserNotPresent | PasskiError::UserVerificationRequired => Fault::Unverified,
            PasskiError::CounterRegression => Fault::Counter,
            PasskiError::SignatureVerificationFailed => Fault::Signature,
            PasskiError::UnsupportedAlgorithm(algorithm) => Fault::Algorithm(algorithm),
            other => Fault::Malformed(other.to_string()),
        }
    }
}

/// What `navigator.credentials.create` gave: `RegistrationResponseJSON`.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Attestation(RegistrationCredential);

impl Attestation {
    /// The challenge that it says it answers.
    ///
    /// # Errors
    /// [`Fault::Malformed`].
    pub fn challenge(&self) -> Result<String, Fault> {
        Ok(ClientData::from_base64(&self.0.response.client_data_json)?.challenge)
    }

    /// The passkey that was made, if the answer is one to this challenge.
    ///
    /// # Errors
    /// Why not.
    pub fn verify(&self, party: &RelyingParty, challenge: &Challenge) -> Result<Credential, Fault> {
        let state: RegistrationState = state(json!({
            "challenge": challenge.bytes(),
            "user": {"id": "", "name": "", "displayName": ""},
            "user_verification": "required",
        }))?;
        let made = party.verifier().finish_passkey_registration(&self.0, &state)?;
        if !ALGORITHMS.contains(&made.algorithm) {
            return Err(Fault::Algorithm(made.algorithm));
        }
        let id = CredentialId::of(&made.credential_id);
        Ok(Credential {
            id: id.ok_or_else(|| Fault::Malformed("the credential's id".to_owned()))?,
            public_key: Passki::base64_encode(&made.public_key),
            algorithm: made.algorithm,
            counter: made.counter,
            synced: made.bs,
        })
    }
}

/// What `navigator.credentials.get` gave: `AuthenticationResponseJSON`.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Assertion(AuthenticationCredential);

impl Assertion {
    /// The challenge that it says it answers.
    ///
    /// # Errors
    /// [`Fault::Malformed`].
    pub fn challenge(&self) -> Result<String, Fault> {
        Ok(ClientData::from_base64(&self.0.response.client_data_json)?.challenge)
    }

    /// The passkey that it says was used.
    ///
    /// # Errors
    /// [`Fault::Malformed`].
    pub fn credential(&self) -> Result<CredentialId, Fault> {
        CredentialId::parse(&self.0.raw_id).ok_or_else(|| Fault::Malformed("the credential's id".to_owned()))
    }

    /// The counter that belongs to the passkey from now on, if the answer is one to this challenge, by this passkey of
    /// this account.
    ///
    /// # Errors
    /// Why not.
    pub fn verify(
        &self,
        party: &RelyingParty,
        challenge: &Challenge,
        credential: &Credential,
        handle: &UserHandle,
    ) -> Result<u32, Fault> {
        let state: AuthenticationState = state(json!({
            "challenge": challenge.bytes(),
            "allowed_credentials": [credential.id.bytes()],
            "user_verification": "required",
        }))?;
        let mut stored = StoredPasskey::default();
        stored.credential_id = credential.id.bytes();
        stored.public_key = Passki::base64_decode(&credential.public_key)?;
        stored.algorithm = credential.algorithm;
        stored.counter = credential.counter;
        let used = party.verifier().finish_passkey_authentication(&self.0, &state, &stored)?;
        // A discoverable key always says whose it is (section 7.2, step 6).
        if self.0.response.user_handle.as_deref() != Some(handle.as_str()) {
            return Err(Fault::OtherUser);
        }
        Ok(used.counter)
    }
}

/// `passki` lets its states be read, not made: it would make them with a challenge of its own.
fn state<T: for<'de> Deserialize<'de>>(value: Value) -> Result<T, Fault> {
    serde_json::from_value(value).map_err(|error| Fault::Malformed(error.to_string()))
}
