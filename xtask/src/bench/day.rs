//! A day of shoppers, and a hundred thousand addresses: what is found kept, and what the isolate holds.

use super::load::{self, Connection};
use super::pages::{Published, memory, publish};
use super::report::{Limit, Report};
use super::stores::TOKEN;
use super::workerd::{Running, Worker};
use crate::process::Result;
use std::collections::HashSet;

/// Requests of the day.
const REQUESTS: usize = 240_000;
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

/// Which product a shopper looks at: the nth most popular one n times less often than the first (Zipf, exponent 1).
struct Popularity {
    sums: Vec<f64>,
    products: Vec<String>,
}

impl Popularity {
    fn new(mut products: Vec<String>, dice: &mut Dice) -> Self {
        // Fisher and Yates: what is popular has nothing to do with when it came in.
        for last in (1..products.len()).rev() {
            let other = dice.below(last + 1);
            products.swap(last, other);
        }
        let sums = (1..=products.len()).scan(0.0, |sum, rank| {
            *sum += 1.0 / rank as f64;
            Some(*sum)
        });
        Popularity { sums: sums.collect(), products }
    }

    fn choose(&self, dice: &mut Dice) -> &str {
        let at = dice.share() * self.sums.last().copied().unwrap_or_default();
        let index = self.sums.partition_point(|sum| *sum < at);
        self.products.get(index).map_or("", String::as_str)
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

/// The day: requests by popularity in three languages; at each hour the team edits some products and publishes.
///
/// # Errors
/// The step that failed.
pub fn run(published: &Published, floor: &Worker, report: &mut Report) -> Result<()> {
    let (orilla, floor) = (published.start("/robots.txt")?, floor.start("/")?);
    let mut dice = Dice(19_406);
    let popularity = Popularity::new(handles(orilla.port)?, &mut dice);
    let catalogue = export(orilla.port)?;
    let edits = catalogue.len().div_ceil(EDITED * HOURS);
    let (mut tally, mut asked, mut edited) = (Tally::default(), HashSet::new(), 0);
    for hour in 0..HOURS {
        let paths: Vec<String> = (0..REQUESTS / HOURS)
            .map(|_| {
                let language = LANGUAGES.get(dice.below(LANGUAGES.len())).copied().unwrap_or("en");
                format!("/{language}/p/{}", popularity.choose(&mut dice))
            })
            .collect();
        tally.add(&ask(orilla.port, &paths)?);
        asked.extend(paths);
        let chosen: Vec<&String> =
            (0..edits).filter_map(|_| catalogue.get(dice.below(catalogue.len()))).collect();
        edited += chosen.len();
        reprice(orilla.port, &chosen, hour)?;
        publish(orilla.port)?;
    }
    let requests = tally.hits + tally.refreshing + tally.misses;
    let share = |count: usize| count as f64 * 100.0 / requests.max(1) as f64;
    report.table(
        &["a day", "requests", "addresses", "edits", "hit, %", "hit while refreshed, %", "miss, %"],
        vec![(
            format!("{} products in {} languages", popularity.products.len(), LANGUAGES.len()),
            vec![
                requests as f64,
                asked.len() as f64,
                edited as f64,
                share(tally.hits),
                share(tally.refreshing),
                share(tally.misses),
            ],
        )],
    );
    report.goal("hits on the day", tally.hit_rate(), "%", Limit::AtLeast(HITS));
    held("after the day", &orilla, &floor, report)
}

/// A hundred thousand different addresses: all products in all languages, then lists.
///
/// # Errors
/// The step that failed.
pub fn addresses(published: &Published, floor: &Worker, category: &str, report: &mut Report) -> Result<()> {
    let (orilla, floor) = (published.start("/robots.txt")?, floor.start("/")?);
    let products = handles(orilla.port)?;
    let below = category.split_once("/c/").map_or("", |(_, slug)| slug);
    let of_products = LANGUAGES
        .iter()
        .flat_map(|language| products.iter().map(move |product| format!("/{language}/p/{product}")));
    let of_lists = (1..).flat_map(|most| {
        LANGUAGES.iter().map(move |language| format!("/{language}/c/{below}?price=..{most}"))
    });
    let paths: Vec<String> = of_products.chain(of_lists).take(ADDRESSES).collect();
    ask(orilla.port, &paths)?;
    ask(floor.port, &paths)?;
    held("after 100,000 addresses", &orilla, &floor, report)
}

/// What the isolate holds: what the process has held at most, without what one with a constant has.
fn held(when: &'static str, orilla: &Running, floor: &Running, report: &mut Report) -> Result<()> {
    let ([now, most], [floor_now, floor_most]) = (memory(orilla)?, memory(floor)?);
    report.table(
        &[when, "now, MiB", "at most, MiB"],
        vec![
            ("workerd with Orilla".to_owned(), vec![now, most]),
            ("workerd with a constant".to_owned(), vec![floor_now, floor_most]),
        ],
    );
    report.goal(
        format!("memory {when}, above the constant"),
        most - floor_most,
        "MiB",
        Limit::AtMost(MEMORY),
    );
    Ok(())
}

/// Asks for all of these, over a few connections.
fn ask(port: u16, paths: &[String]) -> Result<Tally> {
    let each = |paths: &[String]| -> std::io::Result<Tally> {
        let (mut connection, mut tally) = (Connection::open(port)?, Tally::default());
        for path in paths {
            let answer = connection.get(path)?;
            if answer.status != 200 {
                return Err(std::io::Error::other(format!("GET {path} answered {}", answer.status)));
            }
            tally.count(&answer.cache);
        }
        Ok(tally)
    };
    let parts: Vec<_> = std::thread::scope(|scope| {
        let chunks = paths.chunks(paths.len().div_ceil(CONNECTIONS).max(1));
        let threads: Vec<_> = chunks.map(|paths| scope.spawn(move || each(paths))).collect();
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

/// The handles of all products, from the sitemap.
fn handles(port: u16) -> Result<Vec<String>> {
    let text = |path: &str| match load::page(port, path) {
        Ok((200, text)) => Ok(String::from_utf8_lossy(&text).into_owned()),
        Ok((status, _)) => Err(format!("GET {path} answered {status}")),
        Err(error) => Err(format!("GET {path}: {error}")),
    };
    let locations = |xml: &str| -> Vec<String> {
        xml.split("<loc>")
            .skip(1)
            .filter_map(|rest| rest.split_once("</loc>"))
            .map(|(url, _)| url.to_owned())
            .collect()
    };
    let mut handles = Vec::new();
    for file in locations(&text("/sitemap.xml")?) {
        let Some((_, path)) = file.split_once("/sitemap.xml") else { continue };
        let urls = locations(&text(&format!("/sitemap.xml{path}"))?);
        handles.extend(
            urls.iter().filter_map(|url| url.split_once("/en/p/")).map(|(_, handle)| handle.to_owned()),
        );
    }
    Ok(handles)
}

/// All products, each as a line of JSON.
fn export(port: u16) -> Result<Vec<String>> {
    let mut connection = Connection::open(port).map_err(|error| error.to_string())?;
    let (mut lines, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/studio/api/export?after={after}");
        let answer = connection.get_as(&path, TOKEN).map_err(|error| format!("GET {path}: {error}"))?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let Some(last) = text.lines().rfind(|line| !line.is_empty()) else { return Ok(lines) };
        let handle = last.split_once("\"handle\":\"").and_then(|(_, rest)| rest.split('"').next());
        after = handle.ok_or("an exported product has no handle")?.to_owned();
        lines.extend(text.lines().map(str::to_owned));
    }
}

/// Gives products another price.
fn reprice(port: u16, products: &[&String], by: usize) -> Result<()> {
    let changed: Vec<String> = products
        .iter()
        .filter_map(|line| {
            let (before, rest) = line.split_once("\"minor\":")?;
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            let (digits, behind) = rest.split_at(end);
            let price: usize = digits.parse().ok()?;
            Some(format!("{before}\"minor\":{}{behind}", price + by + 1))
        })
        .collect();
    let mut connection = Connection::open(port).map_err(|error| error.to_string())?;
    let (path, body) = ("/studio/api/import?format=ndjson&source=bench", changed.join("\n"));
    let answer = connection.post(path, TOKEN, "application/x-ndjson", body.as_bytes());
    let answer = answer.map_err(|error| format!("import: {error}"))?;
    let text = String::from_utf8_lossy(&answer.body);
    // What was edited is seen by the isolate a while later; nobody waits for it.
    if answer.status == 200 && text.contains("\"rejected_total\":0") {
        return Ok(());
    }
    Err(format!("import answered {}: {text}", answer.status))
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
        let count = |rank: usize| counts.get(&popularity.products[rank]).copied().unwrap_or_default();
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
