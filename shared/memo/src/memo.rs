//! The memo: pages by route and by what their renders read.

use crate::inspect::{Inspection, Misses, Stats};
use crate::record::{Record, Source, Verdict};
use crate::trie::{EntryId, Trie};
use hashlink::LruCache;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// What a memo may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The bytes of all entries together: pages and bookkeeping.
    pub bytes: usize,
    /// How long a refresh may take, in milliseconds, before another request is asked to do it.
    pub refresh_ms: u64,
}

/// The answer of [`Memo::look`].
#[derive(Debug)]
pub enum Look<D, R, P> {
    /// The page, as a render would make it now.
    Hit(P),
    /// The page, with texts or pictures of a moment ago.
    Stale {
        /// The page.
        page: P,
        /// The first read that changed.
        changed: R,
        /// Whoever gets the ticket renders the page anew and keeps it; the others have nothing to do. The ticket is
        /// held while that takes.
        refresh: Option<Ticket>,
    },
    /// There is no page that may be served: render it, and keep it.
    Miss(Why<D, R>),
}

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why<D, R> {
    /// The route has no entries: it was never kept, or was evicted.
    Unseen,
    /// The route has entries, but none for this visitor's value of the dimension.
    Visitor(D),
    /// There is an entry for the visitor, but this read gives another value now.
    Red(R),
}

/// The right, and the duty, to refresh one page. When it is dropped, because the page was kept, or the render failed
/// or was given up, the next request may get one.
#[derive(Debug)]
#[must_use = "a ticket that is dropped at once lets each request refresh the page"]
pub struct Ticket {
    _alive: Arc<()>,
}

/// Why a page was not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused<R> {
    /// The shop changed while the page was rendered: the read that says so.
    #[error("the shop changed while the page was rendered")]
    Outdated(R),
    /// The entry alone is larger than the memo.
    #[error("the entry takes {bytes} bytes, the memo may take {limit}")]
    TooLarge {
        /// What the entry would take.
        bytes: usize,
        /// The limit of the memo.
        limit: usize,
    },
}

/// Pages by route and by what their renders read. See the [crate](crate) for the idea and an example.
///
/// `D` is a dimension of the visitor and `V` its value, `R` a read of the shop, `P` the page: cheap to clone, as an
/// `Arc`. Times are milliseconds of any clock.
#[derive(Debug)]
pub struct Memo<D, V, R, P> {
    limits: Limits,
    routes: HashMap<Arc<str>, Trie<D, V>>,
    /// From the least to the most recently used.
    entries: LruCache<EntryId, Entry<D, V, R, P>>,
    next: EntryId,
    bytes: usize,
    hits: u64,
    stale: u64,
    misses: Misses,
    evictions: u64,
}

#[derive(Debug)]
struct Entry<D, V, R, P> {
    route: Arc<str>,
    record: Record<D, V, R>,
    page: P,
    bytes: usize,
    kept_at: u64,
    hits: u64,
    /// The revision of the shop at which the record was last judged, and how.
    judged_at: u64,
    verdict: Verdict<R>,
    refresh: Option<Refresh>,
}

#[derive(Debug)]
struct Refresh {
    ticket: Weak<()>,
    since: u64,
}

impl<D: Clone + Eq, V: Clone + Ord, R: Clone, P: Clone> Memo<D, V, R, P> {
    /// An empty memo.
    pub fn new(limits: Limits) -> Self {
        Memo {
            limits,
            routes: HashMap::new(),
            entries: LruCache::new_unbounded(),
            next: 0,
            bytes: 0,
            hits: 0,
            stale: 0,
            misses: Misses::default(),
            evictions: 0,
        }
    }

    /// The page of a route for a visitor, if the memo has one that may be served. `route` is canonical: one spelling
    /// for one page.
    pub fn look<S: Source<R>>(
        &mut self,
        route: &str,
        visitor: impl Fn(&D) -> V,
        source: &S,
        now: u64,
    ) -> Look<D, R, P> {
        let found = match self.routes.get(route) {
            None => Err(Why::Unseen),
            Some(trie) => trie.find(&visitor).map_err(|dimension| Why::Visitor(dimension.clone())),
        };
        // An entry leaves the trie when it leaves the list: what the trie names is there.
        let entry = match found.and_then(|id| self.entries.get_mut(&id).ok_or(Why::Unseen)) {
            Ok(entry) => entry,
            Err(why) => return self.misses.count(why),
        };
        match entry.judge(source) {
            Verdict::Fresh => {
                entry.hits += 1;
                self.hits += 1;
                Look::Hit(entry.page.clone())
            }
            Verdict::Stale(changed) => {
                let changed = changed.clone();
                entry.hits += 1;
                self.stale += 1;
                Look::Stale {
                    page: entry.page.clone(),
                    changed,
                    refresh: entry.ticket(now, self.limits.refresh_ms),
                }
            }
            Verdict::Red(read) => self.misses.count(Why::Red(read.clone())),
        }
    }

    /// Keeps a page with the record of its render. `bytes` is what the page takes, and what `R` and `V` own beyond
    /// their own size. Least recently used entries make room.
    ///
    /// A page that the shop overtook while it was rendered is refused: a strict read that changed makes it useless, and
    /// if a lenient one did, it is kept only where it takes no other's place.
    ///
    /// # Errors
    /// [`Refused`] says why the page was not kept. It may be served to who asked for it all the same.
    pub fn keep<S: Source<R>>(
        &mut self,
        route: &str,
        mut record: Record<D, V, R>,
        page: P,
        bytes: usize,
        source: &S,
        now: u64,
    ) -> Result<(), Refused<R>> {
        let has_room = self.routes.get(route).is_none_or(|trie| trie.has_room(&record.dimensions));
        let verdict = match record.check(source) {
            Verdict::Red(read) => return Err(Refused::Outdated(read.clone())),
            Verdict::Stale(read) if !has_room => return Err(Refused::Outdated(read.clone())),
            verdict => verdict.cloned(),
        };
        let bytes = bytes.saturating_add(overhead::<D, V, R, P>(route, &record));
        if bytes > self.limits.bytes {
            return Err(Refused::TooLarge { bytes, limit: self.limits.bytes });
        }
        let id = self.next;
        self.next += 1;
        let route = self.enter(route, &record.dimensions, id);
        let judged_at = source.revision();
        let entry =
            Entry { route, record, page, bytes, kept_at: now, hits: 0, judged_at, verdict, refresh: None };
        self.entries.insert(id, entry);
        self.bytes += bytes;
        self.make_room();
        Ok(())
    }

    /// What the memo has for a route, as compared with the shop of now; changes nothing.
    pub fn inspect<S: Source<R>>(&self, route: &str, source: &S, now: u64) -> Vec<Inspection<D, V, R>> {
        let mut ids = Vec::new();
        if let Some(trie) = self.routes.get(route) {
            trie.entries(&mut ids);
        }
        let entries = ids.iter().filter_map(|id| self.entries.peek(id));
        entries.map(|entry| entry.inspect(source, now)).collect()
    }

    /// The routes that it has pages for, in no order.
    pub fn routes(&self) -> impl Iterator<Item = &str> {
        self.routes.keys().map(AsRef::as_ref)
    }

    /// The entries that were used last, the last one first: their route, hits and bytes.
    pub fn recent(&self) -> impl Iterator<Item = (&str, u64, usize)> {
        self.entries.iter().rev().map(|(_, entry)| (entry.route.as_ref(), entry.hits, entry.bytes))
    }

    /// What the memo holds, and how often it helped.
    pub fn stats(&self) -> Stats {
        Stats {
            routes: self.routes.len(),
            entries: self.entries.len(),
            bytes: self.bytes,
            hits: self.hits,
            stale: self.stale,
            misses: self.misses,
            evictions: self.evictions,
        }
    }

    /// Enters a path into the route's trie, and removes the entries whose place it takes.
    fn enter(&mut self, route: &str, path: &[(D, V)], id: EntryId) -> Arc<str> {
        let Some((route, _)) = self.routes.get_key_value(route) else {
            let route: Arc<str> = route.into();
            self.routes.insert(route.clone(), Trie::path(path, id));
            return route;
        };
        let route = route.clone();
        let mut displaced = Vec::new();
        if let Some(trie) = self.routes.get_mut(&route) {
            trie.insert(path, id, &mut displaced);
        }
        for entry in displaced.iter().filter_map(|id| self.entries.remove(id)) {
            self.bytes -= entry.bytes;
        }
        route
    }

    /// Evicts until the limit holds.
    fn make_room(&mut self) {
        while self.bytes > self.limits.bytes {
            let Some((_, entry)) = self.entries.remove_lru() else { return };
            self.bytes -= entry.bytes;
            self.evictions += 1;
            if self.routes.get_mut(&entry.route).is_some_and(|trie| trie.remove(&entry.record.dimensions)) {
                self.routes.remove(&entry.route);
            }
        }
    }
}

impl<D: Clone, V: Clone, R: Clone, P> Entry<D, V, R, P> {
    /// Whether the page may be served. As long as the shop is the one that it was last compared with, nothing is
    /// compared again.
    fn judge(&mut self, source: &impl Source<R>) -> &Verdict<R> {
        let revision = source.revision();
        if self.judged_at != revision {
            self.verdict = self.record.check(source).cloned();
            self.judged_at = revision;
        }
        &self.verdict
    }

    /// A ticket, unless somebody has one and has not had it for too long.
    fn ticket(&mut self, now: u64, limit_ms: u64) -> Option<Ticket> {
        let under_way = self.refresh.as_ref().is_some_and(|refresh| {
            refresh.ticket.strong_count() > 0 && now.saturating_sub(refresh.since) < limit_ms
        });
        if under_way {
            return None;
        }
        let alive = Arc::new(());
        self.refresh = Some(Refresh { ticket: Arc::downgrade(&alive), since: now });
        Some(Ticket { _alive: alive })
    }

    fn inspect(&self, source: &impl Source<R>, now: u64) -> Inspection<D, V, R> {
        Inspection {
            dimensions: self.record.dimensions.clone(),
            reads: self.record.colours(source),
            bytes: self.bytes,
            hits: self.hits,
            age_ms: now.saturating_sub(self.kept_at),
        }
    }
}

/// What an entry takes beside its page: an upper estimate, in which each entry pays for its whole path in the trie and
/// for the route's name, though entries share them.
fn overhead<D, V, R, P>(route: &str, record: &Record<D, V, R>) -> usize {
    /// The slots of hash maps and lists, the headers of allocations, the counts of the `Arc`s.
    const SLOTS: usize = 512;
    /// A node of a `BTreeMap` has room for so many pairs.
    const PAIRS: usize = 11;
    let step = size_of::<(D, V)>() + PAIRS * size_of::<(V, Trie<D, V>)>();
    SLOTS
        + route.len()
        + size_of::<Entry<D, V, R, P>>()
        + record.dimensions.len() * step
        + size_of_val(record.reads.as_slice())
}
