//! What the second level has of a page, as the team looks into it: the Studio is another module, and asks the data
//! centre itself. Nothing is brought into memory, and nobody is counted.

use super::inspect::{address_of, count, freshness, name_of, path_of, reads};
use super::near::{Lack, PageRecord, key, page_name, stored_page, stored_plan};
use super::{Page, Source};
use crate::canonical::encode_path;
use crate::published::Current;
use crate::routes::place;
use crate::visit::{Visit, split_locale};
use orilla_shop::team::{Freshness, NearPage, Nearby};
use orilla_snapshot::Snapshot;
use percent_encoding::percent_decode_str;
use std::sync::Arc;

/// A page that everybody shares, as its address says it.
pub struct Place {
    kind: &'static str,
    query: String,
    is_near: bool,
}

impl Place {
    /// That of a page. `query` is the canonical form of what it reads of the query string.
    pub fn of<P: Page>(page: &P, query: String) -> Self {
        Place { kind: P::KIND, query, is_near: page.is_near() }
    }
}

/// What the data centre has at an address of the shop for this visitor, whatever page they are on.
pub async fn nearby(visit: &Visit, address: &str) -> NearPage {
    let Some((visit, place)) = found(visit, address).await else { return NearPage::default() };
    let (host, shared) = (&visit.host, visit.shared(place.query));
    let (kind, version) = (place.kind, host.config.pages_version());
    let page =
        NearPage { address: address_of(&shared.route()), kind: kind.to_owned(), ..NearPage::default() };
    if !place.is_near {
        return page;
    }
    // Without it neither the visitor's flags are known nor what is outdated.
    let Ok(snapshot) = &visit.current.snapshot else { return NearPage { state: Nearby::Away, ..page } };
    let plan = match stored_plan(&*host.near, kind, &version).await {
        Ok(plan) => plan,
        Err(lack) => return NearPage { state: told(lack), ..page },
    };
    let values = plan.key(|dimension| dimension.of(&visit));
    let name = page_name(kind, &version, &shared.route(), &values);
    let dimensions = values.into_iter().map(|(dimension, value)| (name_of(&dimension), value)).collect();
    let page = NearPage { key: key(&name), dimensions, ..page };
    match stored_page(&*host.near, &name, &visit).await {
        Ok((record, _, bytes)) => compared(page, record, bytes, snapshot),
        Err(lack) => NearPage { state: told(lack), ..page },
    }
}

/// The page at an address, and the one who looks as its visitor, in the light of what is published.
async fn found(visit: &Visit, address: &str) -> Option<(Visit, Place)> {
    let path = percent_decode_str(path_of(address)?).decode_utf8().ok()?;
    let path = format!("/{path}");
    let (locale, rest) = split_locale(&path);
    let (_, query) = address.split('#').next()?.split_once('?').unwrap_or_default();
    let place = place(rest, query)?;
    let current = Current::of(&visit.host).await;
    Some((visit.elsewhere(locale?, encode_path(rest).into_owned(), current), place))
}

fn compared(page: NearPage, mut record: PageRecord, bytes: usize, snapshot: &Arc<Snapshot>) -> NearPage {
    let source = Source(snapshot);
    let reads = reads(&record.colours(&source));
    NearPage { state: Nearby::Kept(freshness(&record.check(&source))), reads, bytes: count(bytes), ..page }
}

fn told(lack: Lack) -> Nearby {
    match lack {
        Lack::Unasked => Nearby::Unasked,
        Lack::Absent => Nearby::Absent,
        Lack::Foreign => Nearby::Foreign,
        Lack::Visitor => Nearby::OtherVisitor,
        // What is outdated is told by its reads: here nothing is refused before they are compared.
        Lack::Outdated => Nearby::Kept(Freshness::Outdated),
        Lack::Away => Nearby::Away,
    }
}

#[cfg(test)]
mod tests {
    use super::super::near::encode;
    use super::super::{Dimension, SlotId};
    use super::*;
    use crate::testing::Shop;
    use futures::FutureExt;
    use http::Request;
    use orilla_memo::{Marks, Recorder};

    fn visit(shop: &Shop) -> Visit {
        use axum::extract::FromRequestParts;
        let (mut parts, ()) =
            Request::get("https://shop.example/studio/pages").body(()).unwrap().into_parts();
        parts.extensions.insert(shop.host().clone());
        Visit::from_request_parts(&mut parts, &()).now_or_never().unwrap().unwrap()
    }

    fn look(shop: &Shop, address: &str) -> NearPage {
        futures::executor::block_on(nearby(&visit(shop), address))
    }

    #[test]
    fn a_page_under_a_key_that_says_too_little_is_for_others() {
        let shop = Shop::new();
        let name = page_name("text", &shop.host().config.pages_version(), "en/about?", &[]);
        let recorder = Recorder::new();
        recorder.dimension(Dimension::Origin, "https://elsewhere.example".to_owned());
        let record: PageRecord = recorder.finish().unwrap();
        let html = String::from("<p>");
        let template = Marks::<SlotId>::new(7).split(html).unwrap();
        let entry = encode(&name, &(record, template)).unwrap();
        assert_eq!(look(&shop, "/en/about").state, Nearby::Absent);
        shop.change_near(|entries| drop(entries.insert(key(&name), entry)));
        let page = look(&shop, "/en/about");
        assert_eq!((page.state, page.key), (Nearby::OtherVisitor, key(&name)));
    }

    #[track_caller]
    fn check(shop: &Shop, address: &str, route: &str, kind: &str) {
        let page = look(shop, address);
        assert_eq!((page.address.as_str(), page.kind.as_str()), (route, kind), "{address}");
    }

    #[test]
    fn an_address_leads_to_its_page_however_it_is_spelled() {
        let shop = Shop::new();
        check(&shop, "/en", "/en", "home");
        check(&shop, "https://shop.example/es/", "/es", "home");
        check(&shop, "/en/search?sort=price&page=1#top", "/en/search?sort=price", "list");
        check(&shop, "/en/c/light/?utm_source=x", "/en/c/light", "list");
        check(&shop, "/en/%63/%6Cight", "/en/c/light", "list");
        check(&shop, "/pt/p/harbour-boots?variant=7&x=y", "/pt/p/harbour-boots?variant=7", "product");
        check(&shop, "/en/p/灯台", "/en/p/%E7%81%AF%E5%8F%B0", "product");
        check(&shop, "/en/privacy", "/en/privacy", "text");
        for nothing in ["/", "", "/fr", "/en/cart", "/en/about/us", "/en/p/%FF", "/studio", "/art/x.svg"] {
            check(&shop, nothing, "", "");
        }
    }
}
