//! Takes out of an error's text what belongs to a person: it may quote an address, a form's field or a cookie.

use std::fmt::Write;
use std::net::IpAddr;

/// The longest text that is logged, in bytes.
const LONGEST: usize = 500;
/// The shortest value of a request that is looked for: shorter ones stand in every text by chance.
const SHORTEST_VALUE: usize = 4;
/// Letters and digits in a row that are taken for a secret: an order's token has 26, a word has fewer.
const TOKEN: usize = 20;
/// Digits in a row that are taken for a telephone or an account.
const NUMBER: usize = 9;

/// The text without the `values` that came with the request, and without what looks like an e-mail address, a token, an
/// IP address, a long number or a query.
pub fn scrub(text: &str, values: &[&str]) -> String {
    let mut text = text.to_owned();
    for value in values.iter().filter(|value| value.len() >= SHORTEST_VALUE) {
        text = text.replace(value, "[value]");
    }
    let mut scrubbed = String::with_capacity(text.len());
    for word in text.split_inclusive(is_between_words) {
        let bare = word.strip_suffix(is_between_words).unwrap_or(word);
        write_word(&mut scrubbed, bare);
        scrubbed.push_str(word.strip_prefix(bare).unwrap_or_default());
    }
    cut(scrubbed)
}

fn is_between_words(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control() || "\"'`<>(),;|{}".contains(letter)
}

fn write_word(to: &mut String, word: &str) {
    if word.contains('@') || word.contains("%40") {
        to.push_str("[email]");
    } else if is_address(word) {
        to.push_str("[address]");
    } else {
        let (path, has_query) = word.split_once('?').map_or((word, false), |(path, _)| (path, true));
        for part in path.split_inclusive(['/', ':', '.']) {
            let bare = part.trim_end_matches(['/', ':', '.']);
            let is_secret = is_secret(bare);
            // Writing to a string does not fail.
            let _ = match part.strip_prefix(bare) {
                Some(mark) if is_secret => write!(to, "[secret]{mark}"),
                _ => write!(to, "{part}"),
            };
        }
        if has_query {
            to.push('?');
        }
    }
}

fn is_address(word: &str) -> bool {
    let word = word.trim_matches(['[', ']', '.', ':']);
    let without_port = word.rsplit_once(':').map_or(word, |(address, _)| address.trim_matches(['[', ']']));
    [word, without_port].iter().any(|word| word.parse::<IpAddr>().is_ok())
}

fn is_secret(word: &str) -> bool {
    let longest =
        |is_in: fn(char) -> bool| word.split(|letter| !is_in(letter)).map(str::len).max().unwrap_or_default();
    let has_digit = word.contains(|letter: char| letter.is_ascii_digit());
    longest(|letter| letter.is_ascii_digit()) >= NUMBER
        || longest(|letter| letter.is_ascii_alphanumeric()) >= TOKEN
        || has_digit && longest(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter)) >= TOKEN
}

/// At most [`LONGEST`] bytes, cut between two characters.
fn cut(mut text: String) -> String {
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(scrub(text, &["1.12x2-45x1", "Ana Sol", "a"]), expected);
    }

    #[test]
    fn what_helps_stays_and_what_names_somebody_goes() {
        check("unavailable: D1_ERROR: no such table: orders", "unavailable: D1_ERROR: no such table: orders");
        check("CHECK constraint failed: available >= 0", "CHECK constraint failed: available >= 0");
        check("circuit open: not asked again for 10000 ms", "circuit open: not asked again for 10000 ms");
        check("bad line in <ana.sol+x@mail.example>", "bad line in <[email]>");
        check("ana%40mail.example", "[email]");
        check(
            "GET https://shop.example/en/search?q=gift+for+ana failed",
            "GET https://shop.example/en/search? failed",
        );
        check("at /en/orders/abcdefghijklmnopqrstuvwxyz/cancel", "at /en/orders/[secret]/cancel");
        check("key 6f1c9b52-3c1d-4a5e-9e60-5d1f0c2b7a11 is spent", "key [secret] is spent");
        check("from 192.0.2.17:443 and [2001:db8::1]:80", "from [address] and [address]");
        check("phone +34600123456.", "phone [secret].");
        check("cart \"1.12x2-45x1\" of Ana Sol", "cart \"[value]\" of [value]");
        check("", "");
    }

    #[test]
    fn a_long_text_is_cut() {
        let text = scrub(&"é ".repeat(1_000), &[]);
        assert!(text.len() <= LONGEST + '…'.len_utf8() && text.ends_with('…'));
    }

    proptest! {
        #[test]
        fn no_person_is_left_in_it(
            before in "[ -~]{0,30}",
            email in "[a-z0-9.+_-]{1,12}@[a-z0-9-]{1,10}\\.[a-z]{2,4}",
            token in "[a-z2-7]{26}",
            phone in "\\+[0-9]{9,14}",
            address in any::<[u8; 4]>(),
            cookie in "[!#-+.-:<-\\[\\]-~-]{4,60}",
        ) {
            let address = IpAddr::from(address).to_string();
            let text = format!("{before} {email} /en/orders/{token}: {phone} {address} cookie={cookie}");
            let scrubbed = scrub(&text, &[&cookie]);
            for secret in [&email, &token, &phone, &address] {
                // What the cookie holds of it became part of the cookie.
                prop_assert!(!scrubbed.contains(secret.as_str()), "{} in {}", secret, scrubbed);
            }
            prop_assert!(!scrubbed.contains(&cookie) || "[value][secret][email][address]".contains(&cookie), "{}", scrubbed);
        }
    }
}
