//! What the memo of this isolate tells the team. The Studio is another module, with a memory of its own: it asks for
//! this ([`KeptPages`](orilla_shop::team::KeptPages)), and no address of the shop answers it.

use super::{Dimension, MOST, Source, millis};
use crate::Isolate;
use orilla_memo::{Colour, Read as Seen, Verdict};
use orilla_shop::team::{Freshness, KeptPage, KeptRead, PagesReport, RecentPage};
use orilla_snapshot::Read;
use serde_json::Value;

/// The most pages that are told of one address, and of those that were served last.
const AT_ONCE: usize = 20;

/// The totals of an isolate's memo, and what it keeps at an address of the shop, whatever the query string. `name` is
/// the isolate's, `now` in milliseconds since 1970. Looks at what is in memory only, and changes nothing.
pub fn inspect(isolate: &Isolate, name: &str, address: &str, now: i64) -> PagesReport {
    let snapshot = isolate.shown();
    let pages = isolate.pages.lock();
    let stats = pages.stats();
    let routes: Vec<_> = match path_of(address) {
        Some(path) => pages.routes().filter(|route| is_of(route, path)).take(AT_ONCE).collect(),
        None => Vec::new(),
    };
    let kept = snapshot.iter().flat_map(|snapshot| {
        let source = Source(snapshot);
        let pages = &pages;
        routes.iter().flat_map(move |route| {
            let found = pages.inspect(route, &source, millis(now)).into_iter();
            found.map(|found| KeptPage {
                address: address_of(route),
                state: freshness(&found.verdict()),
                reads: reads(&found.reads),
                dimensions: found.dimensions.into_iter().map(|(d, v)| (name_of(&d), v)).collect(),
                bytes: count(found.bytes),
                hits: found.hits,
                age_ms: found.age_ms,
            })
        })
    });
    let kept = kept.take(AT_ONCE).collect();
    let recent = pages.recent().take(AT_ONCE).map(|(route, hits, bytes)| RecentPage {
        address: address_of(route),
        hits,
        bytes: count(bytes),
    });
    PagesReport {
        isolate: name.to_owned(),
        publication: isolate.publication(),
        entries: count(stats.entries),
        bytes: (count(stats.bytes), count(MOST)),
        hits: stats.hits,
        stale: stats.stale,
        unseen: stats.misses.unseen,
        other_visitors: stats.misses.visitor,
        outdated: stats.misses.red,
        evictions: stats.evictions,
        recent: recent.collect(),
        kept,
    }
}

/// Whether a page would be served.
pub(super) fn freshness<T>(verdict: &Verdict<T>) -> Freshness {
    match verdict {
        Verdict::Fresh => Freshness::Fresh,
        Verdict::Stale(_) => Freshness::Stale,
        Verdict::Red(_) => Freshness::Outdated,
    }
}

/// What a page was made from.
pub(super) fn reads(reads: &[(Seen<Read>, Colour)]) -> Vec<KeptRead> {
    let read = |(seen, colour): &(Seen<Read>, Colour)| KeptRead {
        read: serde_json::to_value(&seen.read).unwrap_or(Value::Null),
        state: match colour {
            Colour::Green => Freshness::Fresh,
            Colour::Amber => Freshness::Stale,
            Colour::Red => Freshness::Outdated,
        },
    };
    reads.iter().map(read).collect()
}

/// The path of an address that somebody typed, without the slashes at its ends: `https://shop.example/en/c/light?a=b`
/// is `en/c/light`. `None` if there is none.
pub(super) fn path_of(address: &str) -> Option<&str> {
    let address = address.trim();
    let local = match address.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => address,
    };
    let path = local.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
    (!path.is_empty()).then_some(path)
}

/// Whether a route of the memo is of this path: it is the path and `?`, and what the page reads of the query string.
fn is_of(route: &str, path: &str) -> bool {
    route.strip_prefix(path).is_some_and(|rest| rest.starts_with('?'))
}

/// The address that leads to a route of the memo.
pub(super) fn address_of(route: &str) -> String {
    format!("/{}", route.strip_suffix('?').unwrap_or(route))
}

pub(super) fn name_of(dimension: &Dimension) -> String {
    match dimension {
        Dimension::Origin => dimension.kind().to_owned(),
        Dimension::Flag(flag) => format!("{} {flag}", dimension.kind()),
    }
}

pub(super) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: Option<&str>) {
        assert_eq!(path_of(address), expected, "{address}");
    }

    #[test]
    fn an_address_is_typed_in_many_ways() {
        check("/en/c/light", Some("en/c/light"));
        check(" https://shop.example/en/c/light/?sort=price#top ", Some("en/c/light"));
        check("en", Some("en"));
        for none in ["", " ", "/", "https://shop.example", "https://shop.example/", "?a=b"] {
            check(none, None);
        }
    }

    #[test]
    fn a_route_is_of_one_path() {
        assert!(is_of("en/c/light?", "en/c/light") && is_of("en/c/light?sort=price", "en/c/light"));
        assert!(!is_of("en/c/lighting?", "en/c/light") && !is_of("en/c/light?", "en/c"));
        assert_eq!(address_of("en?"), "/en");
        assert_eq!(address_of("en/p/x?variant=1"), "/en/p/x?variant=1");
    }
}
