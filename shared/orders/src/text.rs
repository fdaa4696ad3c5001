//! Texts that people type, as types: what holds one has been checked.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but spaces.
    #[error("fill this in")]
    Empty,
    /// Too many characters.
    #[error("write at most {most} characters")]
    TooLong {
        /// The most characters.
        most: usize,
    },
    /// A line break, another control character or one that turns the direction of writing.
    #[error("write it on one line, without control characters")]
    Control,
    /// No e-mail address.
    #[error("write an e-mail address such as name@example.org")]
    NotAnEmail,
    /// No telephone number.
    #[error("write a telephone number of 5 to 15 digits, such as +34 600 000 000")]
    NotAPhone,
}

/// One line of text that a person typed: 1 to 200 characters, single spaces, no control characters. Not escaped:
/// that is for the one who writes it into a page.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text(String);

impl Text {
    /// The most characters.
    pub const MOST: usize = 200;

    /// Reads a text of at most [`Text::MOST`] characters.
    ///
    /// # Errors
    /// [`TextError::Empty`], [`TextError::TooLong`], [`TextError::Control`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        Text::at_most(text, Text::MOST)
    }

    /// Reads a text of at most `most` characters (200 if that is less).
    ///
    /// # Errors
    /// As [`Text::parse`].
    pub fn at_most(text: &str, most: usize) -> Result<Self, TextError> {
        tidy(text, most.min(Text::MOST)).map(Text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Several lines of text that a person typed: 1 to 2,000 characters, at most one empty line between two others,
/// no other control characters. Not escaped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prose(String);

impl Prose {
    /// The most characters.
    pub const MOST: usize = 2_000;

    /// Reads what was typed.
    ///
    /// # Errors
    /// [`TextError::Empty`], [`TextError::TooLong`], [`TextError::Control`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        // Counted before anything is copied, so that a hostile text costs no memory.
        if text.chars().take(4 * Prose::MOST + 1).count() > 4 * Prose::MOST {
            return Err(TextError::TooLong { most: Prose::MOST });
        }
        if text.chars().any(|c| is_control(c) && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(TextError::Control);
        }
        let mut tidy = String::new();
        let mut breaks = 0;
        for line in text.replace("\r\n", "\n").split(['\n', '\r']) {
            let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
            if !line.is_empty() {
                let gap = if tidy.is_empty() { 0 } else { breaks.min(2) };
                tidy.extend(std::iter::repeat_n('\n', gap));
                tidy.push_str(&line);
                breaks = 0;
            }
            breaks += 1;
        }
        match tidy.chars().count() {
            0 => Err(TextError::Empty),
            length if length > Prose::MOST => Err(TextError::TooLong { most: Prose::MOST }),
            _ => Ok(Prose(tidy)),
        }
    }

    /// The text; `\n` between lines.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An e-mail address as mail servers in use accept it: `local@domain.tld`, at most 254 bytes. Whether somebody
/// reads it, only a mail can tell.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

impl Email {
    /// Reads an address.
    ///
    /// # Errors
    /// [`TextError::NotAnEmail`], and as [`Text::parse`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = tidy(text, 254)?;
        let (local, domain) = text.rsplit_once('@').ok_or(TextError::NotAnEmail)?;
        let local_fits = (1..=64).contains(&local.len())
            && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_in_atom));
        let domain_fits = domain.contains('.') && domain.split('.').all(is_label);
        if local_fits && domain_fits && text.len() <= 254 {
            Ok(Email(text))
        } else {
            Err(TextError::NotAnEmail)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `atext` of RFC 5322, and letters of other scripts (RFC 6531).
fn is_in_atom(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

fn is_label(label: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || c == '-';
    (1..=63).contains(&label.len())
        && label.chars().all(fits)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// A telephone number: 5 to 15 digits (E.164), as it was typed with `+`, spaces, `-`, `.`, `/` and brackets.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl Phone {
    /// Reads a number.
    ///
    /// # Errors
    /// [`TextError::NotAPhone`], and as [`Text::parse`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = tidy(text, 30)?;
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let rest = text.strip_prefix('+').unwrap_or(&text);
        let fits = rest.chars().all(|c| c.is_ascii_digit() || " -./()".contains(c));
        if fits && (5..=15).contains(&digits) { Ok(Phone(text)) } else { Err(TextError::NotAPhone) }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Trimmed, single spaces; refused if empty, too long or with control characters.
fn tidy(text: &str, most: usize) -> Result<String, TextError> {
    // Counted before anything is copied, so that a hostile text costs no memory.
    if text.chars().take(4 * most + 1).count() > 4 * most {
        return Err(TextError::TooLong { most });
    }
    if text.chars().any(is_control) {
        return Err(TextError::Control);
    }
    let tidy = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match tidy.chars().count() {
        0 => Err(TextError::Empty),
        length if length > most => Err(TextError::TooLong { most }),
        _ => Ok(tidy),
    }
}

/// Control characters, line and paragraph separators, and those that turn the direction of writing: with them a
/// name could pretend to be another text in the Studio or on a parcel.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

macro_rules! as_text {
    ($($name:ident)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, TextError> {
                $name::parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }
    )*};
}
as_text!(Text Prose Email Phone);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check<T: Into<String>>(
        read: fn(&str) -> Result<T, TextError>,
        text: &str,
        expected: Result<&str, TextError>,
    ) {
        assert_eq!(read(text).map(Into::into), expected.map(str::to_owned), "{text:?}");
    }

    #[test]
    fn texts_are_one_tidy_line() {
        check(Text::parse, "  Ana   María Ñandú ", Ok("Ana María Ñandú"));
        check(Text::parse, "<script>alert(1)</script>", Ok("<script>alert(1)</script>"));
        check(Text::parse, &"é".repeat(200), Ok(&"é".repeat(200)));
        check(Text::parse, &"é".repeat(201), Err(TextError::TooLong { most: 200 }));
        check(Text::parse, &" ".repeat(1_000_000), Err(TextError::TooLong { most: 200 }));
        check(Text::parse, "", Err(TextError::Empty));
        check(Text::parse, " \u{a0} ", Err(TextError::Empty));
        for text in ["a\nb", "a\0", "\u{1b}[31m", "a\u{202e}b", "\u{feff}a", "a\u{85}b", "a\u{2028}b"] {
            check(Text::parse, text, Err(TextError::Control));
        }
    }

    #[test]
    fn email_addresses() {
        for text in ["a@b.co", "first.last+tag@sub.example.org", "o'brien@example.ie", "josé@correo.es"] {
            check(Email::parse, text, Ok(text));
        }
        for text in
            ["a", "@b.co", "a@", "a@b", "a b@c.de", "a@b..co", ".a@b.co", "a.@b.co", "a@-b.co", "a@b_c.de"]
        {
            check(Email::parse, text, Err(TextError::NotAnEmail));
        }
        for text in ["a@b.co>", "<a@b.co", "a,b@c.de", "a@b@c.de", "\"a\"@b.co", "a@[1.2.3.4]"] {
            check(Email::parse, text, Err(TextError::NotAnEmail));
        }
        check(Email::parse, &format!("{}@b.co", "a".repeat(65)), Err(TextError::NotAnEmail));
        check(Email::parse, &format!("a@{}.co", "b.".repeat(130)), Err(TextError::TooLong { most: 254 }));
        check(Email::parse, "a@b.co\r\nBcc: x@y.zz", Err(TextError::Control));
    }

    #[test]
    fn telephone_numbers() {
        for text in ["+34 600 000 000", "(020) 7946-0958", "12345", "01/234.56"] {
            check(Phone::parse, text, Ok(text));
        }
        for text in ["1234", "1234567890123456", "12345x", "+34+600000", "call me", "١٢٣٤٥٦"] {
            check(Phone::parse, text, Err(TextError::NotAPhone));
        }
    }

    #[test]
    fn prose_keeps_its_lines_and_nothing_that_deceives() {
        check(Prose::parse, "  It  works.\r\n\r\n\r\n\r\nFor years. \n", Ok("It works.\n\nFor years."));
        check(Prose::parse, "a\rb\tc", Ok("a\nb c"));
        check(Prose::parse, "<b>1 & 2</b>", Ok("<b>1 & 2</b>"));
        check(Prose::parse, &"é".repeat(2_000), Ok(&"é".repeat(2_000)));
        check(Prose::parse, &"é".repeat(2_001), Err(TextError::TooLong { most: 2_000 }));
        check(Prose::parse, &"\n".repeat(1_000_000), Err(TextError::TooLong { most: 2_000 }));
        for text in ["", " \n \u{a0}\n"] {
            check(Prose::parse, text, Err(TextError::Empty));
        }
        for text in ["a\0", "\u{1b}[31m", "a\u{202e}b", "a\u{2028}b"] {
            check(Prose::parse, text, Err(TextError::Control));
        }
    }

    proptest! {
        #[test]
        fn prose_that_was_read_is_read_as_itself(text in "[a-z \n\r\t<é]{0,80}") {
            if let Ok(prose) = Prose::parse(&text) {
                prop_assert_eq!(Prose::parse(prose.as_str()), Ok(prose));
            }
        }
    }
}
