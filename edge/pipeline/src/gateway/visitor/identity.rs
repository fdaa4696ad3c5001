//! The visitor's id, in a cookie that only this shop can make: `__Host-visitor=1.ID.DAY.MAC`.
//!
//! ID is 128 random bits, DAY the day on which it was made, MAC the HMAC-SHA-256 (RFC 2104) of what stands before it.
//! The day is in it so that an id ends after 13 months, whatever a browser does with the cookie.
//!
//! Scripts may read it, as the cart's: the service worker shows its visitor the same variants where there is no network,
//! and removes the id as soon as consent is taken back. It opens nothing: all that follows from it is which variants a
//! browser shows, and as whom its own events are counted.

use super::cookie::{Readable, cookie, set_cookie};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue};
use orilla_shop::accounts::{Identity, LIFE};
use orilla_shop::{PortError, Random};
use sha2::Sha256;

const VISITOR_COOKIE: &str = "__Host-visitor";
/// What the signature is for, so that no other text signed with the key is taken for a visitor.
const SUBJECT: &str = "orilla visitor ";
/// The shortest secret, in bytes: as long as what it makes (RFC 2104, section 3).
const SHORTEST_KEY: usize = 32;
/// Milliseconds in a day.
const DAY: i64 = 24 * 3600 * 1000;

/// The secrets that sign ids. To change the key, make the old one the previous: ids signed with it stay good, and are
/// signed anew when they are next written.
#[derive(Clone)]
pub struct VisitorKeys(Keys);

#[derive(Clone)]
enum Keys {
    Secret {
        current: String,
        previous: Option<String>,
    },
    /// See [`VisitorKeys::of_own_device`].
    None,
}

impl VisitorKeys {
    /// Keys of at least 32 bytes; `None` if the current one is shorter. A previous one that is shorter is none.
    pub fn new(current: &str, previous: Option<&str>) -> Option<Self> {
        let long_enough = |key: &&str| key.len() >= SHORTEST_KEY;
        Some(VisitorKeys(Keys::Secret {
            current: Some(current).filter(long_enough)?.to_owned(),
            previous: previous.filter(long_enough).map(str::to_owned),
        }))
    }

    /// Those of a visitor's own device, which has no secret: nothing is signed there, and what its browser holds is
    /// believed. Whoever changes their own cookies deceives themselves alone: it decides what this device shows them, and
    /// what it sends to the edge is checked there.
    pub const fn of_own_device() -> Self {
        VisitorKeys(Keys::None)
    }

    /// The signature of a text by the current key, in base64url. `subject` says what it is for.
    pub fn sign(&self, subject: &str, text: &str) -> Option<String> {
        let Keys::Secret { current, .. } = &self.0 else { return None };
        Some(URL_SAFE_NO_PAD.encode(signature(current, subject, text)?.finalize().into_bytes()))
    }

    /// A number that stands for a text, by the current key: without it nobody finds out the text. `subject` says what it
    /// is for.
    pub fn pseudonym(&self, subject: &str, text: &str) -> Option<u64> {
        let Keys::Secret { current, .. } = &self.0 else { return None };
        let mac = signature(current, subject, text)?.finalize().into_bytes();
        Some(u64::from_be_bytes(*mac.first_chunk()?))
    }

    /// Whether this is a text's signature, by either key. Compares in constant time.
    pub fn have_signed(&self, subject: &str, text: &str, mac: &str) -> bool {
        let Keys::Secret { current, previous } = &self.0 else { return true };
        let Ok(mac) = URL_SAFE_NO_PAD.decode(mac) else { return false };
        let by = |key: &String| {
            signature(key, subject, text).is_some_and(|expected| expected.verify_slice(&mac).is_ok())
        };
        by(current) || previous.as_ref().is_some_and(by)
    }
}

fn signature(key: &str, subject: &str, text: &str) -> Option<Hmac<Sha256>> {
    // HMAC takes keys of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    mac.update(subject.as_bytes());
    mac.update(text.as_bytes());
    Some(mac)
}

/// Who somebody is, from visit to visit, and nothing else of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VisitorId([u8; 16]);

impl VisitorId {
    /// The id as text, 22 characters: what experiments and limits know a visitor by.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// An id and when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identified {
    /// The id.
    pub id: VisitorId,
    /// The day on which it was made, since 1970.
    day: i64,
}

impl Identified {
    /// A new one. `now` is milliseconds since 1970.
    ///
    /// # Errors
    /// If the host has no randomness.
    pub fn new(random: &dyn Random, now: i64) -> Result<Self, PortError> {
        Ok(Identified { id: VisitorId(random.bytes()?), day: Identified::day_of(now) })
    }

    /// The day of a time in milliseconds since 1970.
    pub fn day_of(now: i64) -> i64 {
        now.div_euclid(DAY)
    }

    /// As an account keeps it.
    pub fn identity(&self) -> Identity {
        Identity { visitor: self.id.text(), day: self.day }
    }

    /// From what an account keeps; `None` if that is no id.
    pub fn from_identity(identity: &Identity) -> Option<Self> {
        let id = URL_SAFE_NO_PAD.decode(&identity.visitor).ok()?.try_into().ok()?;
        Some(Identified { id: VisitorId(id), day: identity.day })
    }

    /// The one in the cookie, if we made it and it has not ended. `now` is milliseconds since 1970.
    pub fn of(headers: &HeaderMap, keys: &VisitorKeys, now: i64) -> Option<Self> {
        let value = cookie(headers, VISITOR_COOKIE)?;
        let (signed, mac) = value.rsplit_once('.')?;
        if !keys.have_signed(SUBJECT, signed, mac) {
            return None;
        }
        let (id, day) = signed.strip_prefix("1.")?.split_once('.')?;
        let id = VisitorId(URL_SAFE_NO_PAD.decode(id).ok()?.try_into().ok()?);
        let day: i64 = day.parse().ok()?;
        (0..LIFE).contains(&(now.div_euclid(DAY) - day)).then_some(Identified { id, day })
    }

    /// The `Set-Cookie` that keeps it, signed with the current key.
    pub fn cookie(&self, keys: &VisitorKeys) -> HeaderValue {
        let signed = format!("1.{}.{}", self.id.text(), self.day);
        let Some(mac) = keys.sign(SUBJECT, &signed) else { return forget_visitor() };
        let age = u32::try_from(LIFE * DAY / 1000).unwrap_or(u32::MAX);
        set_cookie(VISITOR_COOKIE, &format!("{signed}.{mac}"), age, Readable::ByScripts)
    }
}

/// The `Set-Cookie` that ends an id.
pub fn forget_visitor() -> HeaderValue {
    set_cookie(VISITOR_COOKIE, "", 0, Readable::ByScripts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Dice, headers};
    use proptest::prelude::*;

    const NOW: i64 = 1_760_000_000_000;
    const OLD: &str = "the old key, which has 32 bytes!!";
    const NEW: &str = "the new key, which has 32 bytes!!";

    fn keys(current: &str, previous: Option<&str>) -> VisitorKeys {
        VisitorKeys::new(current, previous).unwrap()
    }

    fn sent(cookie: &HeaderValue) -> HeaderMap {
        headers(&[("cookie", cookie.to_str().unwrap().split(';').next().unwrap())])
    }

    #[test]
    fn an_id_lives_in_its_cookie_for_thirteen_months() {
        let made = Identified::new(&Dice(7), NOW).unwrap();
        let keys = keys(OLD, None);
        let cookie = made.cookie(&keys);
        assert!(cookie.to_str().unwrap().starts_with("__Host-visitor=1.BwcHBwcHBwcHBwcHBwcHBw.20370."));
        assert!(cookie.to_str().unwrap().ends_with("; Path=/; Max-Age=34128000; Secure; SameSite=Lax"));
        assert_eq!(Identified::of(&sent(&cookie), &keys, NOW), Some(made));
        assert_eq!(Identified::of(&sent(&cookie), &keys, NOW + 394 * DAY), Some(made));
        assert_eq!(Identified::of(&sent(&cookie), &keys, NOW + 395 * DAY), None);
        assert_eq!(Identified::of(&sent(&cookie), &keys, NOW - DAY), None);
        assert_eq!(Identified::of(&sent(&forget_visitor()), &keys, NOW), None);
    }

    #[test]
    fn a_key_can_be_changed_without_losing_anybody() {
        let made = Identified::new(&Dice(7), NOW).unwrap();
        let by_old = made.cookie(&keys(OLD, None));
        let rotated = keys(NEW, Some(OLD));
        assert_eq!(Identified::of(&sent(&by_old), &rotated, NOW), Some(made));
        let by_new = made.cookie(&rotated);
        assert_eq!(Identified::of(&sent(&by_new), &keys(NEW, None), NOW), Some(made));
        assert_eq!(Identified::of(&sent(&by_old), &keys(NEW, None), NOW), None);
        assert_eq!(Identified::of(&sent(&by_old), &keys(NEW, Some("short")), NOW), None);
    }

    #[test]
    fn a_visitors_own_device_believes_what_its_browser_holds_and_makes_no_id() {
        let (made, own) = (Identified::new(&Dice(7), NOW).unwrap(), VisitorKeys::of_own_device());
        let cookie = made.cookie(&keys(OLD, None));
        assert_eq!(Identified::of(&sent(&cookie), &own, NOW), Some(made));
        assert_eq!(Identified::of(&sent(&cookie), &own, NOW + 395 * DAY), None);
        assert_eq!(Identified::of(&headers(&[("cookie", "__Host-visitor=1.x.20370.y")]), &own, NOW), None);
        assert_eq!((own.sign(SUBJECT, "1.a"), made.cookie(&own)), (None, forget_visitor()));
    }

    #[test]
    fn a_short_key_is_none() {
        assert!(VisitorKeys::new("", None).is_none());
        assert!(VisitorKeys::new(&"x".repeat(31), None).is_none());
        assert!(VisitorKeys::new(&"x".repeat(32), None).is_some());
    }

    proptest! {
        #[test]
        fn one_changed_character_is_no_visitor(bytes: [u8; 16], at: prop::sample::Index, other in "[ -~&&[^;]]") {
            let keys = keys(OLD, None);
            let made = Identified { id: VisitorId(bytes), day: NOW / DAY };
            let cookie = made.cookie(&keys);
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let mut value = pair.to_owned();
            let at = "__Host-visitor=".len() + at.index(value.len() - "__Host-visitor=".len());
            value.replace_range(at..=at, &other);
            let found = Identified::of(&headers(&[("cookie", &value)]), &keys, NOW);
            prop_assert_eq!(found, (value.trim_end() == pair).then_some(made));
        }

        #[test]
        fn what_nobody_signed_is_nobody(value in "[!-:<-~]{0,90}") {
            let found = Identified::of(&headers(&[("cookie", &format!("__Host-visitor={value}"))]), &keys(OLD, None), NOW);
            prop_assert_eq!(found, None);
        }
    }
}
