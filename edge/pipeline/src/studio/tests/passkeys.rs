//! Passkeys, with a device in software: who gets in by one, and the many ways in which nobody does.

use super::signed_in;
use crate::testing::{Answer, Client, Shop, TOKEN};
use orilla_passkeys::testing::Authenticator;
use orilla_shop::passkeys::{LIVES, MOST};
use serde_json::{Value, json};

/// Adds a passkey of this device for who is signed in.
fn add(browser: &Client<'_>, device: &mut Authenticator, name: &str) -> Answer {
    let made = device.create(&browser.asked("/studio/passkeys/begin"));
    browser.post_json("/studio/passkeys/finish", &json!({"name": name, "credential": made}))
}

/// Signs in with this device.
fn sign_in(browser: &Client<'_>, device: &mut Authenticator) -> Answer {
    let signed = device.get(&browser.asked("/studio/sign-in/begin"));
    browser.post_json("/studio/sign-in/finish", &json!({"next": "/studio/orders", "credential": signed}))
}

/// A shop in which Ada has a passkey, and the device that holds it.
fn enrolled() -> (Shop, Authenticator) {
    let (shop, mut device) = (Shop::empty(), Authenticator::new(7));
    let added = add(&signed_in(&shop), &mut device, "Blue phone");
    assert_eq!((added.status, &added.json()["next"]), (200, &json!("/studio/passkeys?done=added")));
    (shop, device)
}

#[track_caller]
fn check_refused(answer: &Answer, expected: (u16, &str)) {
    assert_eq!((answer.status, answer.json()["code"].as_str().unwrap()), expected, "{}", answer.text());
    assert_eq!(answer.header("set-cookie"), "");
    assert!(answer.header("cache-control").contains("no-store"));
}

#[test]
fn a_passkey_is_added_signs_in_and_is_removed() {
    let (shop, mut device) = enrolled();
    let browser = shop.shopper();
    let answer = sign_in(&browser, &mut device);
    assert_eq!((answer.status, &answer.json()["next"]), (200, &json!("/studio/orders")));
    assert!(answer.header("set-cookie").starts_with("__Host-studio="));
    let page = browser.get("/studio/passkeys");
    assert!(
        page.text().contains("Blue phone") && page.text().contains("<span>Ada</span>"),
        "{}",
        page.text()
    );
    let sessions = browser.get("/studio/sessions").text();
    assert!(sessions.contains("Passkey “Blue phone”") && sessions.contains("The team’s token"), "{sessions}");
    // Another one, by the session that the first has begun; then the first is removed, and its other sessions end.
    let other = shop.shopper();
    assert_eq!(sign_in(&other, &mut device).status, 200);
    assert_eq!(add(&browser, &mut Authenticator::new(8), "My laptop").status, 200);
    let removed = browser.post_form("/studio/passkeys", "passkey=1");
    assert_eq!(removed.status, 200, "{}", removed.text());
    assert!(!removed.text().contains("Blue phone") && removed.text().contains("My laptop"));
    assert_eq!((browser.get("/studio").status, other.get("/studio").status), (200, 303));
    assert!(browser.get("/studio/sessions").text().contains("A passkey that was removed"));
    check_refused(&sign_in(&shop.shopper(), &mut device), (401, "passkey_unknown"));
}

#[test]
fn two_of_the_team_have_their_own() {
    let (shop, mut device) = enrolled();
    let grace = shop.shopper();
    grace.post_form("/studio/sign-in", &format!("name=Grace&token={TOKEN}"));
    let mut other = Authenticator::new(9);
    assert_eq!(add(&grace, &mut other, "Key").status, 200);
    for (device, name) in [(&mut device, "Ada"), (&mut other, "Grace")] {
        let browser = shop.shopper();
        assert_eq!(sign_in(&browser, device).status, 200);
        assert!(browser.get("/studio/passkeys").text().contains(&format!("<span>{name}</span>")));
    }
    // A device says whose its passkey is: one that says something else has been tampered with.
    let handle = grace.asked("/studio/passkeys/begin")["user"]["id"].as_str().unwrap().to_owned();
    device.forget_user(&handle);
    check_refused(&sign_in(&shop.shopper(), &mut device), (401, "passkey_wrong"));
}

/// Signing in with a device that was changed so is refused, and nothing of it is noted.
#[track_caller]
fn check_sign_in(change: impl FnOnce(&mut Authenticator), expected: (u16, &str)) {
    let (shop, mut device) = enrolled();
    change(&mut device);
    let browser = shop.shopper();
    let signed = device.get(&browser.asked("/studio/sign-in/begin"));
    let answer = browser.post_json("/studio/sign-in/finish", &json!({"credential": signed}));
    check_refused(&answer, expected);
    assert_eq!(browser.get("/studio").status, 303);
    assert!(signed_in(&shop).get("/studio/passkeys").text().contains("never"));
}

/// A passkey of a device that was changed so is not added.
#[track_caller]
fn check_adding(change: impl FnOnce(&mut Authenticator), expected: (u16, &str)) {
    let shop = Shop::empty();
    let (browser, mut device) = (signed_in(&shop), Authenticator::new(7));
    change(&mut device);
    check_refused(&add(&browser, &mut device, "Blue phone"), expected);
    assert!(browser.get("/studio/passkeys").text().contains("Nobody has a passkey yet."));
}

#[test]
fn what_a_device_does_wrong_has_a_code() {
    for origin in ["https://evil.example", "http://shop.example", "https://shop.example:8443"] {
        check_sign_in(|device| device.origin = origin.into(), (403, "passkey_of_another_site"));
        check_adding(|device| device.origin = origin.into(), (403, "passkey_of_another_site"));
    }
    check_sign_in(|device| device.party = "evil.example".into(), (403, "passkey_of_another_site"));
    check_adding(|device| device.party = "evil.example".into(), (403, "passkey_of_another_site"));
    check_sign_in(|device| device.is_framed = true, (403, "passkey_of_another_site"));
    check_adding(|device| device.is_framed = true, (403, "passkey_of_another_site"));
    check_sign_in(|device| device.verifies = false, (401, "passkey_unverified"));
    check_adding(|device| device.verifies = false, (401, "passkey_unverified"));
    check_sign_in(|device| device.counter = 1, (401, "passkey_copied"));
    check_sign_in(|device| device.counter = 0, (401, "passkey_copied"));
    check_sign_in(|device| *device = Authenticator::new(8), (401, "passkey_unknown"));
}

#[test]
fn a_signature_of_another_key_is_none() {
    let (shop, device) = enrolled();
    let (browser, mut other) = (shop.shopper(), Authenticator::new(8));
    other.counter = 9;
    let mut signed = other.get(&browser.asked("/studio/sign-in/begin"));
    signed["rawId"] = device.id().into();
    check_refused(
        &browser.post_json("/studio/sign-in/finish", &json!({"credential": signed})),
        (401, "passkey_wrong"),
    );
}

#[test]
fn an_answer_counts_once_in_whichever_isolate() {
    let (shop, mut device) = enrolled();
    let (browser, elsewhere) = (shop.shopper(), shop.isolate());
    let signed = device.get(&browser.asked("/studio/sign-in/begin"));
    let document = json!({"credential": signed});
    let thief = browser.at(&elsewhere);
    assert_eq!(browser.post_json("/studio/sign-in/finish", &document).status, 200);
    for client in [&browser, &thief] {
        check_refused(&client.post_json("/studio/sign-in/finish", &document), (409, "passkey_expired"));
    }
    // A wrong answer uses its challenge up as well.
    device.verifies = false;
    let options = browser.asked("/studio/sign-in/begin");
    let wrong = json!({"credential": device.get(&options)});
    check_refused(&browser.post_json("/studio/sign-in/finish", &wrong), (401, "passkey_unverified"));
    device.verifies = true;
    let right = json!({"credential": device.get(&options)});
    check_refused(&browser.post_json("/studio/sign-in/finish", &right), (409, "passkey_expired"));
}

#[test]
fn an_answer_comes_from_where_the_question_went() {
    let (shop, mut device) = enrolled();
    let browser = shop.shopper();
    let document = json!({"credential": device.get(&browser.asked("/studio/sign-in/begin"))});
    let (other, without) = (shop.shopper(), shop.anonymous());
    other.asked("/studio/sign-in/begin");
    check_refused(&without.post_json("/studio/sign-in/finish", &document), (409, "passkey_expired"));
    check_refused(&other.post_json("/studio/sign-in/finish", &document), (409, "passkey_expired"));
    // Two pages of one browser don't disturb each other.
    let first = browser.asked("/studio/sign-in/begin");
    browser.asked("/studio/sign-in/begin");
    let document = json!({"credential": device.get(&first)});
    assert_eq!(browser.post_json("/studio/sign-in/finish", &document).status, 200);

    let (one, two) = (signed_in(&shop), signed_in(&shop));
    let made = Authenticator::new(8).create(&one.asked("/studio/passkeys/begin"));
    let document = json!({"name": "Key", "credential": made});
    check_refused(&two.post_json("/studio/passkeys/finish", &document), (409, "passkey_expired"));
    // And what was asked for one purpose is no answer for the other.
    let made = Authenticator::new(8).create(&browser.asked("/studio/sign-in/begin"));
    let document = json!({"name": "Key", "credential": made});
    check_refused(&browser.post_json("/studio/passkeys/finish", &document), (409, "passkey_expired"));
}

#[test]
fn an_answer_may_come_too_late() {
    let (shop, mut device) = enrolled();
    let browser = shop.shopper();
    let document = json!({"credential": device.get(&browser.asked("/studio/sign-in/begin"))});
    shop.wait(LIVES);
    check_refused(&browser.post_json("/studio/sign-in/finish", &document), (409, "passkey_expired"));
    let document = json!({"credential": device.get(&browser.asked("/studio/sign-in/begin"))});
    shop.wait(LIVES - 1);
    assert_eq!(browser.post_json("/studio/sign-in/finish", &document).status, 200);
}

#[test]
fn a_passkey_is_known_once_and_there_are_not_too_many() {
    let (shop, mut device) = enrolled();
    let browser = signed_in(&shop);
    let options = browser.asked("/studio/passkeys/begin");
    assert_eq!(options["excludeCredentials"][0]["id"], json!(device.id()));
    check_refused(&add(&browser, &mut device, "Again"), (409, "passkey_taken"));
    for seed in 10..9 + u8::try_from(MOST).unwrap() {
        assert_eq!(add(&browser, &mut Authenticator::new(seed), "One more").status, 200);
    }
    let refused = browser.post_json("/studio/passkeys/begin", &json!({}));
    check_refused(&refused, (409, "too_many_passkeys"));
}

#[test]
fn nobody_removes_the_last_way_in() {
    let (mut shop, mut device) = enrolled();
    shop.forget_token();
    let browser = shop.shopper();
    assert_eq!(sign_in(&browser, &mut device).status, 200);
    let kept = browser.post_form("/studio/passkeys", "passkey=1");
    assert_eq!(kept.status, 409);
    assert!(kept.text().contains("Blue phone"), "{}", kept.text());
    // With a second one it may go; with the token as the way back, the last one may, too.
    assert_eq!(add(&browser, &mut Authenticator::new(8), "My laptop").status, 200);
    assert_eq!(browser.post_form("/studio/passkeys", "passkey=1").status, 200);
    assert_eq!(browser.post_form("/studio/passkeys", "passkey=2").status, 409);
    let (shop, _) = enrolled();
    let gone = signed_in(&shop).post_form("/studio/passkeys", "passkey=1");
    assert!(gone.status == 200 && gone.text().contains("Nobody has a passkey yet."), "{}", gone.text());
}

#[test]
fn what_cannot_be_read_is_refused_and_changes_nothing() {
    let (shop, mut device) = enrolled();
    let browser = signed_in(&shop);
    let signed = device.get(&browser.asked("/studio/sign-in/begin"));
    let made = Authenticator::new(8).create(&browser.asked("/studio/passkeys/begin"));
    let before = shop.rows_written();
    let broken = |mut credential: Value, field: &str, text: &str| {
        credential["response"][field] = text.into();
        json!({"name": "Key", "credential": credential})
    };
    for text in ["", "!", "AAAA", "e30"] {
        let answer =
            browser.post_json("/studio/sign-in/finish", &broken(signed.clone(), "clientDataJSON", text));
        check_refused(&answer, (400, "malformed"));
        let answer =
            browser.post_json("/studio/passkeys/finish", &broken(made.clone(), "clientDataJSON", text));
        check_refused(&answer, (400, "malformed"));
    }
    for document in [json!({}), json!([]), json!({"credential": 1}), json!({"credential": {"rawId": "AA"}})] {
        for path in ["/studio/sign-in/finish", "/studio/passkeys/finish"] {
            check_refused(&browser.post_json(path, &document), (422, "invalid_fields"));
        }
    }
    for id in ["", "x", "-1", "9223372036854775807"] {
        assert_eq!(browser.post_form("/studio/passkeys", &format!("passkey={id}")).status, 422);
    }
    assert_eq!(browser.post_form("/studio/passkeys", "passkey=999").status, 200);
    let nameless = browser.post_json("/studio/passkeys/finish", &json!({"name": " ", "credential": made}));
    check_refused(&nameless, (422, "name"));
    assert_eq!(shop.rows_written(), before);
    // Parts that only the verification reads: the challenge is gone by then, and nothing else has happened.
    let answer = browser.post_json("/studio/sign-in/finish", &broken(signed, "authenticatorData", "AAAA"));
    check_refused(&answer, (400, "malformed"));
    let answer = browser.post_json("/studio/passkeys/finish", &broken(made, "attestationObject", "AAAA"));
    check_refused(&answer, (400, "malformed"));
}

#[test]
fn a_program_with_the_token_has_no_passkeys() {
    let shop = Shop::empty();
    let refused = shop.staff().post_json("/studio/passkeys/begin", &json!({}));
    check_refused(&refused, (403, "no_session"));
    assert!(shop.staff().get("/studio/passkeys").text().contains("sign in first"));
}

#[test]
fn problems_are_in_the_browser_s_language() {
    let shop = Shop::empty();
    let headers = [("content-type", "application/json"), ("accept-language", "es")];
    let body = br#"{"credential":{"rawId":"AA","response":{"clientDataJSON":"AA","authenticatorData":"AA","signature":"AA"}}}"#;
    let answer = shop.anonymous().send("POST", "/studio/sign-in/finish", &headers, body);
    assert!(answer.json()["detail"].as_str().unwrap().contains("Inténtalo otra vez"), "{}", answer.text());
}

#[test]
fn a_database_that_is_away_signs_nobody_in() {
    let (shop, mut device) = enrolled();
    let browser = shop.shopper();
    let document = json!({"credential": device.get(&browser.asked("/studio/sign-in/begin"))});
    shop.break_database(true);
    let answer = browser.post_json("/studio/sign-in/finish", &document);
    check_refused(&answer, (503, "unavailable"));
    assert_eq!(browser.post_json("/studio/sign-in/begin", &json!({})).status, 503);
    shop.break_database(false);
    assert_eq!(browser.post_json("/studio/sign-in/finish", &document).status, 200);
}
