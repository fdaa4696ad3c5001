//! `cargo xtask bench pages`: what a page costs, by the level that has it; `memory`: what the isolate holds; `day`: what a
//! day of shoppers finds kept. On workerd alone, with the database and the published files in another process.

use super::day;
use super::load::{self, Round};
use super::report::{Limit, Report};
use super::ssr::{ROUNDS, medians, ratio};
use super::stores::{Stores, database_file};
use super::workerd::{Running, Worker};
use super::{BENCH, folder, import, median, open_loop, process, real, team};
use crate::files;
use crate::process::{Result, step};
use std::path::{Path, PathBuf};

/// Requests of a round, and before the first.
const REQUESTS: usize = 2_000;
/// Seconds of a round at half the capacity.
const SECONDS: f64 = 5.0;
/// How many times the constant's CPU a hit may cost.
const HIT: f64 = 1.3;
/// How many times the median one hit in a hundred may take, at half the capacity.
const TAIL: f64 = 5.0;

/// A kept page with two slots.
const SLOTS: &str = "/bench/slots/0";

/// The shop's Worker on the large catalogue, published, with its stores beside it.
pub struct Published {
    /// The Worker, to be started.
    pub worker: Worker,
    /// Where what it shows is kept.
    _stores: Stores,
}

impl Published {
    fn new(state: &Path) -> Result<Published> {
        let stores = Stores::open(&copy(&database_file(state)?)?)?;
        let mut worker = Worker::new(folder().join("workerd/pages"));
        worker.module("stored.js", "esModule", include_str!("stored.js"))?;
        worker.built(BENCH)?;
        stores.serve(&mut worker);
        let published = Published { worker, _stores: stores };
        let running = published.worker.start("/robots.txt")?;
        team::save_flags(running.port)?;
        team::publish(running.port)?;
        Ok(published)
    }

    /// A new isolate, after its first page.
    ///
    /// # Errors
    /// It does not answer.
    pub fn start(&self, path: &str) -> Result<Running> {
        self.worker.start(path)
    }
}

/// The database that the bench may change.
fn copy(database: &Path) -> Result<PathBuf> {
    let target = folder().join("workerd/pages.sqlite");
    for suffix in ["", "-wal", "-shm"] {
        let with = |file: &Path| PathBuf::from(format!("{}{suffix}", file.display()));
        let (from, to) = (with(database), with(&target));
        std::fs::remove_file(&to).ok();
        if from.is_file() {
            files::copy(&from, &to)?;
        }
    }
    Ok(target)
}

/// The published shop, what answers from constants, and the addresses of a category and a product of it.
struct Side {
    published: Published,
    floor: Worker,
    category: String,
    product: String,
}

impl Side {
    fn prepare() -> Result<Side> {
        BENCH.run()?;
        let (shop, catalogue) = import::filled()?;
        let category = real::first_link(shop.port, "/en", "/en/c/")?;
        let product = real::first_link(shop.port, &category, "/en/p/")?;
        let state = shop.state.clone();
        drop(shop);
        let published = step("publish", || Published::new(&state))?;
        eprintln!("  catalogue: {catalogue}");
        let floor = floor(&published, &product)?;
        Ok(Side { published, floor, category, product })
    }
}

/// `cargo xtask bench pages`: what each level costs.
///
/// # Errors
/// The step that failed.
pub fn run_levels() -> Result<()> {
    let Side { published, floor, product, .. } = Side::prepare()?;
    let mut report = Report::new("pages");
    step("levels", || each_level(&published, &floor, &product, &mut report))?;
    report.finish()
}

/// `cargo xtask bench memory`: what an isolate holds that is asked for 100,000 addresses.
///
/// # Errors
/// The step that failed.
pub fn run_memory() -> Result<()> {
    let Side { published, floor, category, .. } = Side::prepare()?;
    let mut report = Report::new("memory");
    step("a hundred thousand addresses (some minutes)", || {
        day::addresses(&published, &floor, &category, &mut report)
    })?;
    report.finish()
}

/// `cargo xtask bench day`: what two days of shoppers find kept.
///
/// # Errors
/// The step that failed.
pub fn run_days() -> Result<()> {
    let Side { published, floor, .. } = Side::prepare()?;
    let mut report = Report::new("day");
    step("two days (some minutes)", || day::run(&published, &floor, &mut report))?;
    report.finish()
}

/// A Worker that returns the pages from constants.
fn floor(published: &Published, product: &str) -> Result<Worker> {
    let running = published.start(product)?;
    let mut worker = Worker::new(folder().join("workerd/constant"));
    worker.module("constant.js", "esModule", include_str!("constant.js"))?;
    for (name, path) in [("page.html", product), ("slots.html", SLOTS)] {
        let (_, page) = load::page(running.port, path).map_err(|error| format!("GET {path}: {error}"))?;
        worker.module(name, "text", page)?;
    }
    Ok(worker)
}

/// The levels that may have a page.
fn each_level(published: &Published, floor: &Worker, product: &str, report: &mut Report) -> Result<()> {
    let (orilla, floor) = (published.start(product)?, floor.start("/")?);
    // What `Cache-Status` says of each, so that nothing is taken for what it is not.
    let targets = [
        ("a constant, the product page", &floor, "/".to_owned(), ""),
        ("hit in memory", &orilla, product.to_owned(), "Orilla; hit"),
        (
            "hit in the Cache API, memory emptied before",
            &orilla,
            format!("/near{product}"),
            "Orilla; hit; detail=near",
        ),
        ("miss", &orilla, format!("/fresh{product}"), "Orilla; fwd="),
        ("a constant, the page with two slots", &floor, "/slots".to_owned(), ""),
        ("hit with two slots", &orilla, SLOTS.to_owned(), "Orilla; hit"),
    ];
    for (name, server, path, expected) in &targets {
        load::round(server.port, path, REQUESTS, &[server.id()])?;
        let said = cache_status(server.port, path)?;
        let is_it = if expected.ends_with('=') { said.starts_with(expected) } else { said == *expected };
        if !is_it {
            return Err(format!("{name}: GET {path} says {said:?}, not {expected:?}"));
        }
    }
    let mut rounds: [Vec<Round>; 6] = Default::default();
    for _ in 0..ROUNDS {
        for ((_, server, path, _), rounds) in targets.iter().zip(&mut rounds) {
            rounds.push(load::round(server.port, path, REQUESTS, &[server.id()])?);
        }
    }
    let rows = targets.iter().zip(&rounds).map(|((name, ..), rounds)| ((*name).to_owned(), medians(rounds)));
    report.table(&["page", "CPU, µs", "requests/s", "P50, µs", "P99, µs"], rows.collect());
    let [constant, hit, _, _, slots_constant, slots] = &rounds;
    report.goal("hit in memory, CPU against the constant", ratio(hit, constant), "×", Limit::AtMost(HIT));
    let times = ratio(slots, slots_constant);
    report.goal("hit with two slots, CPU against the constant", times, "×", Limit::AtMost(HIT));
    half(&orilla, &floor, product, [hit, constant], report)
}

/// Requests that come when they come, at half the capacity of each.
fn half(
    orilla: &Running,
    floor: &Running,
    product: &str,
    capacity: [&[Round]; 2],
    report: &mut Report,
) -> Result<()> {
    let rates =
        capacity.map(|rounds| median(&rounds.iter().map(|round| round.rate).collect::<Vec<_>>()) / 2.0);
    let mut tails: [Vec<Round>; 2] = Default::default();
    for _ in 0..ROUNDS {
        let servers = [(orilla, product), (floor, "/")];
        for (((server, path), rate), tails) in servers.iter().zip(rates).zip(&mut tails) {
            tails.push(open_loop::round(server.port, path, rate, SECONDS, &[server.id()])?);
        }
    }
    let names = ["hit in memory", "a constant, the product page"];
    let rows = names.iter().zip(&tails).map(|(name, rounds)| ((*name).to_owned(), medians(rounds)));
    report.table(&["at half the capacity", "CPU, µs", "requests/s", "P50, µs", "P99, µs"], rows.collect());
    let [own, constant] =
        tails.map(|rounds| median(&rounds.iter().map(|round| round.p99 / round.p50).collect::<Vec<_>>()));
    report.goal("P99 of a hit at half the capacity against its P50", own, "×", Limit::AtMost(TAIL));
    // The runtime collects its garbage between requests, a constant's too.
    report.goal("the same of a constant", constant, "×", Limit::AtMost(TAIL));
    Ok(())
}

/// What an answer says of where its page came from.
fn cache_status(port: u16, path: &str) -> Result<String> {
    let answer = load::Connection::open(port).and_then(|mut connection| connection.get(path));
    answer.map(|answer| answer.cache).map_err(|error| format!("GET {path}: {error}"))
}

/// MiB that a process holds now, and the most that it has held.
///
/// # Errors
/// It has ended.
pub fn memory(running: &Running) -> Result<[f64; 2]> {
    let known = |kib: Option<u64>| kib.map(|kib| kib as f64 / 1024.0).ok_or("workerd has ended".to_owned());
    Ok([known(process::memory(running.id()))?, known(process::peak_memory(running.id()))?])
}
