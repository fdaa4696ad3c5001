//! A device for tests: it makes passkeys and signs with them, well or badly.
#![allow(clippy::indexing_slicing, reason = "test code")]

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use passki::Passki;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;

/// A device with one passkey. What it does wrong is for the tests to say.
#[derive(Clone)]
pub struct Authenticator {
    key: SigningKey,
    id: Vec<u8>,
    handle: Value,
    /// What it counts to the next time; 0: it does not count.
    pub counter: u32,
    /// Whether it makes sure of its user.
    pub verifies: bool,
    /// The origin of the page that asks; empty: as the options name the site, over TLS.
    pub origin: String,
    /// The site that it signs for; empty: as the options say.
    pub party: String,
    /// Whether the page that asks stands within another.
    pub is_framed: bool,
}

impl Authenticator {
    /// A device of its own for each seed.
    ///
    /// # Panics
    /// If 32 bytes of this seed are no key: 0 and 255 are none.
    #[allow(clippy::panic, reason = "for tests: a seed that is none must stop them")]
    pub fn new(seed: u8) -> Self {
        let key = SigningKey::from_slice(&[seed; 32]).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        Authenticator {
            key,
            id: vec![seed; 16],
            handle: Value::Null,
            counter: 1,
            verifies: true,
            origin: String::new(),
            party: String::new(),
            is_framed: false,
        }
    }

    /// The credential's id as text.
    pub fn id(&self) -> String {
        Passki::base64_encode(&self.id)
    }

    /// What `navigator.credentials.create` would give for these options.
    pub fn create(&mut self, options: &Value) -> Value {
        self.handle = options["user"]["id"].clone();
        let mut data = self.data(options["rp"]["id"].as_str(), HAS_CREDENTIAL);
        data.extend([0; 16]); // which make it is
        data.extend(u16::try_from(self.id.len()).unwrap_or_default().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.public_key());
        // {"fmt": "none", "attStmt": {}, "authData": …} in CBOR.
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap_or_default());
        object.extend(data);
        let client = self.client_data("webauthn.create", options, options["rp"]["id"].as_str());
        json!({
            "id": self.id(), "rawId": self.id(), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": Passki::base64_encode(client.as_bytes()),
                "attestationObject": Passki::base64_encode(&object),
                "transports": ["internal", "hybrid"],
            },
        })
    }

    /// What `navigator.credentials.get` would give for these options.
    pub fn get(&mut self, options: &Value) -> Value {
        let data = self.data(options["rpId"].as_str(), 0);
        let client = self.client_data("webauthn.get", options, options["rpId"].as_str());
        let signed = [data.as_slice(), &Sha256::digest(client.as_bytes())].concat();
        let signature: Signature = self.key.sign(&signed);
        json!({
            "id": self.id(), "rawId": self.id(), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": Passki::base64_encode(client.as_bytes()),
                "authenticatorData": Passki::base64_encode(&data),
                "signature": Passki::base64_encode(signature.to_der().as_bytes()),
                "userHandle": self.handle,
            },
        })
    }

    /// Lets it say that its passkey is of another account.
    pub fn forget_user(&mut self, handle: &str) {
        self.handle = handle.into();
    }

    fn data(&mut self, party: Option<&str>, flags: u8) -> Vec<u8> {
        let party = if self.party.is_empty() { party.unwrap_or_default() } else { &self.party };
        let mut data = Sha256::digest(party.as_bytes()).to_vec();
        data.push(flags | USER_PRESENT | if self.verifies { USER_VERIFIED } else { 0 });
        data.extend(self.counter.to_be_bytes());
        if self.counter > 0 {
            self.counter += 1;
        }
        data
    }

    fn client_data(&self, kind: &str, options: &Value, party: Option<&str>) -> String {
        let usual = format!("https://{}", party.unwrap_or_default());
        let origin = if self.origin.is_empty() { &usual } else { &self.origin };
        json!({
            "type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": self.is_framed,
        })
        .to_string()
    }

    /// The public key in COSE: {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().map_or(&[][..], |x| x), point.y().map_or(&[][..], |y| y));
        [b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", x, b"\x22\x58\x20", y].concat()
    }
}
