//! Handles: the part of a URL that names a product or a category.

use serde::{Deserialize, Serialize};
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// The name of a product in URLs and feeds: lower-case letters, digits, `-` and `_`, 1 to 200 bytes.
/// Unique in a shop; the key by which an import finds a product again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(String);

/// A text that can't be a handle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a handle: use lower-case letters, digits, - and _, at most 200 bytes")]
pub struct InvalidHandle(pub String);

/// The longest handle, in bytes.
const LONGEST: usize = 200;

impl Handle {
    /// Reads a handle.
    ///
    /// # Errors
    /// [`InvalidHandle`] if it is empty, too long or has other characters. See [`slug`] to make one from a title.
    pub fn parse(text: &str) -> Result<Self, InvalidHandle> {
        let fits = |c: char| (c.is_alphanumeric() && !c.is_uppercase()) || c == '-' || c == '_';
        if text.is_empty() || text.len() > LONGEST || !text.chars().all(fits) {
            return Err(InvalidHandle(text.chars().take(60).collect()));
        }
        Ok(Handle(text.to_owned()))
    }

    /// The handle as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Makes a URL part from any text: "Ñandú & Söhne, 2 l" → "nandu-sohne-2-l". Empty if no letter or digit is in it.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)) {
        if c.is_alphanumeric() {
            // Circled and other letters without a lower case are left out.
            out.extend(c.to_lowercase().filter(|c| c.is_alphanumeric() && !c.is_uppercase()));
        } else if !out.is_empty() && !out.ends_with('-') && c != '\'' && c != '’' {
            out.push('-');
        }
        if out.len() >= LONGEST - 8 {
            break;
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Handle {
    type Error = InvalidHandle;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Handle::parse(&text)
    }
}

impl From<Handle> for String {
    fn from(handle: Handle) -> String {
        handle.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slugs_read_well() {
        for (text, expected) in [
            ("Storm lantern", "storm-lantern"),
            ("Ñandú & Söhne, 2 l", "nandu-sohne-2-l"),
            ("  --Fisherman's   Jumper!! ", "fishermans-jumper"),
            ("43.2 cm (17\")", "43-2-cm-17"),
            ("灯台", "灯台"),
            ("***", ""),
        ] {
            assert_eq!(slug(text), expected);
        }
    }

    #[test]
    fn refuses_what_does_not_belong_into_a_url() {
        for text in ["", "Storm", "a b", "a/b", "../x", "a%20b", "a?b", "é\u{301}"] {
            assert!(Handle::parse(text).is_err(), "{text}");
        }
        assert!(Handle::parse(&"x".repeat(201)).is_err());
        assert!(Handle::parse("storm-lantern_2").is_ok());
    }

    proptest! {
        #[test]
        fn every_slug_is_a_handle(text in "\\PC{0,300}") {
            let slug = slug(&text);
            prop_assert!(slug.is_empty() || Handle::parse(&slug).is_ok(), "{slug:?}");
        }
    }
}
