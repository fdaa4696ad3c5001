//! The largest bodies, in bytes: all of them, in one place.
//!
//! A host asks [`largest_body`] before it reads anything: an isolate has 128 MB for all its requests. A handler's own
//! limit, below it, answers with a page or a problem.

use crate::Problem;
use http::{Extensions, StatusCode};

/// A form, and what an island sends.
pub const LARGEST_FORM: usize = 64 * 1024;
/// A form of the Studio: a product's description has up to 60,000 bytes, each of which may take three in a form, and it
/// has up to 500 variants and 500 attributes.
pub const LARGEST_STUDIO_FORM: usize = 1024 * 1024;
/// A JSON document of the API.
pub const LARGEST_DOCUMENT: usize = 64 * 1024;
/// A request with a document of flags, which may be written with more spaces than it is kept with.
pub const LARGEST_FLAGS: usize = 3 * orilla_shop::team::flags::LARGEST_DOCUMENT;
/// A batch of an import.
pub const LARGEST_IMPORT: usize = 16 * 1024 * 1024;
/// What is read of anything else, so that its handler can say why it is too large.
const LARGEST_READ: usize = 256 * 1024;
/// As much more is read of an import, for the same reason.
const MORE: usize = 1024 * 1024;

/// Bytes that a host reads of a request's body; a longer one is answered with 413 unread. `is_team`: the address is
/// one of the team's; `has_token`: somebody claims to be of the team, by the token or by a session. Whether the claim is true is found out later.
pub const fn largest_body(is_team: bool, has_token: bool) -> usize {
    if is_team && has_token { LARGEST_IMPORT + MORE } else { LARGEST_READ }
}

/// A request's extension: the host has not read the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is longer than [`largest_body`].
    TooLarge,
    /// It broke off.
    Broken,
}

/// Refuses a request whose body has not been read.
///
/// # Errors
/// 413, or 400.
pub fn refuse_unread(extensions: &Extensions) -> Result<(), Problem> {
    match extensions.get() {
        None => Ok(()),
        Some(Unread::TooLarge) => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "This is more than the shop takes at once. An import can be sent in several parts.",
        )),
        Some(Unread::Broken) => Err(Problem::malformed("The request ended before its end. Send it again.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_claims_to_be_of_the_team_sends_much() {
        assert_eq!(largest_body(true, true), 17 * 1024 * 1024);
        for (is_team, has_token) in [(true, false), (false, true), (false, false)] {
            assert_eq!(largest_body(is_team, has_token), 256 * 1024);
        }
    }

    #[track_caller]
    fn check_unread(unread: Option<Unread>, expected: Option<u16>) {
        let mut extensions = Extensions::new();
        if let Some(unread) = unread {
            extensions.insert(unread);
        }
        assert_eq!(refuse_unread(&extensions).err().map(|problem| problem.status.as_u16()), expected);
    }

    #[test]
    fn what_was_not_read_is_not_handled() {
        check_unread(None, None);
        check_unread(Some(Unread::TooLarge), Some(413));
        check_unread(Some(Unread::Broken), Some(400));
    }

    #[test]
    fn every_handlers_limit_is_within_the_hosts() {
        for most in [LARGEST_FORM, LARGEST_DOCUMENT] {
            assert!(most < largest_body(false, false));
        }
        assert!(LARGEST_FLAGS < largest_body(true, true));
        assert!(LARGEST_IMPORT < largest_body(true, true));
    }
}
