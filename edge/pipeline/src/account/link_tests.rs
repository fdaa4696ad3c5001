//! Links that are sent to e-mail addresses, over the real SQL; the provider's answers are the test's.

use super::tests::{is_inside, leave, sign_in, with_account};
use crate::testing::{Answer, Client, MAIL_KEY, MAIL_URL, Shop};
use orilla_passkeys::testing::Authenticator;
use orilla_shop::accounts::{COUNTED, LINK_LIVES};
use serde_json::json;

const ADA: &str = "ada@example.org";

fn ask(browser: &Client<'_>, address: &str) -> Answer {
    browser.post_form("/en/account/link", &format!("email={}", address.replace('@', "%40")))
}

/// The path of the link in the one mail that was sent since this was last asked.
#[track_caller]
fn mailed(shop: &Shop, to: &str) -> String {
    let [posted] = &shop.posted()[..] else { panic!("not one mail") };
    assert_eq!(posted.mail["to"], json!([to]));
    let text = posted.mail["text"].as_str().unwrap();
    let address = text.lines().find_map(|line| line.strip_prefix("https://shop.example"));
    address.unwrap().to_owned()
}

#[track_caller]
fn asked(shop: &Shop, browser: &Client<'_>, address: &str) -> String {
    let answer = ask(browser, address);
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/en/account?done=sent"),
        "{}",
        answer.text()
    );
    mailed(shop, &address.to_lowercase())
}

#[track_caller]
fn follow(browser: &Client<'_>, link: &str, done: &str) {
    let answer = browser.post_form(link, "");
    let location = format!("/en/account?done={done}");
    assert_eq!((answer.status, answer.header("location")), (303, location.as_str()), "{}", answer.text());
}

#[track_caller]
fn is_over(browser: &Client<'_>, link: &str) {
    for answer in [browser.get(link), browser.post_form(link, "")] {
        assert_eq!((answer.status, answer.header("cache-control")), (410, "private, no-store"));
        let page = answer.text();
        assert!(
            page.contains("Ask for a new one.") && page.contains("action=\"/en/account/link\""),
            "{page}"
        );
    }
}

fn accounts(shop: &Shop) -> String {
    shop.query("SELECT json(count(*)) AS doc FROM accounts").remove(0)
}

#[test]
fn a_link_opens_an_account_and_later_the_same_one_on_another_browser() {
    let shop = Shop::new();
    let (phone, laptop) = (shop.shopper(), shop.shopper());
    let variant = shop.variant(5);
    phone.post_form("/fn/add_to_cart", &format!("locale=en&variant={variant}&quantity=2"));
    let link = asked(&shop, &phone, "Ada@Example.org");
    assert_eq!(link.len(), "/en/account/link/".len() + 32, "128 bits");
    let page = phone.get(&link);
    assert_eq!((page.status, page.header("cache-control")), (200, "private, no-store"));
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert!(page.text().contains(ADA) && page.text().contains("content=\"noindex\""), "{}", page.text());
    assert_eq!(accounts(&shop), "0", "a look changes nothing");
    follow(&phone, &link, "opened");
    assert!(is_inside(&phone));
    assert!(phone.get("/en/account").text().contains(ADA));
    is_over(&phone, &link);
    phone.get("/en/cart");
    let link = asked(&shop, &laptop, ADA);
    follow(&laptop, &link, "in");
    assert!(is_inside(&laptop) && accounts(&shop) == "1");
    laptop.get("/en/cart");
    assert_eq!(laptop.cookie("__Host-cart"), format!("1.{variant}x2"), "one cart");
    is_over(&laptop, &link);
    is_over(&shop.shopper(), "/en/account/link/no-key");
}

#[test]
fn the_mail_is_what_the_provider_documents() {
    let shop = Shop::new();
    for (locale, subject, line) in [
        ("en", "Your link to Orilla", "Open this link to sign in to Orilla, or to open your account there:"),
        ("es", "Tu enlace a Orilla", "Sirve una vez, y durante 20 minutos."),
        ("pt", "A sua ligação para Orilla", "Serve uma vez, e durante 20 minutos."),
    ] {
        let form = format!("email=ada{locale}%40example.org");
        shop.shopper().post_form(&format!("/{locale}/account/link"), &form);
        let posted = shop.posted().remove(0);
        assert_eq!(
            (posted.url.as_str(), &posted.mail["from"]),
            (MAIL_URL, &json!("Orilla <hello@shop.example>"))
        );
        let header = |name| posted.headers.iter().find(|(given, _)| *given == name).unwrap().1.as_str();
        assert_eq!(header("authorization"), format!("Bearer {MAIL_KEY}"));
        assert_eq!(header("content-type"), "application/json");
        assert!((1..=256).contains(&header("idempotency-key").len()));
        assert_eq!(posted.mail["subject"], subject);
        let text = posted.mail["text"].as_str().unwrap();
        assert!(
            text.contains(line) && text.contains(&format!("https://shop.example/{locale}/account/link/"))
        );
        let key = text.split("/link/").nth(1).unwrap().split('\n').next().unwrap();
        assert!(!header("idempotency-key").contains(key), "the provider's log is no place for it");
    }
}

/// What is answered, but for what no two answers share.
fn told(answer: &Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let own = |name: &str| !["x-request-id", "traceparent", "server-timing"].contains(&name);
    let headers = answer.headers.iter().filter(|(name, _)| own(name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status, headers.collect(), answer.body.clone())
}

#[test]
fn nobody_learns_whether_an_address_has_an_account() {
    let shop = Shop::new();
    let link = asked(&shop, &shop.shopper(), ADA);
    follow(&shop.shopper(), &link, "opened");
    let rows = || shop.rows_written().parse::<u64>().unwrap();
    let answers: Vec<_> = [ADA, "bea@example.org"]
        .map(|address| {
            let (browser, before) = (shop.shopper(), rows());
            let sent = ask(&browser, address);
            (told(&sent), told(&browser.get("/en/account?done=sent")), rows() - before)
        })
        .into();
    assert_eq!(answers[0], answers[1]);
    // Nor whether it had as many mails as it may have.
    let sent: Vec<_> = (0..3).map(|_| told(&ask(&shop.shopper(), ADA))).collect();
    assert!(sent.iter().all(|answer| *answer == answers[0].0), "{sent:?}");
    // Nor by a provider that fails.
    for says in [Some(429), Some(422), None] {
        shop.wait(COUNTED);
        shop.post_office_says(says);
        let answers = [ADA, "bea@example.org"].map(|address| {
            let answer = ask(&shop.shopper(), address);
            (answer.status, answer.text().replace(address, "…"))
        });
        assert_eq!(answers[0], answers[1]);
    }
}

#[test]
fn an_address_gets_three_mails_in_an_hour() {
    let shop = Shop::new();
    let links: Vec<_> = (0..3).map(|_| asked(&shop, &shop.shopper(), ADA)).collect();
    follow(&shop.shopper(), &links[0], "opened");
    assert_eq!(ask(&shop.shopper(), "ADA@example.org").status, 303);
    assert_eq!(shop.posted().len(), 0);
    asked(&shop, &shop.shopper(), "bea@example.org");
    // The others work all the same.
    follow(&shop.shopper(), &links[2], "in");
    shop.wait(COUNTED - 1);
    ask(&shop.shopper(), ADA);
    assert_eq!(shop.posted().len(), 0);
    shop.wait(1);
    asked(&shop, &shop.shopper(), ADA);
    // By itself the shop forgets whom it has sent what.
    shop.wait(COUNTED);
    shop.drive();
    assert_eq!(shop.query("SELECT json(count(*)) AS doc FROM account_links"), ["0"]);
}

#[test]
fn a_link_lives_for_twenty_minutes() {
    let shop = Shop::new();
    let (last, late) = (asked(&shop, &shop.shopper(), ADA), asked(&shop, &shop.shopper(), "bea@example.org"));
    shop.wait(LINK_LIVES - 1);
    follow(&shop.shopper(), &last, "opened");
    shop.wait(1);
    is_over(&shop.shopper(), &late);
    assert_eq!(accounts(&shop), "1");
}

#[test]
fn a_provider_that_fails_is_told_and_a_link_that_was_not_sent_does_not_count() {
    let shop = Shop::new();
    for (says, status, words, tries) in [
        (Some(429), 503, "Nothing could be sent right now.", 1),
        (Some(500), 503, "Nothing could be sent right now.", 2),
        (Some(401), 503, "Nothing could be sent right now.", 1),
        (None, 503, "Nothing could be sent right now.", 2),
        (Some(422), 422, "Our mail service sends nothing to this address.", 1),
    ] {
        shop.post_office_says(says);
        let browser = shop.shopper();
        let answer = ask(&browser, ADA);
        assert_eq!((answer.status, answer.header("cache-control")), (status, "private, no-store"));
        assert_eq!(answer.header("retry-after"), if status == 503 { "60" } else { "" });
        let page = answer.text();
        assert!(page.contains(words) && page.contains("value=\"ada@example.org\""), "{says:?} {page}");
        assert!(page.contains("aria-invalid=\"true\""), "{page}");
        assert_eq!(shop.posted().len(), tries, "{says:?}");
    }
    // Two may have been sent all the same: those count.
    assert_eq!(shop.query("SELECT json(count(*)) AS doc FROM account_links"), ["2"]);
    shop.post_office_says(Some(202));
    asked(&shop, &shop.shopper(), ADA);
    let log = shop.logged().join("\n");
    assert!(
        log.contains("the provider of e-mail is busy") && log.contains("the provider answered 500"),
        "{log}"
    );
}

#[test]
fn a_key_and_an_address_stand_in_no_log_and_the_key_not_in_the_database() {
    let shop = Shop::new();
    let browser = shop.shopper();
    let link = asked(&shop, &browser, ADA);
    browser.get(&link);
    let stored = shop.query("SELECT json_array(hash, address, account) AS doc FROM account_links").remove(0);
    follow(&browser, &link, "opened");
    is_over(&browser, &link);
    let key = link.rsplit('/').next().unwrap();
    let seen = [shop.logged().join("\n"), shop.traced().join("\n")].join("\n");
    assert!(seen.contains("/{locale}/account/link/{key}"), "{seen}");
    assert!(!seen.contains(key) && !seen.contains("ada@") && !stored.contains(key), "{seen} {stored}");
}

#[test]
fn what_is_no_address_is_told_so_and_sent_nothing() {
    let shop = Shop::new();
    let browser = shop.shopper();
    for (form, typed) in [
        ("", ""),
        ("email=", ""),
        ("email=ada", "ada"),
        ("email=ada%40", "ada@"),
        ("email=a%40b.co%0D%0ABcc%3Ax%40y.zz", ""),
        ("email=%FF%40example.org", ""),
        ("mail=ada%40example.org", ""),
        ("email=a%40b.co%2Cc%40d.co", "a@b.co,c@d.co"),
    ] {
        let answer = browser.post_form("/en/account/link", form);
        assert_eq!(answer.status, 422, "{form}");
        let page = answer.text();
        assert!(page.contains("Write an email address such as name@example.org."), "{form}");
        assert!(page.contains(&format!("value=\"{typed}\"")) || typed.is_empty(), "{form} {page}");
    }
    let long = format!("email={}%40example.org", "a".repeat(65));
    assert_eq!(browser.post_form("/en/account/link", &long).status, 422);
    assert!(shop.posted().is_empty());
    let forged = [("sec-fetch-site", "cross-site"), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(browser.send("POST", "/en/account/link", &forged, b"email=a%40b.co").status, 403);
}

#[test]
fn an_account_gets_an_address_by_a_link_that_who_asked_for_it_opens() {
    let shop = Shop::new();
    let (browser, mut device) = with_account(&shop);
    assert!(browser.get("/en/account").text().contains("Send a link to add it"));
    let link = asked(&shop, &browser, ADA);
    assert!(browser.get(&link).text().contains("Add this address to your account"));
    follow(&browser, &link, "address");
    is_over(&browser, &link);
    // On a telephone a link that is sent there opens the account.
    let phone = shop.shopper();
    follow(&phone, &asked(&shop, &phone, ADA), "in");
    assert!(phone.get("/en/account").text().contains(ADA));
    // Another address takes its place.
    let link = asked(&shop, &browser, "ada@example.net");
    let key = browser.cookie("__Host-account");
    follow(&browser, &link, "address");
    assert_eq!(browser.cookie("__Host-account"), key, "the session goes on");
    assert!(browser.get("/en/account").text().contains("ada@example.net"));
    // It is removed, and with it who came by a link; the passkey opens the account as before.
    let removed = browser.post_form("/en/account/address/remove", "");
    assert_eq!(removed.status, 200);
    assert!(
        removed.text().contains("The address was removed.") && !removed.text().contains("ada@example.net")
    );
    assert!(is_inside(&browser) && !is_inside(&phone));
    leave(&browser, "here");
    assert_eq!(sign_in(&browser, &mut device).status, 200);
    assert_eq!(accounts(&shop), "1");
}

#[test]
fn whoever_is_sent_a_link_that_another_asked_for_gets_into_no_account_by_it() {
    let shop = Shop::new();
    let (mallory, _) = with_account(&shop);
    let link = asked(&shop, &mallory, ADA);
    let ada = shop.shopper();
    for answer in [ada.get(&link), ada.post_form(&link, "")] {
        assert_eq!((answer.status, answer.header("set-cookie")), (401, ""));
        assert!(answer.text().contains("Sign in to that account on this browser first"), "{}", answer.text());
    }
    assert!(!is_inside(&ada) && !mallory.get("/en/account").text().contains(ADA));
    // What she asks for herself opens an account of her own.
    follow(&ada, &asked(&shop, &ada, ADA), "opened");
    assert_eq!(accounts(&shop), "2");
    follow(&mallory, &link, "address-taken");
}

#[test]
fn an_address_belongs_to_one_account_and_a_link_to_who_it_is_for() {
    let shop = Shop::new();
    let ada = shop.shopper();
    let link = asked(&shop, &ada, ADA);
    follow(&ada, &link, "opened");
    let (bea, _) = with_account(&shop);
    let link = asked(&shop, &bea, ADA);
    // Whoever else is signed in leaves first; the link is not used up by that.
    let elsewhere = [ada.get(&link), ada.post_form(&link, "")];
    for answer in elsewhere {
        assert_eq!(answer.status, 409);
        assert!(answer.text().contains("Another account is signed in on this browser."));
    }
    follow(&bea, &link, "address-taken");
    let page = bea.get("/en/account?done=address-taken").text();
    assert!(page.contains("This address has an account already.") && !page.contains(ADA), "{page}");
    let link = asked(&shop, &shop.shopper(), ADA);
    assert_eq!(bea.post_form(&link, "").status, 409);
    follow(&ada, &link, "in");
}

#[test]
fn the_last_way_in_is_not_removed() {
    let mut shop = Shop::new();
    let link = asked(&shop, &shop.shopper(), ADA);
    let jar = shop.shopper();
    follow(&jar, &link, "opened");
    let kept = jar.post_form("/en/account/address/remove", "");
    assert_eq!(kept.status, 409);
    assert!(kept.text().contains("Add a passkey first") && kept.text().contains(ADA));
    let mut device = Authenticator::new(8);
    let made = device.create(&jar.asked("/en/account/passkeys/begin"));
    let document = json!({"name": "Key", "credential": made});
    assert_eq!(jar.post_json("/en/account/passkeys/finish", &document).status, 200);
    let cookies = jar.cookie("__Host-account");
    drop(jar);
    // Where no links are sent any more the address is no way in.
    let mailer = shop.team().shoppers.mailer.clone();
    shop.forget_mailer();
    let browser = shop.shopper();
    browser.set_cookie("__Host-account", &cookies);
    assert_eq!(browser.post_form("/en/account/passkeys", "passkey=1").status, 409);
    drop(browser);
    shop.restore_mailer(mailer);
    let browser = shop.shopper();
    browser.set_cookie("__Host-account", &cookies);
    assert_eq!(browser.post_form("/en/account/passkeys", "passkey=1").status, 200);
    assert_eq!(shop.shopper().post_form("/en/account/address/remove", "").status, 401);
}

#[test]
fn a_deleted_account_leaves_no_address_and_no_link() {
    let shop = Shop::new();
    let browser = shop.shopper();
    let link = asked(&shop, &browser, ADA);
    follow(&browser, &link, "opened");
    let (own, added) = (asked(&shop, &shop.shopper(), ADA), asked(&shop, &browser, "ada@example.net"));
    assert_eq!(browser.post_form("/en/account/delete", "").status, 303);
    for link in [own, added] {
        is_over(&shop.shopper(), &link);
    }
    let left = "SELECT json((SELECT count(*) FROM accounts) + (SELECT count(*) FROM account_links)) AS doc";
    assert_eq!(shop.query(left), ["0"]);
}

#[test]
fn without_a_provider_or_a_place_on_the_web_there_are_no_links() {
    let mut shop = Shop::new();
    let link = asked(&shop, &shop.shopper(), ADA);
    shop.stand_at("");
    check_without(&shop, &link);
    shop.stand_at("https://shop.example");
    assert_eq!(shop.shopper().get(&link).status, 200);
    shop.forget_mailer();
    check_without(&shop, &link);
}

#[track_caller]
fn check_without(shop: &Shop, link: &str) {
    let browser = shop.shopper();
    assert!(!browser.get("/en/account").text().contains("/en/account/link"));
    assert_eq!(ask(&browser, ADA).status, 404);
    assert_eq!((browser.get(link).status, browser.post_form(link, "").status), (404, 404));
    assert!(shop.posted().is_empty());
}

#[test]
fn a_database_that_is_away_uses_no_link_up() {
    let shop = Shop::new();
    let browser = shop.shopper();
    let link = asked(&shop, &browser, ADA);
    shop.break_database(true);
    assert_eq!(ask(&browser, ADA).status, 503);
    assert_eq!((browser.get(&link).status, browser.post_form(&link, "").status), (503, 503));
    shop.break_database(false);
    assert!(shop.posted().is_empty());
    follow(&browser, &link, "opened");
}
