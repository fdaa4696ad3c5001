//! Days of shoppers, and a hundred thousand addresses: what is found kept, and what the isolate holds.

use super::load::Connection;
use super::pages::{Published, memory};
use super::report::{Limit, Report};
use super::team;
use super::workerd::{Running, Worker};
use crate::process::Result;
use std::collections::{BTreeMap, HashSet};

/// Requests of a day.
const REQUESTS: usize = 240_000;
/// Of all requests, those for a list: one in so many; the others are for products.
const LISTS: usize = 5;
/// Shoppers, all of whom agreed to be counted: so they are in the experiments.
const VISITORS: usize = 64;
/// Times at which the team publishes.
const HOURS: usize = 24;
/// Of all products, the share that is edited during the day: one in so many.
const EDITED: usize = 100;
/// Percent of requests that find a kept page.
const HITS: f64 = 99.0;
/// Different addresses that are asked for.
const ADDRESSES: usize = 100_000;
/// MiB that the isolate may hold.
const MEMORY: f64 = 100.0;
/// Requests at once.
const CONNECTIONS: usize = 2;
const LANGUAGES: [&str; 3] = ["en", "es", "pt"];

/// SplitMix64 (Steele, Lea, Flood, 2014): the same day on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.roll() % limit.max(1) as u64) as usize
    }

    /// 0 to 1.
    fn share(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Which page a shopper looks at: the nth most popular one n times less often than the first (Zipf, exponent 1).
struct Popularity {
    sums: Vec<f64>,
    paths: Vec<String>,
}

impl Popularity {
    fn new(mut paths: Vec<String>, dice: &mut Dice) -> Self {
        // Fisher and Yates: what is popular has nothing to do with when it came in.
        for last in (1..paths.len()).rev() {
            let other = dice.below(last + 1);
            paths.swap(last, other);
        }
        let sums = (1..=paths.len()).scan(0.0, |sum, rank| {
            *sum += 1.0 / rank as f64;
            Some(*sum)
        });
        Popularity { sums: sums.collect(), paths }
    }

    fn choose(&self, dice: &mut Dice) -> &str {
        let at = dice.share() * self.sums.last().copied().unwrap_or_default();
        let index = self.sums.partition_point(|sum| *sum < at);
        self.paths.get(index).map_or("", String::as_str)
    }
}

/// What requests came to.
#[derive(Clone, Debug, Default)]
struct Tally {
    hits: usize,
    refreshing: usize,
    misses: usize,
}

impl Tally {
    fn count(&mut self, cache_status: &str) {
        let parameters = || cache_status.split(';').map(str::trim);
        if !parameters().any(|parameter| parameter == "hit") {
            self.misses += 1;
        } else if parameters().any(|parameter| parameter.starts_with("ttl=-")) {
            self.refreshing += 1;
        } else {
            self.hits += 1;
        }
    }

    fn add(&mut self, other: &Tally) {
        self.hits += other.hits;
        self.refreshing += other.refreshing;
        self.misses += other.misses;
    }

    /// Percent of requests that found a kept page.
    fn hit_rate(&self) -> f64 {
        let kept = self.hits + self.refreshing;
        kept as f64 * 100.0 / (kept + self.misses).max(1) as f64
    }
}

/// Two days of shoppers. The first begins with nothing kept anywhere. The second begins as the days after it do: with a
/// new isolate, in a data centre that has each page, since an entry stays for a week. Its hit rate is what counts.
///
/// # Errors
/// The step that failed.
pub fn run(published: &Published, floor: &Worker, report: &mut Report) -> Result<()> {
    let floor = floor.start("/")?;
    let first = published.start("/robots.txt")?;
    let mut town = Town::new(first.port)?;
    let begun = town.day(first.port)?;
    town.everything(first.port)?;
    drop(first);
    let second = published.start("/robots.txt")?;
    let usual = town.day(second.port)?;
    ask(floor.port, &(0..REQUESTS).map(|_| town.request()).collect::<Vec<_>>())?;
    let head = ["a day", "requests", "pages", "edits", "hit, %", "hit while refreshed, %", "miss, %"];
    report.table(&head, vec![begun.row("nothing kept anywhere"), usual.row("kept nearby, a new isolate")]);
    report.goal("hits on a day, kept nearby", usual.tally.hit_rate(), "%", Limit::AtLeast(HITS));
    held("after the second day", &second, &floor, report)
}

/// A day, as it went.
struct Day {
    tally: Tally,
    pages: usize,
    edits: usize,
}

impl Day {
    fn row(&self, name: &str) -> (String, Vec<f64>) {
        let Tally { hits, refreshing, misses } = self.tally;
        let requests = hits + refreshing + misses;
        let share = |count: usize| count as f64 * 100.0 / requests.max(1) as f64;
        let counts = [requests, self.pages, self.edits].map(|count| count as f64);
        let shares = [hits, refreshing, misses].map(share);
        (name.to_owned(), counts.into_iter().chain(shares).collect())
    }
}

/// Who asks, and for what.
struct Town {
    dice: Dice,
    products: Popularity,
    lists: Popularity,
    /// The products as the team exports them.
    catalogue: Vec<String>,
    /// The cookies of shoppers, who are in both experiments.
    visitors: Vec<String>,
    days: usize,
}

impl Town {
    fn new(port: u16) -> Result<Town> {
        let mut dice = Dice(19_406);
        let products = Popularity::new(team::paths(port, "/p/")?, &mut dice);
        let lists = Popularity::new(team::paths(port, "/c/")?, &mut dice);
        let (catalogue, visitors) = (team::export(port)?, team::visitors(port, VISITORS)?);
        Ok(Town { dice, products, lists, catalogue, visitors, days: 0 })
    }

    /// Requests by popularity in three languages; at each hour the team edits some products and publishes.
    fn day(&mut self, port: u16) -> Result<Day> {
        self.days += 1;
        let edits = self.catalogue.len().div_ceil(EDITED * HOURS);
        let (mut tally, mut pages, mut edited) = (Tally::default(), HashSet::new(), 0);
        for _ in 0..HOURS {
            let requests: Vec<_> = (0..REQUESTS / HOURS).map(|_| self.request()).collect();
            tally.add(&ask(port, &requests)?);
            pages.extend(requests.into_iter().map(|request| request.path));
            let some = (0..edits).map(|_| self.dice.below(self.catalogue.len())).collect::<Vec<_>>();
            let chosen: Vec<&String> = some.iter().filter_map(|at| self.catalogue.get(*at)).collect();
            edited += chosen.len();
            // A price that the product has not had yet.
            team::reprice(port, &chosen, edited + self.days * self.catalogue.len())?;
            team::publish(port)?;
        }
        Ok(Day { tally, pages: pages.len(), edits: edited })
    }

    fn request(&mut self) -> Request {
        let Town { dice, products, lists, visitors, .. } = self;
        let language = LANGUAGES.get(dice.below(LANGUAGES.len())).copied().unwrap_or("en");
        let kind = if dice.below(LISTS) == 0 { lists } else { products };
        let path = format!("/{language}{}", kind.choose(dice));
        let cookies = visitors.get(dice.below(visitors.len())).cloned().unwrap_or_default();
        Request { path, cookies }
    }

    /// Each page once, as each kind of visitor gets it.
    fn everything(&self, port: u16) -> Result<()> {
        for kind in [&self.products, &self.lists] {
            let sample = kind.paths.first().ok_or("the shop has no pages")?;
            let mut variants = BTreeMap::new();
            for cookies in &self.visitors {
                variants.entry(team::exposures(port, &format!("/en{sample}"), cookies)?).or_insert(cookies);
            }
            if variants.len() != 2 {
                return Err(format!("an experiment with two variants, and visitors meet {variants:?}"));
            }
            let requests: Vec<Request> = kind
                .paths
                .iter()
                .flat_map(|path| LANGUAGES.iter().map(move |language| format!("/{language}{path}")))
                .flat_map(|path| {
                    variants
                        .values()
                        .map(move |cookies| Request { path: path.clone(), cookies: (*cookies).clone() })
                })
                .collect();
            ask(port, &requests)?;
        }
        Ok(())
    }
}

/// A page that somebody asks for.
struct Request {
    path: String,
    /// Empty for somebody who has not agreed to anything.
    cookies: String,
}

/// A hundred thousand different addresses: all products in all languages, then lists.
///
/// # Errors
/// The step that failed.
pub fn addresses(published: &Published, floor: &Worker, category: &str, report: &mut Report) -> Result<()> {
    let (orilla, floor) = (published.start("/robots.txt")?, floor.start("/")?);
    let products = team::paths(orilla.port, "/p/")?;
    let below = category.split_once("/c/").map_or("", |(_, slug)| slug);
    let of_products = LANGUAGES
        .iter()
        .flat_map(|language| products.iter().map(move |product| format!("/{language}{product}")));
    let of_lists = (1..).flat_map(|most| {
        LANGUAGES.iter().map(move |language| format!("/{language}/c/{below}?price=..{most}"))
    });
    let requests: Vec<Request> = of_products
        .chain(of_lists)
        .take(ADDRESSES)
        .map(|path| Request { path, cookies: String::new() })
        .collect();
    ask(orilla.port, &requests)?;
    ask(floor.port, &requests)?;
    held("after 100,000 addresses", &orilla, &floor, report)
}

/// What the isolate holds: the memory of its module, which never shrinks. What the process holds is told beside it: that
/// is the runtime's too, and what its collector of garbage has not come to yet, as with a constant that answered as often.
fn held(when: &'static str, orilla: &Running, floor: &Running, report: &mut Report) -> Result<()> {
    let module = team::metric(orilla.port, "orilla_isolate_memory_bytes")? / f64::from(1 << 20);
    let ([now, most], [floor_now, floor_most]) = (memory(orilla)?, memory(floor)?);
    report.table(
        &[when, "now, MiB", "at most, MiB"],
        vec![
            ("module of WebAssembly".to_owned(), vec![module, module]),
            ("workerd with Orilla".to_owned(), vec![now, most]),
            ("workerd with a constant".to_owned(), vec![floor_now, floor_most]),
        ],
    );
    report.goal(format!("memory of the module {when}"), module, "MiB", Limit::AtMost(MEMORY));
    Ok(())
}

/// Asks for all of these, over a few connections.
fn ask(port: u16, requests: &[Request]) -> Result<Tally> {
    let each = |requests: &[Request]| -> std::io::Result<Tally> {
        let (mut connection, mut tally) = (Connection::open(port)?, Tally::default());
        for Request { path, cookies } in requests {
            let answer = connection.get_with(path, cookies)?;
            if answer.status != 200 {
                return Err(std::io::Error::other(format!("GET {path} answered {}", answer.status)));
            }
            tally.count(&answer.cache);
        }
        Ok(tally)
    };
    let parts: Vec<_> = std::thread::scope(|scope| {
        let chunks = requests.chunks(requests.len().div_ceil(CONNECTIONS).max(1));
        let threads: Vec<_> = chunks.map(|requests| scope.spawn(move || each(requests))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| "the load loop ended".to_owned()))
            .collect()
    });
    let mut tally = Tally::default();
    for part in parts {
        tally.add(&part?.map_err(|error| error.to_string())?);
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_asked_for_most() {
        let mut dice = Dice(1);
        let popularity = Popularity::new((0..100).map(|n| n.to_string()).collect(), &mut dice);
        let mut counts = std::collections::HashMap::new();
        for _ in 0..10_000 {
            *counts.entry(popularity.choose(&mut dice).to_owned()).or_insert(0_u32) += 1;
        }
        let count = |rank: usize| counts.get(&popularity.paths[rank]).copied().unwrap_or_default();
        assert!(count(0) > count(1) && count(1) > count(9) && count(9) > 0);
        // 10,000 / (1 + 1/2 + … + 1/100)
        assert!((1_800..2_060).contains(&count(0)), "{}", count(0));
    }

    #[test]
    fn answers_are_counted_by_what_the_memo_said() {
        let mut tally = Tally::default();
        for status in
            ["Orilla; hit", "Orilla; hit; ttl=-1; detail=refreshing", "Orilla; fwd=uri-miss; stored", ""]
        {
            tally.count(status);
        }
        assert_eq!((tally.hits, tally.refreshing, tally.misses), (1, 1, 2));
        assert!((tally.hit_rate() - 50.0).abs() < 1e-9);
    }
}
