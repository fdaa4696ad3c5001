//! The memo against a model that knows no versions, hashes or tries: it renders everything afresh, keeps a plain list
//! of pages and compares values. Random shops, pages, visitors, edits, and interleavings of them with slow renders.

mod shop;

use crate::*;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use shop::{Ask, DIMENSIONS, PRODUCTS, Page, Product, Program, Query, Shop, dimension, fresh, run};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

const REFRESH_MS: u64 = 10;

type TheRecord = Record<u8, u8, Query>;

/// A route, and the visitor's part of the key.
type SecondKey = (u8, Vec<(u8, u8)>);

/// A render under way.
struct Render {
    route: u8,
    page: Arc<Page>,
    record: TheRecord,
    ticket: Option<(u64, Ticket)>,
}

struct World {
    programs: Vec<Program>,
    shop: Shop,
    states: Vec<Shop>,
    now: u64,
    limit: usize,
    memo: Memo<u8, u8, Query, Arc<Page>>,
    second: HashMap<SecondKey, (Arc<Page>, TheRecord)>,
    plans: HashMap<u8, Plan<u8>>,
    /// What is kept, from the least to the most recently used.
    kept: Vec<(u8, Arc<Page>)>,
    /// For each page, the last ticket given to refresh it, and when.
    tickets: HashMap<usize, (u64, u64)>,
    renders: Vec<Render>,
    serial: u64,
    /// What happened, and how often: a model in which nothing happens proves nothing.
    events: BTreeMap<&'static str, usize>,
}

fn path(route: u8) -> String {
    format!("/{route}")
}

impl World {
    fn new(programs: Vec<Program>, limit: usize) -> Self {
        let product = Product { version: 0, price: 1, stock: 1, title: 1 };
        let shop = Shop { revision: 0, products: [Some(product); PRODUCTS as usize] };
        World {
            programs,
            states: vec![shop.clone()],
            shop,
            now: 0,
            limit,
            memo: Memo::new(Limits { bytes: limit, refresh_ms: REFRESH_MS }),
            second: HashMap::new(),
            plans: HashMap::new(),
            kept: Vec::new(),
            tickets: HashMap::new(),
            renders: Vec::new(),
            serial: 0,
            events: BTreeMap::new(),
        }
    }

    fn step(&mut self, (kind, a, b, c): (u8, u8, u8, u8)) {
        let route = a % self.programs.len() as u8;
        match kind % 16 {
            0..=6 => self.visit(route, b % (1 << DIMENSIONS), c % 3 == 0),
            7..=10 => self.edit(a % PRODUCTS, b, c % 3),
            11 => {
                // A rollback to an earlier state, under its earlier revision.
                self.shop = self.states[usize::from(a) % self.states.len()].clone();
            }
            12 | 13 if !self.renders.is_empty() => {
                let render = self.renders.remove(usize::from(a) % self.renders.len());
                self.keep(render);
            }
            14 if !self.renders.is_empty() => {
                self.renders.remove(usize::from(a) % self.renders.len());
            }
            _ => self.now += u64::from(a % 12),
        }
        let stats = self.memo.stats();
        assert!(stats.bytes <= self.limit);
        assert_eq!(stats.entries, self.kept.len());
    }

    fn edit(&mut self, product: u8, field: u8, value: u8) {
        let revision = self.states.len() as u64;
        self.shop.revision = revision;
        let product = &mut self.shop.products[usize::from(product)];
        match (field % 8, product.as_mut()) {
            (0, _) => *product = None,
            (_, None) => {
                *product = Some(Product { version: revision, price: value, stock: value, title: value })
            }
            (field, Some(product)) => {
                product.version = revision;
                match field {
                    1 | 2 => product.price = value,
                    3 | 4 => product.stock = value,
                    5 | 6 => product.title = value,
                    // Something that no page reads.
                    _ => {}
                }
            }
        }
        self.states.push(self.shop.clone());
    }

    fn visit(&mut self, route: u8, visitor: u8, slow: bool) {
        let fresh = fresh(&self.programs[usize::from(route)], visitor, &self.shop);
        self.look_at_second_level(route, visitor, &fresh);
        let expected = self.kept.iter().position(|(r, page)| *r == route && page.fits(visitor));
        let expected = expected.map(|at| {
            let found = self.kept.remove(at);
            self.kept.push(found.clone());
            let verdict = found.1.verdict(&self.shop);
            (found.1, verdict)
        });
        let look = self.memo.look(&path(route), |d| dimension(visitor, *d), &self.shop, self.now);
        let ticket = match (look, expected) {
            (Look::Hit(page), Some((known, Verdict::Fresh))) => {
                assert_eq!(page.id, known.id);
                assert_eq!(page.trace, fresh, "a hit is what a render would make now");
                self.happened("hit");
                return;
            }
            (Look::Stale { page, changed, refresh }, Some((known, Verdict::Stale(read)))) => {
                assert_eq!((page.id, changed), (known.id, read));
                self.check_stale(route, visitor, &page);
                assert_eq!(refresh.is_some(), !self.is_refreshed(page.id), "one refreshes at a time");
                let Some(ticket) = refresh else { return self.happened("stale, refreshed by another") };
                self.happened("stale, to be refreshed");
                self.serial += 1;
                self.tickets.insert(page.id, (self.serial, self.now));
                Some((self.serial, ticket))
            }
            (Look::Miss(Why::Red(read)), Some((_, Verdict::Red(known)))) => {
                assert_eq!(read, known);
                self.happened("red");
                None
            }
            (Look::Miss(Why::Unseen), None) => {
                assert!(self.kept.iter().all(|(r, _)| *r != route));
                self.happened("unseen");
                None
            }
            (Look::Miss(Why::Visitor(d)), None) => {
                let asked = |page: &Page| page.dimensions().iter().any(|(known, _)| *known == d);
                assert!(self.kept.iter().any(|(r, page)| *r == route && asked(page)));
                self.happened("another visitor");
                None
            }
            (look, expected) => panic!("{look:?}, but the model has {expected:?}"),
        };
        let render = self.render(route, visitor, ticket);
        if slow { self.renders.push(render) } else { self.keep(render) }
    }

    fn happened(&mut self, event: &'static str) {
        *self.events.entry(event).or_default() += 1;
    }

    fn render(&mut self, route: u8, visitor: u8, ticket: Option<(u64, Ticket)>) -> Render {
        let recorder = Recorder::new();
        let trace = run(&self.programs[usize::from(route)], |ask| match ask {
            Ask::Dimension(d) => {
                recorder.dimension(*d, dimension(visitor, *d));
                Some(dimension(visitor, *d).into())
            }
            Ask::Shop(query) => {
                recorder.read_from(*query, &self.shop);
                self.shop.value(query)
            }
        });
        self.serial += 1;
        let page = Arc::new(Page { id: self.serial as usize, trace });
        let record = recorder.finish().unwrap();
        let plan = self.plans.entry(route).or_default();
        plan.learn(&record);
        self.second.insert((route, plan.key(|d| dimension(visitor, *d))), (page.clone(), record.clone()));
        Render { route, page, record, ticket }
    }

    /// The ticket is dropped when the page is kept or refused.
    fn keep(&mut self, render: Render) {
        let Render { route, page, record, ticket: _ticket } = render;
        let verdict = page.verdict(&self.shop);
        let conflicts = |(r, known): &(u8, Arc<Page>)| *r == route && known.conflicts(&page);
        let evictions = self.memo.stats().evictions;
        let kept = self.memo.keep(&path(route), record, page.clone(), 100, &self.shop, self.now);
        match (kept, verdict) {
            (Err(Refused::Outdated(read)), Verdict::Red(known)) => {
                assert_eq!(read, known);
                self.happened("red when rendered");
            }
            (Err(Refused::Outdated(read)), Verdict::Stale(known)) => {
                assert_eq!(read, known);
                assert!(self.kept.iter().any(conflicts));
                self.happened("stale when rendered, and another there");
            }
            (Err(Refused::TooLarge { bytes, limit }), Verdict::Fresh | Verdict::Stale(_)) => {
                assert!(limit == self.limit && bytes > limit);
                self.happened("too large");
            }
            (Ok(()), Verdict::Fresh | Verdict::Stale(_)) => {
                let (displaced, rest) = self.kept.drain(..).partition(conflicts);
                let displaced: Vec<(u8, Arc<Page>)> = displaced;
                for (_, old) in displaced {
                    let replaced = old.dimensions() == page.dimensions();
                    assert!(verdict == Verdict::Fresh, "a stale page takes no other's place");
                    assert!(replaced || old.verdict(&self.shop) != Verdict::Fresh, "a fresh page was lost");
                    self.happened(if replaced { "replaced" } else { "displaced by another path" });
                }
                self.kept = rest;
                self.kept.push((route, page));
                let evicted = self.memo.stats().evictions - evictions;
                self.kept.drain(..evicted as usize);
                self.happened(if verdict == Verdict::Fresh { "kept" } else { "kept, though stale" });
                if evicted > 0 {
                    self.happened("evicted");
                }
            }
            (kept, verdict) => panic!("{kept:?}, but the page is {verdict:?}"),
        }
    }

    fn is_refreshed(&self, page: usize) -> bool {
        self.tickets.get(&page).is_some_and(|(serial, since)| {
            let held = self.renders.iter().any(|r| r.ticket.as_ref().is_some_and(|(s, _)| s == serial));
            held && self.now - since < REFRESH_MS
        })
    }

    /// A stale page is what a render makes of the shop of now with the lenient values of then.
    fn check_stale(&self, route: u8, visitor: u8, page: &Page) {
        let then =
            |query: &Query| page.trace.iter().find(|(ask, _)| *ask == Ask::Shop(*query)).map(|(_, v)| *v);
        let mixed = run(&self.programs[usize::from(route)], |ask| match ask {
            Ask::Dimension(d) => Some(dimension(visitor, *d).into()),
            Ask::Shop(query) => match self.shop.class(query) {
                Class::Strict => self.shop.value(query),
                Class::Lenient => then(query).unwrap_or_else(|| self.shop.value(query)),
            },
        });
        assert_eq!(page.trace, mixed);
    }

    /// Whatever another isolate stored: if the record says fresh, it is what a render would make now.
    fn look_at_second_level(&mut self, route: u8, visitor: u8, fresh: &[(Ask, Option<u64>)]) {
        let key = self.plans.entry(route).or_default().key(|d| dimension(visitor, *d));
        if let Some((page, record)) = self.second.get_mut(&(route, key)) {
            assert_eq!(record.check(&self.shop).cloned(), page.verdict(&self.shop));
            let fits = record.fits(|d| dimension(visitor, *d));
            assert_eq!(fits, page.fits(visitor));
            if fits && record.check(&self.shop) == Verdict::Fresh {
                assert_eq!(page.trace, fresh);
                self.happened("hit in the second level");
            }
        }
    }

    /// The inspector says what the model knows.
    fn inspect(&self) {
        let mut bytes = 0;
        for route in 0..self.programs.len() as u8 {
            let entries = self.memo.inspect(&path(route), &self.shop, self.now);
            let known: Vec<_> = self.kept.iter().filter(|(r, _)| *r == route).map(|(_, page)| page).collect();
            assert_eq!(entries.len(), known.len());
            for entry in entries {
                bytes += entry.bytes;
                let dimensions: Vec<_> = entry.dimensions.iter().map(|(d, v)| (*d, u64::from(*v))).collect();
                let page = known.iter().find(|page| page.dimensions() == dimensions).unwrap();
                assert_eq!(entry.verdict().cloned(), page.verdict(&self.shop));
            }
        }
        assert_eq!(bytes, self.memo.stats().bytes);
        let routes = (0..self.programs.len() as u8).filter(|route| self.kept.iter().any(|(r, _)| r == route));
        assert_eq!(routes.count(), self.memo.stats().routes);
    }
}

fn ask() -> impl Strategy<Value = Ask> {
    (0..10u8, 0..PRODUCTS, 0..DIMENSIONS).prop_map(|(kind, product, dimension)| match kind {
        0..=3 => Ask::Dimension(dimension),
        4 => Ask::Shop(Query::Price(product)),
        5 | 6 => Ask::Shop(Query::InStock(product)),
        7 => Ask::Shop(Query::Title(product)),
        8 => Ask::Shop(Query::AllTitles),
        _ => Ask::Shop(Query::Cheapest),
    })
}

fn program() -> impl Strategy<Value = Program> {
    prop::collection::vec((ask(), [0..3u8, 0..3u8, 0..3u8]), 0..8)
}

/// Every third memo has room for a few entries only, the others for all.
fn limit() -> impl Strategy<Value = usize> {
    prop_oneof![2 => Just(1 << 24), 1 => 500..12_000usize]
}

/// `PROPTEST_CASES` says how many cases, 10,000 otherwise.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    ProptestConfig { cases, source_file: Some(file!()), ..ProptestConfig::default() }
}

#[test]
fn a_memoised_page_is_the_fresh_one() {
    let programs = prop::collection::vec(program(), 1..3);
    let steps = prop::collection::vec(any::<(u8, u8, u8, u8)>(), 1..100);
    let events = RefCell::new(BTreeMap::<&str, usize>::new());
    let mut runner = TestRunner::new(config());
    let outcome = runner.run(&(programs, limit(), steps), |(programs, limit, steps)| {
        let mut world = World::new(programs, limit);
        for step in steps {
            world.step(step);
        }
        world.inspect();
        for (event, times) in world.events {
            *events.borrow_mut().entry(event).or_default() += times;
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}\n{runner}");
    }
    let events = events.into_inner();
    println!("{events:#?}");
    // A run of a few cases, for haste, need not see everything.
    if config().cases >= 1_000 {
        assert_eq!(events.len(), 15, "each event has happened");
    }
}
