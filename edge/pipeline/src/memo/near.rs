//! The second level: pages that all isolates of a place share, behind the port [`PageStore`] (at Cloudflare the Cache
//! API of a data centre). It is asked when memory has no page, and what it has goes into memory first: so the memo
//! decides in one place whether a page may be served.
//!
//! A stored page is an entry of a format of its own: `ORILLAP`, format (1 byte), XXH3-64 of the payload (8 bytes,
//! little-endian), payload (postcard). The payload begins with the entry's whole name: what it is, build and configuration, route,
//! dimensions. Whatever is damaged, of another format or of another name is no entry.
//!
//! **Keys are bounded.** A name has the canonical address and the values of the dimensions in the [`Plan`]; an entry is
//! stored for a complete page that memory has kept as well, and only if [`Page::is_near`] says that the addresses of its
//! kind are as many as the catalogue has things.
//!
//! There is one plan for each kind of pages, of what any page of the kind read: it comes to rest after a few renders,
//! so that an isolate asks for it once, and for each page there is one question.

use super::job::{Job, Kept};
use super::{Dimension, Page, Shared, SlotId};
use crate::visit::Visit;
use orilla_memo::{Plan, Record, Template};
use orilla_shop::PageStore;
use orilla_snapshot::Read;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

const MAGIC: &[u8; 7] = b"ORILLAP";
/// The version of the format. It grows with each change of the bytes' meaning.
const FORMAT: u8 = 1;
/// Magic, format, checksum.
const HEAD: usize = MAGIC.len() + 1 + 8;
/// Seconds for which an entry is kept at most: a week. Its validators say whether it may be used.
const AGE: u32 = 7 * 24 * 3600;

/// What a render came to, and what it read.
pub(super) type PageRecord = Record<Dimension, String, Read>;

/// Why the second level did not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// It was not asked.
    Unasked,
    /// It has no such page.
    Absent,
    /// It has something else under this key, or bytes that are damaged.
    Foreign,
    /// It has the page as another visitor gets it.
    Visitor,
    /// It has the page as it was.
    Outdated,
    /// It did not answer.
    Away,
}

impl Lack {
    /// Its name in `Server-Timing`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Lack::Unasked => "unasked",
            Lack::Absent => "absent",
            Lack::Foreign => "foreign",
            Lack::Visitor => "visitor",
            Lack::Outdated => "outdated",
            Lack::Away => "away",
        }
    }
}

/// The plans of an isolate, by the kind of page.
#[derive(Default)]
pub(super) struct Plans(Mutex<HashMap<&'static str, Plan<Dimension>>>);

impl Plans {
    fn get(&self, kind: &str) -> Option<Plan<Dimension>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(kind).cloned()
    }

    /// Takes what another isolate has learnt.
    fn start(&self, kind: &'static str, plan: Plan<Dimension>) -> Plan<Dimension> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_insert(plan).clone()
    }

    /// Learns what a render read. Whether that was new, and the plan as it is now.
    fn learn(&self, kind: &'static str, record: &PageRecord) -> (bool, Plan<Dimension>) {
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let plan = plans.entry(kind).or_default();
        (plan.learn(record), plan.clone())
    }
}

impl<P: Page> Job<P> {
    /// Brings the page from the second level into memory.
    pub(super) async fn bring_near(&self, visit: &Visit) -> Result<(), Lack> {
        if !self.page.is_near() {
            return Err(Lack::Unasked);
        }
        let store = &*self.visit.host.near;
        let plan = self.plan(store).await?;
        let values = plan.key(|dimension| dimension.of(visit));
        let name = page_name(P::KIND, &self.visit.host.config.pages_version(), &self.visit.route(), &values);
        let (record, template, _) = stored_page(store, &name, visit).await?;
        let flags = record.dimensions().iter().filter_map(|(dimension, _)| match dimension {
            Dimension::Flag(flag) => Some(flag.clone()),
            Dimension::Origin => None,
        });
        let page = Arc::new(Shared::new(template, flags.collect()));
        // The memo refuses what a strict read has overtaken; what a text has overtaken it serves as its rules say.
        match self.keep_in_memory(record, &page) {
            Kept::Yes => Ok(()),
            Kept::Volatile | Kept::Outdated | Kept::TooLarge => Err(Lack::Outdated),
        }
    }

    /// What pages of this kind read: the isolate's own plan, or another's. A plan that is gone is learnt anew.
    async fn plan(&self, store: &dyn PageStore) -> Result<Plan<Dimension>, Lack> {
        let plans = &self.visit.host.isolate.pages.plans;
        if let Some(plan) = plans.get(P::KIND) {
            return Ok(plan);
        }
        let stored = stored_plan(store, P::KIND, &self.visit.host.config.pages_version()).await?;
        Ok(plans.start(P::KIND, stored))
    }

    /// Stores a page after the answer. `value` gives the dimensions of the one for whom it was rendered.
    pub(super) fn store_near(
        &self,
        record: PageRecord,
        page: &Arc<Shared>,
        value: impl Fn(&Dimension) -> String,
    ) {
        if !self.page.is_near() {
            return;
        }
        let host = &self.visit.host;
        let (has_grown, plan) = host.isolate.pages.plans.learn(P::KIND, &record);
        let version = host.config.pages_version();
        let plan_entry = has_grown.then(|| (plan_name(P::KIND, &version), plan.clone()));
        let name = page_name(P::KIND, &version, &self.visit.route(), &plan.key(value));
        let (page, store) = (page.clone(), host.near.clone());
        host.background.run(Box::pin(async move {
            // What is lost is rendered again. The plan comes first: without it, nobody finds the page.
            if let Some((name, plan)) = plan_entry
                && let Some(entry) = encode(&name, &plan)
                && store.put(&key(&name), entry, AGE).await.is_err()
            {
                return;
            }
            if let Some(entry) = encode(&name, &(record, &page.template)) {
                let _ = store.put(&key(&name), entry, AGE).await;
            }
        }));
    }
}

/// What pages of a kind read, as far as it is stored. A plan that is gone or damaged is one of nothing.
pub(super) async fn stored_plan(
    store: &dyn PageStore,
    kind: &str,
    version: &str,
) -> Result<Plan<Dimension>, Lack> {
    let name = plan_name(kind, version);
    let entry = store.get(&key(&name)).await.map_err(|_| Lack::Away)?;
    Ok(entry.and_then(|entry| decode(&name, &entry)).unwrap_or_default())
}

/// The page of this name, if it is one for this visitor, and the bytes of its entry.
pub(super) async fn stored_page(
    store: &dyn PageStore,
    name: &str,
    visit: &Visit,
) -> Result<(PageRecord, Template<SlotId>, usize), Lack> {
    let entry = store.get(&key(name)).await.map_err(|_| Lack::Away)?.ok_or(Lack::Absent)?;
    let (record, template): (PageRecord, _) = decode(name, &entry).ok_or(Lack::Foreign)?;
    if record.fits(|dimension| dimension.of(visit)) {
        Ok((record, template, entry.len()))
    } else {
        Err(Lack::Visitor)
    }
}

fn plan_name(kind: &str, version: &str) -> String {
    ["plan", kind, version].join("\n")
}

/// The whole name of a page for a visitor who has these values.
pub(super) fn page_name(kind: &str, version: &str, route: &str, values: &[(Dimension, String)]) -> String {
    let mut name = ["page", kind, version, route].join("\n");
    // In one order, whichever each isolate has learnt them in.
    let mut values: Vec<_> = values.iter().collect();
    orilla_sorting::sort(&mut values);
    for (dimension, value) in values {
        // Lengths, so that no value can look like the next dimension.
        name.push_str(&format!("\n{dimension:?}={}:{value}", value.len()));
    }
    name
}

/// What a name is stored under: 32 hexadecimal digits, whatever the name holds.
pub(super) fn key(name: &str) -> String {
    format!("{:032x}", xxh3_128(name.as_bytes()))
}

pub(super) fn encode<T: Serialize>(name: &str, content: &T) -> Option<Vec<u8>> {
    let mut entry = [MAGIC.as_slice(), &[FORMAT], &[0; 8]].concat();
    entry = postcard::to_extend(&(name, content), entry).ok()?;
    let (head, payload) = entry.split_at_mut_checked(HEAD)?;
    let (_, sum) = head.split_at_mut_checked(HEAD - 8)?;
    sum.copy_from_slice(&xxh3_64(payload).to_le_bytes());
    Some(entry)
}

fn decode<T: DeserializeOwned>(name: &str, entry: &[u8]) -> Option<T> {
    let (head, payload) = entry.split_at_checked(HEAD)?;
    let (mark, sum) = head.split_at_checked(HEAD - 8)?;
    if mark != [MAGIC.as_slice(), &[FORMAT]].concat() || sum != xxh3_64(payload).to_le_bytes() {
        return None;
    }
    let (stored, rest): (Named<T>, &[u8]) = postcard::take_from_bytes(payload).ok()?;
    (stored.name == name && rest.is_empty()).then_some(stored.content)
}

#[derive(Deserialize)]
struct Named<T> {
    name: String,
    content: T,
}

#[cfg(test)]
mod tests {
    use super::*;
    use orilla_memo::{Marks, Recorder};
    use proptest::prelude::*;

    fn entry(name: &str) -> Vec<u8> {
        let marks = Marks::new(7);
        let html = format!("<p>{}</p>", marks.slot(SlotId::Cart, ""));
        let recorder = Recorder::new();
        recorder.dimension(Dimension::Origin, "https://shop.example".to_owned());
        recorder.read(Read::Categories, Some(1), None);
        let record: PageRecord = recorder.finish().unwrap();
        encode(name, &(record, marks.split(html).unwrap())).unwrap()
    }

    fn read(name: &str, entry: &[u8]) -> Option<(PageRecord, Template<SlotId>)> {
        decode(name, entry)
    }

    #[test]
    fn an_entry_is_what_was_stored_under_its_name() {
        let (record, template) = read("a", &entry("a")).unwrap();
        assert_eq!(record.reads().len(), 1);
        assert_eq!(template.pieces().count(), 3);
        assert!(read("b", &entry("a")).is_none(), "another name with the same key");
        assert!(decode::<Plan<Dimension>>("a", &entry("a")).is_none(), "something else");
    }

    proptest! {
        /// An entry that lost or gained a byte, or has another one anywhere, is no entry.
        #[test]
        fn a_damaged_entry_is_none(at in any::<prop::sample::Index>(), flip in 1..=255_u8, end in any::<prop::sample::Index>()) {
            let whole = entry("a");
            let mut damaged = whole.clone();
            let at = at.index(damaged.len());
            damaged[at] ^= flip;
            prop_assert!(read("a", &damaged).is_none());
            prop_assert!(read("a", &whole[..end.index(whole.len())]).is_none());
            prop_assert!(read("a", &[whole, vec![flip]].concat()).is_none());
        }

        #[test]
        fn anything_else_is_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(read("a", &bytes).is_none());
        }
    }
}
