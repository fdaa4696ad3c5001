//! Answers that are believed, and the many that are not.

use crate::testing::Authenticator;
use crate::{
    Assertion, Attestation, Challenge, Credential, CredentialId, Fault, RelyingParty, User, UserHandle,
    creation_options, request_options,
};
use proptest::prelude::*;
use serde_json::Value;

fn party() -> RelyingParty {
    RelyingParty::new("https://shop.example", "Orilla").unwrap()
}

fn challenge(seed: u8) -> Challenge {
    Challenge::from_random([seed; 16], [0; 16])
}

fn handle() -> UserHandle {
    UserHandle::from_random([9; 16])
}

fn created(device: &mut Authenticator) -> Value {
    let user = User { handle: &handle(), name: "Ada" };
    device.create(&creation_options(&party(), &challenge(1), user, [].iter()))
}

fn attested(answer: Value) -> Result<Credential, Fault> {
    let answer: Attestation = serde_json::from_value(answer).unwrap();
    answer.verify(&party(), &challenge(1))
}

fn enrolled(device: &mut Authenticator) -> Credential {
    attested(created(device)).unwrap()
}

fn asserted(answer: Value, credential: &Credential) -> Result<u32, Fault> {
    let answer: Assertion = serde_json::from_value(answer).unwrap();
    answer.verify(&party(), &challenge(2), credential, &handle())
}

#[test]
fn a_passkey_that_was_made_here_is_known_again() {
    let mut device = Authenticator::new(1);
    let credential = enrolled(&mut device);
    assert_eq!(credential.id.as_str(), device.id());
    assert_eq!((credential.algorithm, credential.counter, credential.synced), (-7, 1, false));
    let options = request_options(&party(), &challenge(2));
    assert_eq!(asserted(device.get(&options), &credential), Ok(2));
    // Many devices do not count.
    device.counter = 0;
    let credential = Credential { counter: 0, ..credential };
    assert_eq!(asserted(device.get(&options), &credential), Ok(0));
}

#[test]
fn what_a_browser_is_asked_is_always_the_same() {
    let known = CredentialId::parse("AQID").unwrap();
    let user = User { handle: &handle(), name: "Ada" };
    let options = creation_options(&party(), &challenge(1), user, [known].iter());
    assert_eq!(options["rp"]["id"], "shop.example");
    assert_eq!(options["excludeCredentials"][0]["id"], "AQID");
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["attestation"], "none");
    let options = request_options(&party(), &challenge(1));
    assert_eq!(options["userVerification"], "required");
    assert_eq!(options["challenge"].as_str().unwrap().len(), 43);
}

/// A new passkey of a device that was changed so is refused.
#[track_caller]
fn check_creation(change: impl FnOnce(&mut Authenticator), expected: &Fault) {
    let mut device = Authenticator::new(1);
    change(&mut device);
    assert_eq!(attested(created(&mut device)).as_ref(), Err(expected));
}

/// A signature of a device that was changed so is refused.
#[track_caller]
fn check_request(change: impl FnOnce(&mut Authenticator), expected: &Fault) {
    let mut device = Authenticator::new(1);
    let credential = enrolled(&mut device);
    change(&mut device);
    let answer = device.get(&request_options(&party(), &challenge(2)));
    assert_eq!(asserted(answer, &credential).as_ref(), Err(expected));
}

#[test]
fn what_is_wrong_has_a_name() {
    for origin in
        ["https://shop.example.evil.example", "http://shop.example", "https://shop.example:444", "null"]
    {
        check_creation(|device| device.origin = origin.into(), &Fault::Origin);
        check_request(|device| device.origin = origin.into(), &Fault::Origin);
    }
    check_creation(|device| device.is_framed = true, &Fault::Origin);
    check_request(|device| device.is_framed = true, &Fault::Origin);
    check_creation(|device| device.party = "evil.example".into(), &Fault::Party);
    check_request(|device| device.party = "evil.example".into(), &Fault::Party);
    check_creation(|device| device.verifies = false, &Fault::Unverified);
    check_request(|device| device.verifies = false, &Fault::Unverified);
    check_request(|device| device.counter = 1, &Fault::Counter);
    check_request(|device| device.counter = 0, &Fault::Counter);
    check_request(|device| device.forget_user("AAAA"), &Fault::OtherUser);
}

#[test]
fn another_key_another_challenge_and_another_question_are_none() {
    let mut device = Authenticator::new(1);
    let credential = enrolled(&mut device);
    let mut other = Authenticator::new(2);
    let stranger = enrolled(&mut other);
    let options = request_options(&party(), &challenge(2));
    // The id of one with the signature of the other.
    let mut answer = other.get(&options);
    answer["rawId"] = device.id().into();
    assert_eq!(asserted(answer, &credential), Err(Fault::Signature));
    let key = Credential { public_key: stranger.public_key, ..credential.clone() };
    assert_eq!(asserted(device.get(&options), &key), Err(Fault::Signature));
    let late = device.get(&request_options(&party(), &challenge(3)));
    assert_eq!(asserted(late, &credential), Err(Fault::Challenge));
    // What was signed to make a passkey does not sign in.
    let mut answer = device.get(&options);
    answer["response"]["clientDataJSON"] = created(&mut device)["response"]["clientDataJSON"].clone();
    assert_eq!(asserted(answer, &credential), Err(Fault::Challenge));
    // Each part is covered by the signature.
    let mut answer = device.get(&options);
    device.verifies = false;
    let weaker = device.get(&options);
    answer["response"]["signature"] = weaker["response"]["signature"].clone();
    assert_eq!(asserted(answer, &credential), Err(Fault::Signature));
}

#[test]
fn an_id_is_base64url_of_some_bytes() {
    for id in ["AQID", "AQ", &"A".repeat(1_364)] {
        assert!(CredentialId::parse(id).is_some(), "{id}");
    }
    for id in ["", "AQID=", "A+/D", "A", "é", &"A".repeat(1_366), &"A".repeat(2_000)] {
        assert!(CredentialId::parse(id).is_none(), "{id}");
    }
}

proptest! {
    /// No answer stops the program, whatever its bytes are; and none with another byte in it is believed, but where a
    /// byte means nothing.
    #[test]
    fn a_changed_byte_is_a_typed_fault(at in 0usize..400, byte: u8, field in 0usize..5) {
        let mut device = Authenticator::new(1);
        let (mut made, credential) = (created(&mut device), enrolled(&mut device));
        let mut used = device.get(&request_options(&party(), &challenge(2)));
        let (answer, name) = match field {
            0 => (&mut made, "clientDataJSON"),
            1 => (&mut made, "attestationObject"),
            2 => (&mut used, "clientDataJSON"),
            3 => (&mut used, "authenticatorData"),
            _ => (&mut used, "signature"),
        };
        let text = answer["response"][name].as_str().unwrap().to_owned();
        let mut bytes = passki::Passki::base64_decode(&text).unwrap();
        let at = at % bytes.len();
        let is_same = bytes[at] == byte;
        bytes[at] = byte;
        answer["response"][name] = passki::Passki::base64_encode(&bytes).into();
        if field < 2 {
            let _ = attested(made);
        } else {
            prop_assert_eq!(asserted(used, &credential).is_ok(), is_same);
        }
    }

    #[test]
    fn arbitrary_bytes_are_a_typed_fault(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut device = Authenticator::new(1);
        let credential = enrolled(&mut device);
        for name in ["clientDataJSON", "attestationObject"] {
            let mut made = created(&mut device);
            made["response"][name] = passki::Passki::base64_encode(&bytes).into();
            prop_assert!(attested(made).is_err());
        }
        for name in ["clientDataJSON", "authenticatorData", "signature", "userHandle"] {
            let mut used = device.get(&request_options(&party(), &challenge(2)));
            used["response"][name] = passki::Passki::base64_encode(&bytes).into();
            prop_assert!(asserted(used, &credential).is_err());
        }
    }
}
