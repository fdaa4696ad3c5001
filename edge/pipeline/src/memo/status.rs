//! What an answer says of the memo: `Cache-Status` (RFC 9211) and `Server-Timing`. Both name reads and dimensions by
//! their kind, never by a visitor's value.

use super::Dimension;
use super::job::Kept;
use http::{HeaderMap, HeaderName, HeaderValue};
use orilla_memo::Why;
use orilla_snapshot::Read;
use std::borrow::Cow;

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// What an answer says of the memo.
pub(super) struct Told {
    status: Cow<'static, str>,
    timing: Cow<'static, str>,
}

impl Told {
    /// A fresh page from the isolate's memory. Texts that are there already: this is the quick way. The time that it
    /// took can't be told: the platform's clock stands still between two waits.
    pub(super) fn hit() -> Self {
        Told { status: "Orilla; hit".into(), timing: "memo;desc=hit".into() }
    }

    /// A page of a moment ago, in which `changed` is another now.
    pub(super) fn stale(changed: &Read) -> Self {
        Told {
            status: format!("Orilla; hit; ttl=-1; detail=refreshing/{}", kind(changed)).into(),
            timing: "memo;desc=stale".into(),
        }
    }

    /// A page that was made for this answer, in so many milliseconds.
    pub(super) fn rendered(why: &Why<Dimension, Read>, kept: Kept, took: i64) -> Self {
        let (forwarded, missed) = match why {
            Why::Unseen => ("uri-miss", None),
            Why::Visitor(dimension) => ("vary-miss", Some(dimension.kind())),
            Why::Red(read) => ("stale", Some(kind(read))),
        };
        let refused = match kept {
            Kept::Yes => None,
            Kept::Volatile => Some("volatile"),
            Kept::Outdated => Some("outdated"),
            Kept::TooLarge => Some("too-large"),
        };
        let mut status = format!("Orilla; fwd={forwarded}");
        if refused.is_none() {
            status.push_str("; stored");
        }
        let details: Vec<_> = missed.into_iter().chain(refused).collect();
        if !details.is_empty() {
            status.push_str("; detail=");
            status.push_str(&details.join("/"));
        }
        Told { status: status.into(), timing: format!("memo;desc=miss, render;dur={took}").into() }
    }

    /// Writes both headers; `waiting` is the number of slots that the answer does not wait for.
    pub(super) fn write(&self, headers: &mut HeaderMap, waiting: usize) {
        let timing = match waiting {
            0 => Cow::Borrowed(&*self.timing),
            some => format!("{}, slots;desc=\"{some} streamed\"", self.timing).into(),
        };
        for (name, text) in [(CACHE_STATUS, &*self.status), (SERVER_TIMING, &*timing)] {
            if let Ok(value) = HeaderValue::from_str(text) {
                headers.insert(name, value);
            }
        }
    }
}

/// The name of a kind of reads.
fn kind(read: &Read) -> &'static str {
    match read {
        Read::Handle(_) => "handle",
        Read::Offer(_) => "offer",
        Read::PageText(_) => "page-text",
        Read::CardOffer(_) => "card-offer",
        Read::CardText(_) => "card-text",
        Read::List { .. } => "list",
        Read::Categories => "categories",
        Read::Menu(_) => "menu",
        Read::Level(_) => "level",
        Read::Related { .. } => "related",
        Read::Featured(_) => "featured",
        Read::ById { .. } => "by-id",
        Read::Picture(_) => "picture",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use orilla_catalog::ProductId;

    #[track_caller]
    fn check(told: &Told, status: &str, timing: &str) {
        let mut headers = HeaderMap::new();
        told.write(&mut headers, 0);
        let text = |name: &str| headers[name].to_str().unwrap();
        assert_eq!((text("cache-status"), text("server-timing")), (status, timing));
    }

    #[test]
    fn an_answer_says_whether_the_page_was_kept_and_why_not() {
        let offer = Read::Offer(ProductId(7));
        check(&Told::hit(), "Orilla; hit", "memo;desc=hit");
        check(
            &Told::stale(&Read::PageText(ProductId(7))),
            "Orilla; hit; ttl=-1; detail=refreshing/page-text",
            "memo;desc=stale",
        );
        let rendered = |why, kept| Told::rendered(&why, kept, 3);
        let timing = "memo;desc=miss, render;dur=3";
        check(&rendered(Why::Unseen, Kept::Yes), "Orilla; fwd=uri-miss; stored", timing);
        check(&rendered(Why::Unseen, Kept::Volatile), "Orilla; fwd=uri-miss; detail=volatile", timing);
        let visitor = || Why::Visitor(Dimension::Origin);
        check(&rendered(visitor(), Kept::Yes), "Orilla; fwd=vary-miss; stored; detail=origin", timing);
        check(
            &rendered(Why::Red(offer.clone()), Kept::Yes),
            "Orilla; fwd=stale; stored; detail=offer",
            timing,
        );
        check(&rendered(Why::Red(offer), Kept::Outdated), "Orilla; fwd=stale; detail=offer/outdated", timing);
    }
}
