//! The largest bodies, in bytes: all of them, in one place.
//!
//! A host asks [`largest_body`] before it reads anything: an isolate has 128 MB for all its requests. A handler's own
//! limit, below it, answers with a page or a problem.

use crate::Problem;
use http::{Extensions, StatusCode, Uri};

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
/// What is read of anything else, so that its handler can say why it is too large. Nothing that the shop's own module
/// answers takes more.
pub const LARGEST_READ: usize = 256 * 1024;
/// As much more is read of an import and of a form of the Studio, for the same reason.
const MORE: usize = 1024 * 1024;

/// Where an import's file is sent in the Studio.
pub(crate) const IMPORT_PAGE: &str = "/studio/import";
/// Where a program sends one.
pub(crate) const IMPORT_OPERATION: &str = "/studio/api/import";
/// The Studio.
const STUDIO: &str = "/studio";
/// What its other addresses begin with.
const STUDIO_PAGES: &str = "/studio/";

/// Bytes that a host reads of the body of a request for this address; a longer one is answered with 413 unread. It is
/// read before anybody has looked who sends it, so only the addresses that take much have it read. `has_token`: somebody
/// claims to be of the team, by the token or by a session. Whether the claim is true is found out later.
pub fn largest_body(address: &str, has_token: bool) -> usize {
    let address = address.parse::<Uri>().unwrap_or_default();
    let path = address.path();
    if !has_token {
        LARGEST_READ
    } else if path == IMPORT_PAGE || path == IMPORT_OPERATION {
        LARGEST_IMPORT + MORE
    } else if path == STUDIO || path.starts_with(STUDIO_PAGES) {
        LARGEST_STUDIO_FORM + MORE
    } else {
        LARGEST_READ
    }
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

    const KIB: usize = 1024;

    #[track_caller]
    fn check_largest(address: &str, claimed: usize, unclaimed: usize) {
        assert_eq!(largest_body(address, true), claimed * KIB, "{address} of the team");
        assert_eq!(largest_body(address, false), unclaimed * KIB, "{address} of anybody");
    }

    #[test]
    fn only_who_claims_to_be_of_the_team_sends_much_and_only_where_much_is_taken() {
        for import in ["/studio/import", "/studio/api/import", "/studio/api/import?format=ndjson&source=a"] {
            check_largest(&format!("https://shop.example{import}"), 17 * KIB, 256);
        }
        for studio in [
            "/studio",
            "/studio/products/7",
            "/studio/api/flags",
            "/studio/import/7",
            "/studio?/studio/import",
        ] {
            check_largest(&format!("https://shop.example{studio}"), 2 * KIB, 256);
        }
        for shop in
            ["/en/checkout", "/api/v1/orders", "/fn/consent", "/en/account", "/studios", "/x?/studio/import"]
        {
            check_largest(&format!("https://shop.example{shop}"), 256, 256);
        }
        for other in ["", "https://", "/studio/api/imports", "https://shop.example", "::"] {
            assert!(largest_body(other, true) < LARGEST_IMPORT, "{other}");
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
        let largest = |path: &str| largest_body(&format!("https://shop.example{path}"), true);
        for most in [LARGEST_FORM, LARGEST_DOCUMENT] {
            assert!(most < largest("/en/checkout"));
            assert!(most < LARGEST_READ);
        }
        assert!(LARGEST_STUDIO_FORM < largest("/studio/products"));
        assert!(LARGEST_FLAGS < largest("/studio/api/flags"));
        assert!(LARGEST_IMPORT < largest("/studio/import"));
        assert!(LARGEST_IMPORT < largest("/studio/api/import"));
    }
}
