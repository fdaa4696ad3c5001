//! What a visitor agreed to, in a cookie: `__Host-consent=1.10` is format 1, statistics yes, personalisation no.
//!
//! Scripts may read it, to know what they may count.

use super::cookie::{Readable, cookie, set_cookie};
use super::identity::{Identified, VisitorKeys, forget_visitor};
use super::viewed::forget_viewed;
use http::{HeaderMap, HeaderValue};
use orilla_shop::{PortError, Random};

const CONSENT_COOKIE: &str = "__Host-consent";
/// Half a year, in seconds: then the shop asks again.
const CONSENT_AGE: u32 = 182 * 24 * 3600;

/// A visitor's answer. What the shop needs to work (the cart) is no question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// To be counted: statistics, experiments.
    pub statistics: bool,
    /// To be shown other things than others are: recommendations, audiences.
    pub personalisation: bool,
}

impl Consent {
    /// The answer in the cookie. `None`: there is none.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let (statistics, personalisation) = match cookie(headers, CONSENT_COOKIE)? {
            "1.00" => (false, false),
            "1.01" => (false, true),
            "1.10" => (true, false),
            "1.11" => (true, true),
            _ => return None,
        };
        Some(Consent { statistics, personalisation })
    }

    /// Whether the visitor agreed to anything, and may be known by an id.
    pub fn any(self) -> bool {
        self.statistics || self.personalisation
    }

    /// The `Set-Cookie` that keeps the answer.
    fn cookie(self) -> HeaderValue {
        let value = format!("1.{}{}", u8::from(self.statistics), u8::from(self.personalisation));
        set_cookie(CONSENT_COOKIE, &value, CONSENT_AGE, Readable::ByScripts)
    }
}

/// The cookies that follow from an answer: the answer itself, and with consent an id, the old one if there is one;
/// without, the end of the id and of what was noted of the visitor. Without keys nobody gets an id. `now` is milliseconds since 1970.
///
/// # Errors
/// If the host has no randomness for a new id.
pub fn cookies_of_answer(
    answer: Consent,
    headers: &HeaderMap,
    keys: Option<&VisitorKeys>,
    random: &dyn Random,
    now: i64,
) -> Result<Vec<HeaderValue>, PortError> {
    let mut cookies = vec![answer.cookie()];
    match keys {
        Some(keys) if answer.any() => {
            let known = Identified::of(headers, keys, now);
            let known = known.map_or_else(|| Identified::new(random, now), Ok)?;
            cookies.push(known.cookie(keys));
        }
        _ => cookies.push(forget_visitor()),
    }
    if !answer.personalisation {
        cookies.push(forget_viewed());
    }
    Ok(cookies)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Dice, NoDice, headers};
    use orilla_shop::Random;

    const NOW: i64 = 1_760_000_000_000;

    fn keys() -> VisitorKeys {
        VisitorKeys::new("a key for tests, 32 bytes or more", None).unwrap()
    }

    #[track_caller]
    fn check(value: &str, expected: Option<(bool, bool)>) {
        let found = Consent::of(&headers(&[("cookie", &format!("__Host-consent={value}"))]));
        assert_eq!(found.map(|consent| (consent.statistics, consent.personalisation)), expected, "{value}");
    }

    #[test]
    fn only_a_clear_answer_is_one() {
        check("1.00", Some((false, false)));
        check("1.01", Some((false, true)));
        check("1.10", Some((true, false)));
        check("1.11", Some((true, true)));
        for value in ["", "1", "1.", "1.1", "1.111", "2.11", "1.yy", "11"] {
            check(value, None);
        }
        assert_eq!(Consent::of(&HeaderMap::new()), None);
    }

    /// The browser's cookies after an answer.
    fn after(answer: Consent, before: &HeaderMap, random: &dyn Random) -> HeaderMap {
        let cookies = cookies_of_answer(answer, before, Some(&keys()), random, NOW).unwrap();
        let pairs: Vec<_> = cookies
            .iter()
            .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap())
            .filter(|pair| !pair.ends_with('='))
            .collect();
        headers(&[("cookie", &pairs.join("; "))])
    }

    #[test]
    fn an_id_comes_with_consent_and_goes_with_it() {
        let yes = Consent { statistics: true, personalisation: false };
        let agreed = after(yes, &HeaderMap::new(), &Dice(1));
        assert_eq!(Consent::of(&agreed), Some(yes));
        let id = Identified::of(&agreed, &keys(), NOW).unwrap().id;
        // Agreeing to more is the same visitor.
        let more = after(Consent { personalisation: true, ..yes }, &agreed, &Dice(2));
        assert_eq!(Identified::of(&more, &keys(), NOW).unwrap().id, id);
        let no = after(Consent::default(), &more, &NoDice);
        assert_eq!(Consent::of(&no), Some(Consent::default()));
        assert!(Identified::of(&no, &keys(), NOW).is_none());
    }

    #[test]
    fn without_keys_or_randomness_nobody_gets_an_id() {
        let yes = Consent { statistics: true, personalisation: true };
        let cookies = cookies_of_answer(yes, &HeaderMap::new(), None, &Dice(1), NOW).unwrap();
        assert!(cookies.iter().any(|cookie| cookie.to_str().unwrap().starts_with("__Host-visitor=; ")));
        assert!(cookies_of_answer(yes, &HeaderMap::new(), Some(&keys()), &NoDice, NOW).is_err());
    }
}
