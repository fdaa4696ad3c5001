//! `cargo xtask bench pages`: what a page costs, by the level that has it; what a day of shoppers finds kept; and what
//! the isolate holds. On workerd alone, with the database and the published files in another process.

use super::day;
use super::load::{self, Round};
use super::report::{Limit, Report};
use super::ssr::{ROUNDS, medians, ratio};
use super::stores::{Stores, TOKEN, database_file};
use super::workerd::{Running, Worker};
use super::{DEPLOYED, folder, import, median, open_loop, process, real};
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
        worker.built(DEPLOYED)?;
        stores.serve(&mut worker);
        let published = Published { worker, _stores: stores };
        let running = published.worker.start("/robots.txt")?;
        publish(running.port)?;
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

/// Makes what was written what pages show.
///
/// # Errors
/// The Worker's answer.
pub fn publish(port: u16) -> Result<()> {
    let mut connection = load::Connection::open(port).map_err(|error| error.to_string())?;
    let answer = connection.post("/studio/api/publish", TOKEN, "application/json", b"{}");
    let answer = answer.map_err(|error| format!("publish: {error}"))?;
    if answer.status == 200 {
        return Ok(());
    }
    Err(format!("publish answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body)))
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

/// Runs the bench.
///
/// # Errors
/// The step that failed.
pub fn run() -> Result<()> {
    let (shop, catalogue) = import::filled()?;
    let category = real::first_link(shop.port, "/en", "/en/c/")?;
    let product = real::first_link(shop.port, &category, "/en/p/")?;
    let state = shop.state.clone();
    drop(shop);
    let published = step("publish", || Published::new(&state))?;
    eprintln!("  catalogue: {catalogue}");
    let floor = floor(&published, &product)?;
    // Each part takes minutes: it tells what it has found before the next.
    let mut report = Report::new("pages");
    step("levels", || levels(&published, &floor, &product, &mut report))?;
    report.finish()?;
    let mut report = Report::new("pages-memory");
    step("a hundred thousand addresses", || day::addresses(&published, &floor, &category, &mut report))?;
    report.finish()?;
    let mut report = Report::new("pages-day");
    step("a day", || day::run(&published, &floor, &mut report))?;
    report.finish()
}

/// A Worker that returns the page from a constant.
fn floor(published: &Published, product: &str) -> Result<Worker> {
    let running = published.start(product)?;
    let mut worker = Worker::new(folder().join("workerd/constant"));
    worker.module("constant.js", "esModule", include_str!("constant.js"))?;
    let (_, page) = load::page(running.port, product).map_err(|error| format!("GET {product}: {error}"))?;
    worker.module("page.html", "text", page)?;
    Ok(worker)
}

/// The levels that may have a page.
fn levels(published: &Published, floor: &Worker, product: &str, report: &mut Report) -> Result<()> {
    let (orilla, floor) = (published.start(product)?, floor.start("/")?);
    let targets = [
        ("a Worker that returns it from a constant", &floor, "/".to_owned()),
        ("hit in memory", &orilla, product.to_owned()),
        ("miss", &orilla, format!("/fresh{product}")),
    ];
    for (_, server, path) in &targets {
        load::round(server.port, path, REQUESTS, &[server.id()])?;
    }
    let mut rounds: [Vec<Round>; 3] = Default::default();
    for _ in 0..ROUNDS {
        for ((_, server, path), rounds) in targets.iter().zip(&mut rounds) {
            rounds.push(load::round(server.port, path, REQUESTS, &[server.id()])?);
        }
    }
    let rows = targets.iter().zip(&rounds).map(|((name, ..), rounds)| ((*name).to_owned(), medians(rounds)));
    report.table(&["product page", "CPU, µs", "requests/s", "P50, µs", "P99, µs"], rows.collect());
    let [constant, hit, _] = &rounds;
    report.goal("hit in memory, CPU against the constant", ratio(hit, constant), "×", Limit::AtMost(HIT));
    let rate = median(&hit.iter().map(|round| round.rate).collect::<Vec<_>>()) / 2.0;
    let mut tails = Vec::new();
    for _ in 0..ROUNDS {
        let round = open_loop::round(orilla.port, product, rate, SECONDS, &[orilla.id()])?;
        tails.push(round);
    }
    report.table(
        &["hit in memory at half the capacity", "CPU, µs", "requests/s", "P50, µs", "P99, µs"],
        vec![("median of the rounds".to_owned(), medians(&tails))],
    );
    let tail = median(&tails.iter().map(|round| round.p99 / round.p50).collect::<Vec<_>>());
    report.goal("P99 of a hit at half the capacity against its P50", tail, "×", Limit::AtMost(TAIL));
    Ok(())
}

/// MiB that a process holds now, and the most that it has held.
///
/// # Errors
/// It has ended.
pub fn memory(running: &Running) -> Result<[f64; 2]> {
    let known = |kib: Option<u64>| kib.map(|kib| kib as f64 / 1024.0).ok_or("workerd has ended".to_owned());
    Ok([known(process::memory(running.id()))?, known(process::peak_memory(running.id()))?])
}
