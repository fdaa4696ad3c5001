//! What a visitor agreed to, in a cookie: `__Host-consent=1.10` is format 1, statistics yes, personalisation no.
//!
//! Scripts may read it, to know what they may count.

use super::cookie::{Readable, cookie, set_cookie};
use super::identity::{Identified, VisitorKeys, forget_visitor};
use super::viewed::forget_viewed;
use http::{HeaderMap, HeaderValue};

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

/// The cookies that follow from an answer: the answer itself, and with consent who the visitor is; without, the end of
/// the id and of what was noted of the visitor.
pub fn cookies_of_answer(answer: Consent, visitor: Option<(Identified, &VisitorKeys)>) -> Vec<HeaderValue> {
    let mut cookies = cookies_of_visitor(answer, visitor);
    cookies.insert(0, answer.cookie());
    cookies
}

/// Those that follow from an answer that the browser has already.
pub fn cookies_of_visitor(answer: Consent, visitor: Option<(Identified, &VisitorKeys)>) -> Vec<HeaderValue> {
    let visitor = visitor.filter(|_| answer.any());
    let visitor = visitor.map_or_else(forget_visitor, |(known, keys)| known.cookie(keys));
    let viewed = (!answer.personalisation).then(forget_viewed);
    std::iter::once(visitor).chain(viewed).collect()
}

/// Those that follow on a device that the shop is out of reach of: what was agreed to is noted, and what was taken back
/// ends at once. Who the visitor is stays as it is: an id can be made by the shop alone.
pub fn cookies_away(answer: Consent) -> Vec<HeaderValue> {
    let visitor = (!answer.any()).then(forget_visitor);
    let viewed = (!answer.personalisation).then(forget_viewed);
    std::iter::once(answer.cookie()).chain(visitor).chain(viewed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::{Dice, headers};

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
    fn after(answer: Consent, visitor: Option<Identified>) -> HeaderMap {
        let keys = keys();
        let cookies = cookies_of_answer(answer, visitor.map(|visitor| (visitor, &keys)));
        let pairs: Vec<_> = cookies
            .iter()
            .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap())
            .filter(|pair| !pair.ends_with('='))
            .collect();
        headers(&[("cookie", &pairs.join("; "))])
    }

    #[test]
    fn on_a_device_consent_is_noted_and_what_is_taken_back_ends() {
        let names = |(statistics, personalisation)| {
            let cookies = cookies_away(Consent { statistics, personalisation });
            let pairs = cookies.iter().map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
            pairs.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(names((true, true)), ["__Host-consent=1.11"]);
        assert_eq!(names((true, false)), ["__Host-consent=1.10", "__Host-viewed="]);
        assert_eq!(names((false, true)), ["__Host-consent=1.01"]);
        assert_eq!(names((false, false)), ["__Host-consent=1.00", "__Host-visitor=", "__Host-viewed="]);
    }

    #[test]
    fn an_id_comes_with_consent_and_goes_with_it() {
        let yes = Consent { statistics: true, personalisation: false };
        let visitor = Identified::new(&Dice(1), NOW).unwrap();
        let agreed = after(yes, Some(visitor));
        assert_eq!(Consent::of(&agreed), Some(yes));
        assert_eq!(Identified::of(&agreed, &keys(), NOW), Some(visitor));
        let no = after(Consent::default(), Some(visitor));
        assert_eq!(Consent::of(&no), Some(Consent::default()));
        assert!(Identified::of(&no, &keys(), NOW).is_none());
        assert!(Identified::of(&after(yes, None), &keys(), NOW).is_none());
    }
}
