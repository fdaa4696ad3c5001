//! What an answer says of the memo: `Cache-Status` (RFC 9211) and `Server-Timing`. Both name reads and dimensions by
//! their kind, never by a visitor's value.

use super::Dimension;
use super::job::Kept;
use super::near::Lack;
use http::{HeaderMap, HeaderName, HeaderValue};
use orilla_memo::Why;
use orilla_snapshot::Read;
use std::borrow::Cow;

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// What an answer says of the memo. It grows with the steps of the answer.
pub(super) struct Told {
    status: Cow<'static, str>,
    timing: Cow<'static, str>,
    is_near: bool,
}

impl Told {
    /// A fresh page from the isolate's memory. Texts that are there already: this is the quick way. The time that it
    /// took can't be told: the platform's clock stands still between two waits.
    pub(super) fn hit() -> Self {
        Told { status: "Orilla; hit".into(), timing: "memo;desc=hit".into(), is_near: false }
    }

    /// Memory has no page, and asking the second level took so many milliseconds.
    pub(super) fn missed(why: &Why<Dimension, Read>, lack: Option<Lack>, asked: i64) -> Self {
        let (forwarded, detail) = match why {
            Why::Unseen => ("uri-miss", None),
            Why::Visitor(dimension) => ("vary-miss", Some(dimension.kind())),
            Why::Red(read) => ("stale", Some(kind(read))),
        };
        let detail = detail.map(|detail| format!("; detail={detail}")).unwrap_or_default();
        let near = match lack {
            Some(Lack::Unasked) => String::new(),
            _ => format!(", near;desc={};dur={asked}", lack.map_or("hit", Lack::name)),
        };
        Told {
            status: format!("Orilla; fwd={forwarded}{detail}").into(),
            timing: format!("memo;desc=miss{near}").into(),
            is_near: lack.is_none(),
        }
    }

    /// A fresh page, of whichever level.
    pub(super) fn found(self) -> Self {
        if self.is_near { Told { status: "Orilla; hit; detail=near".into(), ..self } } else { self }
    }

    /// A page of a moment ago, in which `changed` is another now.
    pub(super) fn stale(self, changed: &Read) -> Self {
        let status = format!("Orilla; hit; ttl=-1; detail=refreshing/{}", kind(changed)).into();
        if self.is_near {
            Told { status, ..self }
        } else {
            Told { status, timing: "memo;desc=stale".into(), ..self }
        }
    }

    /// A page that was made for this answer, in so many milliseconds.
    pub(super) fn rendered(self, kept: Kept, took: i64) -> Self {
        let refused = match kept {
            Kept::Yes => None,
            Kept::Volatile => Some("volatile"),
            Kept::Outdated => Some("outdated"),
            Kept::TooLarge => Some("too-large"),
        };
        let (forwarded, missed) = self.status.split_once("; detail=").unwrap_or((&self.status, ""));
        let stored = if refused.is_none() { "; stored" } else { "" };
        let details: Vec<_> =
            Some(missed).filter(|missed| !missed.is_empty()).into_iter().chain(refused).collect();
        let detail =
            if details.is_empty() { String::new() } else { format!("; detail={}", details.join("/")) };
        Told {
            status: format!("{forwarded}{stored}{detail}").into(),
            timing: format!("{}, render;dur={took}", self.timing).into(),
            is_near: false,
        }
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
        Read::Next(_) => "next",
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
        let offer = || Why::Red(Read::Offer(ProductId(7)));
        let changed = Read::PageText(ProductId(7));
        check(&Told::hit().found(), "Orilla; hit", "memo;desc=hit");
        let refreshing = "Orilla; hit; ttl=-1; detail=refreshing/page-text";
        check(&Told::hit().stale(&changed), refreshing, "memo;desc=stale");
        let missed = |why| Told::missed(&why, Some(Lack::Absent), 2);
        let timing = "memo;desc=miss, near;desc=absent;dur=2, render;dur=3";
        check(&missed(Why::Unseen).rendered(Kept::Yes, 3), "Orilla; fwd=uri-miss; stored", timing);
        let visitor = || Why::Visitor(Dimension::Origin);
        let status = "Orilla; fwd=vary-miss; stored; detail=origin";
        check(&missed(visitor()).rendered(Kept::Yes, 3), status, timing);
        check(&missed(offer()).rendered(Kept::Yes, 3), "Orilla; fwd=stale; stored; detail=offer", timing);
        let status = "Orilla; fwd=stale; detail=offer/outdated";
        check(&missed(offer()).rendered(Kept::Outdated, 3), status, timing);
        let unasked = Told::missed(&Why::Unseen, Some(Lack::Unasked), 0).rendered(Kept::Volatile, 3);
        check(&unasked, "Orilla; fwd=uri-miss; detail=volatile", "memo;desc=miss, render;dur=3");
    }

    #[test]
    fn an_answer_says_which_level_had_the_page() {
        let near = || Told::missed(&Why::Unseen, None, 2);
        let timing = "memo;desc=miss, near;desc=hit;dur=2";
        check(&near().found(), "Orilla; hit; detail=near", timing);
        let refreshing = "Orilla; hit; ttl=-1; detail=refreshing/card-text";
        check(&near().stale(&Read::CardText(ProductId(7))), refreshing, timing);
    }
}
