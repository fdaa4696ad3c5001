//! Pages that everybody shares, by their one name.

use orilla_catalog::Handle;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest key, in bytes: a product's longest handle and what stands in front of it.
const LONGEST: usize = 203;
/// Levels of categories.
const DEEPEST: usize = 8;

/// A page that everybody shares: its path without language and query, decoded. Home is empty, else `/p/storm-lantern`,
/// `/c/lighting/lanterns`, `/search`, `/about`, `/privacy`. Cart, checkout, orders and forms have no key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageKey(String);

impl PageKey {
    /// The key of a path behind the language (`/p/storm-lantern`); `None` if no shared page can be there. Whether one is,
    /// the catalogue knows.
    pub fn parse(path: &str) -> Option<Self> {
        let is_name = |name: &str| Handle::parse(name).is_ok();
        let is_page = match path {
            "" | "/search" | "/about" | "/privacy" => true,
            _ => match (path.strip_prefix("/p/"), path.strip_prefix("/c/")) {
                (Some(handle), _) => is_name(handle),
                (_, Some(slug)) => slug.split('/').count() <= DEEPEST && slug.split('/').all(is_name),
                _ => false,
            },
        };
        (is_page && path.len() <= LONGEST).then(|| PageKey(path.to_owned()))
    }

    /// The path behind the language.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The product of a product's page.
    pub fn handle(&self) -> Option<&str> {
        self.0.strip_prefix("/p/")
    }
}

impl fmt::Display for PageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PageKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        PageKey::parse(&text).ok_or("not the path of a shared page")
    }
}

impl From<PageKey> for String {
    fn from(key: PageKey) -> String {
        key.0
    }
}

/// Pages that are alike: products of one category, categories of one level, or the others, each for itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Area(String);

impl Area {
    /// Every page, for a model that does not tell them apart.
    pub(crate) fn of_all() -> Self {
        Area("*".to_owned())
    }

    /// The area of a page. `category` is the slug of a product's own category, if it has one.
    pub fn of(page: &PageKey, category: Option<&str>) -> Self {
        let path = page.as_str();
        Area(match path.strip_prefix("/c/") {
            Some(slug) => ["c:", slug.rsplit_once('/').map_or("", |(above, _)| above)].concat(),
            None if page.handle().is_some() => ["p:", category.unwrap_or_default()].concat(),
            None => path.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: bool) {
        assert_eq!(PageKey::parse(path).is_some(), expected, "{path}");
    }

    #[test]
    fn only_shared_pages_have_a_key() {
        for path in
            ["", "/search", "/about", "/privacy", "/p/storm-lantern", "/p/größe-5", "/c/a", "/c/a/b/c"]
        {
            check(path, true);
        }
        for path in [
            "/",
            "/cart",
            "/checkout",
            "/orders/abcdefghijklmnopqrstuvwxyz",
            "/orders/x/cancel",
            "/p/",
            "/p/a/b",
            "/p/A",
            "/p/a?x=1",
            "/c/",
            "/c/a/",
            "/c//a",
            "/c/a b",
            "/c/a/a/a/a/a/a/a/a/a",
            "/studio",
            "/studio/products",
            "/api/v1/products",
            "/fn/add_to_cart",
            "//evil.example",
            "https://evil.example/p/x",
        ] {
            check(path, false);
        }
        check(&format!("/p/{}", "a".repeat(200)), true);
        check(&format!("/p/{}", "a".repeat(201)), false);
        check(&format!("/c/{}/{}", "a".repeat(150), "a".repeat(150)), false);
    }

    #[track_caller]
    fn check_area(path: &str, category: Option<&str>, expected: &str) {
        assert_eq!(Area::of(&PageKey::parse(path).unwrap(), category).0, expected);
    }

    #[test]
    fn pages_that_are_alike_share_an_area() {
        check_area("/p/lantern", Some("light/lanterns"), "p:light/lanterns");
        check_area("/p/lantern", None, "p:");
        check_area("/c/light", None, "c:");
        check_area("/c/light/lanterns", None, "c:light");
        check_area("", None, "");
        check_area("/search", None, "/search");
    }
}
