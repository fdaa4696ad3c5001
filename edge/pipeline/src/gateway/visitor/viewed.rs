//! The products that a visitor looked at last, in a cookie: `__Host-viewed=1.12-45-7` is format 1, the last one first.
//! Only with consent to personalisation. Scripts may read it: the service worker goes on with it without a network, and
//! removes it when consent is taken back.

use super::cookie::{Readable, cookie, set_cookie};
use http::{HeaderMap, HeaderValue};
use orilla_catalog::ProductId;

/// The name of the cookie.
pub const VIEWED_COOKIE: &str = "__Host-viewed";
/// Products that are noted.
const MOST: usize = 8;
/// The longest value that is read: ids of 16 digits.
const LONGEST: usize = 2 + MOST * 17;
/// A month, in seconds.
const AGE: u32 = 30 * 24 * 3600;

/// Products, the last one first, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Viewed(Vec<ProductId>);

impl Viewed {
    /// Those in the cookie; none if it can't be read.
    pub fn of(headers: &HeaderMap) -> Self {
        cookie(headers, VIEWED_COOKIE).and_then(Viewed::parse).unwrap_or_default()
    }

    fn parse(text: &str) -> Option<Self> {
        let text = Some(text).filter(|text| text.len() <= LONGEST)?;
        let mut ids = Vec::new();
        for part in text.strip_prefix("1.")?.split('-') {
            let id = part.parse().ok().filter(|id| *id > 0).map(ProductId)?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        (ids.len() <= MOST).then_some(Viewed(ids))
    }

    /// The products.
    pub fn ids(&self) -> &[ProductId] {
        &self.0
    }

    /// With one more, which the visitor looks at now.
    pub fn with(&self, id: ProductId) -> Self {
        let others = self.0.iter().copied().filter(|other| *other != id);
        Viewed(std::iter::once(id).chain(others).take(MOST).collect())
    }

    /// The `Set-Cookie` that keeps them.
    pub fn cookie(&self) -> HeaderValue {
        let ids: Vec<String> = self.0.iter().map(|id| id.0.to_string()).collect();
        set_cookie(VIEWED_COOKIE, &format!("1.{}", ids.join("-")), AGE, Readable::ByScripts)
    }
}

/// The `Set-Cookie` that ends the note.
pub fn forget_viewed() -> HeaderValue {
    set_cookie(VIEWED_COOKIE, "", 0, Readable::ByScripts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::testing::headers;
    use proptest::prelude::*;

    #[track_caller]
    fn check(value: &str, expected: &[i64]) {
        let found = Viewed::of(&headers(&[("cookie", &format!("__Host-viewed={value}"))]));
        assert_eq!(found.ids().iter().map(|id| id.0).collect::<Vec<_>>(), expected, "{value}");
    }

    #[test]
    fn what_is_no_list_of_products_is_none() {
        check("1.12", &[12]);
        check("1.12-45-7", &[12, 45, 7]);
        check("1.12-45-12", &[12, 45]);
        check("1.1-2-3-4-5-6-7-8", &[1, 2, 3, 4, 5, 6, 7, 8]);
        for value in ["", "1.", "1.-", "1.x", "1.0", "1.-5", "2.12", "12", "1.12,45", "1.9223372036854775808"]
        {
            check(value, &[]);
        }
        check("1.1-2-3-4-5-6-7-8-9", &[]);
        check(&format!("1.{}", "1-".repeat(200)), &[]);
    }

    proptest! {
        /// Whatever is looked at: the note has the last ones, each once, and survives its cookie.
        #[test]
        fn the_last_ones_are_noted(looks in prop::collection::vec(1..12_i64, 1..40)) {
            let noted = looks.iter().fold(Viewed::default(), |noted, id| noted.with(ProductId(*id)));
            let mut expected: Vec<ProductId> = Vec::new();
            for id in looks.iter().rev().map(|id| ProductId(*id)) {
                if !expected.contains(&id) && expected.len() < MOST {
                    expected.push(id);
                }
            }
            prop_assert_eq!(noted.ids(), &expected);
            let cookie = noted.cookie();
            let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            prop_assert_eq!(Viewed::of(&headers(&[("cookie", &pair)])), noted);
        }
    }
}
